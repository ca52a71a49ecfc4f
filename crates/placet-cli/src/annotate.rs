//! Findings for CI: annotations of GitHub's workflows (`--format github`) and SARIF (`--format
//! sarif`).
//!
//! An annotation is a line on standard output, between the lines for people. SARIF is one document:
//! findings are kept until the command ends, and text for people goes to standard error.

use std::sync::Mutex;

use placet::document::Report;

use super::finding::Finding;
use super::sarif;
use super::ui::{Failure, Format, Ui};

/// The findings of the SARIF document. A process runs one command.
static KEPT: Mutex<Vec<Finding>> = Mutex::new(Vec::new());

impl Ui {
    /// Reports a finding in the format for CI, if one was chosen.
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

    /// Does the same for all diagnostics of a report. `file` is the file of a map.
    pub fn annotate_all(&self, report: &Report, file: Option<&str>) {
        report.diagnostics.iter().for_each(|found| self.annotate(Finding::of(found, &report.source, file)));
    }

    /// Prints the SARIF document, if that is the format.
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
