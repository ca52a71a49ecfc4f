//! `placet check`: everything that is wrong with policy files, and what their blocks may cost.

use std::path::{Path, PathBuf};

use serde_json::{Value as Json, json};

use super::block::{Reading, signature};
use super::inputs;
use super::tokens::header_line;
use super::ui::{BOLD, DIM, Exit, Failure, GREEN, Outcome, RED, Ui, YELLOW, paint, plural};
use crate::author::mint::{Wrapping, mint};
use crate::author::{Document, Report};
use crate::check::library::Library;
use crate::check::tree::Template;
use crate::compile::arguments::Arguments;
use crate::compile::expressions::Expressions;
use crate::compile::{Compiled, compile_within};
use crate::diag::Severity;
use crate::diag::render;
use crate::limits::HEADER_LINE;
use crate::syntax::ast::{BlockKind, Item, ItemKind};
use crate::token::keyring::MintingKey;
use crate::token::keys::{LocalKey, SystemRandom};

/// Checks policy files: names, types, rules, limits.
///
/// Shows all errors and warnings of all files, and of each block what its rules can cost. Blocks without parameters are
/// compiled as well; of the others, that is known when they are minted.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  placet check policies/tenant.placet
  placet check --deny-warnings policies
  placet check - < new.placet")]
pub struct Args {
    /// Policy files; a directory stands for all `.placet` files in it, and a name that ends in `.json` is the map form
    #[arg(required = true)]
    files: Vec<PathBuf>,

    #[command(flatten)]
    reading: Reading,
}

/// Runs the command.
///
/// # Errors
/// A file can not be read.
pub fn run(args: Args, ui: &Ui) -> Outcome {
    let Some(library) = args.reading.library(ui)? else { return Ok(Exit::No) };
    let mut totals = Totals::default();
    let mut files = Vec::new();
    for path in inputs::expand(&args.files, "placet")? {
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

/// What there is to say about one file.
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
    /// None where parameters are open.
    compiled: Option<Result<Cost, String>>,
}

/// What a compiled block costs.
struct Cost {
    bytes: usize,
    steps: u64,
    /// Of a token in a header line, without its key's id and such: what all of it takes.
    line: Option<Result<usize, String>>,
}

fn check(path: &Path, library: &Library) -> Result<Checked, Failure> {
    let checked = match inputs::parse(path, library)? {
        Ok(document) => {
            let expressions = document.expressions();
            let line = |template| block_line(template, &document, &expressions);
            let blocks = document.templates().iter().map(line).collect();
            let findings = (!document.warnings().is_empty()).then(|| document.warnings_report());
            Checked { path: path.to_owned(), vocabularies: declared(&document), findings, blocks }
        }
        Err(report) => {
            Checked { path: path.to_owned(), vocabularies: Vec::new(), findings: Some(report), blocks: Vec::new() }
        }
    };
    Ok(checked)
}

/// The vocabularies of a file: `shop 1`.
fn declared(document: &Document) -> Vec<String> {
    let name = |item: &Item| match &item.kind {
        ItemKind::Vocabulary(vocabulary) => Some(format!("{} {}", vocabulary.name.text, vocabulary.version)),
        ItemKind::Use(_) | ItemKind::Let(_) | ItemKind::Role(_) | ItemKind::Block(_) => None,
    };
    document.file().items.iter().filter_map(name).collect()
}

fn block_line(template: &Template, document: &Document, expressions: &Expressions) -> BlockLine {
    let compiled = template.parameters.is_empty().then(|| {
        let compiled = compile_within(template, document.vocabulary(), &Arguments::default(), expressions)
            .map_err(|errors| errors.iter().map(|error| error.cause.to_string()).collect::<Vec<_>>().join("; "))?;
        let line = (template.kind == BlockKind::Token).then(|| line_of(&compiled, document));
        Ok(Cost { bytes: compiled.program.bytes().len(), steps: compiled.cost, line })
    });
    BlockLine { kind: template.kind.word(), signature: signature(template), rules: template.rules.len(), compiled }
}

/// How long the header line of the token would be, by minting one.
fn line_of(compiled: &Compiled, document: &Document) -> Result<usize, String> {
    let key = LocalKey::generate(&mut SystemRandom).map_err(|error| error.to_string())?;
    let key = MintingKey::Local(key);
    let token = mint(compiled, document.vocabulary(), &key, 0, Wrapping::default(), &mut SystemRandom);
    token.map(|token| header_line(&token.text())).map_err(|error| error.to_string())
}

impl BlockLine {
    fn warning(&self) -> Option<String> {
        match self.compiled.as_ref()?.as_ref().ok()?.line.as_ref()? {
            Ok(length) if *length > HEADER_LINE => Some(format!(
                "`{}` makes a token of {length} bytes in a header line; many proxies refuse more than {HEADER_LINE}",
                self.signature
            )),
            _ => None,
        }
    }

    fn error(&self) -> Option<String> {
        let error = match self.compiled.as_ref()? {
            Ok(cost) => cost.line.as_ref()?.as_ref().err()?,
            Err(error) => error,
        };
        Some(format!("`{}`: {error}", self.signature))
    }

    fn text(&self) -> String {
        let rules = plural(self.rules, "rule");
        match &self.compiled {
            None => format!("{rules}; bytes and cost depend on its parameters"),
            Some(Ok(cost)) => format!("{rules}, {} bytes, at most {} steps", cost.bytes, cost.steps),
            Some(Err(_)) => rules,
        }
    }

    fn json(&self) -> Json {
        let cost = self.compiled.as_ref().and_then(|compiled| compiled.as_ref().ok());
        json!({
            "kind": self.kind, "signature": self.signature, "rules": self.rules,
            "bytes": cost.map(|cost| cost.bytes), "cost": cost.map(|cost| cost.steps),
            "error": self.error(), "warning": self.warning(),
        })
    }
}

impl Checked {
    fn show(&self, ui: &Ui) {
        if let Some(report) = &self.findings {
            ui.note(ui.picture(report, ui.error_colour));
        }
        if self.blocks.is_empty() && self.vocabularies.is_empty() {
            return;
        }
        ui.line(paint(ui.colour, BOLD, inputs::name(&self.path)));
        self.vocabularies.iter().for_each(|name| ui.line(format_args!("  vocabulary {name}")));
        for block in &self.blocks {
            let what = paint(ui.colour, DIM, block.text());
            ui.line(format_args!("  {} {}: {what}", block.kind, block.signature));
            block.warning().iter().for_each(|warning| ui.warning(warning));
            block
                .error()
                .iter()
                .for_each(|error| ui.note(format_args!("{}: {error}", paint(ui.error_colour, RED, "error"))));
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
        self.errors += checked.blocks.iter().filter(|block| block.error().is_some()).count();
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
