//! Users, teams in teams, and repositories with five roles. Whoever administers also maintains, writes, triages, reads:
//! the groups of a repository's roles are nested.

use super::graph::{Attribute, Dice, Id, World};

const USERS: usize = 40;
const TEAMS: usize = 10;
const REPOSITORIES: usize = 20;

/// From the most to the least; each is in the next.
const ROLES: [(&str, &str); 5] = [
    ("admin", "admins"),
    ("maintainer", "maintainers"),
    ("writer", "writers"),
    ("triager", "triagers"),
    ("reader", "readers"),
];

/// What can be done, and the role that can.
pub const ACTIONS: [(&str, &str); 9] = [
    ("pull", "reader"),
    ("fork", "reader"),
    ("assign_issue", "triager"),
    ("edit_issue", "triager"),
    ("push", "writer"),
    ("edit_page", "writer"),
    ("delete_issue", "maintainer"),
    ("add_writer", "admin"),
    ("delete_repository", "admin"),
];

fn role_group(repository: &Id, role: &str) -> Id {
    Id::named("Group", format!("{}/{role}", repository.name))
}

pub fn world() -> World {
    let (mut world, mut dice) = (World::default(), Dice::new(1));
    let repositories: Vec<Id> = (0..REPOSITORIES).map(|n| Id::new("Repository", n)).collect();
    let users: Vec<Id> = (0..USERS).map(|n| Id::new("User", n)).collect();
    let some_roles = |dice: &mut Dice, most: usize| -> Vec<Id> {
        let draw = |dice: &mut Dice| role_group(&dice.of(&repositories), dice.of(&ROLES).0);
        (0..dice.below(most + 1)).map(|_| draw(dice)).collect()
    };
    for repository in &repositories {
        for (place, (role, _)) in ROLES.iter().enumerate() {
            let wider = ROLES.get(place + 1).map(|(wider, _)| role_group(repository, wider));
            world.add(role_group(repository, role), wider.into_iter().collect(), Vec::new());
        }
        let attributes = ROLES.map(|(role, attribute)| (attribute, Attribute::One(role_group(repository, role))));
        world.add(repository.clone(), Vec::new(), attributes.into());
    }
    for team in 0..TEAMS {
        let mut parents = some_roles(&mut dice, 3);
        if team > 0 && dice.percent(30) {
            parents.push(Id::new("Team", dice.below(team)));
        }
        world.add(Id::new("Team", team), parents, Vec::new());
    }
    for user in &users {
        let mut parents = some_roles(&mut dice, 4);
        parents.extend((0..dice.below(3)).map(|_| Id::new("Team", dice.below(TEAMS))));
        world.add(user.clone(), parents, Vec::new());
    }
    world.ask(|world| {
        let (user, repository, (action, needed)) = (dice.of(&users), dice.of(&repositories), dice.of(&ACTIONS));
        let groups = world.closure(&user);
        let relations: Vec<&str> = ROLES
            .iter()
            .map(|(role, _)| *role)
            .filter(|role| groups.contains(&role_group(&repository, role)))
            .collect();
        let is_allowed = relations.contains(&needed);
        (user, action, repository, relations, is_allowed)
    });
    world
}
