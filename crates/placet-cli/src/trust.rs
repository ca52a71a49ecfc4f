//! What commands that verify tokens ask beside a key: an audience, a clock, a signed revocation list.

use super::times::read_duration;
use crate::limits::CLOCK_SKEW;
use crate::model::vocabulary::Vocabulary;
use crate::token::audience::Audience;
use crate::token::keyring::Keyring;
use crate::token::revocation::Revocations;
use crate::token::verify::Verifier;
use core::time::Duration;

/// What a token must be besides genuine.
#[derive(clap::Args, Clone, Copy, Debug)]
pub struct Expectations {
    /// Take tokens of `mint --audience NAME` and no others
    #[arg(long, value_name = "NAME", value_parser = read_audience, requires = "keyring")]
    audience: Option<Audience>,

    /// How far ahead the clock of a minter may be, instead of a minute
    #[arg(long, value_name = "DURATION", value_parser = read_duration, requires = "keyring")]
    clock_skew: Option<Duration>,

    /// Refuse every token unless a key of the keyring has signed the revocation list
    #[arg(long, requires = "revocations")]
    signed_revocations: bool,
}

impl Expectations {
    /// Whom the tokens must be for.
    #[must_use]
    pub fn audience(&self) -> Audience {
        self.audience.unwrap_or_default()
    }

    /// What verifies by them.
    #[must_use]
    pub fn verifier<'k>(
        &self,
        keyring: &'k Keyring,
        vocabulary: &'k Vocabulary,
        revocations: Option<Revocations<'k>>,
    ) -> Verifier<'k> {
        let verifier = Verifier::new(keyring, vocabulary)
            .for_audience(self.audience())
            .with_clock_skew(self.clock_skew.unwrap_or(CLOCK_SKEW));
        let verifier = if self.signed_revocations { verifier.wanting_signed_revocations() } else { verifier };
        revocations.map_or(verifier, |revocations| verifier.with_revocations(revocations))
    }
}

/// Reads the name of an audience.
///
/// # Errors
/// It is empty, too long, or has other characters than a name may have.
pub fn read_audience(text: &str) -> Result<Audience, String> {
    Audience::new(text).map_err(|error| error.to_string())
}
