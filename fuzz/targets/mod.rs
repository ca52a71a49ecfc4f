//! One function for each reader of foreign bytes: it may say no, and may do nothing else. Shared by the fuzz targets and by
//! the tests, which run the corpus of each and small changes of it.
//!
//! [`cost`] holds programs against their price. [`language`] has what people and scripting hosts write, [`tokens`] what stands in tokens and beside them, [`warp10`] what
//! comes from a Warp 10. What is read is used: a document is compiled, a program decides, what is written reads back.

pub mod cost;
pub mod language;
pub mod tokens;
pub mod warp10;

use placet::bytecode::verify::{Budget, Scope};
use placet::check::library::Library;
use placet::model::time::Time;
use placet::model::vocabulary::Vocabulary;

/// When everything happens.
const NOW: Time = Time::from_millis(1_767_225_600_000);

/// The built-in vocabulary that most of the corpus speaks.
fn momento() -> &'static Vocabulary {
    Library::built_in().get("momento").expect("it is built in")
}

/// What a program inside a token is proved against.
fn scope(vocabulary: &Vocabulary) -> Scope<'_> {
    Scope { vocabulary, state: vocabulary.present(), budget: Budget::Token }
}

/// Bytes of which only text is read.
fn as_text(bytes: &[u8], read: impl FnOnce(&str)) {
    if let Ok(text) = str::from_utf8(bytes) {
        read(text);
    }
}
