//! `placet warp10 keys`: makes keys, and writes keys in another spelling.

use std::path::{Path, PathBuf};

use clap::{Subcommand, ValueEnum};
use data_encoding::{BASE64, HEXLOWER};
use serde_json::json;
use zeroize::Zeroizing;

use crate::inputs;
use crate::outputs::{Existing, Secrecy, write};
use crate::ui::{Exit, Failure, Outcome, Ui};
use placet::token::keys::{Randomness, SystemRandom};
use placet_warp10::keys::decode_key;

/// Makes the keys of a Warp 10, or writes a key in another spelling.
///
/// Keys go to files that only their owner can read, never to standard output, and are never taken
/// from the command line.
#[derive(clap::Args, Debug)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand, Debug)]
enum Command {
    /// Makes a file with new keys: 256 bits for AES, 128 bits for each hash
    New {
        /// The file to write
        #[arg(long, value_name = "FILE")]
        out: PathBuf,

        /// Replace a file that exists; its keys are lost
        #[arg(long)]
        force: bool,
    },
    /// Writes a key in another spelling: a key that is `argon2id:…` is derived
    Convert {
        /// A file that holds one key (`hex:…`, `base64:…`, `argon2id:BITS:…`), or `-` for standard
        /// input
        file: PathBuf,

        /// The spelling
        #[arg(long, value_enum, default_value_t)]
        to: Spelling,

        /// The file to write
        #[arg(long, value_name = "FILE")]
        out: PathBuf,

        /// Replace a file that exists
        #[arg(long)]
        force: bool,
    },
}

/// How a key is written.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum Spelling {
    /// `hex:…`
    #[default]
    Hex,
    /// `base64:…`, with `%3D` for `=` as a configuration wants it
    Base64,
}

/// # Errors
/// A file cannot be read, exists already, or cannot be written; a key is not valid; or there is no
/// randomness.
pub fn run(args: Args, ui: &Ui) -> Outcome {
    match args.command {
        Command::New { out, force } => {
            let text = new_keys().map_err(|error| Failure::new(error.to_string()))?;
            save(&out, &text, force)?;
            ui.note(format_args!("`{}` holds new keys: anyone who has them can mint", out.display()));
            written(ui, &out);
        }
        Command::Convert { file, to, out, force } => {
            let text = Zeroizing::new(inputs::text(&file)?);
            let key = decode_key(text.trim()).map_err(|error| Failure::new(error.to_string()))?;
            save(&out, &spelled(&key, to), force)?;
            ui.note(format_args!("`{}` holds the key, of {} bits", out.display(), key.len() * 8));
            written(ui, &out);
        }
    }
    Ok(Exit::Yes)
}

fn written(ui: &Ui, out: &Path) {
    if ui.is_json() {
        ui.json(&json!({ "written": out.display().to_string() }));
    }
}

fn save(out: &Path, text: &str, force: bool) -> Result<(), Failure> {
    if out == Path::new("-") {
        return Err(Failure::new("a key is not written to standard output").help("name a file: --out FILE"));
    }
    let existing = if force { Existing::Replace } else { Existing::Keep };
    write(out, text.as_bytes(), Secrecy::Secret, existing).map_err(|failure| failure.help("`--force` replaces it"))
}

fn spelled(key: &[u8], spelling: Spelling) -> Zeroizing<String> {
    Zeroizing::new(match spelling {
        Spelling::Hex => format!("hex:{}\n", *Zeroizing::new(HEXLOWER.encode(key))),
        Spelling::Base64 => format!("base64:{}\n", Zeroizing::new(BASE64.encode(key)).replace('=', "%3D")),
    })
}

/// All keys that the tools of a Warp 10 need.
fn new_keys() -> Result<Zeroizing<String>, placet::token::keys::RandomnessError> {
    let mut text = Zeroizing::new(String::new());
    for (name, bytes) in NAMES {
        let mut key = Zeroizing::new(vec![0; bytes]);
        SystemRandom.fill(&mut key)?;
        text.push_str(&format!("{name} = "));
        text.push_str(&spelled(&key, Spelling::Hex));
    }
    Ok(text)
}

const NAMES: [(&str, usize); 5] = [
    ("warp.aes.token", 32),
    ("warp.hash.token", 16),
    ("warp.hash.app", 16),
    ("warp.hash.class", 16),
    ("warp.hash.labels", 16),
];
