//! What commands check of a token besides its proof: the audience, the clock, a signed revocation
//! list.

use super::project::Project;
use super::time_args::read_duration;
use super::ui::Failure;
use crate::limits::CLOCK_SKEW;
use core::time::Duration;
use placet::model::vocabulary::Vocabulary;
use placet::token::audience::Audience;
use placet::token::keyring::Keyring;
use placet::token::revocation::Revocations;
use placet::token::verify::Verifier;

/// What a token must fulfil besides being genuine.
#[derive(clap::Args, Clone, Copy, Debug)]
pub struct Expectations {
    /// Accept only tokens of `mint --audience NAME`
    #[arg(long, value_name = "NAME", value_parser = read_audience)]
    audience: Option<Audience>,

    /// How far ahead the clock of a minter may be, instead of a minute
    #[arg(long, value_name = "DURATION", value_parser = read_duration)]
    clock_skew: Option<Duration>,

    /// Refuse every token unless a key of the keyring has signed the revocation list
    #[arg(long)]
    signed_revocations: bool,
}

impl Expectations {
    /// Completes them from the project.
    #[must_use]
    pub fn or_of(self, project: Option<&Project>) -> Self {
        let audience = self.audience.or_else(|| project?.audience());
        let clock_skew = self.clock_skew.or_else(|| project?.clock_skew());
        Self { audience, clock_skew, ..self }
    }

    /// Refuses an expectation where no token is verified: it would seem to have been met.
    ///
    /// # Errors
    /// There is one.
    pub fn none_without(&self, what: &str) -> Result<(), Failure> {
        let given = [
            ("--audience", self.audience.is_some()),
            ("--clock-skew", self.clock_skew.is_some()),
            ("--signed-revocations", self.signed_revocations),
        ];
        match given.into_iter().find(|(_, is_given)| *is_given) {
            None => Ok(()),
            Some((option, _)) => {
                Err(Failure::new(format!("`{option}` is only for a token that is verified"))
                    .help(format!("give `{what}`")))
            }
        }
    }

    /// The audience of the tokens.
    #[must_use]
    pub fn audience(&self) -> Audience {
        self.audience.unwrap_or_default()
    }

    /// The verifier with these requirements.
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
