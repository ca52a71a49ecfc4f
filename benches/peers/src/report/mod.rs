//! What was measured, for people and for programs: tables as text, a page, a drawing, JSON.

mod drawing;
mod head;
mod page;
mod text;

pub use drawing::svg;
pub use head::Head;
pub use page::html;
pub use text::{duration, text};

use serde::Serialize;

use crate::measure::Results;

/// Everything that a report says.
#[derive(Serialize)]
pub struct Report {
    #[serde(flatten)]
    pub head: Head,
    #[serde(flatten)]
    pub results: Results,
}

impl Report {
    /// For programs.
    pub fn json(&self) -> String {
        serde_json::to_string_pretty(self).expect("a report has no maps with odd keys")
    }
}
