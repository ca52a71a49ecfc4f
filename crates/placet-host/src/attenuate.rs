//! `ATTENUATE`: adds a restriction to a token, offline, by its holder.

use std::sync::Arc;

use super::Host;
use super::answer::Answer;
use super::compile::compile_block;
use super::error::{Code, HostError};
use super::function::Function;
use super::handle::Content;
use super::tokengen::ident;
use super::value::{Nulls, Value, to_json};
use placet::bytecode::verify::{Budget, Scope};
use placet::check::NOTHING_HELP;
use placet::compile::Compiled;
use placet::compile::arguments::Arguments;
use placet::diag::code::Code as Found;
use placet::document::mint::{AttenuateTemplateError, MisfitError};
use placet::document::{Document, Report, mint};
use placet::model::verdict::Refusal;
use placet::model::vocabulary::Vocabulary;
use placet::syntax::ast::BlockKind;
use placet::token::envelope::Token;
use placet::token::inspect::{Unverified, inspect};

impl Host {
    pub(super) fn attenuate(&self, token: &Value, what: &Value, selection: Option<&Value>) -> Result<Value, HostError> {
        let Value::Text(text) = token else { return Err(Function::Attenuate.expects("the text of a token", token)) };
        let token = Token::parse(text).map_err(HostError::refused)?;
        let vocabulary = self.vocabulary_of(token.header().hint);
        let vocabulary = vocabulary.ok_or_else(|| HostError::refused(Refusal::UnknownVocabulary))?;
        let compiled = self.restriction(vocabulary, what, selection)?;
        let narrowed = mint::attenuate(&token, &compiled, vocabulary, self.now(), false, &mut self.randomness())
            .map_err(|failure| not_attenuated(failure, vocabulary))?;
        let seen = inspect(&narrowed).map_err(HostError::refused)?;
        fits(&seen, vocabulary)?;
        let expiry = seen.expiry;
        let answer = Answer::default().with("token", narrowed.text()).with_some("ident", ident(&narrowed));
        Ok(answer.with_some("expiry", expiry).done())
    }

    fn restriction(
        &self,
        vocabulary: &Arc<Vocabulary>,
        what: &Value,
        selection: Option<&Value>,
    ) -> Result<Compiled, HostError> {
        match (what, selection) {
            (Value::Map(_), None) => {
                // NULL never means absent here: a restriction without one of its keys restricts
                // less.
                let mut json = to_json(what, Nulls::AbsentIf(&[]), &self.limits)?;
                same_vocabulary(vocabulary, self.take_use(&mut json, Some(vocabulary))?)?;
                let document = Document::from_block(BlockKind::Restriction, vocabulary.name(), &json, &self.library)?;
                let document = self.without_warnings(document)?;
                refuse_empty_maps(&document)?;
                compile_block(
                    restricting(&document, None)?,
                    BlockKind::Restriction,
                    None,
                    &Arguments::none(),
                    self.now(),
                )
            }
            (Value::Handle(handle), selection) => {
                let Content::Document { document, .. } = self.content(handle)? else {
                    return Err(Self::wrong_handle(Function::Attenuate, "a map or a document", handle));
                };
                same_vocabulary(vocabulary, document.vocabulary())?;
                let selection = self.selection(Function::Attenuate, BlockKind::Restriction, selection)?;
                selection.compile(restricting(document, selection.name())?, self.now())
            }
            (other, _) => Err(Function::Attenuate.expects("a map or a document", other)),
        }
    }
}

/// An empty map matches every request: it is what remains of one for whose keys a host found no
/// data.
fn refuse_empty_maps(document: &Document) -> Result<(), HostError> {
    let lost = document.warnings().iter().filter(|found| found.code == Found::GrantsAll);
    let diagnostics: Vec<_> = lost.cloned().collect();
    if diagnostics.is_empty() {
        return Ok(());
    }
    Err(Report { source: document.source().clone(), diagnostics }.into())
}

/// The document, unless the chosen restriction restricts nothing: a host that builds maps from data
/// may have lost a part of one, and would hand out a token that it wrongly believes to be narrower.
fn restricting<'d>(document: &'d Document, name: Option<&str>) -> Result<&'d Document, HostError> {
    match document.template(BlockKind::Restriction, name) {
        Ok(template) if template.restricts_nothing() => {
            Err(HostError::new(Code::Attenuate, "", "the restriction restricts nothing").help(NOTHING_HELP))
        }
        Ok(_) | Err(_) => Ok(document),
    }
}

fn same_vocabulary(token: &Vocabulary, restriction: &Vocabulary) -> Result<(), HostError> {
    if token == restriction {
        return Ok(());
    }
    let message =
        format!("the token uses the vocabulary `{}`, the restriction uses `{}`", token.name(), restriction.name());
    Err(HostError::new(Code::Vocabulary, "use", message))
}

/// All programs of a token share one allowance: one restriction too many would make it a token that
/// no verifier accepts. Encrypted programs cannot be counted here, and may be too much for the
/// rest.
fn fits(seen: &Unverified<'_>, vocabulary: &Vocabulary) -> Result<(), HostError> {
    let Some(state) = vocabulary.hinted(seen.header.hint).next() else { return Ok(()) };
    let scope = Scope { vocabulary, state, budget: Budget::Token };
    let first = seen.prove(&scope).into_iter().flatten().find_map(Result::err);
    first.map_or(Ok(()), |error| Err(HostError::refused(error.into())))
}

/// A token keeps the state of the vocabulary with which it was made; a restriction that names a
/// later declaration would make it a token that no verifier accepts.
fn not_attenuated(failure: AttenuateTemplateError, vocabulary: &Vocabulary) -> HostError {
    match failure {
        AttenuateTemplateError::Misfit(MisfitError::OtherVocabulary) => HostError::refused(Refusal::UnknownVocabulary),
        AttenuateTemplateError::Misfit(MisfitError::Program(_)) => {
            let message = format!(
                "the restriction uses declarations that `{}` did not have yet when the token was made",
                vocabulary.name()
            );
            HostError::new(Code::Attenuate, "", message)
        }
        AttenuateTemplateError::Misfit(MisfitError::ZonesEnd) => {
            HostError::new(Code::Attenuate, "", MisfitError::ZonesEnd.to_string())
        }
        AttenuateTemplateError::Attenuate(error) => HostError::new(Code::Attenuate, "", error.to_string()),
    }
}
