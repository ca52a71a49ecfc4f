//! `placet fmt`: the canonical text of policy files, and the map form.

use std::path::{Path, PathBuf};

use clap::ValueEnum;
use serde_json::{Value as Json, json};

use super::inputs;
use super::outputs::{Existing, LockedFile, Secrecy};
use super::ui::{Exit, Failure, Outcome, Ui};
use placet::diag::Source;
use placet::document::Report;
use placet::syntax::{map, parse, print};

/// Writes policy files in their canonical form.
///
/// The files are changed in place; comments stay. Names and types are not checked: `placet check`
/// does that.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  placet fmt policies
  placet fmt --check policies
  placet fmt --to json tenant.placet > tenant.json
  placet fmt - < new.placet")]
pub struct Args {
    /// Policy files, directories with `.placet` files, or `-` for standard input; a name that ends
    /// in `.json` is the map form
    #[arg(required = true)]
    files: Vec<PathBuf>,

    /// Change nothing; list the files that would change, and exit with 1 if there are any
    #[arg(long, conflicts_with_all = ["stdout", "to"])]
    check: bool,

    /// Print to standard output and leave the files as they are
    #[arg(long)]
    stdout: bool,

    /// Print one file in the other form: the map form, or text
    #[arg(long, value_enum, value_name = "FORM")]
    to: Option<Form>,
}

/// The two forms of a policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Form {
    /// The map form, for scripting hosts; comments are lost.
    Json,
    /// The language.
    Text,
}

/// # Errors
/// A file cannot be read or written.
pub fn run(args: Args, ui: &Ui) -> Outcome {
    if let Some(form) = args.to {
        return convert(ui, &args.files, form);
    }
    let mut tally = Tally::default();
    for path in inputs::expand(&args.files, "placet")? {
        format(ui, &args, &path, &mut tally)?;
    }
    if ui.is_json() {
        let Tally { changed, same, broken, texts } = &tally;
        ui.json(&json!({ "changed": changed, "same": same, "broken": broken, "texts": texts }));
    }
    Ok(Exit::of(tally.broken.is_empty() && (!args.check || tally.changed.is_empty())))
}

/// The files by outcome.
#[derive(Default)]
struct Tally {
    changed: Vec<String>,
    same: usize,
    broken: Vec<String>,
    /// The texts to print as JSON.
    texts: Vec<Json>,
}

fn format(ui: &Ui, args: &Args, path: &Path, tally: &mut Tally) -> Result<(), Failure> {
    let name = inputs::name(path);
    let prints = args.stdout || (path == Path::new("-") && !args.check);
    let file = if prints || args.check { None } else { Some(LockedFile::open(path)?) };
    let text = inputs::text(path)?;
    let read = if inputs::is_map(path) { of_map(&name, &text) } else { of_text(&name, &text) };
    let canonical = match read {
        Ok(canonical) => canonical,
        Err(report) => {
            ui.warn(&report);
            tally.broken.push(name);
            return Ok(());
        }
    };
    match prints {
        true if ui.is_json() => tally.texts.push(json!({ "file": name, "text": canonical })),
        true => ui.text(&canonical),
        false => {}
    }
    if canonical == text {
        tally.same += 1;
        return Ok(());
    }
    if let Some(file) = file {
        file.write(canonical.as_bytes(), Secrecy::Open, Existing::Replace)?;
    }
    if !prints && !ui.is_json() {
        let what = if args.check { "would change" } else { "changed" };
        ui.line(format_args!("{what}: {name}"));
    }
    tally.changed.push(name);
    Ok(())
}

fn of_text(name: &str, text: &str) -> Result<String, Report> {
    print::format(text).map_err(|diagnostics| Report { source: Source::text(name, text), diagnostics })
}

/// The map form keeps its keys and their order; only blanks change.
fn of_map(name: &str, text: &str) -> Result<String, Report> {
    let broken = |found| Report { source: Source::text(name, text), diagnostics: vec![found] };
    let value = map::from_json_text(text).map_err(broken)?;
    map::from_map_text(name, text, &value).map_err(|(diagnostics, source)| Report { source, diagnostics })?;
    Ok(print::with_line_ends_of(text, format!("{value:#}\n")))
}

fn convert(ui: &Ui, files: &[PathBuf], form: Form) -> Outcome {
    let [path] = files else { return Err(Failure::new("`--to` takes one file")) };
    let name = inputs::name(path);
    let text = inputs::text(path)?;
    // Only a map begins with a brace, and only text can begin with something else.
    let read = if text.trim_start_matches('\u{feff}').trim_start().starts_with('{') {
        map::from_json_text(&text)
            .map_err(|found| Report { source: Source::text(&name, &text), diagnostics: vec![found] })
            .and_then(|value| {
                map::from_map_text(&name, &text, &value).map_err(|(diagnostics, source)| Report { source, diagnostics })
            })
            .map(|(file, _)| file)
    } else {
        parse::parse(&text).map_err(|diagnostics| Report { source: Source::text(&name, &text), diagnostics })
    };
    match (read, form) {
        (Ok(file), Form::Text) if ui.is_json() => ui.json(&json!({ "text": print::print(&file) })),
        (Ok(file), Form::Text) => ui.text(print::print(&file)),
        (Ok(file), Form::Json) => {
            let map = serde_json::to_string_pretty(&map::to_map(&file))
                .map_err(|error| Failure::new(format!("the map cannot be written: {error}")))?;
            ui.json_text(&map);
        }
        (Err(report), _) => {
            ui.report(&report);
            return Ok(Exit::No);
        }
    }
    Ok(Exit::Yes)
}
