//! The page: head, drawing, tables. One file, nothing loaded.

use super::Report;
use super::drawing::svg;
use super::text::cell;
use crate::measure::Table;

/// The whole page.
pub fn html(report: &Report) -> String {
    let head = &report.head;
    let who: String = head
        .contenders
        .iter()
        .map(|who| {
            format!("<tr><td>{}</td><td>{}</td><td>{}</td></tr>\n", who.name, escaped(&who.version), escaped(who.about))
        })
        .collect();
    let tables: String = report.results.tables.iter().map(table).collect();
    format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Placet and its peers</title>\n<style>\n\
         body {{ font: 15px/1.4 sans-serif; max-width: 70em; margin: 2em auto; padding: 0 1em }}\n\
         table {{ border-collapse: collapse; margin: 1em 0 }} td, th {{ border-bottom: 1px solid #ddd; padding: .2em .7em; text-align: left }}\n\
         small {{ color: #666 }}\n</style></head><body>\n<h1>Placet and its peers</h1>\n\
         <p>{}<br>{}<br>{}<br>{}</p>\n\
         <p>Times are the median turn, with the best turn in brackets: CPU time of one decision. All contenders gave the same \
         verdict on every row before anything was timed. The ratios matter, not the times.</p>\n\
         <table><tr><th>contender</th><th>version</th><th>what it does</th></tr>\n{who}</table>\n{}\n{tables}</body></html>\n",
        escaped(&head.date),
        escaped(&head.machine),
        escaped(&head.compiler),
        head.profile,
        svg(report),
    )
}

fn table(table: &Table) -> String {
    let columns: String = table.columns.iter().map(|column| format!("<th>{}</th>", escaped(column))).collect();
    let row = |row: &crate::measure::Row| {
        let cells: String = (0..row.cells.len()).map(|place| format!("<td>{}</td>", cell(table, row, place))).collect();
        format!("<tr><td>{}</td>{cells}</tr>\n", row.contender)
    };
    let rows: String = table.rows.iter().map(row).collect();
    let notes: String = table.notes.iter().map(|note| format!("<li><small>{}</small></li>\n", escaped(note))).collect();
    let notes = if notes.is_empty() { notes } else { format!("<ul>{notes}</ul>\n") };
    format!("<h2>{}</h2>\n<table><tr><th></th>{columns}</tr>\n{rows}</table>\n{notes}", escaped(&table.title))
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}
