//! The functions of scripting hosts, through JSON and through Rhai.

mod host_json;
mod host_rhai;
