//! `placet man`: the manual pages, made from the same definition as `placet help`.

use std::fs;
use std::path::{Path, PathBuf};

use clap::builder::Resettable::Reset;
use clap_mangen::Man;
use serde_json::json;

use super::outputs::{Existing, Secrecy, write};
use super::ui::{Exit, Failure, Outcome, Ui};
use placet::visible::excerpt;

/// Prints a manual page, or writes all of them.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  placet man mint | man -l -
  placet man warp10 eval | man -l -
  placet man --out ~/.local/share/man/man1")]
pub struct Args {
    /// The command that the page is about, as it is typed; without one, `placet` itself
    #[arg(conflicts_with = "out")]
    command: Vec<String>,

    /// Write the pages of all commands into this directory
    #[arg(long, value_name = "DIRECTORY")]
    out: Option<PathBuf>,
}

/// # Errors
/// There is no such command, or a page cannot be written.
pub fn run(args: Args, ui: &Ui) -> Outcome {
    let mut whole = super::definition().disable_help_subcommand(true);
    whole.build();
    match &args.out {
        Some(directory) => write_all(ui, &whole, directory)?,
        None => show(ui, &page(named(&whole, &args.command)?)?),
    }
    Ok(Exit::Yes)
}

fn show(ui: &Ui, page: &[u8]) {
    if ui.is_json() { ui.json(&json!({ "page": String::from_utf8_lossy(page) })) } else { ui.bytes(page) }
}

/// The command that these words call.
fn named<'c>(whole: &'c clap::Command, words: &[String]) -> Result<&'c clap::Command, Failure> {
    words.iter().try_fold(whole, |command, word| {
        command.find_subcommand(word).ok_or_else(|| {
            let called = command.get_bin_name().unwrap_or(command.get_name());
            Failure::new(format!("there is no command `{}`", excerpt(&words.join(" "))))
                .help(format!("`{called} --help` lists them"))
        })
    })
}

/// A page in roff. Examples are shown as they are typed, under a heading of their own.
fn page(command: &clap::Command) -> Result<Vec<u8>, Failure> {
    let after = command.get_after_long_help().or(command.get_after_help()).map(ToString::to_string);
    let man = Man::new(command.clone().after_help(Reset).after_long_help(Reset));
    let mut page = Vec::new();
    man.render(&mut page).map_err(|error| Failure::new(format!("the page cannot be made: {error}")))?;
    if let Some(after) = after {
        page.extend(verbatim(&after).into_bytes());
    }
    Ok(page)
}

/// The text after the options: `Examples:` is a heading, and no line is filled.
fn verbatim(after: &str) -> String {
    let examples = after.strip_prefix("Examples:\n").or(after.strip_prefix("Example:\n"));
    let (heading, text) = examples.map_or(("NOTES", after), |examples| ("EXAMPLES", examples));
    // A line that begins with a dot or an apostrophe would be a request to roff, and a backslash an
    // escape.
    let lines = text.lines().map(|line| {
        let line = line.replace('\\', "\\e").replace('-', "\\-");
        if line.starts_with(['.', '\'']) { format!("\\&{line}\n") } else { format!("{line}\n") }
    });
    format!(".SH {heading}\n.nf\n{}.fi\n", lines.collect::<String>())
}

fn write_all(ui: &Ui, whole: &clap::Command, directory: &Path) -> Result<(), Failure> {
    fs::create_dir_all(directory)
        .map_err(|error| Failure::new(format!("cannot make `{}`: {error}", directory.display())))?;
    let mut written = Vec::new();
    for command in with_subcommands(whole) {
        let name = command.get_display_name().unwrap_or(command.get_name());
        let path = directory.join(format!("{name}.1"));
        write(&path, &page(command)?, Secrecy::Open, Existing::Replace)?;
        ui.note(format_args!("written `{}`", path.display()));
        written.push(path.display().to_string());
    }
    if ui.is_json() {
        ui.json(&json!({ "written": written }));
    }
    Ok(())
}

/// The command and all below it.
fn with_subcommands(command: &clap::Command) -> Vec<&clap::Command> {
    std::iter::once(command).chain(command.get_subcommands().flat_map(with_subcommands)).collect()
}
