//! What is wrong with a literal.

/// What is wrong with a literal, and the way out.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct LiteralError {
    pub message: String,
    pub help: String,
}

/// What fits a message.
pub(crate) fn short(text: &str) -> String {
    if text.chars().count() <= 40 { text.to_owned() } else { text.chars().take(39).chain(['…']).collect() }
}
