//! Inside a crate: rooms are the modules of its root.

use std::collections::BTreeSet;

use super::circle::circle;
use super::code_of;
use super::files::{Arrow, Outward};
use super::page::{Table, table};

/// The crates whose rooms have a table. The others are flat: a file for each command, function or format.
const WITH_ROOMS: [&str; 3] = ["placet", "placet-core", "placet-tools"];

fn rooms_of_the_page(name: &str) -> Table {
    table(&format!("### The rooms of `{name}`"), "names")
}

/// What the rooms of the language name of what decides. Without it, each could name all of it.
fn names_of_the_core() -> Table {
    table("### The rooms of `placet`", "of placet-core")
}

/// What a room names, and where.
fn between_rooms(name: &str) -> impl Iterator<Item = Arrow<'static>> {
    code_of(name).arrows().filter(|arrow| arrow.from[0] != arrow.to[0])
}

#[test]
fn a_room_names_only_what_its_row_permits() {
    let mut broken = BTreeSet::new();
    for name in WITH_ROOMS {
        let page = rooms_of_the_page(name);
        for Arrow { from, to, name: named } in between_rooms(name) {
            if !page.get(&from[0]).is_some_and(|row| row.contains(&to[0])) {
                let file = code_of(name).path(from).display();
                broken.insert(format!("{file}: `{}` may not name `{}` (`{named}`)", from[0], to[0]));
            }
        }
    }
    let page = names_of_the_core();
    for Outward { from, room, name } in code_of("placet").outward("placet_core") {
        if !page.get(&from[0]).is_some_and(|row| row.contains(room)) {
            let file = code_of("placet").path(from).display();
            broken.insert(format!("{file}: `{}` may not name `placet_core::{room}` (`{name}`)", from[0]));
        }
    }
    assert!(broken.is_empty(), "{}", Vec::from_iter(broken).join("\n"));
}

#[test]
fn a_row_permits_only_what_its_room_names() {
    let mut unused = Vec::new();
    let outward: BTreeSet<_> = code_of("placet").outward("placet_core").map(|out| (&*out.from[0], out.room)).collect();
    for (room, permitted) in names_of_the_core() {
        let idle = permitted.iter().filter(|named| !outward.contains(&(&room, named)));
        unused.extend(idle.map(|named| format!("`{room}` of placet never names `placet_core::{named}`")));
    }
    for name in WITH_ROOMS {
        let used: BTreeSet<_> = between_rooms(name).map(|arrow| (&arrow.from[0], &arrow.to[0])).collect();
        for (room, permitted) in rooms_of_the_page(name) {
            let idle = permitted.iter().filter(|named| !used.contains(&(&room, *named)));
            unused.extend(idle.map(|named| format!("`{room}` of {name} never names `{named}`")));
        }
    }
    assert!(unused.is_empty(), "{}", unused.join("\n"));
}

#[test]
fn every_room_has_a_row_and_every_row_a_room() {
    for name in WITH_ROOMS {
        let page = rooms_of_the_page(name);
        let rows: BTreeSet<&str> = page.keys().map(String::as_str).collect();
        assert_eq!(rows, code_of(name).rooms(), "{name}: left is the page, right is the code");
    }
}

#[test]
fn no_rooms_name_each_other_in_a_circle() {
    for name in WITH_ROOMS {
        let page = rooms_of_the_page(name);
        let round = circle(&page).map(|rooms| rooms.join(" → "));
        assert_eq!(round, None, "rooms of {name} name each other");
    }
}
