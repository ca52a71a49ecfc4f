//! Many tokens in one call: texts in, for each what [`Verifier::verify`] would say of it alone, out.
//!
//! What a batch saves is signatures: one that several of its tokens carry is checked once. Tokens that were narrowed from
//! one token share its blocks, so a hundred of them with one restriction each take 101 checks and not 200.
//!
//! What a batch does not do is to check different signatures by one equation with random weights, which would halve the
//! rest. That equation and the check of one signature do not accept the same signatures: to a sum of many, parts of small
//! order are lost with some luck. Whoever makes a key pair (the holder of a public token makes the one for the next
//! block) could make signatures that are good on one day and bad on another, good in a batch and bad alone. A verdict must
//! not depend on the company that a token comes in.

use alloc::vec::Vec;

use super::good::Good;
use super::verified::VerifiedToken;
use super::verify::{Scratch, Verifier};
use crate::model::time::Time;
use crate::model::verdict::Refusal;

impl Verifier<'_> {
    /// Verifies each of `texts` as [`verify`](Self::verify) does, in their order. Lend what comes back with
    /// [`recheck`](Self::recheck).
    pub fn verify_batch<'t>(
        &self,
        texts: impl IntoIterator<Item = &'t str>,
        now: Time,
        scratch: &mut Scratch,
    ) -> Vec<Result<VerifiedToken, Refusal>> {
        let mut good = Good::shared();
        let verify = |text| self.verify_with(text, now, scratch, &mut good).map(|verified| verified.to_owned());
        texts.into_iter().map(verify).collect()
    }
}
