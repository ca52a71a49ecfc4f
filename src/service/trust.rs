//! The keys a service trusts and the revocations it checks tokens against: everything that changes
//! while it runs.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use zeroize::Zeroizing;

use super::ServiceError;
use super::store::read_bounded;
use crate::limits::{CLOCK_SKEW, REVOCATION_BYTES, SOURCE_BYTES};
use placet_core::model::vocabulary::Vocabulary;
use placet_core::token::audience::Audience;
use placet_core::token::keyring::Keyring;
use placet_core::token::revocation::{HeldRevocations, RevocationList, Revocations};
use placet_core::token::verify::Verifier;

/// The state that changes while a service runs, and the files it comes from.
#[derive(Clone, Debug, Default)]
pub(super) struct Trust {
    pub(super) keyring: Keyring,
    pub(super) revocations: Option<HeldRevocations>,
    pub(super) keys_file: Option<PathBuf>,
    pub(super) list_file: Option<PathBuf>,
}

impl Trust {
    /// The same as the files say now. The list comes second, since the keys say who may sign it.
    pub(super) fn read_again(&self, audience: Audience) -> Result<Self, ServiceError> {
        let mut trust = self.clone();
        if let Some(path) = &self.keys_file {
            trust.keyring = read_keyring(path)?;
        }
        if let Some(path) = &self.list_file {
            trust.revocations = Some(read_revocations(path, &trust.keyring, audience)?);
        }
        Ok(trust)
    }
}

/// The part that does not change: requirements on a token beyond a valid signature or tag.
#[derive(Clone, Copy, Debug)]
pub(super) struct Terms {
    pub(super) audience: Audience,
    pub(super) clock_skew: Duration,
    pub(super) signed_revocations: bool,
}

impl Default for Terms {
    fn default() -> Self {
        Self { audience: Audience::NONE, clock_skew: CLOCK_SKEW, signed_revocations: false }
    }
}

impl Terms {
    pub(super) fn verifier<'t>(&self, trust: &'t Trust, vocabulary: &'t Vocabulary) -> Verifier<'t> {
        let verifier =
            Verifier::new(&trust.keyring, vocabulary).for_audience(self.audience).with_clock_skew(self.clock_skew);
        let verifier = if self.signed_revocations { verifier.wanting_signed_revocations() } else { verifier };
        match &trust.revocations {
            Some(revocations) => verifier.with_revocations(revocations.as_revocations()),
            None => verifier,
        }
    }
}

/// One trust at a time. A decision keeps the one that it began with.
#[derive(Debug)]
pub(super) struct Shared {
    trust: RwLock<Arc<Trust>>,
    /// Locked for the whole of a change, so that of two concurrent changes neither undoes the
    /// other's revocations.
    changing: Mutex<()>,
}

impl Shared {
    pub(super) fn new(trust: Trust) -> Self {
        Self { trust: RwLock::new(Arc::new(trust)), changing: Mutex::new(()) }
    }

    pub(super) fn get(&self) -> Arc<Trust> {
        Arc::clone(&self.trust.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Swaps the trust for another one, unless there is an error. Decisions do not wait while files
    /// are read.
    pub(super) fn change<E>(&self, change: impl FnOnce(&Trust) -> Result<Trust, E>) -> Result<(), E> {
        let _changing = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
        let changed = Arc::new(change(&self.get())?);
        *self.trust.write().unwrap_or_else(PoisonError::into_inner) = changed;
        Ok(())
    }
}

fn read_keyring(path: &Path) -> Result<Keyring, ServiceError> {
    let bytes = Zeroizing::new(read_bounded(path, SOURCE_BYTES)?);
    let text = str::from_utf8(&bytes).map_err(|_| ServiceError::wrong_file(path, "a keyring", "it is not text"))?;
    let keyring = Keyring::from_text(text).map_err(|error| ServiceError::wrong_file(path, "a keyring", error))?;
    // A file that is just being written is empty for a moment, and its reader would refuse every token from then on.
    if keyring.ids().next().is_none() {
        return Err(ServiceError::wrong_file(path, "a keyring", "it has no key"));
    }
    Ok(keyring)
}

/// A list in any of its forms. One that is signed has to be signed by a key of the keyring.
fn read_revocations(path: &Path, keyring: &Keyring, audience: Audience) -> Result<HeldRevocations, ServiceError> {
    let wrong = |why: &dyn ToString| ServiceError::wrong_file(path, "a revocation list", why.to_string());
    let bytes = read_bounded(path, REVOCATION_BYTES)?;
    if Revocations::looks_signed(&bytes) {
        return HeldRevocations::open_signed(bytes, keyring, audience).map_err(|error| wrong(&error));
    }
    let snapshot = match str::from_utf8(&bytes) {
        Ok(text) if text.starts_with('#') => {
            Revocations::write(&RevocationList::from_text(text).map_err(|error| wrong(&error))?)
        }
        Ok(_) | Err(_) => bytes,
    };
    HeldRevocations::open(snapshot).map_err(|error| wrong(&error))
}
