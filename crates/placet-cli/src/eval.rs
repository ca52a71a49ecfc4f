//! `placet eval`: decides one request, or a stream of them.

use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Write, stdin, stdout};
use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::{Value as Json, json};

use super::asked::Asked;
use super::bounded::{Line, next_line};
use super::deciding::{Deciding, Ready};
use super::page::{cut, verdict};
use super::ui::{Exit, Failure, Outcome, Ui, progress};
use crate::author::request::OwnedRequest;
use crate::explain::{Cause, Court, Explanation};
use crate::limits::SOURCE_BYTES;
use crate::model::verdict::Verdict;
use crate::syntax::map::{from_json_text, said};
use crate::token::cache::TokenCache;
use crate::token::verify::Scratch;
use crate::visible;

/// Decides a request: exit code 0 where it is allowed, 1 where it is not.
///
/// With a policy file, a token of it is minted with a throw-away key and verified again, as a service would. With `--token` and
/// `--keyring` the token is the given one.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  placet eval session.placet --with user=42 --request '{\"action\": \"get\", \"cache\": \"profiles\"}'
  placet eval menu.placet --request '{\"action\": \"GET\"}' --request-target '/caf%C3%A9/today?size=2'
  placet eval --token token.txt --keyring service.keys --request request.json --explain
  placet eval --token token.txt --keyring service.keys --jsonl --request requests.jsonl")]
pub struct Args {
    #[command(flatten)]
    deciding: Deciding,

    #[command(flatten)]
    asked: Asked,

    /// Decide a stream of requests, one a line
    #[arg(long, conflicts_with_all = ["explain", "request_target"])]
    jsonl: bool,

    /// Say what would have to be different for the request to pass
    #[arg(long)]
    explain: bool,
}

/// Runs the command.
///
/// # Errors
/// A file can not be read, or it is not clear which block is meant.
pub fn run(args: Args, ui: &Ui) -> Outcome {
    let Some(ready) = args.deciding.ready(ui)? else { return Ok(Exit::CouldNot) };
    if args.jsonl {
        return stream(&args.asked.request, &ready, ui);
    }
    let request = args.asked.one()?;
    let explanation = ready.with_court(None, |court| decide(court, &ready, request, args.explain));
    show(ui, &explanation);
    Ok(Exit::of(explanation.verdict == "allow"))
}

/// Decides one request; with `why`, looks for a change that passes.
pub fn decide(court: &Court<'_>, ready: &Ready, request: Result<Json, String>, why: bool) -> Explanation {
    if let Some(refusal) = ready.refusal() {
        return court.decided(Verdict::Refused(refusal), ready.now());
    }
    let json = match request {
        Ok(json) => json,
        Err(message) => return not_json(message),
    };
    let read = OwnedRequest::from_json(ready.vocabulary(), &json);
    match read.and_then(|request| Ok((request, ready.time(&json)?))) {
        Ok((request, time)) if why => court.explain(&request, time),
        Ok((request, time)) => court.decided(court.decide(&request, time, &mut Scratch::new()), time),
        Err(bad) => court.malformed(&bad, &json),
    }
}

/// The verdict, and below it who decided.
pub fn show(ui: &Ui, explanation: &Explanation) {
    if ui.is_json() {
        return ui.json(&serde_json::to_value(explanation).unwrap_or_default());
    }
    ui.line(verdict(explanation.verdict, ui.colour).trim_end());
    for line in explanation.to_string().lines() {
        ui.line(format_args!("  {line}"));
    }
}

fn not_json(message: String) -> Explanation {
    let cause = Cause { name: "malformed_request", message, help: None };
    Explanation { verdict: "refused", decided: None, cause: Some(cause), nearest: None }
}

fn stream(given: &str, ready: &Ready, ui: &Ui) -> Outcome {
    let path = Path::new(given);
    let failed = |error: &std::io::Error| Failure::new(format!("can not read `{given}`: {error}"));
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
    let outcome = ready.with_court(Some(&cache), |court| {
        let mut out = BufWriter::new(stdout().lock());
        let mut scratch = Scratch::new();
        while let Some(line) = next_line(&mut reader, SOURCE_BYTES).map_err(|error| failed(&error))? {
            bar.inc(line.length as u64);
            tally.lines += 1;
            if line.is_blank() {
                continue;
            }
            let explanation = tally.decide(court, ready, &line, &mut scratch);
            let written = write_line(&mut out, &explanation, tally.lines, ui.is_json());
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
    Ok(Exit::of(tally.count > 0 && tally.words[0] == tally.count))
}

/// What was decided so far, and how long deciding took: reading and printing do not count.
#[derive(Debug, Default)]
struct Tally {
    /// Lines that were read. An answer names its line, and there are none to blank ones.
    lines: usize,
    /// Requests among them.
    count: usize,
    words: [usize; 4],
    deciding: Duration,
}

impl Tally {
    fn decide(&mut self, court: &Court<'_>, ready: &Ready, line: &Line, scratch: &mut Scratch) -> Explanation {
        self.count += 1;
        let read = line.text().and_then(|text| from_json_text(text).map_err(|found| said(text, &found, self.lines)));
        let explanation = match (ready.refusal(), read) {
            (Some(refusal), _) => court.decided(Verdict::Refused(refusal), ready.now()),
            (None, Err(message)) => not_json(message),
            (None, Ok(json)) => {
                match OwnedRequest::from_json(ready.vocabulary(), &json).and_then(|it| Ok((it, ready.time(&json)?))) {
                    Err(bad) => court.malformed(&bad, &json),
                    Ok((request, time)) => {
                        let before = now();
                        let verdict = court.decide(&request, time, scratch);
                        self.deciding += before.elapsed();
                        court.briefly(verdict, time)
                    }
                }
            }
        };
        let word = WORDS.iter().position(|word| *word == explanation.verdict).unwrap_or(0);
        self.words[word] += 1;
        explanation
    }
}

impl std::fmt::Display for Tally {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let counts = WORDS.iter().zip(self.words).filter(|(_, count)| *count > 0);
        let counts: Vec<_> = counts.map(|(word, count)| format!("{count} {word}")).collect();
        write!(f, "{} requests: {}", self.count, counts.join(", "))?;
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

fn write_line(out: &mut impl Write, explanation: &Explanation, number: usize, json: bool) -> std::io::Result<()> {
    if json {
        let mut line = serde_json::to_value(explanation).unwrap_or_default();
        line["line"] = json!(number);
        return writeln!(out, "{}", visible::json(&line.to_string()));
    }
    let why = explanation.to_string();
    writeln!(out, "{:<13} {}", explanation.verdict, cut(why.lines().next().unwrap_or_default(), 84))
}
