//! Users, teams in teams, to-do lists. The owner does everything with a list, editors change it, readers look at it;
//! everyone creates lists but the interns.

use super::graph::{Attribute, Dice, Id, World};

const USERS: usize = 40;
const TEAMS: usize = 12;
const LISTS: usize = 40;

/// What can be done with a list, and who can besides its owner.
pub const ACTIONS: [(&str, &[&str]); 7] = [
    ("GetList", &["reader", "editor"]),
    ("UpdateList", &["editor"]),
    ("CreateTask", &["editor"]),
    ("UpdateTask", &["editor"]),
    ("DeleteTask", &["editor"]),
    ("DeleteList", &[]),
    ("EditShares", &[]),
];

/// The team whose members create no lists.
const INTERNS: usize = 1;

pub fn world() -> World {
    let (mut world, mut dice) = (World::default(), Dice::new(3));
    let application = Id::named("Application", "TinyTodo");
    let users: Vec<Id> = (0..USERS).map(|n| Id::new("User", n)).collect();
    let lists: Vec<Id> = (0..LISTS).map(|n| Id::new("List", n)).collect();
    world.add(application.clone(), Vec::new(), Vec::new());
    for team in 0..TEAMS {
        let above = (team > 2 && dice.percent(50)).then(|| Id::new("Team", dice.below(team)));
        world.add(Id::new("Team", team), above.into_iter().collect(), Vec::new());
    }
    for user in &users {
        let mut parents: Vec<Id> = (0..dice.below(3)).map(|_| Id::new("Team", dice.below(TEAMS))).collect();
        parents.push(application.clone());
        world.add(user.clone(), parents, Vec::new());
    }
    let mut shares = Vec::new();
    for list in &lists {
        let (owner, readers, editors) =
            (dice.of(&users), Id::new("Team", dice.below(TEAMS)), Id::new("Team", dice.below(TEAMS)));
        let attributes = [("owner", &owner), ("readers", &readers), ("editors", &editors)];
        let attributes = attributes.map(|(name, id)| (name, Attribute::One(id.clone())));
        world.add(list.clone(), vec![application.clone()], attributes.into());
        shares.push((owner, readers, editors));
    }
    world.ask(|world| {
        let user = dice.of(&users);
        let groups = world.closure(&user);
        let is_intern = groups.contains(&Id::new("Team", INTERNS)).then_some("intern");
        if dice.percent(15) {
            return (user, "CreateList", application.clone(), is_intern.into_iter().collect(), is_intern.is_none());
        }
        let (place, (action, others)) = (dice.below(LISTS), dice.of(&ACTIONS));
        let (owner, readers, editors) = &shares[place];
        let user_is =
            [(user == *owner, "owner"), (groups.contains(readers), "reader"), (groups.contains(editors), "editor")];
        let relations: Vec<&str> =
            user_is.into_iter().filter_map(|(is, relation)| is.then_some(relation)).chain(is_intern).collect();
        let is_allowed = user == *owner || relations.iter().any(|relation| others.contains(relation));
        (user, action, lists[place].clone(), relations, is_allowed)
    });
    world
}
