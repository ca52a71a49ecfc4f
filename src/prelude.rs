//! The names that most services need: `use placet::prelude::*`.

pub use crate::authorize::Authorizer;
pub use crate::model::request::Request;
pub use crate::model::time::Time;
pub use crate::model::value::Value;
pub use crate::model::verdict::{Refusal, Verdict};
pub use crate::model::vocabulary::Vocabulary;
pub use crate::service::{Decision, Service, ServiceError};
pub use crate::token::audience::Audience;
pub use crate::token::keyring::Keyring;
