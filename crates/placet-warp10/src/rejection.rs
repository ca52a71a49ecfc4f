//! Why a token is not accepted: the label of Warp 10's exception, and its message.

use std::fmt;

use thiserror::Error;

use super::opb64::Opb64Error;
use super::token::Kind;

/// A rejected token. Printed as the message.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{message}")]
pub struct Rejection {
    /// The kind of rejection.
    pub label: Label,
    /// The message for the presenter of the token.
    pub message: String,
}

/// The kinds of rejection, printed as Warp 10 names them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Label {
    /// `AES_INVALID`: the envelope was not made with this key, or its padding is invalid.
    AesInvalid,
    /// `SIP_INVALID`: the hash inside does not match the content.
    SipInvalid,
    /// `INVALID`: not a token for any other reason, or one of the other kind.
    Invalid,
    /// `NOTOKEN`: no text.
    NoToken,
    /// `REVOKED`: a list names it.
    Revoked,
    /// `EXPIRED`: it has expired.
    Expired,
    /// `APP_REVOKED`: a list names its application.
    AppRevoked,
    /// `UNAVAILABLE`: the revocation state is unknown.
    Unavailable,
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::AesInvalid => "AES_INVALID",
            Self::SipInvalid => "SIP_INVALID",
            Self::Invalid => "INVALID",
            Self::NoToken => "NOTOKEN",
            Self::Revoked => "REVOKED",
            Self::Expired => "EXPIRED",
            Self::AppRevoked => "APP_REVOKED",
            Self::Unavailable => "UNAVAILABLE",
        })
    }
}

impl Rejection {
    /// `Invalid token.`, the whole message of Warp 10 in most cases.
    #[must_use]
    pub fn invalid(label: Label) -> Self {
        Self::new(label, "Invalid token.")
    }

    /// The structure of this kind, naming the other kind.
    #[must_use]
    pub fn other_kind(wanted: Kind) -> Self {
        let message = match wanted {
            Kind::Read => "Token type invalid (READ expected).",
            Kind::Write => "Token type invalid (WRITE expected).",
        };
        Self::new(Label::Invalid, message)
    }

    /// No text at all.
    #[must_use]
    pub fn missing(wanted: Kind) -> Self {
        let message = match wanted {
            Kind::Read => "Read token missing.",
            Kind::Write => "Write token missing.",
        };
        Self::new(Label::NoToken, message)
    }

    pub(super) fn new(label: Label, message: impl Into<String>) -> Self {
        Self { label, message: message.into() }
    }
}

impl From<Opb64Error> for Rejection {
    fn from(error: Opb64Error) -> Self {
        Self::new(Label::Invalid, error.to_string())
    }
}
