//! Coverage as a page: the sources, with each part coloured by its outcomes. Missing parts are also
//! underlined for colour-blind readers, and each part shows its counts on hover.

use std::collections::BTreeMap;

use super::{Coverage, FileCoverage, PartCoverage, RuleCoverage, Totals};
use crate::testing::html::{escaped, page};
use placet::compile::Frame;
use placet::span::Span;

const LEGEND: &str = "<p class=\"legend\"><span><mark class=\"good\">seen true and seen false</mark></span>\
    <span><mark class=\"half\">seen only true, or only false</mark></span>\
    <span><mark class=\"bad\">never evaluated, or a rule that never matched</mark></span></p>\n";

/// The page of all files.
#[must_use]
pub fn write(coverage: &Coverage) -> String {
    let mut body = format!("<h1>Coverage</h1>\n<p>{}</p>\n{LEGEND}", summary(coverage.totals()));
    for ((name, file), number) in coverage.files().zip(0..) {
        section(name, file, number, &mut body);
    }
    page("Coverage of policies", &body)
}

/// `5 of 6 rules matched, 21 of 28 outcomes seen: 76.4 %`
#[must_use]
pub fn summary(totals: Totals) -> String {
    let Totals { rules, met, outcomes, seen } = totals;
    let share = totals.permille().map(|permille| format!(": {}.{} %", permille / 10, permille % 10));
    format!("{met} of {rules} rules matched, {seen} of {outcomes} outcomes seen{}", share.unwrap_or_default())
}

fn section(name: &str, file: &FileCoverage, number: usize, body: &mut String) {
    let name = escaped(name);
    body.push_str(&format!("<h2>{name}</h2>\n<p class=\"soft\">{}</p>\n", summary(file.totals())));
    let gaps = file.gaps();
    if !gaps.is_empty() {
        body.push_str("<ul>\n");
        for (at, lack) in gaps {
            let ((line, column), words) = (file.place(at), escaped(&file.words(at)));
            body.push_str(&format!(
                "<li><a href=\"#f{number}-{line}\">{line}:{column}</a> <code>{words}</code> {lack}</li>\n"
            ));
        }
        body.push_str("</ul>\n");
    }
    body.push_str("<div class=\"wide\"><table class=\"source\">\n");
    let (marks, counts) = (marks(file), counts(file));
    let mut start = 0;
    for (line, text) in (1..).zip(file.text().split_inclusive('\n')) {
        let whole = Span::new(start, start + text.trim_end().len());
        start += text.len();
        let count = counts.get(&line).map_or_else(String::new, |(matched, all)| {
            let class = if *all { "good" } else { "bad" };
            format!("<span class=\"{class}\">{matched}×</span>")
        });
        let text = marked(file.text(), whole, &marks);
        body.push_str(&format!(
            "<tr id=\"f{number}-{line}\"><td class=\"n\">{line}</td><td class=\"c\">{count}</td><td class=\"t\">{text}</td></tr>\n"
        ));
    }
    body.push_str("</table></div>\n");
}

/// A coloured part of the text.
struct Mark {
    at: Span,
    class: &'static str,
    title: String,
}

/// In ascending order. If two overlap, because several rules are made from the same text, the first
/// one stays.
fn marks(file: &FileCoverage) -> Vec<Mark> {
    let mut marks = Vec::new();
    let mut parts = BTreeMap::<Span, (usize, usize, bool)>::new();
    for rule in file.rules() {
        marks.extend(keyword(file, rule));
        for PartCoverage { part, yes, no } in rule.parts.iter().filter(|part| part.part.at != rule.at) {
            let (all_yes, all_no, _) = parts.entry(part.at).or_insert((0, 0, part.certain));
            *all_yes += yes;
            *all_no += no;
        }
    }
    marks.extend(parts.into_iter().map(|(at, (yes, no, certain))| {
        let class = match (yes, no) {
            (0, 0) => "bad",
            (1.., 1..) => "good",
            (1.., 0) if certain => "good",
            _ => "half",
        };
        Mark { at, class, title: format!("true {yes}×, false {no}×") }
    }));
    marks.sort_by_key(|mark| (mark.at.start, mark.at.end));
    let mut end = 0;
    marks.retain(|mark| {
        let stays = mark.at.start >= end;
        end = if stays { mark.at.end } else { end };
        stays
    });
    marks
}

/// The word before the map of a rule.
fn keyword(file: &FileCoverage, rule: &RuleCoverage) -> Option<Mark> {
    let text = rule.at.of(file.text());
    let word = ["allow", "deny", "only"].into_iter().find(|word| text.starts_with(word))?;
    let at = Span::new(rule.at.start, rule.at.start + word.len());
    let RuleCoverage { matched, decided, .. } = rule;
    let class = if *matched > 0 { "good" } else { "bad" };
    Some(Mark { at, class, title: format!("matched {matched}×, decided {decided}×") })
}

/// For each line with rules, how often they matched, and whether all of them have.
fn counts(file: &FileCoverage) -> BTreeMap<usize, (usize, bool)> {
    let mut counts = BTreeMap::new();
    for rule in file.rules().into_iter().filter(|rule| rule.frame != Frame::Require) {
        let (matched, all) = counts.entry(file.place(rule.at).0).or_insert((0, true));
        *matched += rule.matched;
        *all &= rule.matched > 0;
    }
    counts
}

/// One line with its marks; a mark over several lines is repeated on each of them.
fn marked(text: &str, line: Span, marks: &[Mark]) -> String {
    let mut out = String::new();
    let mut from = line.start;
    for mark in marks.iter().filter(|mark| mark.at.start < line.end && mark.at.end > line.start) {
        let (start, end) = (mark.at.start.max(from), mark.at.end.min(line.end));
        // The indentation of a continued mark stays plain.
        let start = start + (end - start).min(leading_blanks(Span::new(start, end).of(text)));
        out.push_str(&escaped(Span::new(from, start).of(text)));
        let inside = escaped(Span::new(start, end).of(text));
        out.push_str(&format!("<mark class=\"{}\" title=\"{}\">{inside}</mark>", mark.class, escaped(&mark.title)));
        from = end;
    }
    out.push_str(&escaped(Span::new(from, line.end.max(from)).of(text)));
    out
}

fn leading_blanks(text: &str) -> usize {
    text.len() - text.trim_start().len()
}
