//! Handles: documents, policies and verified tokens that Placet keeps for a script.
//!
//! A script holds a handle as a native object of its language. It cannot be made from data, shows
//! nothing secret, and works only with the host that made it.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use zeroize::Zeroizing;

use super::Limits;
use super::error::{Code, HostError};
use placet::authorize::Policy;
use placet::document::Document;
use placet::model::vocabulary::Vocabulary;
use placet::syntax::ast::BlockKind;
use placet::token::verified::VerifiedToken;

/// A document, a policy or a verified token. A clone is the same handle.
#[derive(Clone)]
pub struct Handle {
    kept: Arc<Kept>,
}

struct Kept {
    content: Content,
    /// Identifies its host, and releases its room when the last clone is dropped.
    room: Room,
}

/// The content of a handle.
#[derive(Debug)]
pub(super) enum Content {
    /// A file without errors, its templates still open.
    Document {
        /// The document.
        document: Box<Document>,
        /// Its policies, if none of them has parameters.
        policies: Option<Vec<Policy>>,
    },
    /// One policy with its arguments filled in.
    Policy {
        /// Just that one.
        policies: Vec<Policy>,
        /// Its vocabulary.
        vocabulary: Arc<Vocabulary>,
    },
    /// A token that was valid when it was verified.
    Token {
        /// The token.
        token: Box<VerifiedToken>,
        /// The conditions under which it was verified.
        vocabulary: Arc<Vocabulary>,
        /// Its text, for explanations, which verify it again for each change that they try.
        text: Zeroizing<String>,
    },
}

impl Handle {
    pub(super) fn content(&self) -> &Content {
        &self.kept.content
    }

    pub(super) fn is_of(&self, gauge: &Arc<Gauge>) -> bool {
        Arc::ptr_eq(&self.kept.room.gauge, gauge)
    }

    /// `document`, `policy` or `token`.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self.content() {
            Content::Document { .. } => "document",
            Content::Policy { .. } => "policy",
            Content::Token { .. } => "token",
        }
    }
}

/// Two handles are equal if they are the same object.
impl PartialEq for Handle {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.kept, &other.kept)
    }
}

impl fmt::Display for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.content() {
            Content::Document { document, .. } => {
                write!(f, "<placet document of `{}`:", document.vocabulary().name())?;
                let count = |kind| document.templates().iter().filter(|template| template.kind == kind).count();
                let kinds = [BlockKind::Token, BlockKind::Policy, BlockKind::Restriction];
                kinds.into_iter().try_for_each(|kind| write!(f, " {} {}", count(kind), kind.word()))?;
                f.write_str(">")
            }
            Content::Policy { policies, vocabulary } => {
                let name = policies.first().map_or("", Policy::name);
                write!(f, "<placet policy `{name}` of `{}`>", vocabulary.name())
            }
            Content::Token { token, vocabulary, .. } => {
                write!(f, "<placet {} token {} of `{}`>", token.header().purpose, token.header().id, vocabulary.name())
            }
        }
    }
}

impl fmt::Debug for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The room that the handles of one host occupy. Its address identifies the host.
#[derive(Debug, Default)]
pub(super) struct Gauge {
    handles: AtomicUsize,
    bytes: AtomicUsize,
}

impl Gauge {
    /// How many handles are alive.
    pub(super) fn handles(&self) -> usize {
        self.handles.load(Ordering::Relaxed)
    }

    /// Makes a handle, if there is room for it; `bytes` is the length of what it was made from.
    pub(super) fn keep(self: &Arc<Self>, content: Content, bytes: usize, limits: &Limits) -> Result<Handle, HostError> {
        let room = Room { gauge: Arc::clone(self), bytes };
        // Both are added first and checked afterwards, so two threads cannot take the last room
        // twice, and room that was not granted is released on drop.
        let handles = self.handles.fetch_add(1, Ordering::Relaxed) + 1;
        let total = self.bytes.fetch_add(bytes, Ordering::Relaxed).saturating_add(bytes);
        if handles > limits.handles || total > limits.handle_bytes {
            return Err(HostError::new(Code::Handles, "", "this host's scripts hold too many handles")
                .help("release handles that are no longer needed"));
        }
        Ok(Handle { kept: Arc::new(Kept { content, room }) })
    }
}

struct Room {
    gauge: Arc<Gauge>,
    bytes: usize,
}

impl Drop for Room {
    fn drop(&mut self) {
        self.gauge.handles.fetch_sub(1, Ordering::Relaxed);
        self.gauge.bytes.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}
