//! Users, groups, folders in folders, documents. A document is seen by its owner, by those who view it or a folder above
//! it, alone or through a group, and if it is public by all; everything else is its owner's.

use super::graph::{Attribute, Dice, Id, World};

const USERS: usize = 40;
const GROUPS: usize = 8;
const FOLDERS: usize = 16;
const DOCUMENTS: usize = 60;

/// What can be done with a document; only `view` is not for the owner alone.
const ACTIONS: [&str; 6] = ["view", "view", "view", "edit", "share", "delete"];

pub fn world() -> World {
    let (mut world, mut dice) = (World::default(), Dice::new(2));
    let users: Vec<Id> = (0..USERS).map(|n| Id::new("User", n)).collect();
    let documents: Vec<Id> = (0..DOCUMENTS).map(|n| Id::new("Document", n)).collect();
    // A view is what is shared with a user or with a group.
    let views: Vec<Id> = users
        .iter()
        .map(|user| &user.name)
        .cloned()
        .chain((0..GROUPS).map(|n| format!("group{n}")))
        .map(|name| Id::named("View", name))
        .collect();
    let some_views = |dice: &mut Dice| (0..dice.below(4)).map(|_| dice.of(&views)).collect::<Vec<_>>();
    views.iter().for_each(|view| world.add(view.clone(), Vec::new(), Vec::new()));
    for folder in 0..FOLDERS {
        let mut parents = some_views(&mut dice);
        if folder > 0 && dice.percent(70) {
            parents.push(Id::new("Folder", dice.below(folder)));
        }
        world.add(Id::new("Folder", folder), parents, Vec::new());
    }
    for document in &documents {
        let mut parents = some_views(&mut dice);
        parents.push(Id::new("Folder", dice.below(FOLDERS)));
        let owner = Attribute::One(dice.of(&users));
        world.add(document.clone(), parents, vec![("owner", owner), ("isPublic", Attribute::Flag(dice.percent(5)))]);
    }
    for user in &users {
        let groups = (0..dice.below(3)).map(|_| Id::named("View", format!("group{}", dice.below(GROUPS))));
        let shared = groups.chain([Id::named("View", user.name.clone())]).collect();
        world.add(user.clone(), Vec::new(), vec![("views", Attribute::Many(shared))]);
    }
    world.ask(|world| {
        // Half of the requests come from the owner: else nobody would edit.
        let (document, action) = (dice.of(&documents), dice.of(&ACTIONS));
        let found = |id: &Id| world.entities.iter().find(|entity| entity.id == *id).expect("it was added");
        let [(_, Attribute::One(owner)), (_, Attribute::Flag(is_public))] = &found(&document).attributes[..] else {
            unreachable!("a document has two attributes")
        };
        let user = if dice.percent(30) { owner.clone() } else { dice.of(&users) };
        let [(_, Attribute::Many(shared))] = &found(&user).attributes[..] else { unreachable!("a user has one") };
        let places = world.closure(&document);
        let is_viewer = shared.iter().any(|view| places.contains(view));
        let relations: Vec<&str> = [(user == *owner, "owner"), (is_viewer, "viewer"), (*is_public, "public")]
            .into_iter()
            .filter_map(|(is, relation)| is.then_some(relation))
            .collect();
        let is_allowed = user == *owner || action == "view" && !relations.is_empty();
        (user, action, document, relations, is_allowed)
    });
    world
}
