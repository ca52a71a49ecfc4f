//! The page of a diagnostic's code, for `placet explain E0404`.

use serde_json::json;

use super::terminal::wrap;
use super::ui::{BOLD, DIM, Exit, Failure, Outcome, RED, Ui, YELLOW, paint};
use placet::check::library::Library;
use placet::diag::code::Code;
use placet::diag::page::Entry;
use placet::diag::{Diagnostic, Severity, Source};
use placet::document::findings;

/// Whether a text is written like a code: `E0404`, `w0115`.
#[must_use]
pub fn is_like_code(text: &str) -> bool {
    let digits = text.strip_prefix(['E', 'e', 'W', 'w']);
    digits.is_some_and(|digits| digits.len() == 4 && digits.bytes().all(|digit| digit.is_ascii_digit()))
}

/// Prints the page of a code.
///
/// # Errors
/// There is no such code.
pub fn explain(ui: &Ui, text: &str) -> Outcome {
    let id = text.to_uppercase();
    let Some(code) = Code::ALL.iter().copied().find(|code| code.id() == id) else {
        return Err(Failure::new(format!("there is no code `{id}`")).help("`placet explain --list` shows all codes"));
    };
    let Entry { example, said } = Entry::of(code, find);
    if ui.is_json() {
        ui.json(&json!({
            "code": code.id(), "severity": code.severity().word(), "title": code.title(),
            "example": example, "said": said, "remedy": code.remedy(),
        }));
        return Ok(Exit::Yes);
    }
    ui.line(format_args!("{}: {}", head(ui, code), paint(ui.colour, BOLD, code.title())));
    section(ui, "example", &example);
    section(ui, "the message", said.trim_end());
    section(ui, "the way out", &wrap(code.remedy(), 2).replace("\n  ", "\n"));
    Ok(Exit::Yes)
}

/// Prints all codes with their titles.
pub fn list(ui: &Ui) -> Exit {
    if ui.is_json() {
        let row = |code: &Code| json!({ "code": code.id(), "severity": code.severity().word(), "title": code.title() });
        ui.json(&Code::ALL.iter().map(row).collect());
        return Exit::Yes;
    }
    Code::ALL.iter().for_each(|code| ui.line(format_args!("{}  {}", code.id(), code.title())));
    Exit::Yes
}

fn find(text: &str) -> (Vec<Diagnostic>, Source) {
    let report = findings("example.placet", text, Library::built_in());
    (report.diagnostics, report.source)
}

/// `error[E0404]`
fn head(ui: &Ui, code: Code) -> String {
    let colour = match code.severity() {
        Severity::Error => RED,
        Severity::Warning => YELLOW,
    };
    paint(ui.colour, colour, format_args!("{}[{}]", code.severity().word(), code.id()))
}

fn section(ui: &Ui, title: &str, text: &str) {
    ui.line(format_args!("\n{}", paint(ui.colour, DIM, title)));
    text.lines().for_each(|line| ui.line(format_args!("  {line}").to_string().trim_end()));
}
