//! The drawing: bars for what is compared by contender, lines for what grows. Times are on a logarithmic scale, since the
//! contenders are four orders of magnitude apart.

use super::Report;
use super::text::duration;
use crate::measure::{Row, Shown, Table};

const WIDTH: f64 = 900.0;
const NAMES: f64 = 150.0;
/// The height of one bar with its label.
const BAR: f64 = 11.0;

/// Colours of two series, and of lines in their order; told apart without seeing red and green.
const COLOURS: [&str; 13] = [
    "#1b6ca8", "#e08e0b", "#4b4b4b", "#7b3fa0", "#0f8a8a", "#b03a2e", "#8a7a00", "#5b7fb5", "#a0522d", "#2e7d32",
    "#c2185b", "#607d8b", "#d4a017",
];

/// One drawing of all that is worth seeing.
pub fn svg(report: &Report) -> String {
    // A contender has one colour in all drawings of lines.
    let names: Vec<&str> = report.head.contenders.iter().map(|who| who.name).collect();
    let mut parts = Vec::new();
    let mut top = 20.0;
    for table in &report.results.tables {
        let (part, height) = if table.title.starts_with("Growth") || table.title == "Attenuation: verify and decide" {
            lines(table, &names, top)
        } else if table.title.ends_with("a token") {
            bars(table, &["cold", "warm"], top)
        } else if table.title.starts_with("Published") {
            let columns: Vec<&str> = table.columns.iter().map(String::as_str).collect();
            bars(table, &columns, top)
        } else {
            continue;
        };
        parts.push(part);
        top += height + 40.0;
    }
    let title = text(20.0, top, "start", &format!("{}, {}", report.head.date, report.head.machine));
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {:.0}\" font-family=\"sans-serif\" font-size=\"12\">\n\
         <rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n{}{title}</svg>\n",
        top + 20.0,
        parts.concat(),
    )
}

/// A place on a logarithmic scale between two numbers.
struct Scale {
    from: f64,
    to: f64,
    pixels: f64,
}

impl Scale {
    fn over(numbers: impl Iterator<Item = f64>, pixels: f64) -> Self {
        let (mut from, mut to) = (f64::MAX, f64::MIN_POSITIVE);
        for number in numbers.filter(|number| *number > 0.0) {
            from = from.min(number);
            to = to.max(number);
        }
        // Whole powers of ten, the smallest below everything.
        Self { from: from.log10().floor(), to: to.log10().ceil().max(from.log10().floor() + 1.0), pixels }
    }

    fn at(&self, number: f64) -> f64 {
        (number.log10() - self.from) / (self.to - self.from) * self.pixels
    }

    fn tens(&self) -> impl Iterator<Item = f64> {
        (self.from as i32..=self.to as i32).map(|power| 10_f64.powi(power))
    }
}

fn bars(table: &Table, columns: &[&str], top: f64) -> (String, f64) {
    let places: Vec<usize> =
        columns.iter().filter_map(|wanted| table.columns.iter().position(|column| column == wanted)).collect();
    let number = |row: &Row, place: usize| row.cells.get(place)?.as_ref().map(Shown::number);
    let all = table.rows.iter().flat_map(|row| places.iter().filter_map(move |&place| number(row, place)));
    let scale = Scale::over(all, WIDTH - NAMES - 120.0);
    let mut out = heading(top, &table.title);
    for (bar, column) in columns.iter().enumerate() {
        let x = NAMES + 250.0 + 110.0 * bar as f64;
        out.push_str(&square(x, top, COLOURS[bar]));
        out.push_str(&text(x + 16.0, top, "start", column));
    }
    let line = BAR * places.len() as f64;
    let bottom = top + 20.0 + table.rows.len() as f64 * (line + 6.0);
    for ten in scale.tens() {
        let x = NAMES + scale.at(ten);
        out.push_str(&format!(
            "<line x1=\"{x:.1}\" x2=\"{x:.1}\" y1=\"{:.1}\" y2=\"{bottom:.1}\" stroke=\"#ddd\"/>\n",
            top + 12.0
        ));
        out.push_str(&text(x, bottom + 14.0, "middle", &duration(ten)));
    }
    for (nth, row) in table.rows.iter().enumerate() {
        let y = top + 18.0 + nth as f64 * (line + 6.0);
        out.push_str(&text(NAMES - 8.0, y + line / 2.0 + 4.0, "end", row.contender));
        for (bar, &place) in places.iter().enumerate() {
            let Some(number) = number(row, place) else { continue };
            let (y, width) = (y + bar as f64 * BAR, scale.at(number).max(1.0));
            out.push_str(&format!(
                "<rect x=\"{NAMES}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{:.1}\" fill=\"{}\"><title>{} {}: {}</title></rect>\n",
                BAR - 1.0,
                COLOURS[bar],
                row.contender,
                columns[bar],
                duration(number)
            ));
            let y = y + BAR * 0.5 + 3.5;
            out.push_str(&format!(
                "<text x=\"{:.1}\" y=\"{y:.1}\" font-size=\"9\">{}</text>\n",
                NAMES + width + 4.0,
                duration(number)
            ));
        }
    }
    (out, bottom - top + 14.0)
}

fn lines(table: &Table, names: &[&str], top: f64) -> (String, f64) {
    let columns: Vec<usize> = (0..table.columns.len()).filter(|&place| table.columns[place] != "adding one").collect();
    let number = |row: &Row, place: usize| row.cells.get(place)?.as_ref().map(Shown::number);
    let all = table.rows.iter().flat_map(|row| columns.iter().filter_map(move |&place| number(row, place)));
    let height = 260.0;
    let scale = Scale::over(all, height);
    let bottom = top + 20.0 + height;
    let x = |place: usize| NAMES + (WIDTH - NAMES - 220.0) * place as f64 / (columns.len().max(2) - 1) as f64;
    let mut out = heading(top, &table.title);
    for ten in scale.tens() {
        let y = bottom - scale.at(ten);
        let to = WIDTH - 200.0;
        out.push_str(&format!("<line x1=\"{NAMES}\" x2=\"{to}\" y1=\"{y:.1}\" y2=\"{y:.1}\" stroke=\"#ddd\"/>\n"));
        out.push_str(&text(NAMES - 8.0, y + 4.0, "end", &duration(ten)));
    }
    for &place in &columns {
        out.push_str(&text(x(place), bottom + 16.0, "middle", &table.columns[place]));
    }
    for (nth, row) in table.rows.iter().enumerate() {
        let known = names.iter().position(|name| *name == row.contender).unwrap_or(nth);
        let colour = COLOURS[known % COLOURS.len()];
        let points: Vec<(f64, f64)> = columns
            .iter()
            .filter_map(|&place| number(row, place).map(|number| (x(place), bottom - scale.at(number))))
            .collect();
        let path: Vec<String> = points.iter().map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
        out.push_str(&format!(
            "<polyline points=\"{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"/>\n",
            path.join(" ")
        ));
        // Names stand in a column of their own: lines that end together would have theirs on each other.
        let y = top + 30.0 + nth as f64 * 18.0;
        out.push_str(&square(WIDTH - 180.0, y, colour));
        out.push_str(&text(WIDTH - 164.0, y, "start", row.contender));
    }
    (out, bottom - top + 16.0)
}

fn heading(y: f64, words: &str) -> String {
    format!("<g font-weight=\"bold\">{}</g>\n", text(20.0, y, "start", words))
}

fn square(x: f64, y: f64, colour: &str) -> String {
    format!("<rect x=\"{x:.1}\" y=\"{:.1}\" width=\"10\" height=\"10\" fill=\"{colour}\"/>\n", y - 9.0)
}

fn text(x: f64, y: f64, anchor: &str, words: &str) -> String {
    let words = words.replace('&', "&amp;").replace('<', "&lt;");
    format!("<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\">{words}</text>\n")
}
