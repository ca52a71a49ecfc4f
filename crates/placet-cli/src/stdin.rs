//! Lets one input of a command line be standard input: `-` can be given once.
//!
//! Two inputs that are both `-` would share one text: the first would take all of it, and the
//! second would find nothing and complain about something else. So such a command line is refused
//! before anything is read.

use clap::{Arg, ArgMatches, Command};

use super::ui::Failure;

/// Options whose `-` is standard output.
const OUTPUTS: [&str; 4] = ["html", "lcov", "out", "snapshot"];

/// A command that reads standard input by itself, line by line.
const READS_BY_ITSELF: &str = "repl";

/// Refuses a command line in which more than one input is standard input.
///
/// # Errors
/// There are two, which are named.
pub fn check(definition: &Command, matches: &ArgMatches) -> Result<(), Failure> {
    let mut wanting = Vec::new();
    collect(definition, matches, &mut wanting);
    let [first, second, ..] = wanting.as_slice() else { return Ok(()) };
    let message = if first == second {
        format!("`{first}` reads standard input twice")
    } else {
        format!("`{first}` and `{second}` both read standard input")
    };
    Err(Failure::new(message).help("name a file for one of them"))
}

fn collect(definition: &Command, matches: &ArgMatches, wanting: &mut Vec<String>) {
    for argument in definition.get_arguments().filter(|argument| !OUTPUTS.contains(&argument.get_id().as_str())) {
        let values = matches.try_get_raw(argument.get_id().as_str()).ok().flatten().into_iter().flatten();
        wanting.extend(values.filter(|value| *value == "-").map(|_| name(argument)));
    }
    if let Some((name, matches)) = matches.subcommand()
        && let Some(command) = definition.find_subcommand(name)
    {
        if name == READS_BY_ITSELF {
            wanting.push(name.to_owned());
        }
        collect(command, matches, wanting);
    }
}

/// `--request`, or the name of a place: `TOKEN`.
fn name(argument: &Arg) -> String {
    match argument.get_long() {
        Some(long) => format!("--{long}"),
        None => argument.get_id().as_str().to_uppercase(),
    }
}
