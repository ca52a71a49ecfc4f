//! A mistake in a literal.

/// A mistake in a literal, and the way out.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct LiteralError {
    pub message: String,
    pub help: String,
}

/// The part of a text that fits into a message.
pub(crate) fn short(text: &str) -> String {
    if text.chars().count() <= 40 { text.to_owned() } else { text.chars().take(39).chain(['…']).collect() }
}
