//! How much more is tried than in every run.

/// The number in `PLACET_CASES`, else one.
#[expect(clippy::disallowed_methods, reason = "who looks for rare mistakes asks for more cases than every run needs")]
pub fn times() -> u32 {
    std::env::var("PLACET_CASES").ok().and_then(|times| times.parse().ok()).unwrap_or(1)
}
