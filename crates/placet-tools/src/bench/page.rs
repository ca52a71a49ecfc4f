//! The measurements as a self-contained page: a plot of the latencies, and the tables of the
//! terminal.

use super::plot;
use super::tables::{Named, Table, tables};
use crate::testing::html::{escaped, page};

/// The page of one policy, or of two side by side. `notes` describe the measurement, one per line.
#[must_use]
pub fn write(all: &[Named<'_>], notes: &[String]) -> String {
    let names = all.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(" and ");
    let mut body = format!("<h1>Deciding with {}</h1>\n", escaped(&names));
    for note in notes {
        body.push_str(&format!("<p class=\"soft\">{}</p>\n", escaped(note)));
    }
    body.push_str(&plot::svg(all));
    for table in tables(all) {
        write_table(&table, &mut body);
    }
    page(&format!("Deciding with {names}"), &body)
}

fn write_table(Table { head, rows }: &Table, body: &mut String) {
    let mut cells = head.iter().map(|cell| escaped(cell));
    let title = cells.next().unwrap_or_default();
    body.push_str(&format!("<h2>{title}</h2>\n<div class=\"wide\"><table class=\"data\">\n<thead><tr><th></th>"));
    cells.for_each(|cell| body.push_str(&format!("<th>{cell}</th>")));
    body.push_str("</tr></thead>\n<tbody>\n");
    for row in rows {
        body.push_str("<tr>");
        for (column, cell) in row.iter().enumerate() {
            let class = if column == 0 { " class=\"words\"" } else { "" };
            body.push_str(&format!("<td{class}>{}</td>", escaped(cell)));
        }
        body.push_str("</tr>\n");
    }
    body.push_str("</tbody></table></div>\n");
}
