//! The names that most services need: `use placet::prelude::*`.

pub use crate::service::{Decision, Service, ServiceError};
pub use placet_core::authorize::Authorizer;
pub use placet_core::model::request::Request;
pub use placet_core::model::time::Time;
pub use placet_core::model::value::Value;
pub use placet_core::model::verdict::{Refusal, Verdict};
pub use placet_core::model::vocabulary::Vocabulary;
pub use placet_core::token::audience::Audience;
pub use placet_core::token::keyring::Keyring;
