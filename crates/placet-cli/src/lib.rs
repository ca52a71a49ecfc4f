//! The command line: one file for each command.
//!
//! A command takes its `Args` and the [`Ui`] and returns yes (exit code 0), no (1), or that it
//! could not do its work (2): `! placet eval …` in a script must not succeed because a policy has
//! errors. [`inputs`] has everything that commands read, [`outputs`] everything that they write;
//! several commands share [`block`] and [`tokens`].
#![forbid(unsafe_code)]
#![allow(
    clippy::trivially_copy_pass_by_ref,
    clippy::needless_pass_by_value,
    clippy::unnecessary_wraps,
    reason = "every command has the same signature: it owns its arguments, borrows the terminal, and may fail"
)]

extern crate alloc;

mod annotate;
mod approve;
mod asked;
mod attenuate;
mod bench;
pub mod block;
mod bounded;
mod check;
mod codes;
pub mod colour;
mod compile;
mod completions;
mod coverage;
mod decision_args;
mod eval;
mod evidence_args;
mod explain;
pub mod finding;
mod fmt;
mod foreign;
mod fuzz;
mod init;
pub mod inputs;
mod inspect;
mod keygen;
pub mod limits;
mod man;
mod mint;
mod mutants;
pub mod outputs;
pub mod project;
mod prove;
mod repl;
mod revoke;
mod sarif;
mod seal;
mod signing;
pub mod spelled;
mod stdin;
mod table_files;
pub mod terminal;
mod test;
pub mod time_args;
pub mod tokens;
mod tried;
mod trust;
mod try_;
pub mod ui;
mod used;
mod vocabulary;
mod vouch;
mod warp10;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

use ui::{Colours, Failure, Format, Outcome, Ui};

/// Policies that travel inside authorization tokens.
///
/// A policy file says what is allowed. `placet` checks it, compiles it, seals it into a token, and
/// decides requests against it.
#[derive(Parser, Debug)]
#[command(name = "placet", version, max_term_width = 100, disable_help_subcommand = false)]
#[command(after_help = AFTER_HELP)]
pub struct Cli {
    /// Print text for people, `json` for programs, or the findings of `check` and `test` as
    /// `github` annotations or `sarif`
    #[arg(long, global = true, value_enum, default_value_t, value_name = "FORMAT", hide_possible_values = true)]
    format: Format,

    /// Print in colours: `auto` (on a terminal), `always` or `never`
    #[arg(
        long = "color",
        alias = "colour",
        global = true,
        value_enum,
        default_value_t,
        value_name = "WHEN",
        hide_possible_values = true
    )]
    colours: Colours,

    #[command(subcommand)]
    command: Command,
}

const AFTER_HELP: &str = "\
A file can be `-`, which is standard input. `--format json` prints JSON.
Exit codes: 0 is yes; 1 is no: denied, refused, a case failed, something found, or errors in the
files of `check`, `compile`, `fmt`, `test` or `try`; 2 is that the work could not be done, for
example because a deciding policy has errors or a request is malformed.

Start with:
  placet try policies/tenant.placet
  placet init my_service
  placet repl";

/// The commands, in the order of `placet help`: writing policies first, then the life of a token.
#[derive(Subcommand, Debug)]
enum Command {
    Init(init::Args),
    Try(try_::Args),
    Check(check::Args),
    Fmt(fmt::Args),
    Compile(compile::Args),
    Test(test::Args),
    Fuzz(fuzz::Args),
    Bench(bench::Args),
    Repl(repl::Args),
    Eval(eval::Args),
    Explain(explain::Args),
    Keygen(keygen::Args),
    Mint(mint::Args),
    Inspect(inspect::Args),
    Attenuate(attenuate::Args),
    Vouch(vouch::Args),
    Prove(prove::Args),
    Approve(approve::Args),
    Seal(seal::Args),
    Revoke(revoke::Args),
    Vocabulary(vocabulary::Args),
    Warp10(warp10::Args),
    Completions(completions::Args),
    Man(man::Args),
}

impl Command {
    /// Whether the command supports the format.
    fn accepts(&self, format: Format) -> Result<(), Failure> {
        let finds = matches!(self, Self::Check(_) | Self::Test(_));
        if finds || !format.is_of_findings() {
            return Ok(());
        }
        let help = "other commands have `--format text` and `--format json`";
        Err(Failure::new("`--format github` and `--format sarif` are for `check` and `test`").help(help))
    }

    fn run(self, ui: &Ui) -> Outcome {
        match self {
            Self::Init(args) => init::run(args, ui),
            Self::Try(args) => try_::run(args, ui),
            Self::Check(args) => check::run(args, ui),
            Self::Fmt(args) => fmt::run(args, ui),
            Self::Compile(args) => compile::run(args, ui),
            Self::Test(args) => test::run(args, ui),
            Self::Fuzz(args) => fuzz::run(args, ui),
            Self::Bench(args) => bench::run(args, ui),
            Self::Repl(args) => repl::run(args, ui),
            Self::Eval(args) => eval::run(args, ui),
            Self::Explain(args) => explain::run(args, ui),
            Self::Keygen(args) => keygen::run(args, ui),
            Self::Mint(args) => mint::run(args, ui),
            Self::Inspect(args) => inspect::run(args, ui),
            Self::Attenuate(args) => attenuate::run(args, ui),
            Self::Vouch(args) => vouch::run(args, ui),
            Self::Prove(args) => prove::run(&args, ui),
            Self::Approve(args) => approve::run(&args, ui),
            Self::Seal(args) => seal::run(args, ui),
            Self::Revoke(args) => revoke::run(args, ui),
            Self::Vocabulary(args) => vocabulary::run(args, ui),
            Self::Warp10(args) => warp10::run(args, ui),
            Self::Completions(args) => completions::run(args, ui),
            Self::Man(args) => man::run(args, ui),
        }
    }
}

/// The whole program. Clap reports a command line that it cannot read, with exit code 2.
#[must_use]
pub fn main() -> ExitCode {
    completions::answer();
    let mut definition = definition();
    let typed = help_about_help(warp10::each_config(std::env::args_os()));
    let matches = match definition.try_get_matches_from_mut(typed) {
        Ok(matches) => matches,
        Err(said) => {
            let ui = Ui::new(asked_format(), Colours::Auto);
            return match foreign::failure(&said) {
                Some(failure) => ui.exit(Err(failure)),
                None => ui.usage(&mut definition, said),
            };
        }
    };
    match Cli::from_arg_matches(&matches) {
        Ok(cli) => {
            let ui = Ui::new(cli.format, cli.colours);
            let begin = || cli.command.accepts(cli.format).and_then(|()| stdin::check(&definition, &matches));
            ui.exit(begin().and_then(|()| cli.command.run(&ui)))
        }
        Err(said) => {
            let said = said.format(&mut definition);
            Ui::new(asked_format(), Colours::Auto).usage(&mut definition, said)
        }
    }
}

/// `placet help --help` means `placet help`: clap takes the option for the name of a command.
fn help_about_help(words: impl IntoIterator<Item = OsString>) -> Vec<OsString> {
    let mut words: Vec<OsString> = words.into_iter().collect();
    if words.get(1).is_some_and(|word| word == "help") {
        words.retain(|word| word != "--help" && word != "-h");
    }
    words
}

/// The format that an otherwise unreadable command line asks for.
fn asked_format() -> Format {
    let words: Vec<_> = std::env::args_os().collect();
    let is_pair = |pair: &[OsString]| pair[0] == "--format" && pair[1] == "json";
    let asks = words.iter().any(|word| word == "--format=json") || words.windows(2).any(is_pair);
    if asks { Format::Json } else { Format::Text }
}

/// The definition of the command line, for completions and manual pages.
fn definition() -> clap::Command {
    Cli::command()
}
