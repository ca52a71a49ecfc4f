//! Tables as text; they are also valid Markdown.

use super::Report;
use crate::measure::{Results, Table};

/// The whole report.
pub fn text(report: &Report) -> String {
    let head = &report.head;
    let mut out = format!("{}\n{}\n{}\n{}\n\n", head.date, head.machine, head.compiler, head.profile);
    for who in &head.contenders {
        out.push_str(&format!("{:<16} {:<9} {}\n", who.name, who.version, who.about));
    }
    let Results { tables } = &report.results;
    tables.iter().for_each(|table| out.push_str(&one(table)));
    out
}

fn one(table: &Table) -> String {
    let mut lines = vec![[vec![String::new()], table.columns.clone()].concat()];
    for row in &table.rows {
        let cells = row.cells.iter().enumerate().map(|(place, _)| cell(table, row, place));
        lines.push([row.contender.to_owned()].into_iter().chain(cells).collect());
    }
    let widths: Vec<usize> = (0..lines[0].len())
        .map(|place| lines.iter().map(|line| line[place].chars().count()).max().unwrap_or(0))
        .collect();
    let padded = |line: &Vec<String>| {
        let cells: Vec<String> = line.iter().zip(&widths).map(|(text, &width)| format!("{text:<width$}")).collect();
        format!("| {} |\n", cells.join(" | "))
    };
    let rule: Vec<String> = widths.iter().map(|&width| "-".repeat(width)).collect();
    let mut out = format!("\n## {}\n\n{}|-{}-|\n", table.title, padded(&lines[0]), rule.join("-|-"));
    lines[1..].iter().for_each(|line| out.push_str(&padded(line)));
    table.notes.iter().for_each(|note| out.push_str(&format!("- {note}\n")));
    out
}

/// A cell as it is printed.
pub(super) fn cell(table: &Table, row: &crate::measure::Row, place: usize) -> String {
    use crate::measure::Shown;
    match &row.cells[place] {
        None => "-".to_owned(),
        Some(Shown::Time(measure)) => format!("{} ({})", duration(measure.median), duration(measure.best)),
        Some(Shown::Number(number)) if table.columns[place] == "ratio" => format!("{number:.2}"),
        Some(Shown::Number(number)) if *number != 0.0 && *number < 100.0 && number.fract() != 0.0 => {
            format!("{number:.1}")
        }
        Some(Shown::Number(number)) => format!("{number:.0}"),
    }
}

/// Nanoseconds, in the unit that suits.
pub fn duration(nanoseconds: f64) -> String {
    let (number, unit) = match nanoseconds {
        n if n < 1e3 => (n, "ns"),
        n if n < 1e6 => (n / 1e3, "µs"),
        n => (n / 1e6, "ms"),
    };
    let digits = if number < 10.0 {
        2
    } else if number < 100.0 {
        1
    } else {
        0
    };
    format!("{number:.digits$} {unit}")
}
