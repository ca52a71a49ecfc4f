//! `placet test`: runs case files, and explains failures.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::{Value as Json, json};

use super::finding::{CASE, Finding};
use super::project::vocabularies::Libraries;
use super::project::{Project, given_or};
use super::terminal::{cut, wrap};
use super::time_args::{self, read_time};
use super::ui::{BOLD, DIM, Exit, Failure, GREEN, Outcome, RED, Ui, paint, plural};
use super::{coverage, inputs, mutants};
use placet::check::library::Library;
use placet::diag::Severity;
use placet::explain::Explanation;
use placet::model::time::Time;
use placet::program::literal;
use placet::syntax::cases::Expected;
use placet::token::verify::Scratch;
use placet::visible::escaped;
use placet_tools::fuzz::finding::unread;
use placet_tools::testing::coverage::Coverage;
use placet_tools::testing::{Case, Keys, Outcome as Decided, Suite, cases, jsonl};

/// Runs case files: requests with their expected verdicts.
///
/// Each case runs through the whole life of a token, once with a local and once with a public
/// throw-away key: compile, mint, read, verify, decide.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  placet test policies
  placet test policies/tenant.cases recorded.jsonl
  placet test policies --coverage --html coverage.html
  placet test policies/tenant.placet --mutate

A `.cases` file is in the folder of its policy file and has its name:
  token session(user: \"42\")
  at 2026-11-21T10:00:00Z
  allow          get { cache: \"profiles\", item: \"user/42/name\" }
  not_permitted  get { cache: \"profiles\", item: \"user/43/name\" }

`policy NAME` below the line of a token, before its first case, decides beside it: both must allow.")]
pub struct Args {
    /// `.cases` and `.jsonl` files, directories with such files, or policy files with cases beside
    /// them; without any, those of the project
    files: Vec<PathBuf>,

    #[command(flatten)]
    coverage: coverage::CoverageArgs,

    #[command(flatten)]
    mutants: mutants::MutantArgs,

    /// A file that declares vocabularies, in addition to the built-in ones and the project's; may
    /// be given several times
    #[arg(long = "vocabulary", value_name = "FILE")]
    vocabularies: Vec<PathBuf>,

    /// The time of cases that have none, instead of now
    #[arg(long, value_name = "TIME", value_parser = read_time, allow_negative_numbers = true)]
    now: Option<Time>,
}

/// # Errors
/// A file cannot be read.
pub fn run(args: Args, ui: &Ui) -> Outcome {
    let keys = Keys::ephemeral().map_err(|error| Failure::new(error.to_string()))?;
    let now = inputs::now(args.now);
    let mut results = Results::default();
    let files = case_files(&given_or(&args.files, Project::policies)?)?;
    let mut libraries = Libraries::new(ui, &args.vocabularies);
    for path in &files {
        let Some(library) = libraries.of(Some(path))? else { return Ok(Exit::No) };
        match load(ui, path, &library, now, &keys)? {
            Some(suite) => results.run(&suite, ui, args.coverage.is_any()),
            None => results.broken += 1,
        }
    }
    if args.mutants.is_any() {
        for path in &files {
            let Some(library) = libraries.of(Some(path))? else { return Ok(Exit::No) };
            results.mutants.run(ui, path, &library, now, &keys)?;
        }
    }
    results.close(ui, &args);
    args.coverage.write(ui, &results.coverage)?;
    let passed = results.failed == 0 && results.broken == 0 && results.passed > 0;
    let suffices = args.coverage.suffices(&results.coverage) && args.mutants.suffices(&results.mutants);
    Ok(Exit::of(passed && suffices))
}

/// The case files to run: all of a directory, or the one beside a policy file.
fn case_files(given: &[PathBuf]) -> Result<Vec<PathBuf>, Failure> {
    let mut files = Vec::new();
    for path in given {
        if path.is_dir() {
            let only = std::slice::from_ref(path);
            let cases = inputs::expand(only, "cases");
            let lines = inputs::expand(only, "jsonl");
            let before = files.len();
            files.extend(lines.unwrap_or_default());
            match cases {
                Err(failure) if files.len() == before => return Err(failure),
                cases => files.extend(cases.unwrap_or_default()),
            }
            files[before..].sort();
        } else if path.extension().is_some_and(|extension| extension == "placet") {
            files.push(path.with_extension("cases"));
        } else {
            files.push(path.clone());
        }
    }
    Ok(files)
}

/// Reads a case file. `None`: it has mistakes, which have been shown.
///
/// # Errors
/// It, or the policy file beside it, cannot be read.
pub fn load(ui: &Ui, path: &Path, library: &Library, now: Time, keys: &Keys) -> Result<Option<Suite>, Failure> {
    let text = inputs::text(path)?;
    let name = path.display().to_string();
    let suite = if path.extension().is_some_and(|extension| extension == "jsonl") {
        jsonl::load(&name, &text, library, now, keys)
    } else {
        let policy = inputs::beside(path)?;
        let Some(document) = inputs::document(ui, &policy, library, false)? else { return Ok(None) };
        cases::load(&name, &text, &Arc::new(document), now, keys)
    };
    match suite {
        Ok(suite) => Ok(Some(suite)),
        Err(report) => {
            ui.report(&report);
            Ok(None)
        }
    }
}

#[derive(Debug, Default)]
struct Results {
    passed: usize,
    failed: usize,
    /// Files with mistakes.
    broken: usize,
    coverage: Coverage,
    mutants: mutants::Scores,
    files: Vec<Json>,
}

impl Results {
    fn run(&mut self, suite: &Suite, ui: &Ui, coverage: bool) {
        let mut scratch = Scratch::new();
        let found: Vec<_> = suite.cases.iter().map(|case| suite.run(case, &mut scratch)).collect();
        if coverage {
            self.coverage.count(suite, &found);
        }
        let refusals = refusals(suite, &found);
        let failures = suite.cases.iter().zip(found).filter(|(case, found)| {
            // A case may expect what the policy promises not to do; then one of the two is wrong.
            !found.passes(case) || !suite.broken_promises(case).is_empty()
        });
        let failures: Vec<_> = failures.collect();
        let passed = suite.cases.len() - failures.len();
        self.passed += passed;
        self.failed += failures.len();
        if ui.is_json() {
            let failures: Vec<_> = failures.iter().map(|(case, found)| as_json(suite, case, *found)).collect();
            let refusals: Vec<_> =
                refusals.iter().map(|(cause, lines)| json!({ "cause": cause, "lines": lines })).collect();
            let name = &suite.name;
            self.files.push(json!({ "file": name, "passed": passed, "failures": failures, "refusals": refusals }));
            return;
        }
        let count = match failures.len() {
            0 => paint(ui.colour, GREEN, format_args!("{passed} passed")),
            failed => format!("{passed} passed, {}", paint(ui.colour, RED, format_args!("{failed} failed"))),
        };
        ui.line(format_args!("{:<46} {count}", escaped(&suite.name).to_string()));
        for (cause, lines) in refusals {
            let numbers: Vec<_> = lines.iter().map(ToString::to_string).collect();
            let which = if lines.len() == 1 { "line" } else { "lines" };
            let said = format!("refused {cause}: {which} {}", numbers.join(", "));
            ui.line(paint(ui.colour, DIM, format_args!("  {}", wrap(&said, 4))));
        }
        for (number, (case, found)) in failures.into_iter().enumerate() {
            ui.annotate(finding(suite, case, found));
            // Looking for changes takes time; the first failures tell enough.
            let why = (number < EXPLAINED).then(|| suite.explain(case)).flatten();
            show(ui, suite, case, found, why.as_ref());
        }
    }

    fn close(&self, ui: &Ui, args: &Args) {
        if ui.is_json() {
            let coverage = args.coverage.is_any().then(|| coverage::as_json(&self.coverage));
            let mutants = args.mutants.is_any().then(|| self.mutants.as_json());
            let Self { passed, failed, broken, files, .. } = self;
            return ui.json(&json!({
                "passed": passed, "failed": failed, "broken": broken, "files": files, "errors": ui.take_reported(),
                "coverage": coverage, "mutants": mutants,
            }));
        }
        if args.coverage.is_any() {
            args.coverage.show(ui, &self.coverage, self.broken);
        }
        if args.mutants.is_any() {
            args.mutants.close(ui, &self.mutants);
        }
        let closing = format!("{} passed, {} failed", self.passed, self.failed);
        let colour = if self.failed == 0 && self.broken == 0 && self.passed > 0 { GREEN } else { RED };
        ui.line(paint(ui.colour, colour, closing));
        if self.broken > 0 {
            ui.note(format_args!("{} could not be run", plural(self.broken, "case file")));
        }
    }
}

/// Why requests were refused if their cases expect only `refused`, each cause with the lines of its
/// cases: a case that is refused for another reason than its author thinks shows nothing.
fn refusals(suite: &Suite, found: &[Decided]) -> Vec<(&'static str, Vec<usize>)> {
    let mut causes: Vec<(&'static str, Vec<usize>)> = Vec::new();
    let plain = |case: &Case| case.expected == Expected::Refused && case.cause.is_none();
    for (case, found) in suite.cases.iter().zip(found).filter(|(case, _)| plain(case)) {
        let Some(cause) = found.cause() else { continue };
        match causes.iter_mut().find(|(known, _)| *known == cause) {
            Some((_, lines)) => lines.push(case.line),
            None => causes.push((cause, vec![case.line])),
        }
    }
    causes
}

/// The verdict, as precisely as the case states it.
fn said(case: &Case, found: Decided) -> String {
    match found.cause().filter(|_| case.cause.is_some()) {
        Some(cause) => format!("{} {cause}", found.word()),
        None => found.word().to_owned(),
    }
}

/// How many failures of a file are explained.
const EXPLAINED: usize = 20;

/// A failed case, for the machine that ran it.
fn finding(suite: &Suite, case: &Case, found: Decided) -> Finding {
    let because = case.reason.as_ref().map(|reason| format!(" because {reason}")).unwrap_or_default();
    let mut message =
        format!("{}: expected {}{because}, found {}", request(suite, case), case.expectation(), said(case, found));
    for (_, promise) in suite.broken_promises(case) {
        message.push_str(&format!("; breaks the promise {promise}"));
    }
    let place = (case.line, 1);
    Finding {
        rule: CASE,
        title: "a case is decided differently",
        severity: Severity::Error,
        message,
        help: None,
        file: Some(suite.name.clone()),
        region: Some([place, place]),
    }
}

fn show(ui: &Ui, suite: &Suite, case: &Case, found: Decided, why: Option<&Explanation>) {
    let place = format!("{}:{}", escaped(&suite.name), case.line);
    let name = case.name.as_ref().map(|name| format!("  {name}")).unwrap_or_default();
    ui.line(format_args!("\n{}{name}", paint(ui.colour, BOLD, place)));
    if let Some(fixture) = suite.fixtures.get(case.fixture) {
        ui.line(paint(ui.colour, DIM, format_args!("  {}, at {}", cut(&fixture.title, 64), time_args::show(case.now))));
    }
    ui.line(format_args!("  {}", wrap(&request(suite, case), 4)));
    let (expected, word) = (case.expectation(), said(case, found));
    let because = case.reason.as_ref().map(|reason| format!(" because {reason}")).unwrap_or_default();
    let colour = if found.passes(case) { GREEN } else { RED };
    ui.line(format_args!("  expected {expected}{because}, found {}", paint(ui.colour, colour, word)));
    if let Some(public) = found.public {
        ui.line(format_args!("  with a public token the verdict is different: {}", public.word()));
    }
    for (line, promise) in suite.broken_promises(case) {
        let line = line.map(|line| format!(" of line {line}")).unwrap_or_default();
        let broken = format!("breaks the promise{line}: {promise}");
        ui.line(format_args!("  {}", paint(ui.colour, RED, wrap(&broken, 4))));
    }
    for line in why.map(ToString::to_string).unwrap_or_default().lines() {
        ui.line(format_args!("  {}", wrap(line, 4)));
    }
}

/// The request in the words of the language, or as it came.
pub fn request(suite: &Suite, case: &Case) -> String {
    match (&case.request, suite.fixtures.get(case.fixture)) {
        (Ok(request), Some(fixture)) => literal::request(request, fixture.vocabulary()),
        _ => unread(&case.json),
    }
}

/// A case and what became of it, for programs.
pub fn as_json(suite: &Suite, case: &Case, found: Decided) -> Json {
    json!({
        "line": case.line,
        "name": case.name,
        "request": case.json,
        "now": case.now.as_millis(),
        "expected": case.expectation(),
        "found": said(case, found),
        "public": found.public.map(|public| public.word()),
        "promises": suite.broken_promises(case).into_iter().map(|(_, promise)| promise).collect::<Vec<_>>(),
        "explanation": suite.explain(case),
    })
}
