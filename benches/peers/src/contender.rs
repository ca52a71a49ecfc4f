//! What a contender is: who it is, and the services that it opens, one for each question.

use crate::question::Question;

/// How many bounds on time are added to a token at most.
pub const ATTENUATIONS: usize = 16;

/// Why a contender can not be asked something; stands below the tables.
pub type UnsupportedError = &'static str;

/// Somebody who answers questions.
pub trait Contender: Sync {
    /// What it is called in the tables.
    fn name(&self) -> &'static str;

    /// The package whose version stands in the report; nothing for what is written here.
    fn package(&self) -> Option<&'static str>;

    /// In a line: what travels, how it is protected, what decides.
    fn about(&self) -> &'static str;

    /// A service that is ready to answer: keys made, tokens verified, policies compiled.
    ///
    /// # Errors
    /// The contender can not express the question.
    fn open(&self, question: Question) -> Result<Box<dyn Service>, UnsupportedError>;
}

/// A service of one contender for one question. Rows are those of [`Question::asks`].
pub trait Service {
    /// How many rows there are.
    fn rows(&self) -> usize;

    /// A new token; nothing where the service holds the rules by itself.
    fn mint(&mut self) -> Option<String> {
        None
    }

    /// Text of a token and a row, to a verdict: decode, authenticate, decide.
    fn cold(&mut self, _text: &str, _row: usize) -> bool {
        false
    }

    /// The token is verified, the policy compiled: makes the contender's own request of the row, and decides.
    fn warm(&mut self, row: usize) -> bool;

    /// The same with the contender's own request at hand; nothing where a decision uses its request up.
    fn at_hand(&mut self, _row: usize) -> Option<bool> {
        None
    }

    /// Narrows a token, as its holder would: the bound on time number `nth`, which changes no verdict of the tables.
    fn attenuate(&mut self, _text: &str, _nth: usize) -> Option<String> {
        None
    }

    /// [`cold`](Self::cold) for the first rows, a bit for each: one call through the vtable for all of them.
    fn cold_all(&mut self, text: &str, rows: usize) -> u64 {
        (0..rows).fold(0, |bits, row| bits << 1 | u64::from(self.cold(text, row)))
    }

    /// [`warm`](Self::warm) for the first rows.
    fn warm_all(&mut self, rows: usize) -> u64 {
        (0..rows).fold(0, |bits, row| bits << 1 | u64::from(self.warm(row)))
    }

    /// [`at_hand`](Self::at_hand) for the first rows.
    fn at_hand_all(&mut self, rows: usize) -> Option<u64> {
        (0..rows).try_fold(0, |bits, row| Some(bits << 1 | u64::from(self.at_hand(row)?)))
    }
}
