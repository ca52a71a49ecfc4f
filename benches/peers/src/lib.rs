//! The same questions to Placet and to its peers: policy engines, tokens, and checks written by hand.
//!
//! A [`question`] is a policy in words and a table of requests. A [`contender`] answers it in its own way, or says why it
//! can not. Before anything is timed, [`agreement`] asks everyone every row; then [`measure`] times them in turns, and
//! [`report`] prints the tables and draws the page. What each contender does is told in the README beside this crate.
#![forbid(unsafe_code)]

pub mod agreement;
pub mod apps;
pub mod contender;
pub mod contenders;
pub mod measure;
pub mod question;
pub mod report;

#[allow(dead_code, reason = "shared with other benchmarks")]
#[path = "../../native/mod.rs"]
pub mod native;
#[allow(dead_code, reason = "shared with other benchmarks")]
#[path = "../../workloads/mod.rs"]
pub mod workloads;
