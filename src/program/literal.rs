//! Values as literals of the language: the only code that spells times, durations, texts and the
//! constants of a program.
//!
//! A text that a stranger chose may end up in a terminal or a log, so invisible characters are
//! always written as escapes.

use std::net::IpAddr;

use crate::check::tree::{Network, STAR, UrlPattern};
use crate::syntax::ast::{Literal, Name, Text};
use crate::syntax::parse::literal::write_duration;
use crate::syntax::print::line;
use crate::syntax::text::{self, Spelling};
use crate::visible::{escaped, hides};
use placet_core::bytecode::constant::NetworkBits;
use placet_core::bytecode::cursor::Cursor;
use placet_core::bytecode::url::UrlConstant;
use placet_core::bytecode::wildcard::{GlobPiece, PathPiece};
use placet_core::model::owned::{Constant, OwnedRequest, OwnedValue, WrittenConstant};
use placet_core::model::time::Time;
use placet_core::model::types::{BytesType, NumberType, Scalar, Written};
use placet_core::model::url_pattern::HostPattern;
use placet_core::model::vocabulary::Vocabulary;

/// `"lobby"`: a text in quotes.
#[must_use]
pub fn quoted(text: &str) -> String {
    spelt(&plain(text))
}

/// `2027-01-01T00:00:00Z`; `None` before year 0 and after year 9999.
#[must_use]
pub fn time(millis: i64) -> Option<String> {
    let time = Time::from_millis(millis);
    time.has_text().then(|| time.to_string())
}

/// `1h30m`
#[must_use]
pub fn duration(millis: i64) -> String {
    write_duration(millis)
}

/// `2027-01-01T00:00:00Z`, or the number of milliseconds since 1970 for a time outside the
/// calendar.
#[must_use]
pub fn time_or_number(millis: i64) -> String {
    time(millis).unwrap_or_else(|| millis.to_string())
}

/// An argument that is a network: `"10.0.0.0/8"`.
#[must_use]
pub fn network_text(Network { first, bits }: Network) -> String {
    spelt(&network(NetworkBits { first, bits }))
}

/// One value of a request. A path is written as it is, since a `*` in it is not a wildcard there; a
/// time outside the calendar is shown as a number.
#[must_use]
pub fn value(constant: &Constant) -> String {
    match constant.written() {
        WrittenConstant::Bool(truth) => truth.to_string(),
        WrittenConstant::Number(ty, bare) => number(bare, ty.scalar()).as_ref().map_or_else(|| bare.to_string(), spelt),
        WrittenConstant::Bytes(BytesType::Bytes, octets) => spelt(&bytes(&octets)),
        WrittenConstant::Bytes(..) => quoted(&String::from_utf8_lossy(&constant.text())),
    }
}

/// `get { cache: "profiles", item: "user/42/name" }`: a request as a case has it.
#[must_use]
pub fn request(request: &OwnedRequest, vocabulary: &Vocabulary) -> String {
    let name = |field| vocabulary.attribute(field).map_or("?", |attribute| attribute.name.as_str());
    let entries = request.values.iter().map(|(field, value)| format!("{}: {}", name(*field), owned(value)));
    let action = vocabulary.action_name(request.action).unwrap_or("?");
    format!("{action} {}", braces(&entries.collect::<Vec<_>>()))
}

/// The value of an attribute.
#[must_use]
pub fn owned(owned: &OwnedValue) -> String {
    match owned {
        OwnedValue::One(constant) => value(constant),
        OwnedValue::Set(elements) => format!("[{}]", elements.iter().map(value).collect::<Vec<_>>().join(", ")),
        OwnedValue::Labels(labels) => {
            let entries = labels.iter().map(|(name, text)| format!("{}: {}", key(name), quoted(text)));
            braces(&entries.collect::<Vec<_>>())
        }
    }
}

/// The name of a label, in quotes if it is not a word.
#[must_use]
pub fn key(name: &str) -> String {
    let mut out = String::new();
    line::key(&Name { text: name.to_owned(), at: crate::syntax::ast::At::default() }, &mut out);
    escaped(&out).to_string()
}

/// `x"00ff"`
#[must_use]
pub fn hexadecimal(bytes: &[u8]) -> String {
    spelt(&Literal::Bytes(bytes.to_vec()))
}

fn braces(entries: &[String]) -> String {
    if entries.is_empty() { "{}".to_owned() } else { format!("{{ {} }}", entries.join(", ")) }
}

/// A literal in source form, with hidden characters escaped.
pub(super) fn spelt(literal: &Literal) -> String {
    let mut out = String::new();
    line::literal(literal, &mut out);
    escaped(&out).to_string()
}

pub(super) fn plain(text: &str) -> Literal {
    Literal::Text(Text::plain(text))
}

/// The literal of a value in a condition or of a whole value in a map, where a `*` may be a wildcard;
/// `None` for a time outside the calendar.
pub(super) fn literal(constant: &Constant) -> Option<Literal> {
    match constant.written() {
        WrittenConstant::Bool(truth) => Some(Literal::Bool(truth)),
        WrittenConstant::Number(ty, bare) => number(bare, ty.scalar()),
        WrittenConstant::Bytes(BytesType::Bytes, bytes) => Some(Literal::Bytes(bytes.into_owned())),
        WrittenConstant::Bytes(ty, _) => {
            let text = String::from_utf8(constant.text()).ok()?;
            Some(plain(&if ty.has_wildcards() { literal_path(&text) } else { text }))
        }
    }
}

/// The literal of a number of an ordered type; `None` for a time outside the calendar.
pub(super) fn number(number: i64, scalar: Scalar) -> Option<Literal> {
    match scalar.written() {
        Written::Number(NumberType::Time) => time(number).map(|_| Literal::Time(number)),
        Written::Number(NumberType::Duration) => Some(Literal::Duration(number)),
        Written::Number(NumberType::Int) | Written::Bool | Written::Bytes(_) => Some(Literal::Int(number)),
    }
}

/// Bytes: as text if they are valid text, otherwise in hexadecimal.
pub(super) fn bytes(bytes: &[u8]) -> Literal {
    match std::str::from_utf8(bytes) {
        Ok(text) if !text.contains(hides) => plain(text),
        _ => Literal::Bytes(bytes.to_vec()),
    }
}

/// A network; a single address without its bits.
pub(super) fn network(network: NetworkBits) -> Literal {
    let is_v4 = network.first.is_v4() && network.bits >= 96;
    let first = match (is_v4, IpAddr::from(network.first)) {
        // A short IPv6 network around the mapped addresses is not an IPv4 network.
        (false, IpAddr::V4(v4)) => IpAddr::V6(v4.to_ipv6_mapped()),
        (_, first) => first,
    };
    plain(&match (is_v4, network.bits) {
        (_, 128) => first.to_string(),
        (true, bits) => format!("{first}/{}", bits - 96),
        (false, bits) => format!("{first}/{bits}"),
    })
}

/// The text of a glob, unquoted; `None` if the bytes are not a glob or not text.
pub(super) fn glob(constant: &[u8]) -> Option<String> {
    let mut cursor = Cursor::new(constant);
    let mut out = String::new();
    while !cursor.is_empty() {
        match GlobPiece::read(&mut cursor)? {
            GlobPiece::Run => out.push('*'),
            GlobPiece::One => out.push('?'),
            GlobPiece::Literal(literal) => {
                for character in std::str::from_utf8(literal).ok()?.chars() {
                    if matches!(character, '*' | '?' | '\\') {
                        out.push('\\');
                    }
                    out.push(character);
                }
            }
        }
    }
    Some(out)
}

/// A path pattern, unquoted; `None` if the bytes are not a pattern or not text.
pub(super) fn path(constant: &[u8]) -> Option<String> {
    let mut cursor = Cursor::new(constant);
    let mut out = String::new();
    while !cursor.is_empty() {
        out.push('/');
        match PathPiece::read(&mut cursor)? {
            PathPiece::Run => out.push_str("**"),
            PathPiece::One => out.push('*'),
            PathPiece::Glob(inner) => out.push_str(&segment(inner)?),
            PathPiece::Literal(literal) => out.push_str(&path_text(literal)?),
        }
    }
    (!out.is_empty()).then_some(out)
}

/// A pattern of URLs; `None` if the bytes are not one.
pub(super) fn url(constant: &[u8]) -> Option<UrlPattern> {
    let read = UrlConstant::read(constant)?;
    let host = match read.host {
        HostPattern::Any => HostPattern::Any,
        HostPattern::Exact(name) => HostPattern::Exact(name.to_owned()),
        HostPattern::Child(name) => HostPattern::Child(name.to_owned()),
        HostPattern::Within(name) => HostPattern::Within(name.to_owned()),
        HostPattern::Public => HostPattern::Public,
    };
    let path = if read.path.is_empty() { "/".to_owned() } else { path(read.path)? };
    Some(UrlPattern { scheme: read.scheme, host, port: read.port, path })
}

fn segment(glob: &[u8]) -> Option<String> {
    let mut cursor = Cursor::new(glob);
    let mut out = String::new();
    while !cursor.is_empty() {
        match GlobPiece::read(&mut cursor)? {
            GlobPiece::Run => out.push('*'),
            GlobPiece::One => return None,
            GlobPiece::Literal(literal) => out.push_str(&path_text(literal)?),
        }
    }
    // Alone it would be another pattern.
    (out != "*").then_some(out)
}

/// A glob or a regular expression in source form.
pub(super) fn raw(text: &Text, spelling: Spelling) -> String {
    let mut out = String::new();
    text::write(text, spelling, &mut out);
    out
}

/// The bytes of a literal path; `None` if they are not text.
pub(super) fn path_text(literal: &[u8]) -> Option<String> {
    std::str::from_utf8(literal).ok().map(literal_path)
}

/// A literal path: a `*` in it is not a wildcard, and is written as an escape.
fn literal_path(text: &str) -> String {
    text.replace('*', STAR)
}

/// The text of a glob or of a regular expression; `None` if the language has no spelling for this
/// text.
pub(super) fn raw_text(source: &str, spelling: Spelling) -> Option<Text> {
    if source.chars().any(|character| hides(character) || matches!(character, '\n' | '\r')) {
        return None;
    }
    let wanted = Text::plain(source);
    let written = raw(&wanted, spelling);
    let inner = written.strip_prefix('"')?.strip_suffix('"')?;
    let read = text::read(inner, 0, spelling).ok()?;
    (read == wanted).then_some(wanted)
}
