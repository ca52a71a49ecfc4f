//! `placet check`: reports the mistakes in policy files, and what their blocks may cost.

use std::path::{Path, PathBuf};

use serde_json::{Value as Json, json};

use super::block::{Reading, signature};
use super::inputs;
use super::project::vocabularies::Libraries;
use super::project::{Project, given_or};
use super::time_args::show;
use super::tokens::header_line;
use super::ui::{BOLD, DIM, Exit, Failure, GREEN, Outcome, RED, Ui, YELLOW, paint, plural};
use crate::limits::HEADER_LINE;
use placet::check::library::Library;
use placet::check::tree::Template;
use placet::compile::Compiled;
use placet::compile::expressions::Expressions;
use placet::diag::code::Code;
use placet::diag::{Diagnostic, Severity, render};
use placet::document::mint::{Wrapping, mint};
use placet::document::{Document, Report};
use placet::model::time::Time;
use placet::syntax::ast::{BlockKind, Item, ItemKind};
use placet::token::keyring::MintingKey;
use placet::token::keys::{LocalKey, SystemRandom};
use placet::visible::escaped;

/// Checks policy files: names, types, rules, limits.
///
/// Shows all errors and warnings of all files, and what the rules of each block can cost. Each
/// block is also compiled, with small samples for its parameters: a block that cannot compile with
/// any argument is an error.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  placet check policies/tenant.placet
  placet check --deny-warnings policies
  placet check --format github policies
  placet check - < new.placet")]
pub struct Args {
    /// Policy files, or directories with `.placet` files; a name that ends in `.json` is the map
    /// form; without any, the files of the project
    files: Vec<PathBuf>,

    #[command(flatten)]
    reading: Reading,
}

/// # Errors
/// A file cannot be read.
pub fn run(args: Args, ui: &Ui) -> Outcome {
    let mut libraries = Libraries::new(ui, &args.reading.vocabularies);
    let mut totals = Totals::default();
    let mut files = Vec::new();
    for path in inputs::expand(&given_or(&args.files, Project::sources)?, "placet")? {
        let Some(library) = libraries.of(Some(&path))? else { return Ok(Exit::No) };
        let checked = check(&path, &library)?;
        totals.count(&checked);
        if ui.is_json() { files.push(checked.json()) } else { checked.show(ui) }
    }
    let passes = totals.errors == 0 && (totals.warnings == 0 || !args.reading.deny_warnings);
    if ui.is_json() {
        ui.json(&json!({ "ok": passes, "errors": totals.errors, "warnings": totals.warnings, "files": files }));
    } else {
        ui.line(totals.line(ui, passes));
    }
    Ok(Exit::of(passes))
}

/// The findings about one file.
struct Checked {
    path: PathBuf,
    vocabularies: Vec<String>,
    findings: Option<Report>,
    blocks: Vec<BlockLine>,
}

struct BlockLine {
    kind: &'static str,
    signature: String,
    rules: usize,
    /// Whether it has parameters.
    is_open: bool,
    /// `None` if parameters are open, or if it cannot be minted.
    cost: Option<Cost>,
}

/// What a compiled block costs.
struct Cost {
    bytes: usize,
    steps: u64,
    /// The bytes of a token in a header line, if it can be minted.
    line: Option<usize>,
    /// Until when it knows its time zones, if it may outlive that.
    zones: Option<Time>,
}

fn check(path: &Path, library: &Library) -> Result<Checked, Failure> {
    let checked = match inputs::parse(path, library)? {
        Ok(document) => {
            let mut report = document.warnings_report();
            report.diagnostics.extend(never_valid(&document, inputs::now(None)));
            let expressions = document.expressions();
            let mut block = |template| {
                let (line, found) = block_line(template, &document, &expressions);
                report.diagnostics.extend(found);
                line
            };
            let blocks = document.templates().iter().map(&mut block).collect();
            report.diagnostics.sort_by_key(|found| (found.at.start, found.code));
            let findings = (!report.diagnostics.is_empty()).then_some(report);
            Checked { path: path.to_owned(), vocabularies: declared(&document), findings, blocks }
        }
        Err(report) => {
            Checked { path: path.to_owned(), vocabularies: Vec::new(), findings: Some(report), blocks: Vec::new() }
        }
    };
    Ok(checked)
}

/// Warnings that need the clock: blocks that, made now, would expire before they are valid.
fn never_valid(document: &Document, now: Time) -> Vec<Diagnostic> {
    // If it has an issuance of its own, the checker has reported this.
    let never = document.templates().iter().filter(|block| block.times.issuance.is_none() && block.times.ttl.is_some());
    never
        .filter(|block| block.times.are_never(now))
        .map(|template| {
            let message = format!("`{}` would never be valid: it expires before its `not_before`", template.name);
            let help = "`ttl` counts from issuance: write a longer one, or an `expiry`";
            Diagnostic::new(Code::NeverValid, template.at, message).help(help)
        })
        .collect()
}

/// The vocabularies of a file: `shop 1`.
fn declared(document: &Document) -> Vec<String> {
    let name = |item: &Item| match &item.kind {
        ItemKind::Vocabulary(vocabulary) => Some(format!("{} {}", vocabulary.name.text, vocabulary.version)),
        ItemKind::Use(_) | ItemKind::Let(_) | ItemKind::Role(_) | ItemKind::Table(_) | ItemKind::Block(_) => None,
    };
    document.file().items.iter().filter_map(name).collect()
}

/// The findings about a block, and why it cannot be minted.
fn block_line(template: &Template, document: &Document, expressions: &Expressions) -> (BlockLine, Vec<Diagnostic>) {
    let (cost, found) = match document.fits(template, expressions) {
        Ok(compiled) if template.parameters.is_empty() => match cost(template, &compiled, document) {
            Ok(cost) => (Some(cost), Vec::new()),
            Err(found) => (None, vec![found]),
        },
        Ok(_) => (None, Vec::new()),
        Err(found) => (None, found),
    };
    let (kind, is_open) = (template.kind.word(), !template.parameters.is_empty());
    (BlockLine { kind, signature: signature(template), rules: template.rules.len(), is_open, cost }, found)
}

fn cost(template: &Template, compiled: &Compiled, document: &Document) -> Result<Cost, Diagnostic> {
    let line = (template.kind == BlockKind::Token).then(|| line_of(compiled, document)).transpose();
    let line = line.map_err(|why| {
        let help = "move rules into a `policy` that the service holds, or put less into the token";
        Diagnostic::new(Code::Unfit, template.at, why).label("cannot be minted").help(help)
    })?;
    // A token with an end is never minted beyond what it knows.
    let endless = compiled.times.end(Time::EPOCH).is_none();
    let zones = compiled.zones.filter(|_| endless).map(|zones| zones.until);
    Ok(Cost { bytes: compiled.program.bytes().len(), steps: compiled.cost, line, zones })
}

/// The length of the token's header line, found by minting one.
fn line_of(compiled: &Compiled, document: &Document) -> Result<usize, String> {
    let key = LocalKey::generate(&mut SystemRandom).map_err(|error| error.to_string())?;
    let key = MintingKey::Local(key);
    // Minted so late that it is valid for a while, and that it knows its time zones.
    let zones = compiled.zones.map_or(Time::EPOCH, |zones| zones.from);
    let now = compiled.times.not_before.unwrap_or(Time::EPOCH).max(zones);
    let token = mint(compiled, document.vocabulary(), &key, now, Wrapping::default(), &mut SystemRandom);
    token.map(|token| header_line(&token.text())).map_err(|error| error.to_string())
}

impl BlockLine {
    fn warning(&self) -> Option<String> {
        match self.cost.as_ref()?.line? {
            length if length > HEADER_LINE => Some(format!(
                "`{}` makes a token of {length} bytes in a header line; many proxies refuse more than {HEADER_LINE}",
                self.signature
            )),
            _ => None,
        }
    }

    fn text(&self) -> String {
        let rules = plural(self.rules, "rule");
        match &self.cost {
            None if self.is_open => format!("{rules}; bytes and cost depend on its parameters"),
            None => rules,
            Some(cost) => {
                let zones = cost.zones.map(|until| format!("; knows its time zones until {}", show(until)));
                let zones = zones.unwrap_or_default();
                format!("{rules}, {} bytes, at most {} steps{zones}", cost.bytes, cost.steps)
            }
        }
    }

    fn json(&self) -> Json {
        let cost = self.cost.as_ref();
        json!({
            "kind": self.kind, "signature": self.signature, "rules": self.rules,
            "bytes": cost.map(|cost| cost.bytes), "cost": cost.map(|cost| cost.steps),
            "zones_until": cost.and_then(|cost| cost.zones).map(Time::as_millis),
            "warning": self.warning(),
        })
    }
}

impl Checked {
    fn show(&self, ui: &Ui) {
        if let Some(report) = &self.findings {
            ui.note(ui.picture(report, ui.error_colour));
            ui.annotate_all(report, Some(&self.path.display().to_string()));
        }
        if self.blocks.is_empty() && self.vocabularies.is_empty() {
            return;
        }
        ui.line(paint(ui.colour, BOLD, escaped(&inputs::name(&self.path))));
        self.vocabularies.iter().for_each(|name| ui.line(format_args!("  vocabulary {name}")));
        for block in &self.blocks {
            let what = paint(ui.colour, DIM, block.text());
            ui.line(format_args!("  {} {}: {what}", block.kind, block.signature));
            block.warning().iter().for_each(|warning| ui.warning(warning));
        }
    }

    fn json(&self) -> Json {
        let diagnostics = self.findings.as_ref().map(|report| render::json(&report.diagnostics, &report.source));
        json!({
            "file": self.path.display().to_string(),
            "vocabularies": self.vocabularies,
            "diagnostics": diagnostics.unwrap_or_else(|| json!([])),
            "blocks": self.blocks.iter().map(BlockLine::json).collect::<Vec<_>>(),
        })
    }
}

#[derive(Default)]
struct Totals {
    files: usize,
    errors: usize,
    warnings: usize,
}

impl Totals {
    fn count(&mut self, checked: &Checked) {
        self.files += 1;
        for found in checked.findings.iter().flat_map(|report| &report.diagnostics) {
            match found.severity() {
                Severity::Error => self.errors += 1,
                Severity::Warning => self.warnings += 1,
            }
        }
        self.warnings += checked.blocks.iter().filter(|block| block.warning().is_some()).count();
    }

    fn line(&self, ui: &Ui, passes: bool) -> String {
        let files = plural(self.files, "file");
        match (self.errors, self.warnings) {
            (0, 0) => format!("{}: no errors in {files}", paint(ui.colour, GREEN, "ok")),
            (0, warnings) => {
                let word = if passes { paint(ui.colour, YELLOW, "ok") } else { paint(ui.colour, RED, "no") };
                format!("{word}: no errors and {} in {files}", plural(warnings, "warning"))
            }
            (errors, 0) => format!("{}: {} in {files}", paint(ui.colour, RED, "no"), plural(errors, "error")),
            (errors, warnings) => format!(
                "{}: {} and {} in {files}",
                paint(ui.colour, RED, "no"),
                plural(errors, "error"),
                plural(warnings, "warning")
            ),
        }
    }
}
