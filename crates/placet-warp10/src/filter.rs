//! The token filter macro (`warp.token.filter.macro`): WarpScript of the operator that decides how
//! a token is treated.
//!
//! The input is a token that was opened but not accepted, and the objections against it. The macro
//! finds `TOKENDUMP`'s parameters on the stack, with `token.expired`, `token.revoked` and
//! `app.revoked`. It leaves a map, which becomes the token under the rules of TOKENGEN, or NULL,
//! which means that the macro does not handle the token. It refuses by failing; any other result is
//! refused too.

use super::accept::Acceptor;
use super::capabilities::Capabilities;
use super::rejection::{Label, Rejection};
use super::script::value::Value;
use super::script::{Host, Machine, Mode, ScriptError};
use super::token::Token;
use super::tokendump::parameters;
use super::tokengen::{MACRO_TTL, TokengenError, token_from_map};

/// The objections against a token.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Against {
    /// `token.expired`
    pub is_expired: bool,
    /// `token.revoked`
    pub is_revoked: bool,
    /// `app.revoked`
    pub is_application_revoked: bool,
}

/// How a token is treated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filtered {
    /// The token that replaces the given one.
    pub token: Token,
    /// The capabilities set by the macro.
    pub capabilities: Capabilities,
}

/// Why a token is refused.
#[derive(Clone, Debug, thiserror::Error)]
pub enum FilterError {
    /// The macro failed, which is its way to refuse.
    #[error("{}", .0.message)]
    Refused(Box<ScriptError>),
    /// It left a map that is not a token.
    #[error(transparent)]
    NoToken(#[from] TokengenError),
    /// It left neither one map nor NULL.
    #[error("the token filter macro must leave a map or NULL")]
    NoAnswer,
}

/// Runs the macro; `None` if it leaves NULL, and the token is to be resolved as if there were no
/// macro.
///
/// # Errors
/// The token is refused.
pub fn filter(
    filter_macro: &str,
    token: &Token,
    against: Against,
    host: Host<'_>,
) -> Result<Option<Filtered>, FilterError> {
    let now = host.moment();
    let mut machine = Machine::new(Host { mode: Mode::Filter, ..host });
    let script = format!("{} {filter_macro}\nEVAL", with(parameters(token), against).to_warpscript());
    let mut stack = machine.run(&script).map_err(|error| FilterError::Refused(Box::new(error)))?;
    match (stack.pop(), stack.is_empty()) {
        (Some(Value::Null), true) => Ok(None),
        (Some(map @ Value::Map(_)), true) => {
            let draft = token_from_map("Token filter macro", &map, Some(MACRO_TTL), now)?;
            Ok(Some(Filtered { token: draft.token, capabilities: machine.capabilities().clone() }))
        }
        _ => Err(FilterError::NoAnswer),
    }
}

/// Replaces a text by the macro's result, as a service does before it looks at static tokens and at
/// the text itself; `None` if the macro does not handle it. A text that cannot be opened is
/// refused. A token from the macro is not checked against clock and lists again: the macro received
/// both.
///
/// # Errors
/// The token is refused.
pub fn accept(
    acceptor: &Acceptor<'_>,
    filter_macro: &str,
    text: &str,
    host: Host<'_>,
) -> Result<Option<Token>, Rejection> {
    let now = host.moment();
    acceptor.is_informed(now)?;
    if text.is_empty() {
        return Ok(None);
    }
    let token = acceptor.keys.open(text)?;
    let list = acceptor.revocations.list();
    let against = Against {
        is_expired: token.expiry() < now.as_millis(),
        is_revoked: list.revokes(acceptor.keys.ident(text)),
        is_application_revoked: list.revokes_application(token.application()),
    };
    let filtered = filter(filter_macro, &token, against, host);
    let filtered = filtered.map_err(|error| Rejection::new(Label::Invalid, error.to_string()))?;
    let Some(Filtered { mut token, .. }) = filtered else { return Ok(None) };
    acceptor.attributes.apply(&mut token)?;
    Ok(Some(token))
}

fn with(parameters: Value, against: Against) -> Value {
    let Value::Map(mut entries) = parameters else { return parameters };
    for (name, truth) in [
        ("token.expired", against.is_expired),
        ("token.revoked", against.is_revoked),
        ("app.revoked", against.is_application_revoked),
    ] {
        entries.push((Value::text(name), Value::Bool(truth)));
    }
    Value::Map(entries)
}
