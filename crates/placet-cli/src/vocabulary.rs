//! `placet vocabulary`: shows vocabularies, and checks that a new version still knows every old
//! token.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::{Value as Json, json};

use super::inputs;
use super::outputs::to_file_or_stdout;
use super::project::vocabularies::library;
use super::ui::{BOLD, DIM, Exit, Failure, GREEN, Outcome, RED, Ui, YELLOW, paint};
use placet::check::library::Library;
use placet::diag::Source;
use placet::document::Report;
use placet::document::vocabulary::to_json;
use placet::model::vocabulary::{Attribute, Vocabulary};
use placet::model::vocabulary_bytes::Declaration;
use placet::syntax::parse::parse;

/// Lists, shows and compares vocabularies.
///
/// A vocabulary is given by its name in `use`, or by the file that declares it.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  placet vocabulary show momento
  placet vocabulary check released/shop.placet shop.placet
  placet vocabulary export shop.placet --output shop.vocabulary")]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand, Debug)]
enum Command {
    /// Lists the vocabularies that come with Placet, and those of the project
    List,
    /// Shows the attributes, actions and roles of a vocabulary
    Show {
        /// A name such as `momento`, or a file
        vocabulary: String,
    },
    /// Proves that NEW only adds to OLD, so that every token made with OLD still means the same
    Check {
        /// The vocabulary that tokens have been made with: a name or a file
        old: String,
        /// The vocabulary to come: a name or a file
        new: String,
    },
    /// Writes a vocabulary for services that decide without reading policy files
    Export {
        /// A name such as `momento`, or a file
        vocabulary: String,
        /// `bytes`, which the deciding half reads, or `json`
        #[arg(long, value_name = "FORM", default_value = "bytes")]
        form: Form,
        /// The file to write, or `-` for standard output
        #[arg(long, value_name = "FILE", default_value = "-")]
        output: PathBuf,
    },
    /// Prints the fingerprint that new tokens carry: 16 bytes that identify all declarations
    Fingerprint {
        /// A name such as `momento`, or a file
        vocabulary: String,
    },
}

/// The forms of an exported vocabulary.
#[derive(clap::ValueEnum, Clone, Copy, Debug)]
enum Form {
    /// For `Vocabulary::from_bytes`
    Bytes,
    /// For `document::vocabulary::from_json`, and for other programs
    Json,
}

/// # Errors
/// A file cannot be read, or there is no such vocabulary.
pub fn run(args: Args, ui: &Ui) -> Outcome {
    let shown = match args.command {
        Command::List => return list(ui),
        Command::Check { old, new } => {
            let (Some(old), Some(new)) = (find(ui, &old)?, find(ui, &new)?) else { return Ok(Exit::No) };
            return Ok(check(ui, &old, &new));
        }
        Command::Export { vocabulary, form, output } => {
            find(ui, &vocabulary)?.map(|found| export(ui, &found, form, &output)).transpose()?
        }
        Command::Show { vocabulary } => find(ui, &vocabulary)?.map(|found| show(ui, &found)),
        Command::Fingerprint { vocabulary } => find(ui, &vocabulary)?.map(|found| fingerprint(ui, &found)),
    };
    Ok(Exit::of(shown.is_some()))
}

/// The vocabulary of a name, or the only one that a file declares. `None`: the errors have been
/// shown.
fn find(ui: &Ui, given: &str) -> Result<Option<Arc<Vocabulary>>, Failure> {
    let Some(known) = library(ui, &[], None)? else { return Ok(None) };
    if let Some(found) = known.get(given) {
        return Ok(Some(Arc::clone(found)));
    }
    let path = Path::new(given);
    if given != "-" && !path.exists() {
        let known: Vec<_> = known.names().collect();
        return Err(Failure::new(format!("there is no vocabulary and no file `{given}`"))
            .help(format!("the vocabularies are `{}`", known.join("`, `"))));
    }
    let text = inputs::text(path)?;
    let mut library = Library::empty();
    if let Err(diagnostics) = parse(&text).and_then(|file| library.add(&file)) {
        ui.report(&Report { source: Source::text(given, text), diagnostics });
        return Ok(None);
    }
    match inputs::vocabularies(&library).as_slice() {
        [only] => Ok(Some(Arc::clone(only))),
        [] => Err(Failure::new(format!("`{given}` declares no vocabulary"))),
        [..] => Err(Failure::new(format!("`{given}` declares more than one vocabulary"))),
    }
}

fn list(ui: &Ui) -> Outcome {
    let Some(known) = library(ui, &[], None)? else { return Ok(Exit::No) };
    let all = inputs::vocabularies(&known);
    if ui.is_json() {
        ui.json(&all.iter().map(|vocabulary| head(vocabulary)).collect());
        return Ok(Exit::Yes);
    }
    for vocabulary in all {
        ui.line(format_args!(
            "{:<10} {:>2} attributes, {:>3} actions, {:>2} roles   {}",
            format!("{} {}", vocabulary.name(), vocabulary.version()),
            vocabulary.attributes().len(),
            vocabulary.actions().len(),
            vocabulary.roles().len(),
            vocabulary.fingerprint(),
        ));
    }
    Ok(Exit::Yes)
}

fn head(vocabulary: &Vocabulary) -> Json {
    json!({
        "name": vocabulary.name(),
        "version": vocabulary.version(),
        "fingerprint": vocabulary.fingerprint().to_string(),
        "attributes": vocabulary.attributes().len(),
        "actions": vocabulary.actions().len(),
        "roles": vocabulary.roles().len(),
    })
}

fn fingerprint(ui: &Ui, vocabulary: &Vocabulary) {
    let fingerprint = vocabulary.fingerprint().to_string();
    if ui.is_json() { ui.json(&json!({ "fingerprint": fingerprint })) } else { ui.line(fingerprint) }
}

fn export(ui: &Ui, vocabulary: &Vocabulary, form: Form, output: &Path) -> Result<(), Failure> {
    let bytes = match form {
        Form::Bytes => vocabulary.to_bytes(),
        Form::Json => (to_json(vocabulary) + "\n").into_bytes(),
    };
    to_file_or_stdout(ui, output, &bytes)
}

fn show(ui: &Ui, vocabulary: &Vocabulary) {
    let actions_of = |role: &placet::model::vocabulary::Role| -> Vec<&str> {
        role.actions.iter().filter_map(|action| vocabulary.action_name(*action)).collect()
    };
    if ui.is_json() {
        let attribute = |attribute: &Attribute| json!({ "name": attribute.name, "type": attribute.ty.to_string(), "lowercase": attribute.lowercase, "optional": attribute.optional });
        let mut json = head(vocabulary);
        json["attributes"] = vocabulary.attributes().iter().map(attribute).collect();
        json["actions"] = json!(vocabulary.actions());
        json["roles"] =
            vocabulary.roles().iter().map(|role| json!({ "name": role.name, "actions": actions_of(role) })).collect();
        return ui.json(&json);
    }
    ui.line(paint(ui.colour, BOLD, format_args!("{} {}", vocabulary.name(), vocabulary.version())));
    ui.line(paint(ui.colour, DIM, format_args!("fingerprint {}", vocabulary.fingerprint())));
    ui.line("\nattributes");
    for attribute in vocabulary.attributes() {
        ui.line(format_args!("  {}", declared(attribute)));
    }
    ui.line("\nactions");
    ui.line(wrapped(vocabulary.actions().iter().map(String::as_str)));
    ui.line("\nroles");
    for role in vocabulary.roles() {
        ui.line(format_args!("  {}\n{}", role.name, wrapped(actions_of(role).into_iter())));
    }
}

fn declared(Attribute { name, ty, lowercase, optional }: &Attribute) -> String {
    let mark = |is_marked: bool, word| if is_marked { word } else { "" };
    format!("{name}: {ty}{}{}", mark(*lowercase, " lowercase"), mark(*optional, " optional"))
}

/// Words between commas, in lines that fit a terminal.
fn wrapped<'w>(words: impl Iterator<Item = &'w str>) -> String {
    let mut text = String::new();
    let mut line = String::from("    ");
    for word in words {
        if line.len() + word.len() > 96 && line.len() > 4 {
            text.push_str(line.trim_end());
            text.push('\n');
            line = String::from("    ");
        }
        line.push_str(word);
        line.push_str(", ");
    }
    text.push_str(line.trim_end().trim_end_matches(','));
    text
}

fn name_of<'v>(declaration: &Declaration<'v>) -> &'v str {
    match declaration {
        Declaration::Attribute(attribute) => &attribute.name,
        Declaration::Action(name) => name,
    }
}

const fn kind_of(declaration: &Declaration<'_>) -> &'static str {
    match declaration {
        Declaration::Attribute(_) => "attribute",
        Declaration::Action(_) => "action",
    }
}

fn is_same(one: &Declaration<'_>, other: &Declaration<'_>) -> bool {
    kind_of(one) == kind_of(other) && name_of(one) == name_of(other)
}

/// All declarations, in order.
fn log(vocabulary: &Vocabulary) -> Vec<Declaration<'_>> {
    vocabulary.declarations().collect()
}

fn check(ui: &Ui, old: &Vocabulary, new: &Vocabulary) -> Exit {
    let grows = new.state(old.fingerprint()).is_some();
    let breaks = if grows { Vec::new() } else { breaks(old, new) };
    let added = if grows { log(new).split_off(log(old).len()) } else { Vec::new() };
    let notes: Vec<_> =
        added.iter().filter_map(note).chain(younger_actions(&added)).chain(role_notes(old, new)).collect();
    if ui.is_json() {
        let added: Vec<_> = added.iter().map(|one| json!({ "kind": kind_of(one), "name": name_of(one) })).collect();
        ui.json(&json!({ "append_only": grows, "breaks": breaks, "added": added, "notes": notes }));
        return Exit::of(grows);
    }
    let name = format!("`{} {}`", new.name(), new.version());
    match (grows, added.len()) {
        (true, 0) => ui.line(format_args!("{}: {name} declares the same", paint(ui.colour, GREEN, "yes"))),
        (true, _) => {
            ui.line(format_args!(
                "{}: {name} only adds; tokens made with the old one stay valid",
                paint(ui.colour, GREEN, "yes")
            ));
        }
        (false, _) => {
            ui.line(format_args!(
                "{}: tokens made with the old one would become unknown to {name}",
                paint(ui.colour, RED, "no")
            ));
        }
    }
    for line in &breaks {
        ui.line(format_args!("  {line}"));
    }
    for one in &added {
        ui.line(format_args!("  added: {} `{}`", kind_of(one), name_of(one)));
    }
    for line in &notes {
        ui.line(format_args!("  {}: {line}", paint(ui.colour, YELLOW, "note")));
    }
    if !grows {
        ui.line("  a vocabulary grows at its end only: put new declarations after all others, and leave the others as they are");
    }
    Exit::of(grows)
}

/// The reasons why `new` does not continue `old`.
fn breaks(old: &Vocabulary, new: &Vocabulary) -> Vec<String> {
    let mut found = Vec::new();
    if old.name() != new.name() {
        found.push(format!("renamed: `{}` is now `{}`", old.name(), new.name()));
    }
    if old.version() != new.version() {
        let why = "a new version number is a new vocabulary";
        found.push(format!("version: {} is now {}; {why}", old.version(), new.version()));
    }
    let (old, new) = (log(old), log(new));
    for declaration in &old {
        found.extend(changed(declaration, new.iter().find(|other| is_same(other, declaration))));
    }
    found.extend(moved(&old, &new));
    found
}

fn changed(old: &Declaration, new: Option<&Declaration<'_>>) -> Option<String> {
    match (old, new) {
        (old, None) => Some(format!("removed: {} `{}`", kind_of(old), name_of(old))),
        (Declaration::Attribute(old), Some(Declaration::Attribute(new))) if old.ty != new.ty => {
            Some(format!("type changed: `{}` was {}, is {}", old.name, old.ty, new.ty))
        }
        (Declaration::Attribute(old), Some(Declaration::Attribute(new))) if old.optional != new.optional => {
            let words = |optional: bool| if optional { "optional" } else { "required" };
            Some(format!("`{}` was {}, is {}", old.name, words(old.optional), words(new.optional)))
        }
        (Declaration::Attribute(old), Some(Declaration::Attribute(new))) if old.lowercase != new.lowercase => {
            let words = |lowercase: bool| if lowercase { "`lowercase`" } else { "in any case" };
            Some(format!("`{}` was {}, is {}", old.name, words(old.lowercase), words(new.lowercase)))
        }
        (_, Some(_)) => None,
    }
}

/// Declarations that both have in different places: something was inserted, or the order was
/// changed.
fn moved(old: &[Declaration<'_>], new: &[Declaration<'_>]) -> Vec<String> {
    let mut found = Vec::new();
    let mut number = 0;
    let kept: Vec<&Declaration> = old.iter().filter(|one| new.iter().any(|other| is_same(other, one))).collect();
    let mut expected = kept.iter().peekable();
    for declaration in new {
        let is_old = kept.iter().any(|one| is_same(one, declaration));
        if !is_old {
            if let Some(next) = expected.peek() {
                found.push(format!(
                    "inserted: {} `{}` is before `{}`",
                    kind_of(declaration),
                    name_of(declaration),
                    name_of(next)
                ));
            }
            continue;
        }
        number += 1;
        if let Some(next) = expected.next()
            && !is_same(next, declaration)
        {
            found.push(format!(
                "reordered: {} {number} was `{}`, is `{}`",
                "declaration",
                name_of(next),
                name_of(declaration)
            ));
            break;
        }
    }
    found
}

fn note(added: &Declaration<'_>) -> Option<String> {
    match added {
        Declaration::Attribute(attribute) if !attribute.optional => Some(format!(
            "`{}` is required: requests that lack it will be refused, so fill it everywhere first, or declare it optional",
            attribute.name
        )),
        Declaration::Attribute(_) | Declaration::Action(_) => None,
    }
}

/// What existing tokens permit of the added actions.
fn younger_actions(added: &[Declaration<'_>]) -> Option<String> {
    let actions = added.iter().any(|one| matches!(one, Declaration::Action(_)));
    actions.then(|| "tokens made with the old one permit none of the added actions; mint new ones for that".to_owned())
}

/// Roles exist only while compiling: a change of one touches new tokens, and leaves existing ones
/// as they are.
fn role_notes(old: &Vocabulary, new: &Vocabulary) -> Vec<String> {
    let actions = |vocabulary: &Vocabulary, role: &placet::model::vocabulary::Role| -> Vec<String> {
        role.actions.iter().filter_map(|action| vocabulary.action_name(*action).map(str::to_owned)).collect()
    };
    let changed = old.roles().iter().filter_map(|role| match new.role(&role.name) {
        None => Some(format!("role `{}` is gone: policies that use it no longer compile", role.name)),
        Some(other) if actions(old, role) != actions(new, other) => {
            Some(format!("role `{}` has other actions: new tokens grant those, old tokens keep theirs", role.name))
        }
        Some(_) => None,
    });
    changed.collect()
}
