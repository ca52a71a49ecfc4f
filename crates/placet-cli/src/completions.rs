//! `placet completions`: what a shell needs to complete commands and options.

use clap_complete::{Shell, generate};

use super::ui::{Exit, Outcome, Ui};

/// Prints completions for a shell.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  placet completions bash > ~/.local/share/bash-completion/completions/placet
  placet completions zsh > ~/.zfunc/_placet
  placet completions fish > ~/.config/fish/completions/placet.fish")]
pub struct Args {
    /// The shell
    shell: Shell,
}

/// Runs the command.
///
/// # Errors
/// Never.
pub fn run(args: Args, ui: &Ui) -> Outcome {
    let mut script = Vec::new();
    generate(args.shell, &mut super::definition(), "placet", &mut script);
    ui.bytes(&script);
    Ok(Exit::Yes)
}
