//! A plot of latencies: percentiles to the right, ever closer to all decisions, and times upwards
//! on a logarithmic scale.

use super::tables::{Named, time};
use crate::testing::html::escaped;

const WIDTH: f64 = 860.0;
const HEIGHT: f64 = 420.0;
const LEFT: f64 = 78.0;
const RIGHT: f64 = 24.0;
const TOP: f64 = 20.0;
const BOTTOM: f64 = 60.0;

/// One for each route of the first policy, and one of the second.
const COLOURS: [&str; 3] = ["one", "two", "three"];

/// Labels of the percentiles, and how many nines each has.
const TICKS: [(f64, &str); 6] =
    [(0.0, "0 %"), (0.301, "50 %"), (1.0, "90 %"), (2.0, "99 %"), (3.0, "99.9 %"), (4.0, "99.99 %")];

/// The geometry of the plot.
struct Frame {
    /// Nines at the right border.
    nines: f64,
    /// Decades at the lower and the upper border.
    low: f64,
    high: f64,
}

/// The plot, with its legend as HTML below it.
#[must_use]
pub fn svg(all: &[Named<'_>]) -> String {
    let curves = || all.iter().flat_map(|(_, measured)| measured.routes.iter().map(|timed| &timed.latency.curve));
    let points = || curves().flatten();
    let frame = Frame {
        nines: points().map(|(percentile, _)| nines(*percentile)).fold(2.0, f64::max),
        low: points().map(|(_, ns)| ns.max(1.0).log10()).fold(f64::INFINITY, f64::min).floor().max(0.0),
        high: points().map(|(_, ns)| ns.max(1.0).log10()).fold(1.0, f64::max).ceil(),
    };
    let mut out = format!(
        "<figure>\n<svg viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" aria-labelledby=\"plot\">\n\
         <title id=\"plot\">Time of a decision by percentile</title>\n"
    );
    frame.grid(&mut out);
    let mut legend = String::new();
    for (policy, (name, measured)) in all.iter().enumerate() {
        for (timed, colour) in measured.routes.iter().zip(COLOURS) {
            let class = if policy == 0 { colour.to_owned() } else { format!("{colour} dash") };
            frame.curve(&timed.latency.curve, &class, &mut out);
            let name = if all.len() > 1 { format!("{name}, ") } else { String::new() };
            legend.push_str(&format!(
                "<span><svg viewBox=\"0 0 32 12\" aria-hidden=\"true\"><line class=\"curve {class}\" x1=\"0\" y1=\"6\" \
                 x2=\"32\" y2=\"6\"/></svg>{}{}</span>\n",
                escaped(&name),
                timed.route.words()
            ));
        }
    }
    out.push_str(&format!("</svg>\n<figcaption class=\"legend\">\n{legend}</figcaption>\n</figure>\n"));
    out
}

impl Frame {
    fn x(&self, nines: f64) -> f64 {
        LEFT + (WIDTH - LEFT - RIGHT) * nines / self.nines
    }

    fn y(&self, ns: f64) -> f64 {
        let share = (ns.max(1.0).log10() - self.low) / (self.high - self.low).max(1.0);
        HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * share
    }

    fn grid(&self, out: &mut String) {
        let (right, lower) = (WIDTH - RIGHT, HEIGHT - BOTTOM);
        let mut decade = self.low;
        while decade <= self.high {
            let (y, ns) = (self.y(10_f64.powf(decade)), 10_f64.powf(decade).round());
            out.push_str(&format!(
                "<line class=\"grid\" x1=\"{LEFT}\" y1=\"{y:.1}\" x2=\"{right}\" y2=\"{y:.1}\"/>\
                 <text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>\n",
                LEFT - 8.0,
                y + 4.0,
                time(ns)
            ));
            decade += 1.0;
        }
        for (nines, label) in TICKS.into_iter().filter(|(nines, _)| *nines <= self.nines) {
            let x = self.x(nines);
            let anchor = if x > right - 30.0 { "end" } else { "middle" };
            out.push_str(&format!(
                "<line class=\"grid\" x1=\"{x:.1}\" y1=\"{TOP}\" x2=\"{x:.1}\" y2=\"{lower}\"/>\
                 <text x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"{anchor}\">{label}</text>\n",
                lower + 24.0
            ));
        }
        out.push_str(&format!(
            "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\">share of the decisions that took no longer</text>\n",
            f64::midpoint(LEFT, right),
            HEIGHT - 10.0
        ));
    }

    fn curve(&self, curve: &[(f64, f64)], class: &str, out: &mut String) {
        let points =
            curve.iter().map(|(percentile, ns)| format!("{:.1},{:.1}", self.x(nines(*percentile)), self.y(*ns)));
        let points = points.collect::<Vec<_>>().join(" ");
        out.push_str(&format!("<polyline class=\"curve {class}\" points=\"{points}\"/>\n"));
    }
}

/// 0 of 0 %, 1 of 90 %, 2 of 99 %.
fn nines(percentile: f64) -> f64 {
    -(1.0 - percentile / 100.0).max(1e-6).log10()
}
