//! How commands print: text for people or JSON for programs, exit codes, failures.

use std::fmt;
use std::io::{self, IsTerminal, Write, stderr, stdout};
use std::process::ExitCode;
use std::sync::{Mutex, OnceLock, PoisonError};

use clap::ValueEnum;
use indicatif::{ProgressBar, ProgressStyle};

use serde_json::json;

pub use super::colour::{BOLD, Colours, DIM, GREEN, RED, YELLOW, paint};
use super::finding::without_commands;
use super::terminal::{columns, fold, known_columns};
use placet::diag::render::{self, Terminal};
use placet::diag::{Diagnostic, DiagnosticCode, Source};
use placet::document::Report;
use placet::model::verdict::Refusal;
use placet::visible::{self, escaped, excerpt, screened};

/// The format of standard output.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    #[default]
    Text,
    /// For programs.
    Json,
    /// For people, with annotations of GitHub's workflows; of `check` and `test`.
    Github,
    /// A SARIF document; of `check` and `test`.
    Sarif,
}

impl Format {
    /// Whether only commands that look for mistakes have it.
    #[must_use]
    pub const fn is_of_findings(self) -> bool {
        match self {
            Self::Text | Self::Json => false,
            Self::Github | Self::Sarif => true,
        }
    }
}

/// How a command ends when it could do its work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// Yes: allowed, passed, nothing found.
    Yes = 0,
    /// No: denied, refused, tests failed, errors found.
    No = 1,
    /// The work could not be done, and the reason has been shown: for example, a policy has errors.
    CouldNot = 2,
}

impl Exit {
    /// `Yes` if it holds.
    #[must_use]
    pub const fn of(holds: bool) -> Self {
        if holds { Self::Yes } else { Self::No }
    }
}

/// Why a command could not do its work (exit code 2): what, and the way out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    message: String,
    help: Option<String>,
    /// Shown instead if the mistake has a place in a source.
    report: Option<Report>,
}

impl Failure {
    /// The message on one line: the text that it quotes cannot add lines of its own.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: escaped(&message.into()).to_string(), help: None, report: None }
    }

    /// The message, and one of our own pages below it.
    #[must_use]
    pub fn with_page(message: impl fmt::Display, page: &str) -> Self {
        Self { message: format!("{}\n{page}", escaped(&message.to_string())), help: None, report: None }
    }

    /// The error with its place in a source.
    pub fn of(report: Report) -> Self {
        let message = report.diagnostics.first().map_or_else(String::new, |found| found.message.clone());
        Self { report: Some(report), ..Self::new(message) }
    }

    /// The message.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Adds the way out.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error: {}", self.message)?;
        self.help.iter().try_for_each(|help| write!(f, "\n  help: {help}"))
    }
}

/// The result of a command.
pub type Outcome = Result<Exit, Failure>;

/// The first failure to print. It belongs to the process, as the streams do.
static LOST: OnceLock<(&str, io::Error)> = OnceLock::new();

/// The first code that people were shown: at the end of the command they are told where to read on.
static FIRST_CODE: OnceLock<&str> = OnceLock::new();

/// The diagnostics of a command that prints JSON: they are one document, whether one file has them
/// or many.
static REPORTED: Mutex<Vec<serde_json::Value>> = Mutex::new(Vec::new());

/// The terminal, or whatever replaces it.
///
/// A failure to print is remembered: [`Ui::exit`] turns it into exit code 2, and a command that
/// prints without an end asks [`Ui::is_cut_off`]. Nothing is printed after it, so the output is cut
/// off and has no gaps.
#[derive(Clone, Copy, Debug)]
pub struct Ui {
    /// Text or JSON.
    pub format: Format,
    /// Whether standard output is a terminal.
    pub terminal: bool,
    /// Whether standard output takes colours.
    pub colour: bool,
    /// Whether standard error takes colours.
    pub error_colour: bool,
}

impl Ui {
    /// Prints in this format, with colours if `colours` says so.
    #[must_use]
    pub fn new(format: Format, colours: Colours) -> Self {
        let terminal = stdout().is_terminal();
        let error_colour = colours.are_wanted(stderr().is_terminal());
        Self { format, terminal, colour: colours.are_wanted(terminal), error_colour }
    }

    /// Whether JSON was asked for.
    #[must_use]
    pub fn is_json(&self) -> bool {
        self.format == Format::Json
    }

    /// Prints a line to standard output, folded if it is wider than the terminal; to standard error
    /// if the output is a document of findings.
    pub fn line(&self, line: impl fmt::Display) {
        let line = Self::fitting(line.to_string());
        match self.format {
            Format::Text | Format::Json => _ = self.printed(|out| writeln!(out, "{}", screened(&line, self.colour))),
            Format::Github => self.raw_line(&without_commands(&screened(&line, self.colour))),
            Format::Sarif => self.note(line),
        }
    }

    /// Prints a line to standard output that a program reads.
    pub fn raw_line(&self, line: &str) {
        self.printed(|out| writeln!(out, "{line}"));
    }

    /// A line that fits the terminal. A pipe takes lines as long as they are.
    fn fitting(line: String) -> String {
        match known_columns() {
            Some(_) => fold(&line, columns()).into_owned(),
            None => line,
        }
    }

    /// Prints text to standard output that is data: as it is for a file or a program, and
    /// [`screened`] on a terminal.
    pub fn text(&self, text: impl fmt::Display) {
        let text = text.to_string();
        let text = if self.terminal { screened(&text, false) } else { text.as_str().into() };
        self.printed(|out| write!(out, "{text}"));
    }

    /// Prints bytes as they are to standard output.
    pub fn bytes(&self, bytes: &[u8]) {
        self.printed(|out| out.write_all(bytes));
    }

    /// Prints with `print`, unless something before could not be printed. Says whether it could.
    pub fn printed(&self, print: impl FnOnce(&mut io::StdoutLock<'static>) -> io::Result<()>) -> bool {
        if self.is_cut_off() {
            return false;
        }
        self.arrived(print(&mut stdout().lock()))
    }

    /// Remembers a failure to print to standard output by other means than these. Says whether it
    /// could.
    #[must_use]
    pub fn arrived(&self, printed: io::Result<()>) -> bool {
        printed.map_err(|error| lose("standard output", error)).is_ok()
    }

    /// Whether something could not be printed: later output would be lost too.
    #[must_use]
    pub fn is_cut_off(&self) -> bool {
        LOST.get().is_some()
    }

    /// The exit code of a command: 2 if it could not do its work, or could not print the result. A
    /// pipe whose reader has gone needs no message.
    #[must_use]
    pub fn exit(&self, outcome: Outcome) -> ExitCode {
        if let Err(failure) = &outcome {
            self.failed(failure);
        }
        match self.take_reported() {
            none if none.is_empty() => {}
            reported => self.json(&reported.into()),
        }
        if let Some(code) = FIRST_CODE.get() {
            self.note(format_args!("`placet explain {code}` tells more"));
        }
        self.close_annotations(outcome.as_ref().err());
        self.printed(Write::flush);
        match (LOST.get(), outcome) {
            (None, Ok(exit)) => ExitCode::from(exit as u8),
            (None, Err(_)) => ExitCode::from(2),
            (Some((stream, error)), _) => {
                if error.kind() != io::ErrorKind::BrokenPipe {
                    let _ = writeln!(stderr(), "{}", Failure::new(format!("cannot write to {stream}: {error}")));
                }
                ExitCode::from(2)
            }
        }
    }

    /// Prints a JSON value in one line to standard output.
    pub fn json(&self, value: &serde_json::Value) {
        self.json_text(&value.to_string());
    }

    /// Prints the text of a JSON value, and a line end, to standard output.
    pub fn json_text(&self, text: &str) {
        self.printed(|out| writeln!(out, "{}", visible::json(text)));
    }

    /// Prints lines to standard error as they are: pictures of diagnostics, which know their width,
    /// and JSON.
    fn drawn_note(&self, line: impl fmt::Display) {
        let mut line = line.to_string();
        if self.format == Format::Github {
            line = without_commands(&line);
        }
        let printed = writeln!(stderr(), "{}", screened(&line, self.error_colour));
        let _ = printed.map_err(|error| lose("standard error", error));
    }

    /// Prints a line to standard error, folded if it is wider than the terminal.
    pub fn note(&self, line: impl fmt::Display) {
        self.drawn_note(Self::fitting(line.to_string()));
    }

    /// Asks something on standard error; the answer is typed after it.
    pub fn prompt(&self, question: impl fmt::Display) {
        let asked = write!(stderr(), "{question}").and_then(|()| stderr().flush());
        let _ = asked.map_err(|error| lose("standard error", error));
    }

    /// Prints what clap says: help, or an error in the command line.
    #[must_use]
    pub fn usage(&self, definition: &mut clap::Command, said: clap::Error) -> ExitCode {
        let said = legible(definition).unwrap_or(said);
        if self.is_json() && said.use_stderr() {
            return self.exit(Err(misuse(&said)));
        }
        let stream = if said.use_stderr() { "standard error" } else { "standard output" };
        let _ = said.print().map_err(|error| lose(stream, error));
        match said.exit_code() {
            0 => self.exit(Ok(Exit::Yes)),
            _ => ExitCode::from(2),
        }
    }

    /// Prints diagnostics: to standard error for people; for programs they are kept until the command
    /// ends.
    pub fn report(&self, report: &Report) {
        if self.is_json() {
            let mut reported = REPORTED.lock().unwrap_or_else(PoisonError::into_inner);
            reported.extend(diagnostics(report));
        } else {
            self.drawn_note(self.picture(report, self.error_colour));
            self.annotate_all(report, None);
        }
    }

    /// The diagnostics that have been reported for programs and that no document has taken yet. What is
    /// left of them when the command ends is a document of its own.
    #[must_use]
    pub fn take_reported(&self) -> Vec<serde_json::Value> {
        std::mem::take(&mut *REPORTED.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Prints diagnostics to standard output, in one stream with what came before.
    pub fn report_here(&self, report: &Report) {
        if self.is_json() {
            return self.json(&diagnostics(report).into());
        }
        let picture = self.picture(report, self.colour);
        self.printed(|out| writeln!(out, "{}", screened(&picture, self.colour)));
    }

    /// Diagnostics with the lines they are about.
    #[must_use]
    pub fn picture(&self, report: &Report, colour: bool) -> String {
        if let Some(first) = report.diagnostics.first() {
            // Later ones are found in the same way.
            let _ = FIRST_CODE.set(first.code.id());
        }
        self.drawn(&report.diagnostics, &report.source, colour)
    }

    /// The same, of findings of any kind.
    #[must_use]
    pub fn drawn<K: DiagnosticCode>(&self, diagnostics: &[Diagnostic<K>], source: &Source, colour: bool) -> String {
        let terminal = Terminal { has_colors: colour, width: columns() };
        render::graphical(diagnostics, source, terminal).trim_end().to_owned()
    }

    /// Prints warnings to standard error, apart from the output.
    pub fn warn(&self, report: &Report) {
        if self.is_json() {
            self.drawn_note(visible::json(&render::json(&report.diagnostics, &report.source).to_string()));
        } else {
            self.drawn_note(self.picture(report, self.error_colour));
            self.annotate_all(report, None);
        }
    }

    /// Says that a token is refused, and why: to standard error for people, to standard output as
    /// JSON. That is a no.
    #[must_use]
    pub fn refused(&self, refusal: Refusal) -> Exit {
        self.no("refused", refusal.name(), &refusal)
    }

    /// Says no, with a word for programs and a message for people.
    pub fn no(&self, verdict: &str, cause: &str, message: &dyn fmt::Display) -> Exit {
        if self.is_json() {
            self.json(&json!({ "verdict": verdict, "cause": cause, "message": message.to_string() }));
        } else {
            self.note(format_args!("{}: {message}", paint(self.error_colour, RED, verdict)));
        }
        Exit::No
    }

    /// Says why a command could not do its work: to standard error, and to standard output as JSON.
    pub fn failed(&self, failure: &Failure) {
        match &failure.report {
            Some(report) => self.report(report),
            None if self.is_json() => {
                let mut error = json!({ "error": failure.message, "help": failure.help });
                let reported = self.take_reported();
                if !reported.is_empty() {
                    error["errors"] = reported.into();
                }
                self.json(&error);
            }
            None => self.note(failure),
        }
    }

    /// A warning to standard error.
    pub fn warning(&self, message: impl fmt::Display) {
        self.note(format_args!("{}: {message}", paint(self.error_colour, YELLOW, "warning")));
    }
}

/// An error of clap as a failure like any other: the first paragraph is the message, the rest the
/// way out.
fn misuse(said: &clap::Error) -> Failure {
    let text = said.render().to_string();
    let text = text.strip_prefix("error: ").unwrap_or(&text);
    let (message, rest) = text.split_once("\n\n").unwrap_or((text, ""));
    let line = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    Failure::new(line(message)).help(line(rest))
}

/// Clap's message about the same arguments with the long ones cut, if some must not be shown as
/// they came.
fn legible(definition: &mut clap::Command) -> Option<clap::Error> {
    let is_legible = |text: &String| excerpt(text).to_string() == *text;
    let arguments = std::env::args_os().map(|argument| argument.to_string_lossy().into_owned());
    let arguments: Vec<String> = arguments.collect();
    if arguments.iter().skip(1).all(is_legible) {
        return None;
    }
    let shown = arguments.iter().map(|argument| excerpt(argument).to_string());
    definition.try_get_matches_from_mut(shown).err()
}

/// The diagnostics of a report for programs.
fn diagnostics(report: &Report) -> Vec<serde_json::Value> {
    match render::json(&report.diagnostics, &report.source) {
        serde_json::Value::Array(diagnostics) => diagnostics,
        one => vec![one],
    }
}

fn lose(stream: &'static str, error: io::Error) {
    // The first error is the cause of the rest.
    let _ = LOST.set((stream, error));
}

/// `1 file`, `2 files`
#[must_use]
pub fn plural(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

/// A progress bar on standard error if that is a terminal, with a text such as `{pos} of {len}
/// mutants`. Without an end it spins.
#[must_use]
pub fn progress(end: Option<u64>, how_far: &str) -> ProgressBar {
    let template = format!("{{wide_bar}} {how_far}, {{eta}} left");
    let style = ProgressStyle::with_template(&template).unwrap_or_else(|_| ProgressStyle::default_bar());
    match end {
        Some(end) => ProgressBar::new(end).with_style(style),
        None => ProgressBar::new_spinner(),
    }
}
