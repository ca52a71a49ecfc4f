//! `placet fuzz`: looks for a request that is decided wrongly.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value as Json, json};

use super::block::{Choice, Chosen};
use super::inputs;
use super::terminal::wrap;
use super::time_args::{self, read_duration, read_time};
use super::ui::{BOLD, DIM, Exit, Failure, GREEN, Outcome, RED, Ui, paint, plural, progress};
use placet::diag::Source;
use placet::explain::Explanation;
use placet::model::time::Time;
use placet::span::Span;
use placet::syntax::ast::BlockKind;
use placet_tools::fuzz::coverage::Coverage;
use placet_tools::fuzz::finding::{Finding, FindingKind};
use placet_tools::fuzz::import::Imported;
use placet_tools::fuzz::oracle::{Oracle, OracleError};
use placet_tools::fuzz::{FuzzReport, Plan, Progress, Target, VERDICTS};
use placet_tools::testing::{Block, Keys, cases};

/// Generates requests at the boundaries of a policy, and looks for one that is decided wrongly.
///
/// Each is checked against what a block promises with `never { … }` and `always { … }`. A finding
/// is made as small as possible and printed as a case for a `.cases` file. Exit code 1: something
/// was found; 2: there is nothing to check against.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  placet fuzz policies/office_hours.placet
  placet fuzz session.placet --with user=42 --import recorded.jsonl --for 30s
  placet fuzz new.placet --against old.placet
  placet fuzz rules.placet --oracle 'python3 service.py' --runs 5000

The oracle reads one request per line, as JSON, and answers each with a line:
{\"verdict\":\"allow\"} or `allow`, `deny`, `forbidden`, `not_permitted`, `refused`.")]
pub struct Args {
    /// A policy file
    file: PathBuf,

    #[command(flatten)]
    choice: Choice,

    /// Look for requests on which another policy file decides differently: is this one wider, or
    /// narrower?
    #[arg(long, value_name = "FILE")]
    against: Option<PathBuf>,

    /// Look for requests on which another program decides differently: a shell command
    #[arg(long, value_name = "COMMAND")]
    oracle: Option<String>,

    /// Start with recorded requests: a `.jsonl` file of requests or cases, or a `.cases` file; may
    /// be given several times
    #[arg(long = "import", value_name = "FILE")]
    imports: Vec<PathBuf>,

    /// The seed of the requests; the same number finds the same
    #[arg(long, value_name = "NUMBER", default_value_t = 0)]
    seed: u64,

    /// How many requests to try [default: 100000, or with `--for` as many as there is time for]
    #[arg(long, value_name = "NUMBER")]
    runs: Option<u64>,

    /// How long to try, such as `30s`
    #[arg(long = "for", value_name = "DURATION", value_parser = read_duration)]
    duration: Option<Duration>,

    /// When the token is minted, instead of now
    #[arg(long, value_name = "TIME", value_parser = read_time, allow_negative_numbers = true)]
    now: Option<Time>,
}

/// # Errors
/// A file cannot be read, the choice of the block is not clear, or the oracle gives no answers.
pub fn run(args: Args, ui: &Ui) -> Outcome {
    let now = inputs::now(args.now);
    let keys = Keys::ephemeral().map_err(|error| Failure::new(error.to_string()))?;
    let ready = |choice: &Choice, file: &Path| target(ui, choice, file, now, &keys);
    let Some(target) = ready(&args.choice, &args.file)? else { return Ok(Exit::CouldNot) };
    let other = match &args.against {
        Some(file) => match ready(&beside(&args.choice, &target, ui, file)?, file)? {
            Some(other) => Some(other),
            None => return Ok(Exit::CouldNot),
        },
        None => None,
    };
    if let Some(other) = other.as_ref().filter(|other| **other.vocabulary() != **target.vocabulary()) {
        let (ours, theirs) = (target.vocabulary(), other.vocabulary());
        let why = format!("one uses the vocabulary `{}` {}, ", ours.name(), ours.version());
        let why = format!("{why}the other `{}` {}", theirs.name(), theirs.version());
        return Err(Failure::new(why).help("two policies can be compared if they use the same vocabulary"));
    }
    let mut seeds = Vec::new();
    for file in &args.imports {
        let Some(imported) = import(ui, file, &target, now, &keys)? else { return Ok(Exit::CouldNot) };
        if imported.refused > 0 {
            let refused = plural(imported.refused, "request");
            ui.warning(format_args!("{refused} of `{}` left out: not of the vocabulary", file.display()));
        }
        seeds.extend(imported.requests);
    }
    let compared = other.is_some() || args.oracle.is_some();
    if !compared && target.block().promises().all().is_empty() {
        return Err(Failure::new("there is nothing to check requests against").help(
            "write `never { … }` or `always { … }` into the block, or compare it: `--against FILE`, `--oracle COMMAND`",
        ));
    }
    let oracle = args.oracle.as_deref().map(Oracle::start).transpose().map_err(|error| failed(&error))?;
    let limit = args.duration;
    let runs = args.runs.unwrap_or(if limit.is_some() { u64::MAX } else { RUNS });
    let plan = Plan { target: &target, other: other.as_ref(), oracle, seeds, seed: args.seed, runs };
    let found = attempt(plan, runs, limit)?;
    if found.runs == 0 {
        return Err(Failure::new("no request was tried, so nothing was checked")
            .help("give it requests, `--runs 1000`, or time, `--for 10s`"));
    }
    let page = Page { ui, target: &target, report: &found, seed: args.seed };
    if ui.is_json() {
        ui.json(&page.as_json());
    } else {
        page.show();
    }
    Ok(Exit::of(found.findings.is_empty()))
}

/// Enough to try each pair of boundaries of a usual policy, in a second or two.
const RUNS: u64 = 100_000;

/// The chosen block, ready to decide. `None`: there are errors, which have been shown.
fn target(ui: &Ui, choice: &Choice, file: &Path, now: Time, keys: &Keys) -> Result<Option<Target>, Failure> {
    let Some(library) = choice.reading.library(ui, Some(file))? else { return Ok(None) };
    let all = [BlockKind::Token, BlockKind::Policy, BlockKind::Restriction];
    let kinds = if choice.template.is_some() { &all[..] } else { &all[..2] };
    let Some(Chosen { document, template, arguments }) = choice.chosen(ui, file, kinds)? else { return Ok(None) };
    let document = Arc::new(document);
    match Block::at(&document, template, &arguments, now) {
        Ok(block) => {
            Target::new(block, &library, now, keys).map(Some).map_err(|broken| Failure::new(broken.to_string()))
        }
        Err(errors) => {
            ui.report(&document.compile_report(&document.templates()[template], &errors));
            Ok(None)
        }
    }
}

/// Chooses the block of the other file: the one with the name of ours, if there is one, and the
/// arguments for its parameters.
fn beside(choice: &Choice, target: &Target, ui: &Ui, file: &Path) -> Result<Choice, Failure> {
    let Some(document) = choice.reading.document(ui, file)? else { return Ok(choice.clone()) };
    let name = &target.block().template().name;
    let found = document.templates().iter().find(|template| template.name == *name);
    let mut other = Choice { template: found.map(|_| name.clone()), ..choice.clone() };
    let named = |template: &&placet::check::tree::Template| found.is_none_or(|found| found.name == template.name);
    let mut parameters = document.templates().iter().filter(named).flat_map(|template| &template.parameters);
    let known: Vec<String> = parameters.by_ref().map(|parameter| parameter.name.clone()).collect();
    other.with.retain(|(name, _)| known.contains(name));
    Ok(other)
}

/// Reads recorded requests. `None`: there are errors, which have been shown.
fn import(ui: &Ui, file: &Path, target: &Target, now: Time, keys: &Keys) -> Result<Option<Imported>, Failure> {
    let text = inputs::text(file)?;
    if file.extension().is_none_or(|extension| extension != "cases") {
        return Ok(Some(Imported::of_lines(&text, target.vocabulary(), now)));
    }
    let document = target.block().shared_document();
    match cases::load(&inputs::name(file), &text, document, now, keys) {
        Ok(suite) => Ok(Some(Imported::of_cases(&suite))),
        Err(report) => {
            ui.report(&report);
            Ok(None)
        }
    }
}

fn failed(error: &OracleError) -> Failure {
    Failure::new(error.to_string()).help(error.help())
}

fn attempt(plan: Plan<'_>, runs: u64, limit: Option<Duration>) -> Result<FuzzReport, Failure> {
    // With a time limit, the bar shows time.
    let (end, how_far) = match limit {
        Some(limit) => (millis(limit), "{msg}"),
        None => (runs, "{human_pos} of {human_len} requests, {msg}"),
    };
    let bar = progress(Some(end), how_far);
    let begin = clock();
    let mut go_on = |progress: Progress| {
        let elapsed = begin.elapsed();
        if progress.runs.is_multiple_of(256) {
            let findings = plural(progress.findings, "finding");
            match limit {
                Some(_) => {
                    bar.set_position(millis(elapsed));
                    bar.set_message(format!("{}, {findings}", plural(progress.runs as usize, "request")));
                }
                None => {
                    bar.set_position(progress.runs);
                    bar.set_message(findings);
                }
            }
        }
        limit.is_none_or(|limit| elapsed < limit)
    };
    let report = placet_tools::fuzz::run(plan, &mut go_on);
    bar.finish_and_clear();
    report.map_err(|error| failed(&error))
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

#[expect(clippy::disallowed_methods, reason = "the user says how long to try, and the time decides nothing")]
fn clock() -> Instant {
    Instant::now()
}

/// The report, for people and for programs.
struct Page<'p> {
    ui: &'p Ui,
    target: &'p Target,
    report: &'p FuzzReport,
    seed: u64,
}

impl Page<'_> {
    fn show(&self) {
        let (ui, report) = (self.ui, self.report);
        for finding in &report.findings {
            self.finding(finding);
        }
        let counts = VERDICTS.iter().zip(report.verdicts).filter(|(_, count)| *count > 0);
        let counts: Vec<_> = counts.map(|(word, count)| format!("{count} {word}")).collect();
        let requests = plural(usize::try_from(report.runs).unwrap_or(usize::MAX), "request");
        ui.line(format_args!("{requests}, seed {}: {}", self.seed, counts.join(", ")));
        if let Some(coverage) = &report.coverage {
            self.coverage(coverage);
        }
        for (number, count) in report.promises.iter().enumerate() {
            let (line, text) = self.target.block().promise(number);
            let line = line.map(|line| format!("line {line}  ")).unwrap_or_default();
            let about = plural(usize::try_from(*count).unwrap_or(usize::MAX), "request");
            ui.line(paint(ui.colour, DIM, format_args!("  {line}{}: {about}", wrap(&text, 4))));
        }
        match report.findings.len() {
            0 => ui.line(paint(ui.colour, GREEN, "nothing found")),
            found => ui.line(paint(ui.colour, RED, plural(found, "finding"))),
        }
        let idle = report.promises.iter().filter(|count| **count == 0).count();
        if idle > 0 {
            ui.note(format_args!("{} matched no request: nothing was checked", plural(idle, "promise")));
        }
    }

    fn finding(&self, finding: &Finding) {
        let ui = self.ui;
        let head = match &finding.kind {
            FindingKind::Promise { promise, line } => {
                let line = line.map(|line| format!("line {line}: ")).unwrap_or_default();
                format!("{line}broken: {promise}")
            }
            FindingKind::Wider => "wider than the other policy".to_owned(),
            FindingKind::Narrower => "narrower than the other policy".to_owned(),
            FindingKind::Disagreement => {
                "the compiled program decides differently: a bug in Placet, please report it".to_owned()
            }
            FindingKind::Oracle { answer } => format!("the other program says {answer}"),
        };
        ui.line(paint(ui.colour, BOLD, wrap(&head, 2)));
        let when = time_args::show(finding.time);
        ui.line(format_args!("  {}, at {when}", paint(ui.colour, RED, finding.verdict)));
        let why = |explanation: &Option<Explanation>| {
            let lines = explanation.as_ref().map(ToString::to_string).unwrap_or_default();
            lines.lines().for_each(|line| ui.line(format_args!("  {}", wrap(line, 4))));
        };
        why(&finding.explanation);
        if finding.other.is_some() {
            ui.line(format_args!("  the other: {}", finding.expected));
            why(&finding.other);
        }
        ui.line("");
        finding.case.lines().for_each(|line| ui.line(format_args!("    {line}").to_string().trim_end()));
        ui.line("");
    }

    fn coverage(&self, coverage: &Coverage) {
        let ui = self.ui;
        let rules = format!("{} of {} rules matched", coverage.matched(), coverage.rules.len());
        let parts = format!("{} of {} conditions seen true and false", coverage.seen(), coverage.parts().count());
        ui.line(format_args!("{rules}, {parts}"));
        coverage.gaps().into_iter().for_each(|(at, what)| self.unmet(what, at));
    }

    fn unmet(&self, what: &str, at: Span) {
        let (line, text) = self.quote(at);
        let line = line.map(|line| format!("line {line}  ")).unwrap_or_default();
        self.ui.line(paint(self.ui.colour, DIM, format_args!("  {what:<14} {line}{}", wrap(&text, 17))));
    }

    /// The line and the text at a place of the source.
    fn quote(&self, at: Span) -> (Option<usize>, String) {
        let source = self.target.block().document().source();
        match source {
            Source::Text { text, .. } => {
                let words: Vec<_> = at.of(text).split_whitespace().collect();
                (source.line_and_column(at).map(|(line, _)| line), words.join(" "))
            }
            Source::Map { .. } => (None, source.path(at).unwrap_or_default().to_owned()),
        }
    }

    fn as_json(&self) -> Json {
        let report = self.report;
        let promises = report.promises.iter().enumerate().map(|(number, about)| {
            let (line, promise) = self.target.block().promise(number);
            json!({ "promise": promise, "line": line, "requests": about })
        });
        let coverage = report.coverage.as_ref().map(|coverage| {
            let rules = coverage.rules.iter().map(|rule| {
                let parts = rule.parts.iter().map(|part| {
                    let (line, text) = self.quote(part.part.at);
                    json!({ "text": text, "line": line, "true": part.yes, "false": part.no })
                });
                let (line, text) = self.quote(rule.at);
                json!({ "rule": text, "line": line, "matched": rule.matched, "parts": parts.collect::<Vec<_>>() })
            });
            rules.collect::<Vec<_>>()
        });
        let verdicts: serde_json::Map<_, _> =
            VERDICTS.iter().zip(report.verdicts).map(|(word, count)| ((*word).to_owned(), count.into())).collect();
        json!({
            "requests": report.runs,
            "seed": self.seed,
            "verdicts": verdicts,
            "findings": report.findings,
            "promises": promises.collect::<Vec<_>>(),
            "rules": coverage,
        })
    }
}
