//! `placet init`: writes the files of a new project, which pass `check`, `test` and `fuzz` at once.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::json;

use super::outputs::{Existing, Secrecy, write};
use super::project::FILE;
use super::ui::{Exit, Failure, Outcome, Ui};
use crate::limits::NAME_BYTES;
use placet::check::library::Library;
use placet::visible::excerpt;

/// Begins a project: a vocabulary, a policy with its cases, `placet.toml`, and a workflow for CI.
///
/// Existing files are never changed. The new files say what to do with them; `placet check`,
/// `placet test` and the workflow's `placet fuzz` pass at once.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  placet init
  placet init my_service
  placet init . --name shop")]
pub struct Args {
    /// The folder of the project; it is made if it does not exist
    #[arg(value_name = "DIRECTORY", default_value = ".")]
    directory: PathBuf,

    /// The name of the vocabulary, instead of the folder's name
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
}

/// The files and their contents; `@NAME@` is the name of the vocabulary.
const FILES: [(&str, &str); 5] = [
    (FILE, include_str!("placet.toml.in")),
    ("vocabulary/@NAME@.placet", include_str!("vocabulary.placet.in")),
    ("policies/access.placet", include_str!("access.placet.in")),
    ("policies/access.cases", include_str!("access.cases.in")),
    (".github/workflows/placet.yml", include_str!("workflow.yml.in")),
];

const IGNORED: &str = ".gitignore";
const KEYS: &str = "*.keys";

/// # Errors
/// One of the files exists, the name is not valid, or a file cannot be written.
pub fn run(args: Args, ui: &Ui) -> Outcome {
    let name = name(&args)?;
    let files = FILES.map(|(path, text)| (args.directory.join(filled(path, &name)), filled(text, &name)));
    let there: Vec<_> = files.iter().filter(|(path, _)| path.exists()).map(|(path, _)| shown(path)).collect();
    if !there.is_empty() {
        let (verb, them) = if there.len() == 1 { ("exists", "it") } else { ("exist", "them") };
        return Err(Failure::new(format!("{} {verb} already, and nothing was written", there.join(", ")))
            .help(format!("move {them} away, or name another folder: `placet init DIRECTORY`")));
    }
    let mut written = Vec::new();
    for (path, text) in &files {
        put(path, text)?;
        written.push(shown(path));
    }
    let ignored = args.directory.join(IGNORED);
    let keeps_keys_out = ignores_keys(&ignored);
    if !ignored.exists() {
        put(&ignored, &format!("# Keys are secrets.\n{KEYS}\n"))?;
        written.push(shown(&ignored));
    } else if !keeps_keys_out {
        ui.warning(format_args!("{} exists and is left alone: add the line `{KEYS}` to it", shown(&ignored)));
    }
    tell(ui, &args.directory, &name, &written);
    Ok(Exit::Yes)
}

fn tell(ui: &Ui, directory: &Path, name: &str, written: &[String]) {
    if ui.is_json() {
        let files: Vec<_> = written.iter().map(|path| path.trim_matches('`')).collect();
        return ui.json(&json!({ "name": name, "written": files }));
    }
    written.iter().for_each(|path| ui.line(format_args!("written {path}")));
    let go = if directory == Path::new(".") { String::new() } else { format!("  cd {}\n", directory.display()) };
    ui.note(format_args!(
        "\nnext:\n{go}  placet check\n  placet test\n  placet keygen --local\n  placet mint policies/access.placet --with \
         tenant=acme --with user=ann"
    ));
}

/// The name of the vocabulary: the given one, or one made from the folder's name.
fn name(args: &Args) -> Result<String, Failure> {
    let name = match &args.name {
        Some(name) => name.clone(),
        None => name_of(&args.directory),
    };
    let is_word = name.chars().all(|part| part.is_ascii_alphanumeric() || part == '_');
    if name.is_empty() || !is_word || name.starts_with(|first: char| first.is_ascii_digit()) || name.len() > NAME_BYTES
    {
        return Err(Failure::new(format!("`{}` cannot be the name of a vocabulary", excerpt(&name)))
            .help("a name has ASCII letters, digits and `_`, and does not begin with a digit: `--name shop`"));
    }
    if Library::built_in().get(&name).is_some() || name == "access" {
        return Err(Failure::new(format!("the name `{name}` is taken")).help("choose another one: `--name shop`"));
    }
    Ok(name)
}

/// `my-service` becomes `my_service`; a name with no usable character becomes `service`.
fn name_of(directory: &Path) -> String {
    let real = fs::canonicalize(directory).unwrap_or_else(|_| directory.to_owned());
    let folder = real.file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
    let word: String = folder.chars().map(|part| if part.is_ascii_alphanumeric() { part } else { '_' }).collect();
    let word: String = word.trim_matches('_').chars().take(NAME_BYTES).collect();
    let is_taken = Library::built_in().get(&word).is_some() || word == "access";
    match word.chars().next() {
        Some(first) if first.is_ascii_alphabetic() && !is_taken => word,
        _ => "service".to_owned(),
    }
}

fn filled(text: &str, name: &str) -> String {
    text.replace("@NAME@", name)
}

fn put(path: &Path, text: &str) -> Result<(), Failure> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)
            .map_err(|error| Failure::new(format!("cannot make `{}`: {error}", folder.display())))?;
    }
    write(path, text.as_bytes(), Secrecy::Open, Existing::Keep)
}

fn ignores_keys(path: &Path) -> bool {
    fs::read_to_string(path).is_ok_and(|text| text.lines().any(|line| line.trim() == KEYS))
}

fn shown(path: &Path) -> String {
    let path = path.strip_prefix(".").unwrap_or(path);
    format!("`{}`", path.display())
}
