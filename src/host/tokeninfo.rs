//! `TOKENINFO`: what a token says, and whether this host believes it. Never an error for a bad token, as in the original.

use super::Host;
use super::authorize::said;
use super::error::HostError;
use super::function::Function;
use super::value::{Answer, Value};
use crate::bytecode::verify::{Budget, Scope, verify};
use crate::explain::tree::rules;
use crate::explain::words::Words;
use crate::model::verdict::Refusal;
use crate::model::vocabulary::Vocabulary;
use crate::token::envelope::Token;
use crate::token::inspect::{Unverified, UnverifiedBlock, inspect};
use crate::token::verify::Scratch;

impl Host {
    pub(super) fn tokeninfo(&self, token: &Value) -> Result<Value, HostError> {
        let Value::Text(text) = token else { return Err(Function::Tokeninfo.expects("the text of a token", token)) };
        let token = match Token::parse(text) {
            Ok(token) => token,
            Err(refusal) => return Ok(refused(Answer::default(), refusal).done()),
        };
        let vocabulary = self.vocabulary_of(token.header().fingerprint);
        let answer = match inspect(&token) {
            Ok(seen) => show(&seen, vocabulary.map(AsRef::as_ref)),
            Err(refusal) => return Ok(refused(Answer::default(), refusal).done()),
        };
        let answer = match self.believes(text, vocabulary.map(AsRef::as_ref)) {
            Ok(()) => answer.with("verified", true),
            Err(refusal) => refused(answer, refusal),
        };
        Ok(answer.done())
    }

    fn believes(&self, text: &str, vocabulary: Option<&Vocabulary>) -> Result<(), Refusal> {
        let vocabulary = vocabulary.ok_or(Refusal::UnknownVocabulary)?;
        let trust = self.trust();
        trust.verifier(vocabulary).verify(text, self.now(), &mut Scratch::new()).map(|_| ())
    }
}

fn refused(answer: Answer, refusal: Refusal) -> Answer {
    answer.with("verified", false).with("error", refusal.to_string()).with("cause", refusal.name())
}

/// What anybody can read who holds the token; what is encrypted stays closed.
fn show(seen: &Unverified<'_>, vocabulary: Option<&Vocabulary>) -> Answer {
    let authority = seen.blocks.first();
    let content = authority.and_then(|block| block.content.as_ref());
    let not_before = seen.blocks.iter().filter_map(|block| block.not_before).max();
    let scope = vocabulary.and_then(|vocabulary| {
        let state = vocabulary.state(seen.header.fingerprint)?;
        Some(Scope { vocabulary, state, budget: Budget::Token })
    });
    let blocks: Vec<Value> = seen.blocks.iter().map(|block| show_block(block, scope.as_ref())).collect();
    let answer = Answer::default()
        .with("purpose", seen.header.purpose.word())
        .with("key", seen.header.key.to_string())
        .with("token_id", seen.header.id.to_string())
        .with_some("vocabulary", vocabulary.map(Vocabulary::name))
        .with("issuance", seen.header.issuance)
        .with_some("expiry", seen.expiry)
        .with_some("not_before", not_before)
        .with("sealed", seen.sealed)
        .with("encrypted", content.is_none());
    content.map_or(Answer::default(), |content| said(&content.claims)).after(answer).with("blocks", blocks)
}

fn show_block(block: &UnverifiedBlock<'_>, scope: Option<&Scope<'_>>) -> Value {
    let rules = block.content.as_ref().zip(scope).and_then(|(content, scope)| rules_of(content.program, scope));
    Answer::default()
        .with_some("rules", rules)
        .with_some("ident", block.revocation.map(|id| id.to_string()))
        .with_some("not_before", block.not_before)
        .with_some("expiry", block.expiry)
        .done()
}

/// The rules as text; nothing of a program that is not valid.
fn rules_of(program: &[u8], scope: &Scope<'_>) -> Option<Vec<Value>> {
    let rules = rules(&verify(program, scope).ok()?)?;
    let words = Words::new(scope.vocabulary);
    Some(rules.iter().map(|rule| Value::Text(words.rule(rule))).collect())
}
