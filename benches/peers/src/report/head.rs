//! When, where, with what: without these the numbers mean nothing.

use std::fs;
use std::process::Command;

use serde::Serialize;

use crate::contender::Contender;

/// What stands above the tables.
#[derive(Serialize)]
pub struct Head {
    pub date: String,
    pub machine: String,
    pub compiler: String,
    pub profile: &'static str,
    pub contenders: Vec<Who>,
}

/// A contender.
#[derive(Serialize)]
pub struct Who {
    pub name: &'static str,
    pub version: String,
    pub about: &'static str,
}

impl Head {
    /// Now, here.
    pub fn new(contenders: &[&dyn Contender]) -> Self {
        let who = |contender: &&dyn Contender| Who {
            name: contender.name(),
            version: contender.package().map_or("–".to_owned(), version),
            about: contender.about(),
        };
        let profile = if cfg!(debug_assertions) {
            "dev: for agreement, not for numbers"
        } else {
            "release, LTO, one codegen unit"
        };
        Self {
            date: jiff::Timestamp::now().strftime("%Y-%m-%d %H:%M UTC").to_string(),
            machine: machine(),
            compiler: compiler(),
            profile,
            contenders: contenders.iter().map(who).collect(),
        }
    }
}

/// The version of a package that this was built with.
fn version(package: &str) -> String {
    let lock = include_str!("../../Cargo.lock");
    let name = format!("name = \"{package}\"");
    let after = lock.lines().skip_while(|line| *line != name).nth(1);
    after.and_then(|line| line.strip_prefix("version = ")).unwrap_or("?").trim_matches('"').to_owned()
}

fn machine() -> String {
    let cpus = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpus.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": ")).map(|(_, model)| model);
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    format!("{}, {threads} hardware threads, {}", model.unwrap_or("unknown processor"), std::env::consts::OS)
}

fn compiler() -> String {
    let ran = Command::new("rustc").arg("--version").output();
    ran.ok()
        .and_then(|ran| String::from_utf8(ran.stdout).ok())
        .map_or("rustc ?".to_owned(), |text| text.trim().to_owned())
}
