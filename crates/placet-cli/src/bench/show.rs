//! Prints the results of a bench.

use serde_json::{Map, Value as Json, json};

use super::cedar::Cedar;
use super::requests::Source;
use crate::terminal::{columns, cut};
use crate::ui::{BOLD, DIM, Ui, YELLOW, paint, plural};
use placet_tools::bench::latency::SHARES;
use placet_tools::bench::tables::{Named, Table, tables as all_tables};
use placet_tools::bench::{Measured, Timed};

/// What was measured, with notes for the reader.
pub fn notes(all: &[Named<'_>], source: &Source, cedar: Option<&Cedar>) -> Vec<String> {
    let mut notes = Vec::new();
    let Some((_, first)) = all.first() else { return notes };
    notes.push(format!("{} {}", plural(first.requests, "request"), source.words()));
    let together = first.routes.first().map_or(1, |timed| timed.latency.together);
    notes.push(format!(
        "reading the clock costs {:.0} ns, which is subtracted; up to {together} decisions are timed together where one \
         is too short",
        first.clock
    ));
    if cfg!(debug_assertions) {
        notes.push(
            "this `placet` was built without optimisation: build it with `--release` to see its times".to_owned(),
        );
    }
    if let [(_, first), (name, second)] = all {
        let same = first.verdicts.iter().zip(&second.verdicts).filter(|(one, other)| one == other).count();
        notes.push(format!("{same} of {} verdicts are the same with {name}", first.verdicts.len()));
    }
    notes.extend(cedar.map(|cedar| cedar.notes(&first.verdicts)).unwrap_or_default());
    notes
}

/// Prints the tables for people.
pub fn tables(ui: &Ui, all: &[Named<'_>], notes: &[String], cedar: Option<&Cedar>) {
    let names = all.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
    ui.line(paint(ui.colour, BOLD, names));
    for note in notes {
        ui.line(paint(ui.colour, DIM, format_args!("  {note}")));
    }
    for (place, (one, other)) in differences(all, cedar).into_iter().take(DIFFERENT) {
        let line = format!("  request {}: {one}, and {other} with the other policy", place + 1);
        ui.line(paint(ui.colour, YELLOW, line));
    }
    for table in all_tables(all) {
        write(ui, &table);
    }
}

/// How many different verdicts are listed.
const DIFFERENT: usize = 10;

/// Requests that the other policy decides differently, by their place.
fn differences(all: &[Named<'_>], cedar: Option<&Cedar>) -> Vec<(usize, (&'static str, &'static str))> {
    match (all, cedar) {
        ([(_, first), (_, second)], _) => {
            let pairs = first.verdicts.iter().copied().zip(second.verdicts.iter().copied()).enumerate();
            pairs.filter(|(_, (one, other))| one != other).collect()
        }
        ([(_, first)], Some(cedar)) => {
            let verdicts = first.verdicts.iter().copied().enumerate();
            let different = verdicts.filter(|(place, verdict)| !cedar.agrees(*place, verdict));
            different.map(|(place, one)| (place, (one, if one == "allow" { "no" } else { "yes" }))).collect()
        }
        _ => Vec::new(),
    }
}

/// A title of fewer columns tells nothing.
const NARROWEST_TITLES: usize = 14;
/// A longer title is cut.
const WIDEST_TITLES: usize = 60;

fn write(ui: &Ui, Table { head, rows }: &Table) {
    let all = || std::iter::once(head).chain(rows);
    let width = |column: usize| all().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max();
    let mut widths: Vec<usize> = (0..head.len()).map(|column| width(column).unwrap_or(0)).collect();
    // Numbers are shown whole; titles take what they leave.
    let numbers: usize = widths.iter().skip(1).map(|width| width + 2).sum();
    let titles = columns().saturating_sub(numbers).clamp(NARROWEST_TITLES, WIDEST_TITLES);
    if let Some(first) = widths.first_mut() {
        *first = titles.min(*first);
    }
    let line = |row: &[String]| {
        let cells = row.iter().zip(&widths).enumerate().map(|(column, (cell, width))| {
            if column == 0 { format!("{:<width$}", cut(cell, titles)) } else { format!("{cell:>width$}") }
        });
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    ui.line(format_args!("\n{}", paint(ui.colour, BOLD, line(head))));
    rows.iter().for_each(|row| ui.line(line(row)));
}

/// The same for programs; times are in ns.
pub fn as_json(all: &[Named<'_>], notes: &[String], cedar: Option<&Cedar>) -> Json {
    let policies: Vec<_> = all.iter().map(|(name, measured)| of_policy(name, measured)).collect();
    let different: Vec<_> = differences(all, cedar)
        .into_iter()
        .map(|(place, (one, other))| json!({ "request": place, "verdicts": [one, other] }))
        .collect();
    json!({ "policies": policies, "notes": notes, "different": different, "cedar": cedar.map(Cedar::as_json) })
}

fn of_policy(name: &str, measured: &Measured) -> Json {
    let sizes = &measured.sizes;
    let fixtures = sizes.fixtures.iter().map(|fixture| {
        let token = |token: Option<(usize, usize)>| token.map(|(bytes, text)| json!({ "bytes": bytes, "text": text }));
        json!({
            "title": fixture.title, "program": fixture.program,
            "local": token(fixture.local), "public": token(fixture.public),
        })
    });
    let rules = sizes
        .rules
        .iter()
        .map(|hot| json!({ "file": hot.file, "line": hot.line, "rule": hot.text, "decided": hot.decided }));
    json!({
        "policy": name,
        "requests": measured.requests,
        "clock": measured.clock,
        "routes": measured.routes.iter().map(of_route).collect::<Vec<_>>(),
        "fixtures": fixtures.collect::<Vec<_>>(),
        "steps": { "worst": sizes.worst, "most": sizes.reached, "mean": sizes.reached_mean },
        "rules": rules.collect::<Vec<_>>(),
        "verdicts": measured.verdicts,
    })
}

fn of_route(timed: &Timed) -> Json {
    let latency = &timed.latency;
    let shares = SHARES.iter().zip(latency.shares).map(|(share, ns)| (format!("p{share}"), Json::from(ns)));
    let mut times: Map<String, Json> = shares.collect();
    times.insert("max".to_owned(), latency.most.into());
    times.insert("mean".to_owned(), latency.mean.into());
    let throughput = timed.throughput.iter().map(|(threads, rate)| json!({ "threads": threads, "per_second": rate }));
    json!({
        "route": timed.route.name(),
        "decisions": latency.decisions,
        "together": latency.together,
        "ns": times,
        "allocations": timed.allocations.map(|(count, bytes)| json!({ "count": count, "bytes": bytes })),
        "throughput": throughput.collect::<Vec<_>>(),
    })
}
