//! Requests and verdicts: values, attributes, vocabularies. No text is parsed and no bytes are read
//! here.
//!
//! A [`Vocabulary`](vocabulary::Vocabulary) names and types the attributes and actions of a
//! service. A [`Request`](request::Request) is one action and the [`Value`](value::Value)s of its
//! attributes, checked against the vocabulary as they are set; [`owned`] holds requests that own
//! their values. A [`Verdict`](verdict::Verdict) is the answer. A value that is not canonical (a
//! path with `..`, an IPv4 address in IPv6 form) cannot be constructed. [`lines`] knows which
//! characters look like the end of a line; it is here because every text that decides something is
//! checked with it.

pub mod arithmetic;
pub mod claim;
pub mod digest;
pub mod function;
pub mod lines;
pub mod matcher;
pub mod owned;
pub mod path;
pub mod predicate;
pub mod public_host;
pub mod request;
pub mod target;
pub mod time;
pub mod types;
pub mod url;
pub mod url_pattern;
pub mod value;
pub mod verdict;
pub mod vocabulary;
pub mod vocabulary_bytes;
