//! The keys of a service: those whose tokens it accepts, and at most one that mints. To rotate
//! keys, add one; removing one revokes all its tokens.
//!
//! ```text
//! # keyring of the cache service
//! mint placet_signing_…
//! accept placet_public_…
//! accept placet_secret_…
//! ```

use alloc::string::{String, ToString};
use core::fmt;

use zeroize::Zeroizing;

use super::header::{KeyId, KeyName, Purpose};
use super::key_list::KeyList;
#[cfg(feature = "std")]
use super::key_list::Stamp;
use super::keys::{KeyError, KeyKind, LocalKey, PublicKey, SigningKey};

/// Keys, found by their id and purpose.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Keyring {
    minting: Option<MintingKey>,
    /// The accepted keys, including the minting key.
    locals: KeyList<LocalKey>,
    publics: KeyList<PublicKey>,
}

impl Keyring {
    /// A keyring that accepts nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Makes `key` the minting key. The previous one is still accepted.
    ///
    /// # Errors
    /// Another key of the same id and purpose is accepted already.
    pub fn mint_with(&mut self, key: impl Into<MintingKey>) -> Result<(), SameIdError> {
        let key = key.into();
        match &key {
            MintingKey::Local(key) if self.local(key.id()) == Some(key) => {}
            MintingKey::Local(key) => self.accept_local(key.clone())?,
            MintingKey::Signing(key) if self.public(key.id()) == Some(key.public()) => {}
            MintingKey::Signing(key) => self.accept_public(key.public().clone())?,
        }
        self.minting = Some(key);
        Ok(())
    }

    /// Accepts the local tokens of this key.
    ///
    /// # Errors
    /// A key of the same id and purpose is accepted already.
    pub fn accept_local(&mut self, key: LocalKey) -> Result<(), SameIdError> {
        let id = key.id();
        if self.locals.insert(key) { Ok(()) } else { Err(SameIdError(id)) }
    }

    /// Accepts the public tokens of this key.
    ///
    /// # Errors
    /// A key of the same id and purpose is accepted already.
    pub fn accept_public(&mut self, key: PublicKey) -> Result<(), SameIdError> {
        let id = key.id();
        if self.publics.insert(key) { Ok(()) } else { Err(SameIdError(id)) }
    }

    /// Removes a key, and with it every token it made. Says whether it was there.
    pub fn remove(&mut self, purpose: Purpose, id: KeyId) -> bool {
        self.minting.take_if(|key| key.purpose() == purpose && key.id() == id);
        match purpose {
            Purpose::Local => self.locals.remove(id),
            Purpose::Public => self.publics.remove(id),
        }
    }

    /// The key that mints.
    #[must_use]
    pub const fn minting(&self) -> Option<&MintingKey> {
        self.minting.as_ref()
    }

    /// The key of local tokens with this id.
    #[must_use]
    #[inline]
    pub fn local(&self, id: KeyId) -> Option<&LocalKey> {
        self.locals.get(id)
    }

    /// The key of public tokens with this id.
    #[must_use]
    #[inline]
    pub fn public(&self, id: KeyId) -> Option<&PublicKey> {
        self.publics.get(id)
    }

    /// Whether exactly this key is accepted: an id of four bytes can belong to two keys.
    #[must_use]
    #[inline]
    pub fn accepts(&self, key: &KeyName) -> bool {
        let found = match key.purpose {
            Purpose::Local => self.local(key.hash.id()).map(LocalKey::name),
            Purpose::Public => self.public(key.hash.id()).map(PublicKey::name),
        };
        found.as_ref() == Some(key)
    }

    /// The names of the accepted keys of this id: at most one for each purpose.
    pub fn names(&self, id: KeyId) -> impl Iterator<Item = KeyName> + '_ {
        self.local(id).map(LocalKey::name).into_iter().chain(self.public(id).map(PublicKey::name))
    }

    /// Every accepted key.
    pub fn ids(&self) -> impl Iterator<Item = (Purpose, KeyId)> + '_ {
        let locals = self.locals.iter().map(|key| (Purpose::Local, key.id()));
        locals.chain(self.publics.iter().map(|key| (Purpose::Public, key.id())))
    }

    /// Reads the text of a keyring.
    ///
    /// # Errors
    /// Names the first line that cannot be read.
    pub fn from_text(text: &str) -> Result<Self, KeyringError> {
        if text.starts_with(BYTE_ORDER_MARK) {
            return Err(KeyringError { line: 1, fault: KeyringLineError::ByteOrderMark });
        }
        let mut keyring = Self::new();
        for (number, line) in (1..).zip(text.lines()) {
            let line = line.trim();
            if !line.is_empty() && !line.starts_with('#') {
                keyring.read_line(line).map_err(|fault| KeyringError { line: number, fault })?;
            }
        }
        Ok(keyring)
    }

    fn read_line(&mut self, line: &str) -> Result<(), KeyringLineError> {
        let (word, key) = line.split_once(' ').ok_or(KeyringLineError::NotALine)?;
        let key = key.trim_start();
        match word {
            "mint" if self.minting.is_some() => Err(KeyringLineError::SecondMint),
            "mint" => Ok(self.mint_with(MintingKey::parse(key)?)?),
            "accept" => self.read_accepted(key),
            _ => Err(KeyringLineError::NotALine),
        }
    }

    fn read_accepted(&mut self, key: &str) -> Result<(), KeyringLineError> {
        match KeyKind::of(key)? {
            KeyKind::Local => self.accept_local(LocalKey::parse(key)?)?,
            KeyKind::Public => self.accept_public(PublicKey::parse(key)?)?,
            KeyKind::Signing => return Err(KeyringLineError::SigningKeyAccepted),
        }
        Ok(())
    }

    /// Writes the text of the keyring, with its secrets.
    #[must_use]
    pub fn to_text(&self) -> Zeroizing<String> {
        let lines = 1 + self.ids().count();
        // With room from the start, so that no copy of a secret is left in memory by growing.
        let mut text = Zeroizing::new(String::with_capacity(lines * LINE_BYTES));
        let mut put = |word: &str, key: &str| text.extend([word, " ", key, "\n"]);
        if let Some(key) = &self.minting {
            put("mint", &key.reveal());
        }
        let minting = self.minting.as_ref().map(|key| (key.purpose(), key.id()));
        let accepted = |purpose, id| minting != Some((purpose, id));
        self.locals
            .iter()
            .filter(|key| accepted(Purpose::Local, key.id()))
            .for_each(|key| put("accept", &key.reveal()));
        for key in self.publics.iter().filter(|key| accepted(Purpose::Public, key.id())) {
            put("accept", &key.to_string());
        }
        text
    }

    /// Changes with every change of the accepted keys.
    #[cfg(feature = "std")]
    pub(super) const fn stamp(&self) -> [Stamp; 2] {
        [self.locals.stamp(), self.publics.stamp()]
    }
}

const BYTE_ORDER_MARK: char = '\u{feff}';
/// Longer than any line of a keyring.
const LINE_BYTES: usize = 80;

/// A key that can mint.
#[expect(
    clippy::large_enum_variant,
    reason = "there is one in a process, and a secret is best not moved to a second place"
)]
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MintingKey {
    /// Mints local tokens.
    Local(LocalKey),
    /// Mints public tokens.
    Signing(SigningKey),
}

impl MintingKey {
    /// Reads `placet_secret_…` or `placet_signing_…`.
    ///
    /// # Errors
    /// The text is not such a key.
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        match KeyKind::of(text)? {
            KeyKind::Local => LocalKey::parse(text).map(Self::Local),
            KeyKind::Signing => SigningKey::parse(text).map(Self::Signing),
            KeyKind::Public => Err(KeyError::Other { found: KeyKind::Public.prefix() }),
        }
    }

    /// Writes the key: anyone who reads it can mint.
    #[must_use]
    pub fn reveal(&self) -> Zeroizing<String> {
        match self {
            Self::Local(key) => key.reveal(),
            Self::Signing(key) => key.reveal(),
        }
    }

    /// Its name in tokens.
    #[must_use]
    pub const fn id(&self) -> KeyId {
        match self {
            Self::Local(key) => key.id(),
            Self::Signing(key) => key.id(),
        }
    }

    /// Its name in revocation lists.
    #[must_use]
    pub const fn name(&self) -> KeyName {
        match self {
            Self::Local(key) => key.name(),
            Self::Signing(key) => key.name(),
        }
    }

    /// The tokens it mints.
    #[must_use]
    pub const fn purpose(&self) -> Purpose {
        match self {
            Self::Local(_) => Purpose::Local,
            Self::Signing(_) => Purpose::Public,
        }
    }
}

impl From<LocalKey> for MintingKey {
    fn from(key: LocalKey) -> Self {
        Self::Local(key)
    }
}

impl From<SigningKey> for MintingKey {
    fn from(key: SigningKey) -> Self {
        Self::Signing(key)
    }
}

/// A key with this id and purpose is already there; with two, a token would not say which one to
/// try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SameIdError(pub KeyId);

impl fmt::Display for SameIdError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the keyring already has a key `{}`", self.0)
    }
}

impl core::error::Error for SameIdError {}

/// A line of a keyring that cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyringError {
    /// Counted from 1.
    pub line: usize,
    /// The fault in it.
    pub fault: KeyringLineError,
}

impl fmt::Display for KeyringError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.fault)
    }
}

impl core::error::Error for KeyringError {}

/// Possible faults of a line in a keyring.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyringLineError {
    /// The text begins with U+FEFF.
    ByteOrderMark,
    /// `allow placet_public_…`
    NotALine,
    /// A second `mint`.
    SecondMint,
    /// `accept placet_signing_…`
    SigningKeyAccepted,
    /// `accept placet_public_…` twice.
    SameId(KeyId),
    /// `accept placet_public_AAAA`
    Key(KeyError),
}

impl fmt::Display for KeyringLineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ByteOrderMark => f.write_str("the text begins with a byte order mark (U+FEFF); save it without one"),
            Self::NotALine => f.write_str("write `mint KEY`, `accept KEY`, or `#` and a comment"),
            Self::SecondMint => f.write_str("a second `mint`; only one key mints, so write `accept` for the others"),
            Self::SigningKeyAccepted => {
                f.write_str("accepting tokens does not need the signing key; write its public key `placet_public_…`")
            }
            Self::SameId(id) => SameIdError(*id).fmt(f),
            Self::Key(error) => error.fmt(f),
        }
    }
}

impl core::error::Error for KeyringLineError {}

impl From<KeyError> for KeyringLineError {
    fn from(error: KeyError) -> Self {
        Self::Key(error)
    }
}

impl From<SameIdError> for KeyringLineError {
    fn from(SameIdError(id): SameIdError) -> Self {
        Self::SameId(id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;
    use alloc::string::ToString;

    fn local(byte: u8) -> LocalKey {
        LocalKey::from_secret(&[byte; 32])
    }

    fn signing(byte: u8) -> SigningKey {
        SigningKey::from_seed(&[byte; 32])
    }

    fn fault(text: &str) -> (usize, KeyringLineError) {
        Keyring::from_text(text).map(|_| ()).map_err(|error| (error.line, error.fault)).expect_err(text)
    }

    #[test]
    fn a_keyring_comes_back_from_its_text() {
        let text = format!(
            "# keys\n\n  accept {}\nmint {}\naccept {}\n",
            *local(1).reveal(),
            *signing(2).reveal(),
            signing(3).public()
        );
        let keyring = Keyring::from_text(&text).expect("every line is right");
        assert_eq!(keyring.minting(), Some(&signing(2).into()));
        assert_eq!(keyring.ids().count(), 3);
        let again = Keyring::from_text(&keyring.to_text()).expect("it wrote it");
        assert_eq!(again.minting(), keyring.minting());
        assert!(keyring.ids().all(|(purpose, id)| again.ids().any(|other| other == (purpose, id))));
    }

    #[test]
    fn a_wrong_line_is_named() {
        let (secret, public) = (local(1).reveal(), signing(1).public().to_string());
        assert_eq!(fault(&format!("# x\nmint {public}")).0, 2);
        assert_eq!(fault(&format!("allow {public}")), (1, KeyringLineError::NotALine));
        assert_eq!(fault(&public), (1, KeyringLineError::NotALine));
        let twice = format!("mint {}\nmint {}", *secret, *local(2).reveal());
        assert_eq!(fault(&twice), (2, KeyringLineError::SecondMint));
        let accepted = format!("accept {}", *signing(1).reveal());
        assert_eq!(fault(&accepted), (1, KeyringLineError::SigningKeyAccepted));
        let same = format!("accept {public}\naccept {public}");
        assert_eq!(fault(&same), (2, KeyringLineError::SameId(signing(1).id())));
        assert_eq!(fault(&format!("accept {}", &public[..30])), (1, KeyringLineError::Key(KeyError::Typo)));
    }

    #[test]
    fn rotation_keeps_the_old_key_until_it_is_removed() {
        let mut keyring = Keyring::new();
        keyring.mint_with(signing(1)).expect("it is the first");
        let first = keyring.stamp();
        keyring.mint_with(signing(2)).expect("it is another");
        assert!(keyring.public(signing(1).id()).is_some() && keyring.public(signing(2).id()).is_some());
        assert!(!keyring.to_text().contains(signing(1).reveal().as_str()), "a key that no longer mints is not kept");
        assert!(keyring.remove(Purpose::Public, signing(1).id()));
        assert!(keyring.public(signing(1).id()).is_none());
        assert!(!keyring.remove(Purpose::Public, signing(1).id()));
        assert_ne!(first, keyring.stamp());
    }

    #[test]
    fn a_removed_key_mints_no_longer() {
        let mut keyring = Keyring::new();
        keyring.mint_with(local(1)).expect("it is the first");
        keyring.remove(Purpose::Local, local(1).id());
        assert_eq!(keyring.minting(), None);
    }

    #[test]
    fn a_key_that_is_removed_takes_no_other_one_from_minting() {
        let mut keyring = Keyring::new();
        keyring.mint_with(signing(1)).expect("it is the first");
        keyring.mint_with(signing(2)).expect("it is another");
        assert!(keyring.remove(Purpose::Public, signing(1).id()));
        assert!(!keyring.remove(Purpose::Local, signing(2).id()));
        assert_eq!(keyring.minting(), Some(&signing(2).into()));
    }

    #[test]
    fn a_key_that_is_accepted_may_mint_and_another_of_its_id_may_not() {
        let mut keyring = Keyring::new();
        keyring.accept_local(local(1)).expect("it is the first");
        keyring.accept_public(signing(2).public().clone()).expect("it is the first");
        assert_eq!(keyring.mint_with(local(1)), Ok(()));
        assert_eq!(keyring.mint_with(signing(2)), Ok(()));
        assert_eq!(keyring.ids().count(), 2, "neither is there twice");
        assert_eq!(keyring.accept_local(local(1)), Err(SameIdError(local(1).id())));
    }

    #[test]
    fn secrets_are_absent_from_debug() {
        let mut keyring = Keyring::new();
        keyring.mint_with(local(0x41)).expect("it is the first");
        let shown = format!("{keyring:?}");
        assert!(!shown.contains(&local(0x41).reveal()[14..30]) && !shown.contains("65, 65"), "{shown}");
    }
}
