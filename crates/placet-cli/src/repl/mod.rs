//! `placet repl`: type a policy and requests, and see the decisions.

mod complete;
mod lines;
mod session;

use std::path::PathBuf;

use super::project::vocabularies::library;
use super::time_args::read_time;
use super::ui::{Exit, Failure, Outcome, Ui};
use lines::{Entry, Lines};
use placet::model::time::Time;
use session::Session;

/// Tries a policy out: type items and requests, and each request is decided at once.
///
/// Tokens are minted with a throw-away key, and requests are decided as a service would do it.
/// `:help` lists the commands. If the lines come from a file or a program, the exit code is that of
/// the worst line: 1 if a request was not allowed, 2 if a line was not understood.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// Policy files to load first
    files: Vec<PathBuf>,

    /// A file that declares vocabularies, in addition to the built-in ones and the project's; may
    /// be given several times
    #[arg(long = "vocabulary", value_name = "FILE")]
    vocabularies: Vec<PathBuf>,

    /// The time of minting and of all requests, instead of now
    #[arg(long, value_name = "TIME", value_parser = read_time)]
    now: Option<Time>,
}

/// Words that end a session.
const LEAVING: [&str; 5] = [":quit", ":q", ":exit", "quit", "exit"];

/// # Errors
/// A file cannot be read, or there is no randomness.
pub fn run(args: Args, ui: &Ui) -> Outcome {
    let Some(library) = library(ui, &args.vocabularies, args.files.first().map(PathBuf::as_path))? else {
        return Ok(Exit::CouldNot);
    };
    let mut session = Session::new(*ui, library, args.now)?;
    for path in &args.files {
        if !session.load(path)? {
            return Ok(Exit::CouldNot);
        }
    }
    let mut lines = Lines::open(ui)?;
    if lines.is_interactive() {
        ui.note("type a policy, then requests such as `get { cache: \"acorns\" }`; `help` tells more, `quit` leaves");
    }
    while !ui.is_cut_off() {
        lines.learn(|| session.words());
        match lines.next()? {
            Entry::End => break,
            Entry::TooLong => {
                ui.note(Failure::new("that was too long; put it into a file, and `:load FILE`"));
                session.came(Exit::CouldNot);
            }
            Entry::Text(text) if LEAVING.contains(&text.trim()) => break,
            Entry::Text(text) => session.enter(&text),
        }
    }
    // A person has seen the outcome of each line.
    Ok(if lines.is_interactive() { Exit::Yes } else { session.worst() })
}
