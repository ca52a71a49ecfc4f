//! The layer table of ARCHITECTURE.md, held against the code: no room names another that the table does not allow.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// What each module may name; `None` is everything.
fn table() -> BTreeMap<String, Option<Vec<String>>> {
    let page = fs::read_to_string("ARCHITECTURE.md").unwrap();
    let rooms = page.lines().skip_while(|line| !line.starts_with("| module")).take_while(|line| line.starts_with('|'));
    let rows = rooms.filter_map(|line| line.strip_prefix("| `"));
    rows.map(|row| {
        let (module, rest) = row.split_once('`').unwrap();
        let may_name = rest.trim_end_matches(['|', ' ']).rsplit('|').next().unwrap().trim();
        let allowed = match may_name {
            "everything" => None,
            "–" => Some(Vec::new()),
            names => Some(names.split_whitespace().map(str::to_owned).collect()),
        };
        (module.to_owned(), allowed)
    })
    .collect()
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries
        .flat_map(|path| if path.is_dir() { sources(&path) } else { vec![path] })
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .collect()
}

/// The rooms that the code of a file names: `crate::token::keys` is `token`. Comments and their links do not count.
fn named_rooms(text: &str) -> Vec<String> {
    let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    let paths = code.flat_map(|line| line.split("crate::").skip(1).map(str::to_owned).collect::<Vec<_>>());
    paths.map(|path| path.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect()).collect()
}

fn room_of(root: &Path, path: &Path) -> String {
    let inside = path.strip_prefix(root).unwrap().components().next().unwrap();
    inside.as_os_str().to_str().unwrap().trim_end_matches(".rs").to_owned()
}

/// Where rooms are: in the crate of the language and in that of what decides. Between crates, Cargo keeps the law.
const ROOTS: [&str; 2] = ["src", "crates/placet-core/src"];

#[test]
fn no_room_names_another_that_the_table_does_not_allow() {
    let table = table();
    assert!(table.len() >= 10, "the table was not found");
    let mut broken = Vec::new();
    let files = ROOTS.iter().flat_map(|root| sources(Path::new(root)).into_iter().map(move |path| (root, path)));
    for (root, path) in files {
        let room = room_of(Path::new(root), &path);
        if matches!(room.as_str(), "lib" | "main") {
            continue;
        }
        let Some(allowed) = table.get(&room) else {
            broken.push(format!("`{room}` has no row in ARCHITECTURE.md"));
            continue;
        };
        let Some(allowed) = allowed else { continue };
        for named in named_rooms(&fs::read_to_string(&path).unwrap()) {
            if named != room && !allowed.contains(&named) {
                broken.push(format!("{}: `{room}` may not name `{named}`", path.display()));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn the_table_has_no_circle() {
    let table = table();
    let mut settled: Vec<&String> = Vec::new();
    loop {
        let ready = |allowed: &Option<Vec<String>>| {
            allowed.as_ref().is_some_and(|names| names.iter().all(|name| settled.contains(&name)))
        };
        let next: Vec<&String> = table
            .iter()
            .filter(|(name, allowed)| !settled.contains(name) && ready(allowed))
            .map(|(name, _)| name)
            .collect();
        if next.is_empty() {
            break;
        }
        settled.extend(next);
    }
    let open: Vec<_> = table.iter().filter(|(name, allowed)| allowed.is_some() && !settled.contains(name)).collect();
    assert!(open.is_empty(), "these name each other: {open:?}");
}

#[test]
fn every_room_of_the_table_exists() {
    for room in table().keys() {
        let is_in =
            |root: &&str| Path::new(root).join(room).is_dir() || Path::new(root).join(format!("{room}.rs")).is_file();
        assert!(ROOTS.iter().any(is_in), "`{room}` is in ARCHITECTURE.md and in no crate");
    }
}

#[test]
fn the_deciding_wing_reads_no_clock_and_no_environment() {
    for room in ["model", "bytecode", "vm", "token", "authorize"] {
        let folder = Path::new("crates/placet-core/src").join(room);
        let files = if folder.is_dir() { sources(&folder) } else { vec![folder.with_extension("rs")] };
        for path in files {
            let text = fs::read_to_string(&path).unwrap();
            for forbidden in ["SystemTime", "Instant", "std::env", "std::fs", "std::net::Tcp", "static mut"] {
                assert!(!text.contains(forbidden), "{} names {forbidden}", path.display());
            }
            // The order of a hash map is another in every process; the shelf of the cache asks it for no order.
            assert!(
                !text.contains("HashMap") || path.ends_with("token/clock_cache.rs"),
                "{} names HashMap",
                path.display()
            );
        }
    }
}
