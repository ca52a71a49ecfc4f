//! Proves tokens: with a key in this process, or with a [`Signer`] that requests signatures from
//! elsewhere.
//!
//! A key management service or a hardware module keeps the private key and signs messages of 47
//! bytes with Ed25519 (RFC 8032, without prehash). The signature is checked before it leaves this
//! process, so a broken or wrong signer cannot issue a bad token. `examples/remote_signer.rs` is a
//! signer in a thread of its own.

use core::fmt;

use zeroize::Zeroizing;

use super::audience::Audience;
use super::chain::{Link, Signed};
use super::header::{KeyId, KeyName, Purpose};
use super::keyring::MintingKey;
use super::keys::{LocalKey, PublicKey, SigningKey};

/// An Ed25519 private key that is kept elsewhere.
pub trait Signer {
    /// The public half. It names the key in tokens, and signatures are checked with it.
    fn public(&self) -> &PublicKey;

    /// Signs the message: 15 bytes that state the purpose of the signature, and a digest of 32
    /// bytes.
    ///
    /// # Errors
    /// No signature is available. Log the reason where it is known; callers only learn that there
    /// is none.
    fn sign(&self, message: &[u8; 47]) -> Result<[u8; 64], SignerError>;

    /// 32 secret bytes, the same in every call and known to this minter only, to be mixed into new
    /// seeds and ids beside the randomness. Without them a token is secure only if the randomness
    /// cannot be guessed; with them it stays secure even if it can.
    fn hedge(&self) -> Option<Zeroizing<[u8; 32]>> {
        None
    }
}

/// Makes signatures: for public tokens, for vouchers and for revocation lists.
#[derive(Clone, Copy)]
pub enum SignWith<'k> {
    /// A key in this process.
    Key(&'k SigningKey),
    /// A key elsewhere.
    Signer(&'k dyn Signer),
}

impl SignWith<'_> {
    /// The public half.
    #[must_use]
    pub fn public(&self) -> &PublicKey {
        match self {
            Self::Key(key) => key.public(),
            Self::Signer(signer) => signer.public(),
        }
    }

    pub(super) fn sign(self, what: Signed, digest: &Link) -> Result<[u8; 64], SignerError> {
        let signer = match self {
            Self::Key(key) => return Ok(what.sign(key.pair(), digest)),
            Self::Signer(signer) => signer,
        };
        let signature = signer.sign(&what.message(digest))?;
        if what.verify(signer.public().point(), digest, &signature) { Ok(signature) } else { Err(SignerError) }
    }

    pub(super) fn hedge(self) -> Option<Zeroizing<[u8; 32]>> {
        match self {
            Self::Key(key) => Some(Zeroizing::new(key.pair().to_bytes())),
            Self::Signer(signer) => signer.hedge(),
        }
    }
}

impl fmt::Debug for SignWith<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SignWith({})", self.public().id())
    }
}

impl<'k> From<&'k SigningKey> for SignWith<'k> {
    fn from(key: &'k SigningKey) -> Self {
        Self::Key(key)
    }
}

/// A key that proves tokens, and the audience for which it does.
#[derive(Clone, Copy, Debug)]
pub struct Minter<'k> {
    pub(super) key: ProveWith<'k>,
    pub(super) audience: Audience,
}

/// The key of a proof.
#[derive(Clone, Copy, Debug)]
pub(super) enum ProveWith<'k> {
    Local(&'k LocalKey),
    Public(SignWith<'k>),
}

impl<'k> Minter<'k> {
    /// Proves public tokens with a key that is kept elsewhere.
    #[must_use]
    pub const fn signer(signer: &'k dyn Signer) -> Self {
        Self { key: ProveWith::Public(SignWith::Signer(signer)), audience: Audience::NONE }
    }

    /// The same for one audience.
    #[must_use]
    pub const fn audience(self, audience: Audience) -> Self {
        Self { audience, ..self }
    }

    /// The tokens that it proves.
    #[must_use]
    pub const fn purpose(&self) -> Purpose {
        match self.key {
            ProveWith::Local(_) => Purpose::Local,
            ProveWith::Public(_) => Purpose::Public,
        }
    }

    /// The key, as revocation lists name it.
    #[must_use]
    pub fn name(&self) -> KeyName {
        match self.key {
            ProveWith::Local(key) => key.name(),
            ProveWith::Public(signer) => signer.public().name(),
        }
    }

    /// The key, as tokens name it.
    #[must_use]
    pub fn id(&self) -> KeyId {
        self.name().hash.id()
    }

    /// A secret to mix into randomness; zeros if there is none.
    pub(super) fn hedge(&self) -> Zeroizing<[u8; 32]> {
        match self.key {
            ProveWith::Local(key) => Zeroizing::new(*key.secret()),
            ProveWith::Public(signer) => signer.hedge().unwrap_or_default(),
        }
    }
}

impl<'k> From<&'k LocalKey> for Minter<'k> {
    fn from(key: &'k LocalKey) -> Self {
        Self { key: ProveWith::Local(key), audience: Audience::NONE }
    }
}

impl<'k> From<&'k SigningKey> for Minter<'k> {
    fn from(key: &'k SigningKey) -> Self {
        Self { key: ProveWith::Public(key.into()), audience: Audience::NONE }
    }
}

impl<'k> From<&'k MintingKey> for Minter<'k> {
    fn from(key: &'k MintingKey) -> Self {
        match key {
            MintingKey::Local(key) => key.into(),
            MintingKey::Signing(key) => key.into(),
        }
    }
}

/// A key that is kept elsewhere did not sign, or signed with a key other than the one it names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SignerError;

impl fmt::Display for SignerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the signer returned no valid signature of its key")
    }
}

impl core::error::Error for SignerError {}
