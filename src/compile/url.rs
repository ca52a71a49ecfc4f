//! Patterns of URLs. There are no arguments in them.

use super::glob::{self, Wild};
use super::path::{Step, canonical, constant};
use crate::check::tree::UrlPattern;
use crate::program::Pattern;
use placet_core::bytecode::url::UrlConstant;
use placet_core::model::matcher::Matcher;
use placet_core::model::url_pattern::HostPattern;

/// The constant of a pattern.
pub fn matcher(pattern: &UrlPattern) -> Pattern {
    let segments = pattern.path.split('/').skip(1).filter(|segment| !segment.is_empty());
    let path = constant(&canonical(segments.map(step).collect()));
    let host = match &pattern.host {
        HostPattern::Any => HostPattern::Any,
        HostPattern::Exact(name) => HostPattern::Exact(name.as_str()),
        HostPattern::Child(name) => HostPattern::Child(name.as_str()),
        HostPattern::Within(name) => HostPattern::Within(name.as_str()),
        HostPattern::Public => HostPattern::Public,
    };
    let mut out = Vec::new();
    UrlConstant { scheme: pattern.scheme, port: pattern.port, host, path: &path }.write(&mut out);
    Pattern::Text(Matcher::Url, out)
}

fn step(segment: &str) -> Step {
    let byte = |byte| if byte == b'*' { Wild::Run } else { Wild::Literal(vec![byte]) };
    match segment {
        "**" => Step::Run,
        segment => match glob::canonical(segment.bytes().map(byte).collect()) {
            wilds if wilds == [Wild::Run] => Step::One,
            wilds if segment.contains('*') => Step::Glob(wilds),
            _ => Step::Literal(segment.as_bytes().to_vec()),
        },
    }
}
