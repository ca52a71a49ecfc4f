//! Coverage in the format of `lcov`, which editors and services read: a rule is a line, a part is a
//! branch that is taken or not.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::{Coverage, FileCoverage, PartCoverage};
use placet::compile::Frame;

/// The tracefile of all files. Branch `0` of a part counts how often it was true, branch `1` how
/// often it was false; `-` is a part that was never evaluated.
#[must_use]
pub fn write(coverage: &Coverage) -> String {
    let mut out = String::new();
    for (name, file) in coverage.files() {
        record(name, file, &mut out).expect("a string takes everything");
    }
    out
}

fn record(name: &str, file: &FileCoverage, out: &mut String) -> std::fmt::Result {
    writeln!(out, "TN:\nSF:{name}")?;
    let mut lines = BTreeMap::<usize, usize>::new();
    let mut branches = Vec::new();
    for rule in file.rules() {
        // A block's own condition is at the block's name, and does not count as a line.
        if rule.frame != Frame::Require {
            *lines.entry(file.place(rule.at).0).or_default() += rule.matched;
        }
        branches.extend(rule.parts.iter().map(|part| (file.place(part.part.at).0, part)));
    }
    branches.sort_by_key(|(line, _)| *line);
    for ((line, part), number) in branches.iter().zip(0..) {
        for (branch, taken) in [(0, part.yes), (1, part.no)].into_iter().take(part.outcomes()) {
            writeln!(out, "BRDA:{line},{number},{branch},{}", times(part, taken))?;
        }
    }
    let sum = |count: fn(&PartCoverage) -> usize| branches.iter().map(|(_, part)| count(part)).sum::<usize>();
    writeln!(out, "BRF:{}\nBRH:{}", sum(PartCoverage::outcomes), sum(PartCoverage::seen))?;
    for (line, count) in &lines {
        writeln!(out, "DA:{line},{count}")?;
    }
    let met = lines.values().filter(|count| **count > 0).count();
    writeln!(out, "LF:{}\nLH:{met}\nend_of_record", lines.len())
}

fn times(part: &PartCoverage, taken: usize) -> String {
    if part.yes + part.no == 0 { "-".to_owned() } else { taken.to_string() }
}
