//! Inputs of a script from outside: the time, UUIDs, keys, capabilities. It has no others.

use crate::accept::Acceptor;
use crate::capabilities::Capabilities;
use crate::keys::TokenKeys;
use crate::rejection::{Label, Rejection};
use crate::token::{Kind, Token};
use placet::model::time::Time;

/// The unit of a platform's time stamps (`warp.timeunits`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TimeUnit {
    /// `ms`
    Milliseconds,
    /// `us`, as the shipped configuration has it.
    #[default]
    Microseconds,
    /// `ns`
    Nanoseconds,
}

impl TimeUnit {
    /// `us`
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "ms" => Some(Self::Milliseconds),
            "us" => Some(Self::Microseconds),
            "ns" => Some(Self::Nanoseconds),
            _ => None,
        }
    }

    /// Units in a millisecond: what `MSTU` gives.
    #[must_use]
    pub const fn in_a_millisecond(self) -> i64 {
        match self {
            Self::Milliseconds => 1,
            Self::Microseconds => 1_000,
            Self::Nanoseconds => 1_000_000,
        }
    }

    /// Units in a second: what `STU` gives.
    #[must_use]
    pub const fn in_a_second(self) -> i64 {
        1_000 * self.in_a_millisecond()
    }
}

/// The context of a script.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// A command of the owner of the keys: needs no capability.
    #[default]
    Tool,
    /// A service: `TOKENGEN` and `TOKENDUMP` with its keys need a capability.
    Server,
    /// The filter macro of a service, which its operator wrote: as a service, and it may set
    /// capabilities of its own run.
    Filter,
}

/// Decides whether a token is valid now. A service answers with its revocation lists and its static
/// tokens.
pub trait Acceptance {
    /// The token, or why it is refused.
    fn accept(&self, text: &str, kind: Kind, now: Time) -> Result<Token, Rejection>;
}

impl Acceptance for TokenKeys {
    /// Only the keys and the time: nothing is revoked.
    fn accept(&self, text: &str, kind: Kind, now: Time) -> Result<Token, Rejection> {
        if text.is_empty() {
            return Err(Rejection::missing(kind));
        }
        let token = self.open_as(text, kind)?;
        if token.expiry() < now.as_millis() {
            return Err(Rejection { label: Label::Expired, message: "Token Expired.".to_owned() });
        }
        Ok(token)
    }
}

impl Acceptance for Acceptor<'_> {
    fn accept(&self, text: &str, kind: Kind, now: Time) -> Result<Token, Rejection> {
        Acceptor::accept(self, text, kind, now)
    }
}

/// The inputs of a script from outside.
pub struct Host<'h> {
    /// `NOW`, in units of the platform.
    pub now: i64,
    /// The unit of the platform.
    pub unit: TimeUnit,
    /// The result of `UUID`, each time.
    pub uuid: Box<dyn FnMut() -> String + 'h>,
    /// The result of `IDENT`: the name of the instance.
    pub ident: Option<String>,
    /// The keys of the platform.
    pub keys: Option<&'h TokenKeys>,
    /// Decides whether a token is valid; without one, the keys and the clock do.
    pub acceptance: Option<&'h dyn Acceptance>,
    /// Whether capabilities are needed.
    pub mode: Mode,
    /// The capabilities at the start of the script.
    pub capabilities: Capabilities,
}

impl<'h> Host<'h> {
    /// A tool: no keys, no name, microseconds.
    #[must_use]
    pub fn new(now: i64, uuid: impl FnMut() -> String + 'h) -> Self {
        Self {
            now,
            unit: TimeUnit::default(),
            uuid: Box::new(uuid),
            ident: None,
            keys: None,
            acceptance: None,
            mode: Mode::default(),
            capabilities: Capabilities::default(),
        }
    }

    /// The time of tokens, rounded down to the millisecond.
    #[must_use]
    pub const fn moment(&self) -> Time {
        Time::from_millis(self.now.div_euclid(self.unit.in_a_millisecond()))
    }
}
