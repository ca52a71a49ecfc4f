//! `placet compile`: the program of a block, beside its source.

use std::path::{Path, PathBuf};

use serde_json::json;

use super::block::{Block, Choice};
use super::outputs::to_file_or_stdout;
use super::ui::{Exit, Outcome, Ui};
use placet::diag::Source;
use placet::program::listing::listing;
use placet::syntax::ast::BlockKind;

/// Compiles a block and shows its program beside its source.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  placet compile office_hours.placet
  placet compile tenant.placet --template one_folder --with folder=2026 --out one_folder.bin")]
pub struct Args {
    /// The policy file, or `-` for standard input; a name that ends in `.json` is the map form
    file: PathBuf,

    #[command(flatten)]
    choice: Choice,

    /// Write the bytes of the program to a file instead; `-` is standard output
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// # Errors
/// A file cannot be read or written, or the arguments are not those of a block.
pub fn run(args: Args, ui: &Ui) -> Outcome {
    let kinds = [BlockKind::Token, BlockKind::Policy, BlockKind::Restriction];
    let Some(block) = args.choice.block(ui, &args.file, &kinds, None)? else { return Ok(Exit::No) };
    let program = block.compiled.program.bytes();
    if let Some(out) = &args.out {
        to_file_or_stdout(ui, out, program)?;
        ui.note(format_args!("`{}`: {}", block.name, size(&block)));
        if ui.is_json() && out != Path::new("-") {
            let written = out.display().to_string();
            ui.json(
                &json!({ "name": block.name, "bytes": program.len(), "cost": block.compiled.cost, "written": written }),
            );
        }
        return Ok(Exit::Yes);
    }
    let listing = listing(program, block.document.vocabulary(), &sources(&block));
    if ui.is_json() {
        ui.json(&json!({
            "name": block.name,
            "kind": block.kind.word(),
            "bytes": program.len(),
            "cost": block.compiled.cost,
            "rules": block.compiled.rules.len(),
            "program": data_encoding::HEXLOWER.encode(program),
            "listing": listing,
        }));
        return Ok(Exit::Yes);
    }
    ui.line(format_args!("{} {}: {}\n", block.kind.word(), block.name, size(&block)));
    ui.line(listing.trim_end());
    Ok(Exit::Yes)
}

fn size(block: &Block) -> String {
    let (bytes, cost) = (block.compiled.program.bytes().len(), block.compiled.cost);
    format!("{bytes} bytes, at most {cost} steps")
}

/// The text of each rule of the program; nothing for a map, which has no lines.
fn sources(block: &Block) -> Vec<&str> {
    let Source::Text { text, .. } = block.document.source() else { return Vec::new() };
    block.compiled.rules.iter().map(|rule| rule.at.of(text)).collect()
}
