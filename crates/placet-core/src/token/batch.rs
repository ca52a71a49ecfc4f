//! Verifies many tokens in one call: takes texts and returns for each the result that
//! [`Verifier::verify`] gives for it alone.
//!
//! A batch saves signature checks: a signature that several of its tokens carry is checked once.
//! Tokens that were narrowed from one token share its blocks, so a hundred of them with one
//! restriction each take 101 checks instead of 200.
//!
//! A batch does not check different signatures with one equation of random weights, which would
//! halve the remaining cost. That equation and the check of one signature do not accept the same
//! signatures: in a sum, components of small order can cancel out with some luck. Anyone who makes
//! a key pair (the holder of a public token makes the one for the next block) could make signatures
//! that are good on one day and bad on another, or good in a batch and bad alone. A verdict must
//! not depend on the other tokens in a batch.

use alloc::vec::Vec;

use super::good::Good;
use super::verified::VerifiedToken;
use super::verify::{Scratch, Verifier};
use crate::model::time::Time;
use crate::model::verdict::Refusal;

impl Verifier<'_> {
    /// Verifies each of `texts` as [`verify`](Self::verify) does, in order. Borrow the results with
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
