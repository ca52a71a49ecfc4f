//! `placet try`: a policy file, a token of it, and what becomes of the requests beside it, on one page.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::block::{Reading, arguments_or_samples, called};
use super::inputs;
use super::page::{elided, verdict, wrap};
use super::test::{load, request};
use super::times::{self, read_time};
use super::ui::{BOLD, DIM, Exit, Failure, GREEN, Outcome, RED, Ui, paint};
use crate::author::Document;
use crate::author::request::OwnedRequest;
use crate::check::tree::Template;
use crate::compile::error::CompileError;
use crate::explain::words::Words;
use crate::explain::{Explanation, example};
use crate::model::time::Time;
use crate::syntax::ast::BlockKind;
use crate::token::header::Purpose;
use crate::token::verify::Scratch;
use crate::trial::{Block, Case, Keys, Stage, Suite};

/// Compiles a policy file, mints tokens with a key that nobody keeps, and decides the requests beside it: begin here.
///
/// The requests are those of the `.cases` file beside the policy file. Without one, a first request is made up, to be pasted
/// into such a file.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  placet try policies/tenant.placet
  placet try session.placet --with user=42")]
pub struct Args {
    /// The policy file; a name that ends in `.json` is the map form
    file: PathBuf,

    /// Where there are no cases: what a parameter stands for
    #[arg(long = "with", value_name = "NAME=VALUE", value_parser = super::block::read_pair)]
    with: Vec<(String, String)>,

    #[command(flatten)]
    reading: Reading,

    /// The time of requests that say none, instead of now
    #[arg(long, value_name = "TIME", value_parser = read_time, allow_negative_numbers = true)]
    now: Option<Time>,
}

/// Runs the command.
///
/// # Errors
/// The file can not be read.
pub fn run(args: Args, ui: &Ui) -> Outcome {
    let Some(library) = args.reading.library(ui)? else { return Ok(Exit::No) };
    let Some(document) = inputs::document(ui, &args.file, &library, args.reading.deny_warnings)? else {
        return Ok(Exit::No);
    };
    let keys = Keys::throw_away().map_err(|error| Failure::new(error.to_string()))?;
    let now = inputs::now(args.now);
    let document = Arc::new(document);
    let page = Page { ui, file: &args.file };
    page.head(&document);
    let cases = args.file.with_extension("cases");
    if cases.is_file() {
        let Some(suite) = load(ui, &cases, &library, now, &keys)? else { return Ok(Exit::No) };
        return Ok(page.suite(&suite));
    }
    page.without_cases(&document, &args.with, &cases, now, &keys)
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
        for (number, stage) in suite.stages.iter().enumerate() {
            self.stage(stage);
            let mut clock = None;
            for case in suite.cases.iter().filter(|case| case.stage == number) {
                if clock.replace(case.now) != Some(case.now) {
                    self.ui.line(format_args!("\n  {}", self.dim(times::show(case.now))));
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
    fn stage(&self, stage: &Stage) {
        self.ui.line(format_args!("\n{}", self.bold(wrap(&stage.title, 2))));
        for purpose in [Purpose::Local, Purpose::Public] {
            if let Some(token) = stage.token(purpose) {
                let text = token.text();
                let size = format!("{} bytes, {} characters", token.as_bytes().len(), text.len());
                self.ui.line(format_args!("  {:<8} {:<34} {size}", purpose.word(), elided(&text)));
            }
        }
        if let Some(line) = life(stage) {
            self.ui.line(format_args!("  {line}"));
        }
        for block in stage.blocks() {
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
        let (word, request) = (verdict(found.word(), self.ui.colour), wrap(&request(suite, case), COLUMN));
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
    fn without_cases(
        &self,
        document: &Arc<Document>,
        with: &[(String, String)],
        cases: &Path,
        now: Time,
        keys: &Keys,
    ) -> Outcome {
        let mut first = None;
        for (number, template) in document.templates().iter().enumerate() {
            if template.kind == BlockKind::Restriction {
                continue;
            }
            let arguments = arguments_or_samples(template, with)?;
            let block = Block::new(document, number, &arguments)
                .map_err(|errors| no_block(document, template, with.is_empty(), &errors))?;
            let title = called(template, &arguments);
            let (blocks, policies) = match template.kind {
                BlockKind::Policy => (Vec::new(), vec![block]),
                BlockKind::Token | BlockKind::Restriction => (vec![block], Vec::new()),
            };
            let stage =
                Stage::new(title, blocks, policies, now, keys).map_err(|broken| Failure::new(broken.to_string()))?;
            self.stage(&stage);
            first = first.or_else(|| Some(beginning(&stage, now)));
        }
        self.ui.line(format_args!("\nThere are no requests beside it. Begin {} with:\n", cases.display()));
        for line in first.unwrap_or_default().lines() {
            self.ui.line(format_args!("    {line}"));
        }
        Ok(Exit::Yes)
    }

    fn bold(&self, text: String) -> String {
        paint(self.ui.colour, BOLD, text)
    }

    fn dim(&self, text: String) -> String {
        paint(self.ui.colour, DIM, text)
    }
}

/// Why there is no block to be shown. Giving arguments is the way out only where samples were used
/// and other arguments may do.
fn no_block(document: &Document, template: &Template, are_samples: bool, errors: &[CompileError]) -> Failure {
    let messages: Vec<_> = errors.iter().map(ToString::to_string).collect();
    let failure = Failure::new(format!("{} `{}`: {}", template.kind.word(), template.name, messages.join("; ")));
    let unfit = document.fits(template, &document.expressions()).err().is_some_and(|found| !found.is_empty());
    match errors.iter().find_map(|error| error.cause.help()) {
        _ if are_samples && !template.parameters.is_empty() && !unfit => {
            failure.help("say what its parameters stand for: `--with NAME=VALUE`")
        }
        Some(help) => failure.help(help),
        None => failure,
    }
}

/// From when to when a token is valid.
fn life(stage: &Stage) -> Option<String> {
    let token = stage.token(Purpose::Local)?;
    let says = crate::token::inspect::inspect(token).ok()?;
    let starts = says.blocks.iter().filter_map(|block| block.not_before).max();
    let starts = starts.map(|start| format!(", valid from {}", times::show(start))).unwrap_or_default();
    let ends = says.expiry.map_or_else(|| "without an end".to_owned(), |end| format!("until {}", times::show(end)));
    Some(format!("{:<8} {}{starts}, {ends}", "minted", times::show(stage.minted)))
}

/// Where requests begin: behind the mark, the verdict and the line.
const COLUMN: usize = 28;

/// The line of the rule that decided.
fn line_of(why: &Explanation) -> Option<usize> {
    why.decided.as_ref()?.quote.as_ref()?.line
}

/// What would have to be different, or why it was refused.
fn short(why: &Explanation) -> Vec<String> {
    if let Some(cause) = &why.cause {
        return vec![cause.message.clone()];
    }
    let Some(nearest) = &why.nearest else { return Vec::new() };
    let mut lines: Vec<_> = nearest.changes.iter().map(ToString::to_string).collect();
    if nearest.request.is_none() {
        lines.push("no change of the request was found that passes".to_owned());
    }
    lines
}

/// The beginning of a case file: a request that the stage allows, and one that it does not.
fn beginning(stage: &Stage, now: Time) -> String {
    let words = Words::new(stage.vocabulary());
    let request = example(stage.vocabulary());
    let explanation = stage.with_court(Purpose::Local, |court| court.explain(&request, now));
    let mut lines = vec![stage.title.clone(), format!("at {}", times::show(now))];
    let allowed = explanation.nearest.as_ref().and_then(|nearest| nearest.request.as_ref());
    if let Some(allowed) = allowed.and_then(|json| OwnedRequest::from_json(stage.vocabulary(), json).ok()) {
        lines.push(format!("allow          {}", words.request(&allowed)));
    }
    lines.push(format!("{:<14} {}", explanation.verdict, words.request(&request)));
    lines.join("\n")
}
