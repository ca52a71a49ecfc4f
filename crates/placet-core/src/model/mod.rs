//! What a request and a verdict are: values, attributes, vocabularies. No text is parsed and no bytes are read here.
//!
//! A [`Vocabulary`](vocabulary::Vocabulary) names and types what a service speaks of. A
//! [`Request`](request::Request) is one action and the [`Value`](value::Value)s of its attributes, checked against the
//! vocabulary as they are set. A [`Verdict`](verdict::Verdict) is the answer. A value that is not canonical (a path with
//! `..`, an IPv4 address in IPv6 clothes) cannot be made at all. [`lines`] knows what a reader takes for
//! the end of a line; it is here because every text that decides something asks it.

pub mod lines;
pub mod path;
pub mod request;
pub mod target;
pub mod time;
pub mod types;
pub mod value;
pub mod verdict;
pub mod vocabulary;
pub mod vocabulary_bytes;
