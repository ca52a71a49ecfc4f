//! The law of ARCHITECTURE.md, checked against the code: which crate, which room and which file may name which.

mod circle;
mod crates;
mod deciding;
mod files;
mod names;
mod page;
mod rooms;

use std::path::Path;
use std::sync::LazyLock;

use files::Crate;

/// All crates, each with the folder of its sources.
static CRATES: LazyLock<Vec<(&str, Crate)>> = LazyLock::new(|| {
    let folders = [
        ("placet", "src"),
        ("placet-core", "crates/placet-core/src"),
        ("placet-tools", "crates/placet-tools/src"),
        ("placet-host", "crates/placet-host/src"),
        ("placet-warp10", "crates/placet-warp10/src"),
        ("placet-cli", "crates/placet-cli/src"),
    ];
    folders.into_iter().map(|(name, folder)| (name, Crate::read(Path::new(folder)))).collect()
});

fn code_of(wanted: &str) -> &'static Crate {
    &CRATES.iter().find(|(name, _)| *name == wanted).unwrap().1
}
