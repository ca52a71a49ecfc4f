//! Tokens: programs in an envelope that proves their origin. `docs/token-format.md` specifies every
//! byte.
//!
//! A token begins with [`mint`](mint::mint): a [`Draft`](mint::Draft) with claims and a program,
//! under a [key](keys), which may be [kept elsewhere](signer), and for an [`audience`]. Its holder
//! may [`append`](attenuate::append) restrictions, offline and without a key, [ask a third
//! party](vouch) for one, or [`seal`](attenuate::seal) it. A service that has the key in its
//! [`keyring`] turns the text into a [`Verified`](verified::Verified) token with a
//! [`Verifier`](verify::Verifier); only a verified token has programs that can be run ([many at
//! once](verify::Verifier::verify_batch), if they arrive together). [`inspect`](inspect::inspect)
//! shows the content of a token without a key.
//!
//! A token may name the key of its holder. Each request then needs a [`proof`] by that key, which is
//! [evidence] beside the token, as the approvals of a request are; [`replays`] refuses one that
//! comes twice.
//!
//! Anything but a valid token is refused with a named reason: a non-canonical encoding, extra or
//! missing bytes, a removed or reordered block, the wrong kind of key, an expired token, or an id
//! on a [revocation list](revocation).
//!
//! ```
//! use placet_core::bytecode::program::EMPTY;
//! use placet_core::model::{time::Time, vocabulary::Vocabulary};
//! use placet_core::token::{claims::ClaimsDraft, header::TokenId, keyring::Keyring, keys::LocalKey, mint::{Draft, mint}};
//! use placet_core::token::verify::{Scratch, Verifier};
//!
//! let mut random = |buffer: &mut [u8]| buffer.fill(4); // in production: `keys::SystemRandom`
//! let vocabulary = Vocabulary::builder("cache", 1).action("get")?.build();
//! let mut keyring = Keyring::new();
//! keyring.mint_with(LocalKey::generate(&mut random)?)?;
//!
//! let draft = Draft {
//!     issuance: Time::from_millis(1_767_225_600_000),
//!     expiry: Some(Time::from_millis(1_767_225_660_000)),
//!     not_before: None,
//!     id: TokenId([0; 8]), // a new one comes below
//!     fingerprint: vocabulary.fingerprint(),
//!     claims: ClaimsDraft { owner: Some("ann".into()), ..ClaimsDraft::default() },
//!     holder: None,
//!     program: EMPTY,
//!     sealed: false,
//!     encrypted: false,
//! };
//! let key = keyring.minting().expect("there is one");
//! let token = mint(key, &draft.with_new_id(key, &mut random)?, &mut random)?;
//!
//! let mut scratch = Scratch::new();
//! let verifier = Verifier::new(&keyring, &vocabulary);
//! let verified = verifier.verify(&token.text(), Time::from_millis(1_767_225_601_000), &mut scratch)?;
//! assert_eq!(verified.claims().owner, Some("ann"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod attenuate;
pub mod audience;
#[cfg(feature = "std")]
pub mod cache;
pub mod claims;
pub mod envelope;
pub mod evidence;
pub mod header;
pub mod inspect;
pub mod keyring;
pub mod keys;
pub mod mint;
pub mod proof;
#[cfg(feature = "std")]
pub mod replays;
pub mod revocation;
pub mod signer;
pub mod text;
pub mod verified;
pub mod verify;
pub mod vouch;

mod append;
mod batch;
mod block;
mod bound;
mod chain;
#[cfg(feature = "std")]
pub mod clock_cache;
mod frame;
mod good;
mod holder;
mod key_list;
mod record;
mod secrecy;
mod wire;
