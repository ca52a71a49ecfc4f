//! Real tokens of Warp 10, compared with the behaviour of Warp 10 itself.

mod scripts;
mod warp10;
mod warp10_accept;
mod warp10_bridge;
mod warp10_envelope;
mod warp10_grants;
mod warp10_laws;
mod warp10_page;
mod warp10_script;
mod warp10_snippets;
mod warp10_static;
mod warp10_tokengen;
mod warp10_trl;
