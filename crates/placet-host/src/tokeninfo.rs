//! `TOKENINFO`: the content of a token, and whether this host accepts it. A bad token is never an
//! error, as in Warp 10.

use std::iter;

use super::Host;
use super::answer::Answer;
use super::authorize::said;
use super::error::HostError;
use super::function::Function;
use super::value::Value;
use placet::bytecode::verify::{Budget, Proved, Scope};
use placet::check::effort::Effort;
use placet::compile::expressions::Expressions;
use placet::model::verdict::Refusal;
use placet::model::vocabulary::Vocabulary;
use placet::program::source::ToSource;
use placet::token::envelope::Token;
use placet::token::inspect::{Unverified, UnverifiedBlock, inspect};
use placet::token::keys::PublicKey;
use placet::token::verify::Scratch;

impl Host {
    pub(super) fn tokeninfo(&self, token: &Value) -> Result<Value, HostError> {
        let Value::Text(text) = token else { return Err(Function::Tokeninfo.expects("the text of a token", token)) };
        let token = match Token::parse(text) {
            Ok(token) => token,
            Err(refusal) => return Ok(refused(Answer::default(), refusal).done()),
        };
        let vocabulary = self.vocabulary_of(token.header().hint);
        let seen = match inspect(&token) {
            Ok(seen) => seen,
            Err(refusal) => return Ok(refused(Answer::default(), refusal).done()),
        };
        let vocabulary = vocabulary.map(AsRef::as_ref);
        // Checked before the content is used: regular expressions of an untrusted token are never
        // compiled.
        let believed = self.believes(text, vocabulary);
        let expressions = Expressions::within(Effort::new(self.limits.effort));
        let source = vocabulary.map(|vocabulary| {
            let source = ToSource::new(vocabulary);
            if believed.is_ok() { source.comparing(&expressions) } else { source }
        });
        let answer = show(&seen, vocabulary, source);
        let answer = match believed {
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

/// The part that every holder of the token can read; encrypted parts stay closed.
fn show(seen: &Unverified<'_>, vocabulary: Option<&Vocabulary>, source: Option<ToSource<'_>>) -> Answer {
    let authority = seen.blocks.first();
    let content = authority.and_then(|block| block.content.as_ref());
    let not_before = seen.blocks.iter().filter_map(|block| block.not_before).max();
    let scope = vocabulary.and_then(|vocabulary| {
        let state = vocabulary.hinted(seen.header.hint).next()?;
        Some(Scope { vocabulary, state, budget: Budget::Token })
    });
    let proved = scope.map_or_else(Vec::new, |scope| seen.prove(&scope));
    // Nothing is shown of a program that is invalid or encrypted.
    let programs = proved.into_iter().map(|proved| proved?.ok()).chain(iter::repeat(None));
    let blocks = seen.blocks.iter().zip(programs).enumerate().map(|(number, (block, program))| {
        let source = source.map(|source| source.of_restriction(number > 0));
        show_block(block, program.as_ref(), source)
    });
    let blocks: Vec<Value> = blocks.collect();
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

fn show_block(block: &UnverifiedBlock<'_>, program: Option<&Proved<'_>>, source: Option<ToSource<'_>>) -> Value {
    let rules =
        program.zip(source).map(|(program, source)| source.tables(program).into_iter().chain(source.entries(program)));
    let rules = rules.map(|rules| rules.map(Value::Text).collect::<Vec<_>>());
    Answer::default()
        .with_some("rules", rules)
        .with_some("ident", block.revocation.map(|id| id.to_string()))
        .with_some("not_before", block.not_before)
        .with_some("expiry", block.expiry)
        .with_some("holder", block.holder.and_then(|key| PublicKey::from_bytes(key).ok()).map(|key| key.to_string()))
        .done()
}
