//! Keys: made, named, written and read. A secret is wiped when dropped, compared in constant time,
//! and never printed except by `reveal`.

use alloc::string::String;
use core::fmt;

use data_encoding::BASE64URL_NOPAD;
use ed25519_dalek::VerifyingKey;
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, Zeroizing};

use super::chain::{first, point};
use super::header::{KeyHash, KeyId, KeyName, Purpose};

/// The secret of local tokens: anyone who has it can mint and verify them.
#[derive(Clone)]
pub struct LocalKey {
    secret: [u8; 32],
    mac: [u8; 32],
    hash: KeyHash,
}

impl LocalKey {
    /// A new key.
    ///
    /// # Errors
    /// The random source failed.
    pub fn generate(random: &mut impl Randomness) -> Result<Self, RandomnessError> {
        let mut secret = Zeroizing::new([0; 32]);
        random.fill(&mut *secret)?;
        Ok(Self::from_secret(&secret))
    }

    /// The key of these 32 random bytes.
    #[must_use]
    pub fn from_secret(secret: &[u8; 32]) -> Self {
        let mac = blake3::derive_key("placet 2026-11 local mac v1", secret);
        let hash = KeyHash(first(&blake3::derive_key("placet 2026-11 local key id v1", secret)));
        Self { secret: *secret, mac, hash }
    }

    /// Reads `placet_secret_…`.
    ///
    /// # Errors
    /// The text is not such a key.
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        KeyKind::Local.parse(text).map(|secret| Self::from_secret(&secret))
    }

    /// Writes `placet_secret_…`: anyone who reads it can mint.
    #[must_use]
    pub fn reveal(&self) -> Zeroizing<String> {
        KeyKind::Local.write(&self.secret)
    }

    /// Its name in tokens and keyrings.
    #[must_use]
    pub const fn id(&self) -> KeyId {
        self.hash.id()
    }

    /// Its name in revocation lists.
    #[must_use]
    pub const fn name(&self) -> KeyName {
        KeyName { purpose: Purpose::Local, hash: self.hash }
    }

    pub(super) const fn secret(&self) -> &[u8; 32] {
        &self.secret
    }

    /// Authenticates revocation lists, and nothing else.
    pub(super) fn lists(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(blake3::derive_key("placet 2026-11 local revocations v1", &self.secret))
    }

    pub(super) const fn mac(&self) -> &[u8; 32] {
        &self.mac
    }

    pub(super) fn encryption(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(blake3::derive_key("placet 2026-11 local encryption v1", &self.secret))
    }

    pub(super) fn nonce(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(blake3::derive_key("placet 2026-11 local nonce v1", &self.secret))
    }
}

impl Drop for LocalKey {
    fn drop(&mut self) {
        self.secret.zeroize();
        self.mac.zeroize();
    }
}

impl PartialEq for LocalKey {
    fn eq(&self, other: &Self) -> bool {
        self.secret.ct_eq(&other.secret).into()
    }
}

impl Eq for LocalKey {}

impl fmt::Debug for LocalKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LocalKey({})", self.id())
    }
}

/// The private half of a key pair: anyone who has it can mint public tokens, and vouch as a third
/// party.
#[derive(Clone)]
pub struct SigningKey {
    pair: ed25519_dalek::SigningKey,
    public: PublicKey,
}

impl SigningKey {
    /// A new key pair.
    ///
    /// # Errors
    /// The random source failed.
    pub fn generate(random: &mut impl Randomness) -> Result<Self, RandomnessError> {
        let mut seed = Zeroizing::new([0; 32]);
        random.fill(&mut *seed)?;
        Ok(Self::from_seed(&seed))
    }

    /// The key pair of these 32 random bytes: an Ed25519 private key (RFC 8032).
    #[must_use]
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        let pair = ed25519_dalek::SigningKey::from_bytes(seed);
        let public = PublicKey::of(pair.verifying_key());
        Self { pair, public }
    }

    /// Reads `placet_signing_…`.
    ///
    /// # Errors
    /// The text is not such a key.
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        KeyKind::Signing.parse(text).map(|seed| Self::from_seed(&seed))
    }

    /// Writes `placet_signing_…`: anyone who reads it can mint.
    #[must_use]
    pub fn reveal(&self) -> Zeroizing<String> {
        KeyKind::Signing.write(self.pair.as_bytes())
    }

    /// The half that is not secret.
    #[must_use]
    pub const fn public(&self) -> &PublicKey {
        &self.public
    }

    /// Its name in tokens and keyrings: that of the public half.
    #[must_use]
    pub const fn id(&self) -> KeyId {
        self.public.id()
    }

    /// Its name in revocation lists: that of the public half.
    #[must_use]
    pub const fn name(&self) -> KeyName {
        self.public.name()
    }

    pub(super) const fn pair(&self) -> &ed25519_dalek::SigningKey {
        &self.pair
    }
}

impl PartialEq for SigningKey {
    fn eq(&self, other: &Self) -> bool {
        self.pair.ct_eq(&other.pair).into()
    }
}

impl Eq for SigningKey {}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({})", self.id())
    }
}

/// The public half of a key pair: anyone who has it can verify public tokens and vouchers.
#[derive(Clone, PartialEq, Eq)]
pub struct PublicKey {
    point: VerifyingKey,
    hash: KeyHash,
}

impl PublicKey {
    fn of(point: VerifyingKey) -> Self {
        let hash = KeyHash(first(&blake3::derive_key("placet 2026-11 public key id v1", point.as_bytes())));
        Self { point, hash }
    }

    /// The key of these bytes (RFC 8032).
    ///
    /// # Errors
    /// They are not a point of the curve, or anyone could sign under it.
    pub fn from_bytes(bytes: &[u8; 32]) -> Result<Self, KeyError> {
        point(bytes).map(Self::of).ok_or(KeyError::Weak)
    }

    /// Reads `placet_public_…`.
    ///
    /// # Errors
    /// The text is not such a key.
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        KeyKind::Public.parse(text).and_then(|bytes| Self::from_bytes(&bytes))
    }

    /// Its name in tokens and keyrings.
    #[must_use]
    pub const fn id(&self) -> KeyId {
        self.hash.id()
    }

    /// Its name in revocation lists.
    #[must_use]
    pub const fn name(&self) -> KeyName {
        KeyName { purpose: Purpose::Public, hash: self.hash }
    }

    /// The key as RFC 8032 writes it.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        self.point.as_bytes()
    }

    pub(super) const fn point(&self) -> &VerifyingKey {
        &self.point
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&KeyKind::Public.write(self.point.as_bytes()))
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({})", self.id())
    }
}

/// The three text forms of keys, distinguished by their prefix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum KeyKind {
    Local,
    Signing,
    Public,
}

impl KeyKind {
    pub(super) const ALL: [Self; 3] = [Self::Local, Self::Signing, Self::Public];

    pub(super) const fn prefix(self) -> &'static str {
        match self {
            Self::Local => "placet_secret_",
            Self::Signing => "placet_signing_",
            Self::Public => "placet_public_",
        }
    }

    /// The kind of key whose prefix `text` has.
    pub(super) fn of(text: &str) -> Result<Self, KeyError> {
        Self::ALL.into_iter().find(|kind| text.starts_with(kind.prefix())).ok_or(KeyError::NotAKey)
    }

    fn parse(self, text: &str) -> Result<Zeroizing<[u8; 32]>, KeyError> {
        let kind = Self::of(text)?;
        let digits = text.strip_prefix(self.prefix()).ok_or(KeyError::Other { found: kind.prefix() })?;
        let mut decoded = Zeroizing::new([0; 36]);
        // Checked beforehand, since the decoder wants a buffer of exactly the decoded length.
        if digits.len() != 48 || BASE64URL_NOPAD.decode_mut(digits.as_bytes(), &mut *decoded) != Ok(36) {
            return Err(KeyError::Typo);
        }
        let mut key = Zeroizing::new([0; 32]);
        let (bytes, checksum) = decoded.split_at(32);
        key.copy_from_slice(bytes);
        if self.checksum(&key).ct_eq(checksum).into() { Ok(key) } else { Err(KeyError::Typo) }
    }

    fn write(self, key: &[u8; 32]) -> Zeroizing<String> {
        let mut bytes = Zeroizing::new([0; 36]);
        bytes[..32].copy_from_slice(key);
        bytes[32..].copy_from_slice(&self.checksum(key));
        // With room from the start, so that no copy of a secret is left in memory by growing.
        let mut text = Zeroizing::new(String::with_capacity(self.prefix().len() + 48));
        text.push_str(self.prefix());
        BASE64URL_NOPAD.encode_append(&*bytes, &mut text);
        text
    }

    /// Covers the prefix as well, so that a key with an edited prefix is invalid.
    fn checksum(self, key: &[u8; 32]) -> [u8; 4] {
        let mut hasher = blake3::Hasher::new_derive_key("placet 2026-11 key checksum v1");
        let sum = first(hasher.update(self.prefix().as_bytes()).update(key).finalize().as_bytes());
        hasher.zeroize();
        sum
    }
}

/// The source of new keys, ids and seeds. Any `FnMut(&mut [u8])` is one, for hosts that have their
/// own.
pub trait Randomness {
    /// Fills the buffer with unpredictable bytes.
    ///
    /// # Errors
    /// No random bytes are available.
    fn fill(&mut self, buffer: &mut [u8]) -> Result<(), RandomnessError>;
}

impl<F: FnMut(&mut [u8])> Randomness for F {
    fn fill(&mut self, buffer: &mut [u8]) -> Result<(), RandomnessError> {
        self(buffer);
        Ok(())
    }
}

/// The operating system's randomness.
#[cfg(feature = "std")]
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemRandom;

#[cfg(feature = "std")]
impl Randomness for SystemRandom {
    fn fill(&mut self, buffer: &mut [u8]) -> Result<(), RandomnessError> {
        getrandom::fill(buffer).map_err(|_| RandomnessError)
    }
}

/// The random source failed, so nothing was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RandomnessError;

impl fmt::Display for RandomnessError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the system's random source failed")
    }
}

impl core::error::Error for RandomnessError {}

/// Why a text is not the requested key. The text is not repeated: it may be nearly a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyError {
    /// `secret_AAAA`
    NotAKey,
    /// `placet_public_…` where `placet_secret_…` is needed.
    Other {
        /// The prefix of the text.
        found: &'static str,
    },
    /// `placet_secret_AAAA`: cut, mistyped, or with another letter at its end.
    Typo,
    /// `placet_public_…` whose point is invalid, or under which anyone could sign.
    Weak,
}

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAKey => f.write_str("a key begins with `placet_secret_`, `placet_signing_` or `placet_public_`"),
            Self::Other { found } => write!(f, "a key that begins with `{found}` cannot be used here"),
            Self::Typo => f.write_str("the key is mistyped or cut short: its checksum does not match"),
            Self::Weak => f.write_str("the public key is invalid: no key pair has it"),
        }
    }
}

impl core::error::Error for KeyError {}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;
    use alloc::string::ToString;

    fn local() -> LocalKey {
        LocalKey::from_secret(&[7; 32])
    }

    fn signing() -> SigningKey {
        SigningKey::from_seed(&[8; 32])
    }

    #[test]
    fn a_key_comes_back_from_its_text() {
        assert_eq!(LocalKey::parse(&local().reveal()), Ok(local()));
        assert_eq!(SigningKey::parse(&signing().reveal()), Ok(signing()));
        assert_eq!(PublicKey::parse(&signing().public().to_string()).as_ref(), Ok(signing().public()));
    }

    #[test]
    fn keys_are_equal_where_their_secrets_are() {
        assert_eq!((local(), signing()), (LocalKey::from_secret(&[7; 32]), SigningKey::from_seed(&[8; 32])));
        assert_ne!(local(), LocalKey::from_secret(&[8; 32]));
        assert_ne!(signing(), SigningKey::from_seed(&[7; 32]));
    }

    #[test]
    fn a_mistyped_key_is_found() {
        let text = local().reveal();
        for at in KeyKind::Local.prefix().len()..text.len() {
            let mut typo = text.as_bytes().to_vec();
            typo[at] = if typo[at] == b'A' { b'B' } else { b'A' };
            assert_eq!(LocalKey::parse(str::from_utf8(&typo).expect("ASCII")), Err(KeyError::Typo), "at {at}");
        }
        for cut in KeyKind::Local.prefix().len()..text.len() {
            assert_eq!(LocalKey::parse(&text[..cut]), Err(KeyError::Typo));
        }
    }

    #[test]
    fn a_public_key_is_no_secret() {
        let public = signing().public().to_string();
        assert_eq!(LocalKey::parse(&public), Err(KeyError::Other { found: "placet_public_" }));
        let renamed = public.replace("placet_public_", "placet_secret_");
        assert_eq!(LocalKey::parse(&renamed), Err(KeyError::Typo));
        assert_eq!(LocalKey::parse("hunter2"), Err(KeyError::NotAKey));
    }

    #[test]
    fn a_key_under_which_everybody_can_sign_is_refused() {
        let mut identity = [0; 32];
        identity[0] = 1;
        assert_eq!(PublicKey::from_bytes(&identity), Err(KeyError::Weak));
    }

    #[test]
    fn a_secret_is_absent_from_debug() {
        assert_eq!(format!("{:?}", local()), format!("LocalKey({})", local().id()));
        assert_eq!(format!("{:?}", signing()), format!("SigningKey({})", signing().id()));
    }
}
