//! Policy engines that have no token of their own: the policy travels in the native envelope, base64url and one keyed
//! BLAKE3, and holds its own expiry.

use data_encoding::BASE64URL_NOPAD;
use subtle::ConstantTimeEq;

use super::SECRET;
use crate::contender::{Contender, Service, UnsupportedError};
use crate::question::{Ask, Question};

/// A policy engine.
pub trait Engine: Sync + Copy + 'static {
    /// A policy, ready to be asked.
    type Program;
    /// A request in the engine's own form.
    type Request;

    const NAME: &'static str;
    const PACKAGE: &'static str;
    const ABOUT: &'static str;
    /// Whether a decision leaves the request as it was, so that one made before can be asked again.
    const IS_REUSABLE: bool = true;

    /// The policy as it travels.
    ///
    /// # Errors
    /// The engine can not express the question.
    fn policy(self, question: Question) -> Result<Vec<u8>, UnsupportedError>;

    /// Reads what travelled.
    fn load(self, question: Question, policy: &[u8]) -> Self::Program;

    /// Makes the engine's own request.
    fn request(self, question: Question, ask: &Ask) -> Self::Request;

    /// Decides.
    fn decide(self, program: &mut Self::Program, request: &mut Self::Request) -> bool;
}

/// An engine as a contender.
pub struct Enveloped<E>(pub E);

impl<E: Engine> Contender for Enveloped<E> {
    fn name(&self) -> &'static str {
        E::NAME
    }

    fn package(&self) -> Option<&'static str> {
        Some(E::PACKAGE)
    }

    fn about(&self) -> &'static str {
        E::ABOUT
    }

    fn open(&self, question: Question) -> Result<Box<dyn Service>, UnsupportedError> {
        let policy = self.0.policy(question)?;
        let asks = question.asks();
        let requests = asks.iter().map(|ask| self.0.request(question, ask)).collect();
        let program = self.0.load(question, &policy);
        Ok(Box::new(Enveloping { engine: self.0, question, program, asks, requests }))
    }
}

struct Enveloping<E: Engine> {
    engine: E,
    question: Question,
    program: E::Program,
    asks: Vec<Ask>,
    requests: Vec<E::Request>,
}

impl<E: Engine> Service for Enveloping<E> {
    fn rows(&self) -> usize {
        self.asks.len()
    }

    fn mint(&mut self) -> Option<String> {
        if !Question::TOKENS.contains(&self.question) {
            return None;
        }
        let mut bytes = self.engine.policy(self.question).ok()?;
        let tag = blake3::keyed_hash(&SECRET, &bytes);
        bytes.extend_from_slice(tag.as_bytes());
        Some(BASE64URL_NOPAD.encode(&bytes))
    }

    fn cold(&mut self, text: &str, row: usize) -> bool {
        let Ok(bytes) = BASE64URL_NOPAD.decode(text.as_bytes()) else { return false };
        let Some((policy, tag)) = bytes.split_last_chunk::<32>() else { return false };
        if !bool::from(blake3::keyed_hash(&SECRET, policy).as_bytes().ct_eq(tag)) {
            return false;
        }
        let mut program = self.engine.load(self.question, policy);
        let mut request = self.engine.request(self.question, &self.asks[row]);
        self.engine.decide(&mut program, &mut request)
    }

    fn warm(&mut self, row: usize) -> bool {
        let mut request = self.engine.request(self.question, &self.asks[row]);
        self.engine.decide(&mut self.program, &mut request)
    }

    fn at_hand(&mut self, row: usize) -> Option<bool> {
        E::IS_REUSABLE.then(|| self.engine.decide(&mut self.program, &mut self.requests[row]))
    }
}
