//! Revoked tokens, by the id of one of their blocks or by their key and age. A list that cannot be
//! read is an error, never an empty list, and a list that is too old is refused.
//!
//! Operators edit a [`RevocationList`], whose text ends in a line `end`, so that a file cut short
//! is found:
//!
//! ```text
//! # placet revocations 1
//! issued: 1767225600000
//! max-age: 3600000
//! key local:0a1b2c3d4e5f60718293a4b5c6d7e8f9 before 1767000000000
//! 00112233445566778899aabbccddeeff
//! end
//! ```
//!
//! Services read its [snapshot](Revocations), in place. A snapshot can be
//! [signed](Revocations::sign), and a verifier can [require
//! that](super::verify::Verifier::wanting_signed_revocations).

mod list;
mod signed;
mod snapshot;

pub use list::{ListError, ListLineError, RevocationList};
pub use snapshot::{HeldRevocations, Revocations, SnapshotError};
