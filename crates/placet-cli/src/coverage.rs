//! `placet test --coverage`: reports the rules and conditions that the cases reach, for people,
//! programs and tools.

use std::path::PathBuf;

use serde_json::{Value as Json, json};

use super::outputs;
use super::terminal::wrap;
use super::ui::{BOLD, Failure, GREEN, RED, Ui, YELLOW, paint};
use placet::compile::Frame;
use placet_tools::testing::coverage::page::summary;
use placet_tools::testing::coverage::{Coverage, FileCoverage, Totals, lcov, page};

/// The wanted coverage reports.
#[derive(clap::Args, Debug)]
pub struct CoverageArgs {
    /// Show which rules the cases match, and which conditions they see true and false
    #[arg(long)]
    coverage: bool,

    /// Write the coverage as an lcov tracefile: a rule is a line, a condition a branch
    #[arg(long, value_name = "FILE")]
    lcov: Option<PathBuf>,

    /// Write the coverage as a page with the sources coloured
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,

    /// Fail if less than this share is covered
    #[arg(long, value_name = "PERCENT", value_parser = clap::value_parser!(u8).range(0..=100))]
    coverage_min: Option<u8>,
}

impl CoverageArgs {
    /// Whether any coverage is wanted.
    #[must_use]
    pub const fn is_any(&self) -> bool {
        self.coverage || self.lcov.is_some() || self.html.is_some() || self.coverage_min.is_some()
    }

    /// Whether enough is covered.
    #[must_use]
    pub fn suffices(&self, coverage: &Coverage) -> bool {
        let wanted = self.coverage_min.map_or(0, |percent| usize::from(percent) * 10);
        wanted == 0 || coverage.totals().permille().is_some_and(|permille| permille >= wanted)
    }

    /// Writes the wanted files.
    ///
    /// # Errors
    /// One of them cannot be written.
    pub fn write(&self, ui: &Ui, coverage: &Coverage) -> Result<(), Failure> {
        if let Some(path) = &self.lcov {
            outputs::to_file_or_stdout(ui, path, lcov::write(coverage).as_bytes())?;
        }
        if let Some(path) = &self.html {
            outputs::to_file_or_stdout(ui, path, page::write(coverage).as_bytes())?;
        }
        Ok(())
    }

    /// Shows it to people.
    pub fn show(&self, ui: &Ui, coverage: &Coverage, broken: usize) {
        for (name, file) in coverage.files() {
            let totals = file.totals();
            ui.line(format_args!("\n{}  {}", paint(ui.colour, BOLD, name), share(ui, totals)));
            for (at, lack) in file.gaps() {
                let (line, column) = file.place(at);
                let lack = paint(ui.colour, if lack == "never matched" { RED } else { YELLOW }, format!("{lack:<15}"));
                let place = format!("{line}:{column}");
                ui.line(format_args!("  {place:<8}{lack}  {}", wrap(&file.words(at), 27)));
            }
        }
        let totals = coverage.totals();
        ui.line(format_args!("\n{}", share(ui, totals)));
        if totals.permille().is_none() && broken == 0 {
            ui.note("no case is about a policy file, so there is nothing to cover; maps in lines are not counted");
        }
        if let Some(wanted) = self.coverage_min.filter(|_| !self.suffices(coverage)) {
            ui.line(paint(ui.colour, RED, format_args!("less than the required {wanted} %")));
        }
    }
}

fn share(ui: &Ui, totals: Totals) -> String {
    let colour = if totals.permille() == Some(1000) { GREEN } else { YELLOW };
    paint(ui.colour, colour, summary(totals))
}

/// The same for programs.
#[must_use]
pub fn as_json(coverage: &Coverage) -> Json {
    let files: Vec<_> = coverage.files().map(|(name, file)| of_file(name, file)).collect();
    json!({ "totals": of_totals(coverage.totals()), "files": files })
}

#[expect(clippy::cast_precision_loss, reason = "no more than a thousand")]
fn of_totals(totals: Totals) -> Json {
    let Totals { rules, met, outcomes, seen } = totals;
    let percent = totals.permille().map(|permille| permille as f64 / 10.0);
    json!({ "rules": rules, "met": met, "outcomes": outcomes, "seen": seen, "percent": percent })
}

fn of_file(name: &str, file: &FileCoverage) -> Json {
    let rules = file.rules().into_iter().map(|rule| {
        let parts = rule.parts.iter().map(|part| {
            let (line, column) = file.place(part.part.at);
            json!({ "line": line, "column": column, "text": file.words(part.part.at), "true": part.yes, "false": part.no })
        });
        let (line, column) = file.place(rule.at);
        let effect = match rule.frame {
            Frame::Deny => "deny",
            Frame::Require => "require",
            Frame::Allow => "allow",
        };
        json!({
            "block": rule.block, "effect": effect, "line": line, "column": column, "text": file.words(rule.at),
            "matched": rule.matched, "decided": rule.decided, "conditions": parts.collect::<Vec<_>>(),
        })
    });
    json!({ "file": name, "totals": of_totals(file.totals()), "rules": rules.collect::<Vec<_>>() })
}
