//! `placet try`: shows a policy file, its tokens and the decisions on its cases, on one page.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::block::{Reading, arguments_or_samples, called};
use super::inputs;
use super::terminal::{elided, wrap};
use super::test::{load, request};
use super::time_args::{self, read_time};
use super::tried::Tried;
use super::ui::{BOLD, DIM, Exit, Failure, GREEN, Outcome, RED, Ui, paint};
use placet::check::tree::Template;
use placet::compile::error::CompileError;
use placet::document::{Document, Report};
use placet::explain::{Explanation, example};
use placet::model::owned::OwnedRequest;
use placet::model::time::Time;
use placet::program::literal;
use placet::syntax::ast::BlockKind;
use placet::token::header::Purpose;
use placet::token::verify::Scratch;
use placet_tools::testing::{Block, Case, Fixture, Keys, Suite};

/// Compiles a policy file, mints tokens with a throw-away key, and decides the requests of its case
/// file: begin here.
///
/// The requests are those of the `.cases` file beside the policy file. Without such a file, a first
/// request is made up for you to paste into one.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  placet try policies/tenant.placet
  placet try session.placet --with user=42")]
pub struct Args {
    /// The policy file; a name that ends in `.json` is the map form
    file: PathBuf,

    /// Without cases: the value of a parameter
    #[arg(long = "with", value_name = "NAME=VALUE", value_parser = super::block::read_pair)]
    with: Vec<(String, String)>,

    #[command(flatten)]
    reading: Reading,

    /// The time of requests that have none, instead of now
    #[arg(long, value_name = "TIME", value_parser = read_time, allow_negative_numbers = true)]
    now: Option<Time>,
}

/// # Errors
/// The file cannot be read.
pub fn run(args: Args, ui: &Ui) -> Outcome {
    let Some(library) = args.reading.library(ui, Some(&args.file))? else { return Ok(Exit::No) };
    let Some(document) = inputs::document(ui, &args.file, &library, args.reading.deny_warnings)? else {
        return Ok(Exit::No);
    };
    let keys = Keys::ephemeral().map_err(|error| Failure::new(error.to_string()))?;
    let now = inputs::now(args.now);
    let document = Arc::new(document);
    let page = Page { ui, file: &args.file };
    let tried = Tried { ui, file: &args.file, document: &document };
    if !ui.is_json() {
        page.head(&document);
    }
    let cases = args.file.with_extension("cases");
    if cases.is_file() {
        let Some(suite) = load(ui, &cases, &library, now, &keys)? else { return Ok(Exit::No) };
        return Ok(if ui.is_json() { tried.suite(&suite) } else { page.suite(&suite) });
    }
    let fixtures = fixtures(&document, &args.with, now, &keys)?;
    let beginning = fixtures.first().map(|fixture| beginning(fixture, now)).unwrap_or_default();
    if ui.is_json() {
        tried.without_cases(&fixtures, &beginning);
    } else {
        page.without_cases(&fixtures, &beginning, &cases);
    }
    Ok(Exit::Yes)
}

/// The tokens and policies of a document, with samples for missing arguments.
fn fixtures(
    document: &Arc<Document>,
    with: &[(String, String)],
    now: Time,
    keys: &Keys,
) -> Result<Vec<Fixture>, Failure> {
    let mut fixtures = Vec::new();
    for (number, template) in document.templates().iter().enumerate() {
        let arguments = match template.kind {
            BlockKind::Restriction => continue,
            BlockKind::Token | BlockKind::Policy => arguments_or_samples(template, with)?,
        };
        let block = Block::at(document, number, &arguments, now)
            .map_err(|errors| Failure::of(no_block(document, template, with.is_empty(), &errors)))?;
        let title = called(template, &arguments);
        let (blocks, policies) = match template.kind {
            BlockKind::Policy => (Vec::new(), vec![block]),
            BlockKind::Token | BlockKind::Restriction => (vec![block], Vec::new()),
        };
        let fixture = Fixture::new(title, blocks, policies, now, keys);
        fixtures.push(fixture.map_err(|broken| Failure::new(broken.to_string()))?);
    }
    Ok(fixtures)
}

struct Page<'p> {
    ui: &'p Ui,
    file: &'p Path,
}

impl Page<'_> {
    fn head(&self, document: &Document) {
        let vocabulary = document.vocabulary();
        let count = |kind: BlockKind| {
            let count = document.templates().iter().filter(|template| template.kind == kind).count();
            let plural = if kind == BlockKind::Policy { "policies".to_owned() } else { format!("{}s", kind.word()) };
            match count {
                0 => None,
                1 => Some(format!("1 {}", kind.word())),
                count => Some(format!("{count} {plural}")),
            }
        };
        let counts = [BlockKind::Token, BlockKind::Policy, BlockKind::Restriction].into_iter().filter_map(count);
        let counts = counts.collect::<Vec<_>>().join(", ");
        let file = self.bold(self.file.display().to_string());
        self.ui.line(format_args!("{file}  {counts} in the terms of `{}` {}", vocabulary.name(), vocabulary.version()));
    }

    fn suite(&self, suite: &Suite) -> Exit {
        let mut scratch = Scratch::new();
        let mut failed = 0;
        for (number, fixture) in suite.fixtures.iter().enumerate() {
            self.fixture(fixture);
            let mut clock = None;
            for case in suite.cases.iter().filter(|case| case.fixture == number) {
                if clock.replace(case.now) != Some(case.now) {
                    self.ui.line(format_args!("\n  {}", self.dim(time_args::show(case.now))));
                }
                failed += usize::from(!self.case(suite, case, &mut scratch));
            }
        }
        self.close(suite.cases.len(), failed)
    }

    fn close(&self, decided: usize, failed: usize) -> Exit {
        let stem = self.file.with_extension("cases");
        if failed == 0 && decided > 0 {
            let line = format!("{decided} requests decided as {} expects", stem.display());
            self.ui.line(format_args!("\n{}", paint(self.ui.colour, GREEN, line)));
        } else {
            let line = format!("{failed} of {decided} requests not decided as {} expects", stem.display());
            self.ui.line(format_args!("\n{}", paint(self.ui.colour, RED, line)));
        }
        Exit::of(failed == 0 && decided > 0)
    }

    /// A token with its text and rules, or a policy.
    fn fixture(&self, fixture: &Fixture) {
        self.ui.line(format_args!("\n{}", self.bold(wrap(&fixture.title, 2))));
        for purpose in [Purpose::Local, Purpose::Public] {
            if let Some(token) = fixture.token(purpose) {
                let text = token.text();
                let size = format!("{} bytes, {} characters", token.as_bytes().len(), text.len());
                self.ui.line(format_args!("  {:<8} {:<34} {size}", purpose.word(), elided(&text)));
            }
        }
        if let Some(line) = life(fixture) {
            self.ui.line(format_args!("  {line}"));
        }
        for block in fixture.blocks() {
            let title = format!("{} {}", block.template().kind.word(), block.template().name);
            self.ui.line(format_args!("\n  {}", self.dim(title)));
            for (line, text) in block.rules() {
                let number = line.map_or_else(String::new, |line| line.to_string());
                self.ui.line(format_args!("  {number:>4}  {}", wrap(&text, 10)));
            }
        }
    }

    /// One request; whether it was decided as expected.
    fn case(&self, suite: &Suite, case: &Case, scratch: &mut Scratch) -> bool {
        let found = suite.run(case, scratch);
        let passes = found.passes(case);
        let mark = if passes { paint(self.ui.colour, GREEN, "✓") } else { paint(self.ui.colour, RED, "✗") };
        let why = suite.explain(case);
        let line = why.as_ref().and_then(line_of).map(|line| format!("line {line}")).unwrap_or_default();
        // A denial that is expected is no alarm.
        let word = format!("{:<13}", found.word());
        let word = if passes { word } else { paint(self.ui.colour, RED, word) };
        let request = wrap(&request(suite, case), COLUMN);
        self.ui.line(format_args!("  {mark} {word} {} {request}", self.dim(format!("{line:<9}"))));
        if !passes {
            let because = case.reason.as_ref().map(|reason| format!(", because {reason}")).unwrap_or_default();
            let wrong = format!("{:COLUMN$}expected {}{because}", "", case.expectation());
            self.ui.line(paint(self.ui.colour, RED, wrong));
        }
        for line in why.as_ref().map(short).unwrap_or_default() {
            self.ui.line(self.dim(format!("{:COLUMN$}{}", "", wrap(&line, COLUMN))));
        }
        passes
    }

    /// Shows what there is, and a first request to begin a case file with.
    fn without_cases(&self, fixtures: &[Fixture], beginning: &str, cases: &Path) {
        fixtures.iter().for_each(|fixture| self.fixture(fixture));
        self.ui.line(format_args!("\nThere is no case file beside it. Begin {} with:\n", cases.display()));
        for line in beginning.lines() {
            self.ui.line(format_args!("    {line}"));
        }
    }

    fn bold(&self, text: String) -> String {
        paint(self.ui.colour, BOLD, text)
    }

    fn dim(&self, text: String) -> String {
        paint(self.ui.colour, DIM, text)
    }
}

/// Why there is no block to show. Other arguments are the way out only if samples were used.
fn no_block(document: &Document, template: &Template, are_samples: bool, errors: &[CompileError]) -> Report {
    let mut report = document.compile_report(template, errors);
    let unfit = document.fits(template, &document.expressions()).err().is_some_and(|found| !found.is_empty());
    if are_samples && !template.parameters.is_empty() && !unfit {
        for found in &mut report.diagnostics {
            found.help = Some("give its parameters values: `--with NAME=VALUE`".to_owned());
        }
    }
    report
}

/// The time during which a token is valid.
fn life(fixture: &Fixture) -> Option<String> {
    let token = fixture.token(Purpose::Local)?;
    let says = placet::token::inspect::inspect(token).ok()?;
    let starts = says.blocks.iter().filter_map(|block| block.not_before).max();
    let starts = starts.map(|start| format!(", valid from {}", time_args::show(start))).unwrap_or_default();
    let ends = says.expiry.map_or_else(|| "without an end".to_owned(), |end| format!("until {}", time_args::show(end)));
    Some(format!("{:<8} {}{starts}, {ends}", "minted", time_args::show(fixture.minted)))
}

/// Where requests begin: after the mark, the verdict and the line.
const COLUMN: usize = 28;

/// The line of the rule that decided.
fn line_of(why: &Explanation) -> Option<usize> {
    why.decided.as_ref()?.quote.as_ref()?.line
}

/// The smallest change that would pass, or why it was refused.
fn short(why: &Explanation) -> Vec<String> {
    if let Some(cause) = &why.cause {
        return vec![cause.message.clone()];
    }
    let Some(nearest) = &why.nearest else { return Vec::new() };
    let mut lines: Vec<_> = nearest.changes.iter().map(ToString::to_string).collect();
    if nearest.request.is_none() {
        lines.push("found no change of the request that would pass".to_owned());
    }
    lines
}

/// The beginning of a case file: a request that the fixture allows, and one that it does not.
fn beginning(fixture: &Fixture, now: Time) -> String {
    let shown = |request: &OwnedRequest| literal::request(request, fixture.vocabulary());
    let request = example(fixture.vocabulary());
    let explanation = fixture.with_explainer(Purpose::Local, |explainer| explainer.explain(&request, now));
    let mut lines = vec![fixture.title.clone(), format!("at {}", time_args::show(now))];
    if let Some(allowed) = explanation.nearest.as_ref().and_then(|nearest| nearest.allowed.as_ref()) {
        lines.push(format!("allow          {}", shown(&allowed.request)));
    }
    lines.push(format!("{:<14} {}", explanation.verdict, shown(&request)));
    lines.join("\n")
}
