//! `placet completions`: the script with which a shell completes commands, options, files and the
//! names of templates.
//!
//! The script that a shell loads asks `placet` itself for each completion, with `COMPLETE` set
//! ([`answer`]).

use std::ffi::OsStr;
use std::path::Path;

use clap::ValueEnum;
use clap::builder::StyledStr;
use clap_complete::CompleteEnv;
use clap_complete::engine::{ArgValueCompleter, CompletionCandidate};
use clap_complete::env::Shells;
use serde_json::json;

use super::inputs;
use super::ui::{Exit, Failure, Outcome, Ui};
use placet::syntax::ast::ItemKind;
use placet::syntax::parse::parse_partly;

/// Prints completions for a shell.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  placet completions bash > ~/.local/share/bash-completion/completions/placet
  placet completions zsh > ~/.zfunc/_placet
  placet completions fish > ~/.config/fish/completions/placet.fish

The script calls `placet`, which must be found in the PATH.")]
pub struct Args {
    /// The shell
    shell: Shell,
}

/// The shells that the completion engine writes scripts for.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Shell {
    Bash,
    Elvish,
    Fish,
    #[value(name = "powershell")]
    Pwsh,
    Zsh,
}

impl Shell {
    const fn word(self) -> &'static str {
        match self {
            Self::Bash => "bash",
            Self::Elvish => "elvish",
            Self::Fish => "fish",
            Self::Pwsh => "powershell",
            Self::Zsh => "zsh",
        }
    }
}

/// The environment variable with which a shell's script requests completions.
const VARIABLE: &str = "COMPLETE";

/// Answers a shell that asks for completions, and ends the process. Returns if none asks.
pub fn answer() {
    CompleteEnv::with_factory(super::definition).var(VARIABLE).bin("placet").complete();
}

/// # Errors
/// The script cannot be written.
pub fn run(args: Args, ui: &Ui) -> Outcome {
    let mut script = Vec::new();
    let shells = Shells::builtins();
    let completer = shells.completer(args.shell.word()).ok_or_else(|| Failure::new("unknown shell"))?;
    completer
        .write_registration(VARIABLE, "placet", "placet", "placet", &mut script)
        .map_err(|error| Failure::new(format!("cannot write the script: {error}")))?;
    if ui.is_json() {
        ui.json(&json!({ "shell": args.shell.word(), "script": String::from_utf8_lossy(&script) }));
    } else {
        ui.bytes(&script);
    }
    Ok(Exit::Yes)
}

/// Completes the name of a block: those of the policy files that the command line names so far.
pub fn templates() -> ArgValueCompleter {
    ArgValueCompleter::new(|typed: &OsStr| {
        let words = std::env::args_os().skip_while(|word| word != "--").skip(1);
        let files = words.filter(|word| Path::new(word).extension().is_some_and(|extension| extension == "placet"));
        let typed = typed.to_string_lossy();
        let blocks = files.flat_map(|file| blocks(Path::new(&file)));
        let candidates = blocks.filter(|(name, _)| name.starts_with(&*typed));
        candidates.map(|(name, kind)| CompletionCandidate::new(name).help(Some(StyledStr::from(kind)))).collect()
    })
}

/// The names of a file's blocks, and their kinds; empty if it cannot be read.
fn blocks(file: &Path) -> Vec<(String, &'static str)> {
    let Ok(text) = inputs::text(file) else { return Vec::new() };
    let items = parse_partly(&text).file.items;
    let blocks = items.into_iter().filter_map(|item| match item.kind {
        ItemKind::Block(block) => Some((block.name.text, block.kind.word())),
        ItemKind::Use(_) | ItemKind::Let(_) | ItemKind::Role(_) | ItemKind::Table(_) | ItemKind::Vocabulary(_) => None,
    });
    blocks.collect()
}
