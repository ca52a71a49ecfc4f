//! `placet man`: the manual pages, made from the same definition as `placet help`.

use std::fs;
use std::path::{Path, PathBuf};

use clap_mangen::Man;

use super::outputs::{Existing, Secrecy, write};
use super::ui::{Exit, Failure, Outcome, Ui};
use crate::visible::excerpt;

/// Prints a manual page, or writes all of them.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  placet man mint | man -l -
  placet man --out ~/.local/share/man/man1")]
pub struct Args {
    /// The command that the page is about; without one, `placet` itself
    #[arg(conflicts_with = "out")]
    command: Option<String>,

    /// Write the pages of all commands into this directory
    #[arg(long, value_name = "DIRECTORY")]
    out: Option<PathBuf>,
}

/// Runs the command.
///
/// # Errors
/// There is no such command, or a page can not be written.
pub fn run(args: Args, ui: &Ui) -> Outcome {
    let mut whole = super::definition().disable_help_subcommand(true);
    whole.build();
    match (&args.out, &args.command) {
        (Some(directory), _) => write_all(ui, &whole, directory)?,
        (None, None) => ui.bytes(&page(&whole)?),
        (None, Some(name)) => {
            let command = whole.find_subcommand(name).ok_or_else(|| {
                Failure::new(format!("there is no command `{}`", excerpt(name))).help("`placet help` lists them")
            })?;
            ui.bytes(&page(command)?);
        }
    }
    Ok(Exit::Yes)
}

fn page(command: &clap::Command) -> Result<Vec<u8>, Failure> {
    let mut page = Vec::new();
    let rendered = Man::new(command.clone()).render(&mut page);
    rendered.map_err(|error| Failure::new(format!("the page can not be made: {error}")))?;
    Ok(page)
}

fn write_all(ui: &Ui, whole: &clap::Command, directory: &Path) -> Result<(), Failure> {
    fs::create_dir_all(directory)
        .map_err(|error| Failure::new(format!("can not make `{}`: {error}", directory.display())))?;
    let commands = std::iter::once(whole).chain(whole.get_subcommands());
    for command in commands {
        let name = command.get_display_name().unwrap_or(command.get_name());
        let path = directory.join(format!("{name}.1"));
        write(&path, &page(command)?, Secrecy::Open, Existing::Replace)?;
        ui.note(format_args!("written `{}`", path.display()));
    }
    Ok(())
}
