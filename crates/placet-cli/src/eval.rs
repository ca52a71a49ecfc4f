//! `placet eval`: decides one request, or a stream of them.

use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Write, stdin, stdout};
use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::json;

use super::asked::{Asked, RequestInputError, read};
use super::bounded::{Line, next_line};
use super::decision_args::{Deciding, Ready};
use super::spelled::{Typed, Written};
use super::terminal::{columns, cut, verdict};
use super::ui::{Exit, Failure, Outcome, Ui, plural, progress};
use crate::limits::SOURCE_BYTES;
use placet::explain::{Cause, Explainer, Explanation};
use placet::token::cache::TokenCache;
use placet::token::verify::Scratch;
use placet::visible;

/// Decides a request: exit code 0 if it is allowed, 1 if it is not, 2 if it is malformed.
///
/// With a policy file, a token is minted from it with a throw-away key and verified, as a service
/// would do it. With `--token` and `--keyring`, that token decides.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  placet eval session.placet --with user=42 --request '{\"action\": \"get\", \"cache\": \"profiles\"}'
  placet eval session.placet --with user=42 --request 'get { cache: \"profiles\", item: \"user/42/name\" }'
  placet eval menu.placet --request GET --request-target '/caf%C3%A9/today?size=2'
  placet eval --token token.txt --keyring service.keys --request @request.json --explain
  placet eval --token token.txt --keyring service.keys --jsonl --request requests.jsonl")]
pub struct Args {
    #[command(flatten)]
    deciding: Deciding,

    #[command(flatten)]
    asked: Asked,

    /// Decide a stream of requests, one per line
    #[arg(long, conflicts_with_all = ["explain", "request_target"])]
    jsonl: bool,

    /// Show the smallest change with which the request would pass
    #[arg(long)]
    explain: bool,
}

/// # Errors
/// A file cannot be read, or the choice of the block is not clear.
pub fn run(args: Args, ui: &Ui) -> Outcome {
    let Some(ready) = args.deciding.ready(ui)? else { return Ok(Exit::CouldNot) };
    if args.jsonl {
        return stream(args.asked.given()?, &ready, ui);
    }
    let request = args.asked.one()?;
    let decided = ready.with_explainer(None, |explainer| decide(explainer, &ready, request, args.explain));
    Ok(decided.show(ui))
}

/// Decides one request; with `why`, looks for a change that passes.
pub fn decide(
    explainer: &Explainer<'_>,
    ready: &Ready,
    request: Result<Written, RequestInputError>,
    why: bool,
) -> Decided {
    if let Some(refusal) = ready.refusal() {
        return Decided::of(ready.refused(explainer, refusal));
    }
    let Typed { json, read } = match request {
        Ok(written) => written.typed(ready.vocabulary()),
        Err(unread) => return Decided::unread(unread),
    };
    Decided::of(match read.and_then(|(request, _)| Ok((request, ready.time(&json)?))) {
        Ok((request, time)) if why => explainer.explain(&request, time),
        Ok((request, time)) => explainer.decided(explainer.decide(&request, time, &mut Scratch::new()), time),
        Err(bad) => explainer.malformed(&bad, &json),
    })
}

/// The outcome of a request.
pub struct Decided {
    /// The verdict, and why.
    pub explanation: Explanation,
    /// A malformed request is not a denied one: a script that takes its own typing error for a
    /// denial tests nothing.
    is_malformed: bool,
}

impl Decided {
    fn of(explanation: Explanation) -> Self {
        let is_malformed = explanation.cause.as_ref().is_some_and(|cause| cause.name == MALFORMED);
        Self { explanation, is_malformed }
    }

    fn unread(RequestInputError { message, help, is_target }: RequestInputError) -> Self {
        let cause = Cause { name: MALFORMED, message, help: help.map(str::to_owned) };
        let explanation =
            Explanation { verdict: "refused", decided: None, cause: Some(cause), rows: Vec::new(), nearest: None };
        Self { explanation, is_malformed: !is_target }
    }

    /// Prints it, and returns how the command ends.
    pub fn show(&self, ui: &Ui) -> Exit {
        show(ui, &self.explanation);
        self.exit()
    }

    /// How the command ends.
    pub fn exit(&self) -> Exit {
        if self.is_malformed { Exit::CouldNot } else { Exit::of(self.explanation.verdict == "allow") }
    }
}

/// As [`Refusal::name`](placet::model::verdict::Refusal::name) calls it.
const MALFORMED: &str = "malformed_request";

/// The verdict, and below it what decided.
pub fn show(ui: &Ui, explanation: &Explanation) {
    if ui.is_json() {
        return ui.json(&serde_json::to_value(explanation).unwrap_or_default());
    }
    ui.line(verdict(explanation.verdict, ui.colour).trim_end());
    for line in explanation.to_string().lines() {
        ui.line(format_args!("  {line}"));
    }
}

fn stream(given: &str, ready: &Ready, ui: &Ui) -> Outcome {
    let given = given.strip_prefix('@').unwrap_or(given);
    let path = Path::new(given);
    let failed = |error: &std::io::Error| Failure::new(format!("cannot read `{given}`: {error}"));
    let (reader, bytes): (Box<dyn Read>, Option<u64>) = if given == "-" {
        (Box::new(stdin().lock()), None)
    } else {
        let file = File::open(path).map_err(|error| failed(&error))?;
        let bytes = file.metadata().map(|metadata| metadata.len()).ok();
        (Box::new(file), bytes)
    };
    let mut reader = BufReader::new(reader);
    let bar = progress(bytes, "{bytes} of {total_bytes}");
    let cache = TokenCache::new(1);
    let mut tally = Tally::default();
    let outcome = ready.with_explainer(Some(&cache), |explainer| {
        let mut out = BufWriter::new(stdout().lock());
        let mut scratch = Scratch::new();
        while let Some(line) = next_line(&mut reader, SOURCE_BYTES).map_err(|error| failed(&error))? {
            bar.inc(line.length as u64);
            tally.lines += 1;
            if line.is_blank() {
                continue;
            }
            let decided = tally.decide(explainer, ready, &line, &mut scratch);
            let written = write_line(&mut out, &decided, tally.lines, ui.is_json());
            // A caller that has nothing more to ask for now may be waiting for the answer.
            let flushed = written.and_then(|()| if reader.buffer().is_empty() { out.flush() } else { Ok(()) });
            if !ui.arrived(flushed) {
                break;
            }
        }
        let _ = ui.arrived(out.flush());
        Ok(())
    });
    bar.finish_and_clear();
    outcome?;
    if ui.is_cut_off() {
        return Ok(Exit::No);
    }
    ui.note(&tally);
    if tally.malformed > 0 {
        return Ok(Exit::CouldNot);
    }
    Ok(Exit::of(tally.count > 0 && tally.words[0] == tally.count))
}

/// The decisions so far, and how long they took without reading and printing.
#[derive(Debug, Default)]
struct Tally {
    /// Lines read, blank ones included, since an answer names its line.
    lines: usize,
    /// Requests among them.
    count: usize,
    words: [usize; 4],
    /// How many of the refused ones are malformed.
    malformed: usize,
    deciding: Duration,
}

impl Tally {
    fn decide(&mut self, explainer: &Explainer<'_>, ready: &Ready, line: &Line, scratch: &mut Scratch) -> Decided {
        self.count += 1;
        let unread = |message| RequestInputError { message, help: None, is_target: false };
        let read = line.text().map_err(unread).and_then(|text| read(text, self.lines));
        let decided = match (ready.refusal(), read) {
            (Some(refusal), _) => Decided::of(ready.refused(explainer, refusal)),
            (None, Err(unread)) => Decided::unread(unread),
            (None, Ok(written)) => Decided::of(self.decide_read(explainer, ready, written, scratch)),
        };
        let word = WORDS.iter().position(|word| *word == decided.explanation.verdict).unwrap_or(0);
        self.words[word] += 1;
        self.malformed += usize::from(decided.is_malformed);
        decided
    }

    fn decide_read(
        &mut self,
        explainer: &Explainer<'_>,
        ready: &Ready,
        written: Written,
        scratch: &mut Scratch,
    ) -> Explanation {
        let Typed { json, read } = written.typed(ready.vocabulary());
        match read.and_then(|(request, _)| Ok((request, ready.time(&json)?))) {
            Err(bad) => {
                let mut explanation = explainer.malformed(&bad, &json);
                if let Some(cause) = &mut explanation.cause {
                    cause.message.push_str(&format!(" at line {}", self.lines));
                }
                explanation
            }
            Ok((request, time)) => {
                let before = now();
                let verdict = explainer.decide(&request, time, scratch);
                self.deciding += before.elapsed();
                explainer.briefly(verdict, time)
            }
        }
    }
}

impl std::fmt::Display for Tally {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let counts = WORDS.iter().zip(self.words).filter(|(_, count)| *count > 0);
        let counts: Vec<_> = counts.map(|(word, count)| format!("{count} {word}")).collect();
        write!(f, "{}: {}", plural(self.count, "request"), counts.join(", "))?;
        if self.malformed > 0 {
            write!(f, " ({} malformed)", self.malformed)?;
        }
        let seconds = self.deciding.as_secs_f64();
        if seconds > 0.0 {
            #[expect(clippy::cast_precision_loss, reason = "a rate for people")]
            let rate = self.count as f64 / seconds;
            write!(f, "; {rate:.0} decisions per second")?;
        }
        Ok(())
    }
}

const WORDS: [&str; 4] = ["allow", "forbidden", "not_permitted", "refused"];

#[expect(clippy::disallowed_methods, reason = "how fast it was is shown, and decides nothing")]
fn now() -> Instant {
    Instant::now()
}

fn write_line(out: &mut impl Write, decided: &Decided, number: usize, json: bool) -> std::io::Result<()> {
    let explanation = &decided.explanation;
    if json {
        let mut line = serde_json::to_value(explanation).unwrap_or_default();
        line["line"] = json!(number);
        return writeln!(out, "{}", visible::json(&line.to_string()));
    }
    let why = explanation.to_string();
    writeln!(out, "{:<13} {}", explanation.verdict, cut(why.lines().next().unwrap_or_default(), columns() - 14))
}
