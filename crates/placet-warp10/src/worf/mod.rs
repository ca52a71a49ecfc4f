//! Worf: the tool that minted tokens before TOKENGEN (Warp 10 1.0 to 2.11), with its options, its
//! session and its templates.
//!
//! [`options`] reads its command line. Those options and the [defaults] of earlier runs make an
//! [`order`], which makes the two tokens and the JSON that scripts read. [`session`] asks for the
//! same values interactively, and shows the content of a token. [`template`] fills in a
//! configuration; `properties` is the format of the defaults. Nothing here reads a file, a clock or
//! a terminal: text, time and randomness are the input, text is the output.
//!
//! Refusals use Warp 10's words where they are known. One habit is not kept: a template is written
//! to a file of its own and never in place.

pub mod defaults;
pub mod options;
pub mod order;
mod properties;
pub mod session;
pub mod template;

use std::fmt;

use crate::java_compat::{uuid_from_text, uuid_to_text};
use crate::selectors::decoded;

/// Why Worf stops; the text is for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorfError(pub String);

impl WorfError {
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self(message.into())
    }
}

impl fmt::Display for WorfError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for WorfError {}

/// A version 4 UUID of 16 random bytes.
#[must_use]
pub fn random_uuid(mut bytes: [u8; 16]) -> [u8; 16] {
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    bytes
}

fn uuid(text: &str) -> Result<[u8; 16], WorfError> {
    uuid_from_text(text.trim()).map_err(|_| WorfError::new(format!("Invalid UUID string: {}", text.trim())))
}

/// Decodes percent escapes.
fn plain(text: &str) -> Result<String, WorfError> {
    decoded(text).map_err(|error| WorfError::new(error.to_string()))
}

fn uuid_texts(list: &[[u8; 16]]) -> Vec<String> {
    list.iter().map(uuid_to_text).collect()
}
