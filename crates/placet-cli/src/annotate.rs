//! Findings for the machines that run checks: annotations of GitHub's workflows (`--format github`) and SARIF
//! (`--format sarif`).
//!
//! An annotation is a line on standard output, beside what people read. SARIF is one document: findings are kept until the
//! command ends, and what people read goes to standard error.

use std::sync::Mutex;

use placet::document::Report;

use super::finding::Finding;
use super::sarif;
use super::ui::{Failure, Format, Ui};

/// What SARIF is made of. A process runs one command.
static KEPT: Mutex<Vec<Finding>> = Mutex::new(Vec::new());

impl Ui {
    /// Hands a finding to the machine that asked for it, if one did.
    pub fn annotate(&self, finding: Finding) {
        match self.format {
            Format::Text | Format::Json => {}
            Format::Github => self.raw_line(&finding.command()),
            Format::Sarif => {
                if let Ok(mut kept) = KEPT.lock() {
                    kept.push(finding);
                }
            }
        }
    }

    /// The same of all diagnostics of a report. `file` is what a map is in.
    pub fn annotate_all(&self, report: &Report, file: Option<&str>) {
        report.diagnostics.iter().for_each(|found| self.annotate(Finding::of(found, &report.source, file)));
    }

    /// Prints the document of all findings, where one was asked for.
    pub fn close_annotations(&self, failure: Option<&Failure>) {
        match self.format {
            Format::Text | Format::Json | Format::Github => {}
            Format::Sarif => {
                let kept = KEPT.lock().map(|mut kept| std::mem::take(&mut *kept)).unwrap_or_default();
                self.raw_line(&sarif::document(&kept, failure.map(Failure::message)).to_string());
            }
        }
    }
}
