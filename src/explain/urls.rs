//! URLs and paths near a given one that match a pattern, and others that do not.

use super::edit_distance;
use crate::check::tree::Constant;
use placet_core::bytecode::url::UrlConstant;
use placet_core::model::url::{Parts, Scheme, Url};
use placet_core::model::url_pattern::{HostPattern, PortPattern};

/// URLs that match: each part is kept where the pattern allows it.
pub(super) fn satisfying(pattern: &[u8], given: &str) -> Vec<Option<Constant>> {
    let Some(pattern) = UrlConstant::read(pattern) else { return Vec::new() };
    let given = Parts::of(given).unwrap_or(EXAMPLE);
    let scheme = pattern.scheme.unwrap_or(given.scheme);
    let port = match pattern.port {
        PortPattern::Any => given.port.filter(|port| *port != scheme.port()),
        PortPattern::Default => None,
        PortPattern::Number(number) => Some(number).filter(|number| *number != scheme.port()),
    };
    let kept = pattern.host.matches(given.host).then(|| given.host.to_owned());
    let named = match pattern.host {
        // A policy may leave one of them out.
        HostPattern::Any | HostPattern::Public => vec![EXAMPLE.host.to_owned(), "example.org".to_owned()],
        HostPattern::Exact(name) | HostPattern::Within(name) => vec![name.to_owned()],
        HostPattern::Child(name) => vec![format!("www.{name}")],
    };
    let path =
        if pattern.path.is_empty() { Some("/".to_owned()) } else { edit_distance::path(pattern.path, given.path) };
    let near = kept.into_iter().chain(named).zip(std::iter::repeat(path)).filter_map(|(host, path)| {
        let path = path.filter(|path| !path.is_empty()).unwrap_or_else(|| "/".to_owned());
        url(&Parts { scheme, host: &host, port, path: &path })
    });
    near.map(|url| Some(Constant::Url(url))).collect()
}

/// The same URL with another scheme, host, port or path.
pub(super) fn others(given: &str) -> Vec<String> {
    let Some(parts) = Parts::of(given) else { return Vec::new() };
    let scheme = if parts.scheme == Scheme::Https { Scheme::Http } else { Scheme::Https };
    let below = format!("www.{}", parts.host);
    let port = if parts.port.is_some() { None } else { Some(8443) };
    let changed = [
        Parts { scheme, ..parts },
        Parts { host: &below, ..parts },
        Parts { host: "example.org", ..parts },
        Parts { host: "127.0.0.1", ..parts },
        Parts { port, ..parts },
    ];
    let paths = other_paths(parts.path);
    let below = format!("{}/x", parts.path.trim_end_matches('/'));
    let moved = paths.iter().chain([&below]).map(|path| Parts { path, ..parts });
    changed.into_iter().chain(moved).filter_map(|parts| url(&parts)).collect()
}

/// A path without one of its segments, or with one of them changed.
pub(super) fn other_paths(path: &str) -> Vec<String> {
    let segments: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
    let put = |at: usize, with: Option<String>| {
        let mut others: Vec<String> = segments.iter().map(|&segment| segment.to_owned()).collect();
        others.splice(at..=at, with);
        format!("/{}", others.join("/"))
    };
    let without = (0..segments.len()).map(|at| put(at, None));
    let otherwise = (0..segments.len()).map(|at| put(at, Some(format!("{}-x", segments[at]))));
    without.chain(otherwise).collect()
}

fn url(parts: &Parts<'_>) -> Option<String> {
    let port = parts.port.map(|port| format!(":{port}")).unwrap_or_default();
    let text = format!("{}://{}{port}{}", parts.scheme.word(), parts.host, parts.path);
    Url::new(&text).is_ok().then_some(text)
}

const EXAMPLE: Parts<'_> = Parts { scheme: Scheme::Https, host: "example.com", port: None, path: "/" };
