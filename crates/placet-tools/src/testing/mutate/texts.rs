//! Texts that are nearly the same: of a path, a network, or plain text.

use ipnet::IpNet;

use super::MutantKind;
use placet::model::matcher::Matcher;
use placet::model::types::Scalar;
use placet::syntax::ast::{Literal, PatternKind, Piece, Text};

/// Neighbours of a text, read as its type.
pub(super) fn near(text: &Text, scalar: Option<Scalar>) -> Vec<(MutantKind, PatternKind)> {
    let literal = |(kind, text)| (kind, PatternKind::Literal(Literal::Text(text)));
    let looks_like_a_path = matches!(text.pieces.first(), Some(Piece::Text(first)) if first.starts_with('/'));
    let is_path = scalar.map_or(looks_like_a_path, |scalar| scalar == Scalar::Path);
    let may_be_address = scalar.is_none_or(|scalar| scalar == Scalar::Ip);
    let network = text.as_plain().and_then(network).filter(|_| may_be_address);
    if let Some(Scalar::Url) = scalar {
        return urls(text).into_iter().map(literal).collect();
    }
    match network {
        _ if is_path => paths(text).into_iter().map(literal).collect(),
        Some(network) => networks(network).into_iter().map(literal).collect(),
        None if scalar.is_none_or(Scalar::is_textual) => vec![(MutantKind::Widened, begins(text))],
        None => Vec::new(),
    }
}

/// `prefix "…"` in place of the text itself.
fn begins(text: &Text) -> PatternKind {
    PatternKind::text(Matcher::Prefix, text.clone())
}

/// The text without its last character, unless that comes from an argument.
pub(super) fn without_last(text: &Text) -> Option<Text> {
    let mut text = text.clone();
    match text.pieces.last_mut()? {
        Piece::Text(last) => _ = last.pop(),
        Piece::Splice(_) => return None,
    }
    Some(without_empty(text))
}

/// The text without its first character, unless that comes from an argument.
pub(super) fn without_first(text: &Text) -> Option<Text> {
    let mut text = text.clone();
    match text.pieces.first_mut()? {
        Piece::Text(first) => *first = first.chars().skip(1).collect(),
        Piece::Splice(_) => return None,
    }
    Some(without_empty(text))
}

fn without_empty(mut text: Text) -> Text {
    text.pieces.retain(|piece| *piece != Piece::Text(String::new()));
    text
}

/// A single address is a network of one.
fn network(text: &str) -> Option<IpNet> {
    text.parse().ok().or_else(|| text.parse().ok().map(|address: std::net::IpAddr| address.into()))
}

/// One bit shorter, and one bit longer.
fn networks(network: IpNet) -> Vec<(MutantKind, Text)> {
    let wider = network.supernet().map(|wider| (MutantKind::Widened, wider));
    let narrower = IpNet::new(network.network(), network.prefix_len() + 1).ok();
    let narrower = narrower.map(|narrower| (MutantKind::Narrowed, narrower));
    wider.into_iter().chain(narrower).map(|(kind, network)| (kind, Text::plain(&network.to_string()))).collect()
}

/// Another path; any name below the host's, or any host.
fn urls(text: &Text) -> Vec<(MutantKind, Text)> {
    let Some((scheme, rest)) = text.as_plain().and_then(|text| text.split_once("://")) else { return Vec::new() };
    let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let with = |host: &str, path: &str| Text::plain(&format!("{scheme}://{host}{path}"));
    let below = match (host.strip_prefix("**."), host.strip_prefix("*.")) {
        (Some(_), _) => "**".to_owned(),
        (None, Some(name)) => format!("**.{name}"),
        (None, None) => format!("**.{host}"),
    };
    let hosts = [(MutantKind::Widened, with(&below, path))];
    let paths = paths(&Text::plain(if path.is_empty() { "/" } else { path }));
    let moved = paths.iter().filter_map(|(kind, path)| Some((*kind, with(host, path.as_plain()?))));
    hosts.into_iter().chain(moved).collect()
}

/// Each argument becomes any segment, each `*` any number of segments, each `**` one segment; the
/// last segment is opened, and the part below a path is closed.
fn paths(text: &Text) -> Vec<(MutantKind, Text)> {
    let segments = segments(text);
    let mut near = Vec::new();
    for (number, segment) in segments.iter().enumerate() {
        let mut put = |kind, with: &str| {
            let mut other = segments.clone();
            other[number] = vec![Piece::Text(with.to_owned())];
            near.push((kind, joined(&other)));
        };
        let last = number + 1 == segments.len();
        match plain(segment) {
            Some("**") => put(MutantKind::Narrowed, "*"),
            Some("*") => put(MutantKind::Widened, "**"),
            Some("") => {}
            Some(_) if last => put(MutantKind::Widened, "*"),
            Some(_) => {}
            None => put(MutantKind::Widened, "*"),
        }
    }
    match segments.last().map(|last| plain(last)) {
        Some(Some("**")) if segments.len() > 1 => {
            near.push((MutantKind::Narrowed, joined(&segments[..segments.len() - 1])));
            if segments.len() > 2 {
                let mut above = segments[..segments.len() - 2].to_vec();
                above.push(vec![Piece::Text("**".to_owned())]);
                near.push((MutantKind::Widened, joined(&above)));
            }
        }
        _ => {
            let mut below = segments;
            below.push(vec![Piece::Text("**".to_owned())]);
            near.push((MutantKind::Widened, joined(&below)));
        }
    }
    near
}

/// The part after each slash.
fn segments(text: &Text) -> Vec<Vec<Piece>> {
    let mut segments: Vec<Vec<Piece>> = vec![Vec::new()];
    for piece in &text.pieces {
        match piece {
            Piece::Text(text) => {
                for (number, part) in text.split('/').enumerate() {
                    if number > 0 {
                        segments.push(Vec::new());
                    }
                    if !part.is_empty() {
                        segments.last_mut().expect("there is always a segment").push(Piece::Text(part.to_owned()));
                    }
                }
            }
            Piece::Splice(_) => segments.last_mut().expect("there is always a segment").push(piece.clone()),
        }
    }
    // Before the first slash is nothing.
    segments.remove(0);
    segments
}

fn joined(segments: &[Vec<Piece>]) -> Text {
    let mut pieces: Vec<Piece> = Vec::new();
    for piece in segments.iter().flat_map(|segment| std::iter::once(Piece::Text("/".to_owned())).chain(segment.clone()))
    {
        match (pieces.last_mut(), piece) {
            (Some(Piece::Text(before)), Piece::Text(text)) => before.push_str(&text),
            (_, piece) => pieces.push(piece),
        }
    }
    Text { pieces }
}

/// A segment without arguments.
fn plain(segment: &[Piece]) -> Option<&str> {
    match segment {
        [] => Some(""),
        [Piece::Text(text)] => Some(text),
        _ => None,
    }
}
