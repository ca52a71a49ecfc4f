//! The files of one crate, and which of them name which.
//!
//! An arrow from A to B: the code of A names something that B defines. A name that a module passes on with `use` is
//! followed to the file that defines the thing. A module file does not count as naming the files of its own folder: it
//! is their table of contents, and may be built from them. The root of a crate does not count for the same reason. A
//! thing that is reached by a method or a field alone is not seen.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use super::names::{Name, Names};

/// Where a module is in its crate: `["token", "keys"]`; the root is empty.
pub type Module = Vec<String>;

pub struct Crate {
    files: BTreeMap<Module, (PathBuf, Names)>,
}

/// A name of another crate: in which file, of which room, and as it is written.
pub struct Outward<'a> {
    pub from: &'a Module,
    pub room: &'a str,
    pub name: String,
}

/// The code of `from` names something that `to` defines.
pub struct Arrow<'a> {
    pub from: &'a Module,
    pub to: &'a Module,
    pub name: String,
}

impl Crate {
    pub fn read(root: &Path) -> Self {
        let paths = sources(root).into_iter().filter(|path| !path.ends_with("main.rs"));
        let mut files: BTreeMap<Module, (PathBuf, Names)> = paths
            .map(|path| (module(path.strip_prefix(root).unwrap()), (path.clone(), Names::of_file(&path))))
            .collect();
        let tests: Vec<Module> = files
            .iter()
            .flat_map(|(module, (_, names))| names.test_modules.iter().map(|test| child(module, test)))
            .collect();
        files.retain(|module, _| !tests.iter().any(|test| module.starts_with(test)));
        Self { files }
    }

    pub fn files(&self) -> impl Iterator<Item = (&Path, &Names)> {
        self.files.values().map(|(path, names)| (path.as_path(), names))
    }

    pub fn path(&self, module: &Module) -> &Path {
        &self.files[module].0
    }

    /// The first words of all modules.
    pub fn rooms(&self) -> BTreeSet<&str> {
        self.files.keys().filter_map(|module| module.first()).map(String::as_str).collect()
    }

    pub fn arrows(&self) -> impl Iterator<Item = Arrow<'_>> {
        let inside = self.files.iter().filter(|(module, _)| !module.is_empty());
        inside.flat_map(move |(from, (_, names))| {
            names.all().filter_map(move |name| {
                let to = self.definer(self.absolute(from, name)?, &mut Vec::new())?;
                let counts = !to.is_empty() && !to.starts_with(from);
                counts.then(|| Arrow { from, to, name: name.join("::") })
            })
        })
    }

    /// What the files name of another crate, be it through the root of their own.
    pub fn outward<'a>(&'a self, other: &'a str) -> impl Iterator<Item = Outward<'a>> {
        let inside = self.files.iter().filter(|(module, _)| !module.is_empty());
        inside.flat_map(move |(from, (_, names))| {
            names.all().filter_map(move |name| {
                let whole = self.through_the_root(name)?;
                let is_outward = whole.first()? == other;
                is_outward.then_some(Outward { from, room: whole.get(1)?, name: name.join("::") })
            })
        })
    }

    /// What `crate::Verdict` is short for, if the root has it from elsewhere.
    fn through_the_root<'a>(&'a self, name: &'a Name) -> Option<&'a Name> {
        let root = Module::new();
        let (first, rest) = name.split_first()?;
        if first != "crate" {
            return Some(name);
        }
        let mut whole = self.import(&root, rest.first()?)?;
        while let Some(further) = self.import(&root, whole.first()?) {
            whole = further;
        }
        Some(whole)
    }

    /// A name as it is from the root on; none for what another crate, the prelude or the file itself defines.
    fn absolute(&self, module: &Module, name: &Name) -> Option<Name> {
        let (first, rest) = name.split_first()?;
        let ups = name.iter().take_while(|word| *word == "super").count();
        match first.as_str() {
            "crate" => Some(rest.to_vec()),
            "self" => Some([module, rest].concat()),
            "super" => Some([module.get(..module.len() - ups)?, &name[ups..]].concat()),
            _ if self.files.contains_key(&child(module, first)) => Some([module.as_slice(), name].concat()),
            _ => {
                let imported = self.import(module, first).filter(|imported| imported.first() != Some(first))?;
                Some([self.absolute(module, imported)?, rest.to_vec()].concat())
            }
        }
    }

    fn import(&self, module: &Module, word: &str) -> Option<&Name> {
        let (_, names) = self.files.get(module)?;
        names.imports.iter().find(|(short, _)| short == word).map(|(_, name)| name)
    }

    /// The module that defines the thing of this absolute name.
    fn definer(&self, name: Name, seen: &mut Vec<Name>) -> Option<&Module> {
        let module = (0..=name.len()).rev().find_map(|end| self.files.get_key_value(&name[..end]))?.0;
        let rest = &name[module.len()..];
        let passed_on = rest.first().and_then(|word| self.absolute(module, self.import(module, word)?));
        match passed_on {
            Some(further) if !seen.contains(&further) => {
                let further = [further.as_slice(), &rest[1..]].concat();
                seen.push(name.clone());
                self.definer(further, seen)
            }
            _ => Some(module),
        }
    }
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries
        .flat_map(|path| if path.is_dir() { sources(&path) } else { vec![path] })
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .collect()
}

/// `token/mod.rs` is `["token"]`, `lib.rs` is the root.
fn module(path: &Path) -> Module {
    let mut words: Module = path.with_extension("").iter().map(|word| word.to_str().unwrap().to_owned()).collect();
    words.pop_if(|last| last == "mod" || last == "lib");
    words
}

fn child(module: &Module, word: &str) -> Module {
    module.iter().cloned().chain([word.to_owned()]).collect()
}

/// The arrows of a crate of these files.
fn arrows_of(test: &str, files: &[(&str, &str)]) -> Vec<String> {
    let root = std::env::temp_dir().join(format!("placet-layers-{test}-{}", std::process::id()));
    for (path, code) in files {
        fs::create_dir_all(root.join(path).parent().unwrap()).unwrap();
        fs::write(root.join(path), code).unwrap();
    }
    let code = Crate::read(&root);
    fs::remove_dir_all(&root).unwrap();
    code.arrows().map(|arrow| format!("{} → {}", arrow.from.join("::"), arrow.to.join("::"))).collect()
}

#[test]
fn names_in_code_are_arrows_wherever_they_are() {
    for code in [
        "use crate::b::Thing;",
        "use super::{b as other};",
        "fn f() -> crate::b::Thing {}",
        "fn f() { println!(\"{}\", crate::b::NUMBER) }",
        "#[arg(value_parser = super::b::read)] struct S;",
    ] {
        assert_eq!(arrows_of("code", &[("lib.rs", ""), ("a.rs", code), ("b.rs", "")]), ["a → b"], "{code}");
    }
}

#[test]
fn comments_strings_tests_and_visibilities_are_no_arrows() {
    let code = "//! [`crate::b`]\n pub(in crate::b) fn f() { \"crate::b::Thing\"; }\n #[cfg(test)] mod tests { use crate::b; }";
    assert_eq!(arrows_of("none", &[("lib.rs", ""), ("a.rs", code), ("b.rs", "")]), [""; 0]);
}

#[test]
fn a_name_that_is_passed_on_leads_to_its_definer() {
    let files = [
        ("lib.rs", "pub use room::Thing;"),
        ("room/mod.rs", "mod inner; pub use inner::Thing;"),
        ("room/inner.rs", "pub struct Thing;"),
        ("user.rs", "use crate::Thing;"),
    ];
    assert_eq!(
        arrows_of("passed", &files),
        ["user → room::inner"],
        "and `room` is the table of contents of its folder"
    );
}

#[test]
fn a_file_of_tests_is_no_part_of_the_crate() {
    let files = [("a.rs", "#[cfg(test)] mod tests;"), ("a/tests.rs", "use crate::b;"), ("b.rs", "")];
    assert_eq!(arrows_of("tests", &files), [""; 0]);
}
