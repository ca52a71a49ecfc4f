//! `.cases` files: sections for a token with its restrictions, for policies, or for both, and the
//! requests that they decide.

use std::sync::Arc;

use super::fixture::{Block, Fixture, Keys, find};
use super::{Case, Suite};
use placet::compile::error::CompileError;
use placet::diag::code::Code;
use placet::diag::{Diagnostic, Source};
use placet::document::{Document, Report, literal};
use placet::model::time::Time;
use placet::model::vocabulary::Vocabulary;

use placet::span::Span;
use placet::syntax::ast::BlockKind;
use placet::syntax::cases::{Approver, Call, Case as CaseNode, Said, Section};
use placet::syntax::parse::parse_cases;
use placet::token::keys::PublicKey;

/// Reads a case file for the policies of `document`. Before the first `at` of the file, the time is
/// `now`.
///
/// # Errors
/// Everything that is wrong with it.
pub fn load(name: &str, text: &str, document: &Arc<Document>, now: Time, keys: &Keys) -> Result<Suite, Report> {
    let source = Source::text(name, text);
    let cases = match parse_cases(text) {
        Ok(cases) => cases,
        Err(diagnostics) => return Err(Report { source, diagnostics }),
    };
    let lacks = cases.lacks();
    let mut loader = Loader { document, source: &source, now, keys, diagnostics: lacks };
    let mut suite = Suite { name: name.to_owned(), fixtures: Vec::new(), cases: Vec::new() };
    for section in &cases.sections {
        if let Some(fixture) = loader.fixture(section) {
            let number = suite.fixtures.len();
            suite.cases.extend(section.cases.iter().map(|case| loader.case(case, number, fixture.vocabulary())));
            suite.fixtures.push(fixture);
        }
    }
    let diagnostics = loader.diagnostics;
    if diagnostics.is_empty() { Ok(suite) } else { Err(Report { source, diagnostics }) }
}

struct Loader<'l> {
    document: &'l Arc<Document>,
    source: &'l Source,
    now: Time,
    keys: &'l Keys,
    diagnostics: Vec<Diagnostic>,
}

impl Loader<'_> {
    fn fixture(&mut self, section: &Section) -> Option<Fixture> {
        let minted = section.cases.iter().find_map(|case| case.now).map_or(self.now, Time::from_millis);
        let subject = self.block(section.kind, &section.subject, minted);
        let restrictions: Vec<_> =
            section.restrictions.iter().map(|call| self.block(BlockKind::Restriction, call, minted)).collect();
        let held: Vec<_> = section.policies.iter().map(|call| self.block(BlockKind::Policy, call, minted)).collect();
        let mut blocks = vec![subject?];
        blocks.extend(restrictions.into_iter().collect::<Option<Vec<_>>>()?);
        let held = held.into_iter().collect::<Option<Vec<_>>>()?;
        let (blocks, policies) = match section.kind {
            BlockKind::Policy => (Vec::new(), blocks.into_iter().chain(held).collect()),
            BlockKind::Token | BlockKind::Restriction => (blocks, held),
        };
        let approvers: Vec<_> = section.approvers.iter().map(|approver| self.approver(approver)).collect();
        let approvers = approvers.into_iter().collect::<Option<Vec<_>>>()?;
        match Fixture::new(title(section), blocks, policies, minted, self.keys) {
            Ok(fixture) => Some(fixture.assuming(section.is_proved, approvers)),
            Err(broken) => self.wrong(Diagnostic::new(Code::BadValue, section.subject.at.0, broken.to_string())),
        }
    }

    fn block(&mut self, kind: BlockKind, call: &Call, minted: Time) -> Option<Block> {
        let name = &call.name.text;
        let Some(template) = find(self.document, kind, name) else {
            let message = format!("there is no {} `{name}` in the policy file", kind.word());
            let mut wrong = Diagnostic::new(Code::UnknownName, call.name.at.0, message);
            wrong.help = self.known(kind);
            return self.wrong(wrong);
        };
        let arguments = match literal::arguments(&self.document.templates()[template], &call.arguments) {
            Ok(arguments) => arguments,
            Err(bad) => {
                let place = call.arguments.iter().find(|(name, _)| name.text == bad.name);
                let at = place.map_or(call.at.0, |(_, value)| value.at.0);
                return self.wrong(Diagnostic::new(bad.code, at, bad.to_string()));
            }
        };
        match Block::at(self.document, template, &arguments, minted) {
            Ok(block) => Some(block),
            Err(errors) => {
                // The errors have places in the policy file, while this is a report on the cases.
                let template = &self.document.templates()[template];
                let here = |error: &CompileError| Diagnostic { at: call.at.0, ..error.diagnostic(template) };
                self.diagnostics.extend(errors.iter().map(here));
                None
            }
        }
    }

    /// The key of `approved by ann`.
    fn approver(&mut self, approver: &Approver) -> Option<[u8; 32]> {
        let at = approver.at.0;
        let text = match &approver.said {
            Said::Text(text) => Some(text.as_str()),
            Said::Name(name) => self.document.file().plain_let(name),
        };
        let Some(text) = text else {
            let found = Diagnostic::new(Code::UnknownName, at, "no `let` of the policy file is the text of this key");
            return self.wrong(found.help("write `let ann = \"placet_public_…\"` there, or the text here"));
        };
        match PublicKey::parse(text) {
            Ok(key) => Some(*key.as_bytes()),
            Err(why) => self.wrong(Diagnostic::new(Code::BadKey, at, format!("this is not a public key: {why}"))),
        }
    }

    fn known(&self, kind: BlockKind) -> Option<String> {
        let names = self.document.templates().iter().filter(|template| template.kind == kind);
        let names: Vec<_> = names.map(|template| format!("`{}`", template.name)).collect();
        (!names.is_empty())
            .then(|| format!("there {} {}", if names.len() == 1 { "is" } else { "are" }, names.join(", ")))
    }

    fn case(&self, case: &CaseNode, fixture: usize, vocabulary: &Vocabulary) -> Case {
        let (action, attributes) = (&case.action.text, &case.attributes);
        Case {
            name: None,
            line: line(self.source, case.at.0),
            fixture,
            request: literal::request(vocabulary, action, attributes),
            json: literal::as_json(action, attributes),
            now: case.now.map_or(self.now, Time::from_millis),
            expected: case.expected,
            cause: case.cause.as_ref().map(|cause| cause.text.clone()),
            reason: case.reason.clone(),
        }
    }

    fn wrong<T>(&mut self, diagnostic: Diagnostic) -> Option<T> {
        self.diagnostics.push(diagnostic);
        None
    }
}

fn title(section: &Section) -> String {
    let mut title = format!("{} {}", section.kind.word(), called(&section.subject));
    for restriction in &section.restrictions {
        title.push_str(" restricted by ");
        title.push_str(&called(restriction));
    }
    for policy in &section.policies {
        title.push_str(" beside policy ");
        title.push_str(&called(policy));
    }
    if section.is_proved {
        title.push_str(" proved by holder");
    }
    for (number, approver) in section.approvers.iter().enumerate() {
        title.push_str(if number == 0 { " approved by " } else { ", " });
        match &approver.said {
            Said::Name(name) => title.push_str(name),
            Said::Text(_) => title.push_str("a key"),
        }
    }
    title
}

fn called(call: &Call) -> String {
    let arguments = call.arguments.iter().map(|(name, value)| format!("{}: {}", name.text, value));
    let arguments: Vec<_> = arguments.collect();
    if arguments.is_empty() { call.name.text.clone() } else { format!("{}({})", call.name.text, arguments.join(", ")) }
}

fn line(source: &Source, at: Span) -> usize {
    source.line_and_column(at).map_or(0, |(line, _)| line)
}
