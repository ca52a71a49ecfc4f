//! Tokens: their life, their format, forged ones, and what becomes of many at a time.

#[path = "../token_workshop/mod.rs"]
mod token_workshop;

mod cache_threads;
mod momento_cases;
mod scale;
mod token_batch;
mod token_binding;
mod token_forgery;
mod token_format;
mod token_holder;
mod token_life;
mod vectors;
