//! `placet warp10`: tokens of a Warp 10, in both directions; one file for each command.
//!
//! [`common`] is shared by all: the configuration with the keys, and token arguments. Keys come
//! from files and never from the command line, where others could read them.

mod bounds;
mod common;
mod decode;
mod eval;
mod export;
mod import;
mod keys;
mod series;
mod service;
mod tokendump;
mod tokengen;
mod trl;
mod verify;
mod worf;

use clap::Subcommand;

pub use self::common::each_config;
use super::ui::{Outcome, Ui};

/// Works with the tokens of a Warp 10: mints, reads, decides, converts and revokes them.
#[derive(clap::Args, Debug)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand, Debug)]
enum Command {
    Tokengen(tokengen::Args),
    Tokendump(tokendump::Args),
    Decode(decode::Args),
    Verify(verify::Args),
    Eval(eval::Args),
    Explain(eval::ExplainArgs),
    Import(import::Args),
    Export(export::Args),
    Trl(trl::Args),
    Keys(keys::Args),
    Worf(worf::Args),
}

/// # Errors
/// It could not be done.
pub fn run(args: Args, ui: &Ui) -> Outcome {
    match args.command {
        Command::Tokengen(args) => tokengen::run(args, ui),
        Command::Tokendump(args) => tokendump::run(args, ui),
        Command::Decode(args) => decode::run(args, ui),
        Command::Verify(args) => verify::run(args, ui),
        Command::Eval(args) => eval::run(args, ui),
        Command::Explain(args) => eval::explain(args, ui),
        Command::Import(args) => import::run(args, ui),
        Command::Export(args) => export::run(args, ui),
        Command::Trl(args) => trl::run(args, ui),
        Command::Keys(args) => keys::run(args, ui),
        Command::Worf(args) => worf::run(args, ui),
    }
}
