//! Warns of text that looks like a pattern of another language and is only text here: `*`, `:id`,
//! `<id>`, `[0-9]`, and MQTT's `+` and `#`; and of a `$` before a splice.

use super::expected::Expected;
use super::report::Report;
use super::texts::{SPLICE, show};
use crate::diag::Diagnostic;
use crate::diag::code::Code;
use crate::span::Span;
use crate::syntax::ast::{Piece, Text};
use placet_core::model::types::Scalar;

/// The place of the text, which decides which wildcards it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// `key: "secret/*"`
    Exact,
    /// `key: prefix "secret/*"`
    End,
    /// `key: glob "user-[0-9]*"`
    Glob,
    /// `key == "secret/*"`, in a condition.
    Compared,
}

/// Warns of the first thing in `text` that looks like a wildcard and is not one.
pub(super) fn warn(report: &Report, text: &Text, at: Span, expected: Expected<'_>, place: Place) {
    if !matches!(expected.scalar, Scalar::String | Scalar::Bytes | Scalar::Path) {
        return;
    }
    let is_path = expected.scalar == Scalar::Path;
    let whole: String = text.pieces.iter().map(stand_in).collect();
    let has_star = place != Place::Glob && !is_path && whole.contains('*');
    if place != Place::Glob && warn_of_dollar(report, text, at) {
        return;
    }
    let looks = match place {
        _ if has_star => Some("*"),
        Place::Exact | Place::Compared | Place::End if !is_path && mqtt(&whole).is_some() => mqtt(&whole),
        Place::Glob => placeholder(&whole).or_else(|| class(&whole, |_| true)).or_else(|| choice(&whole)),
        Place::Exact | Place::Compared if !is_path && is_expression(&whole) => Some("$"),
        Place::Exact | Place::Compared | Place::End => placeholder(&whole).or_else(|| class(&whole, is_span)),
    };
    let Some(found) = looks else { return };
    let message = format!("`{found}` is only text in {}", if is_path { "a path" } else { "this" });
    let quoted = show(text);
    let help = match (found, place, is_path) {
        ("+" | "#", ..) => mqtt_help(&quoted, found, place),
        ("*", Place::Exact, _) => format!("write `glob \"{quoted}\"`, or `== \"{quoted}\"` if the `*` itself is meant"),
        ("*", Place::Compared, _) => {
            format!("write `in glob \"{quoted}\"`, or `in == \"{quoted}\"` if the `*` itself is meant")
        }
        ("*", Place::End | Place::Glob, _) => {
            "leave it out, or write a `glob` with `\\*` in it if the `*` itself is meant".to_owned()
        }
        (_, _, true) => "write `*` for one segment, `{name}` for a parameter, or the first character as an escape such as \
                         `%3A` if it is meant"
            .to_owned(),
        (_, Place::Glob, false) => {
            "a `glob` has `*` and `?`; write a regular expression, or `\\` before the character if it is meant".to_owned()
        }
        (_, Place::Exact | Place::End, false) => {
            "write a `glob`, a regular expression or `{name}` for a parameter; write `==` before the text if it is meant"
                .to_owned()
        }
        (_, Place::Compared, false) => {
            format!("write `in` and a pattern, or `in == \"{quoted}\"` if it is meant")
        }
    };
    report.add(Diagnostic::new(Code::OnlyText, at, message).label("matches itself only").help(help));
}

fn stand_in(piece: &Piece) -> String {
    match piece {
        Piece::Text(text) => text.clone(),
        Piece::Splice(_) => SPLICE.to_string(),
    }
}

/// `${name}`: the splice is `{name}`, and the `$` stays.
fn warn_of_dollar(report: &Report, text: &Text, at: Span) -> bool {
    let found = text.pieces.windows(2).find_map(|pieces| match pieces {
        [Piece::Text(before), Piece::Splice(name)] if before.ends_with('$') => Some(name),
        _ => None,
    });
    let Some(name) = found else { return false };
    let name = &name.text;
    let help = format!("write `{{{name}}}`, without the `$`; write `==` before the text if the `$` is meant");
    let found = Diagnostic::new(Code::OnlyText, at, format!("the `$` before `{{{name}}}` is only text"));
    report.add(found.label("the text has a `$` in it").help(help));
    true
}

/// `+` as a level of a topic, or `#` as its last one.
fn mqtt(text: &str) -> Option<&'static str> {
    // Hardly a text has one of the signs, and every text of a file is looked at.
    if !text.bytes().any(|byte| matches!(byte, b'+' | b'#')) {
        return None;
    }
    match () {
        () if !text.contains('/') => None,
        () if text.split('/').any(|level| level == "+") => Some("+"),
        () => text.ends_with("/#").then_some("#"),
    }
}

fn mqtt_help(quoted: &str, found: &str, place: Place) -> String {
    let before = quoted.strip_suffix('#').unwrap_or(quoted);
    let how = match place {
        Place::Compared => "in ",
        Place::Exact | Place::End | Place::Glob => "",
    };
    if found == "#" && !quoted.split('/').any(|level| level == "+") {
        return format!("write `{how}prefix \"{before}\"` for all that begins so");
    }
    let level = |level: &str| match level {
        "+" => "[^/]+".to_owned(),
        "#" => ".*".to_owned(),
        level => level.to_owned(),
    };
    let levels = quoted.split('/').map(level).collect::<Vec<_>>().join("/");
    format!(
        "write `{how}~\"{levels}\"`, a regular expression, or declare the attribute as a `path` and write `*` for a level"
    )
}

/// `:id` as a whole segment after a slash, or `<id>` anywhere.
fn placeholder(text: &str) -> Option<&str> {
    let is_word = |word: &str| {
        word.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
            && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
    };
    let segments = || text.split('/').skip(1);
    segments().find(|segment| segment.strip_prefix(':').is_some_and(is_word)).or_else(|| {
        text.match_indices('<').find_map(|(at, _)| {
            let rest = text.get(at..)?;
            let word = rest.strip_prefix('<')?.split_once('>')?.0;
            is_word(word).then(|| rest.get(..word.len() + 2))?
        })
    })
}

/// `^[a-z]+$`: ordinary text does not begin and end like this.
fn is_expression(text: &str) -> bool {
    text.len() > 2 && text.starts_with('^') && text.ends_with('$')
}

/// `{jpg,png}`, unless a backslash is before it.
fn choice(text: &str) -> Option<&str> {
    let (at, _) = text.match_indices('{').find(|(at, _)| !is_escaped(text, *at))?;
    let end = at + text.get(at..)?.find('}')?;
    text.get(at..=end).filter(|choice| choice.contains(','))
}

fn is_escaped(text: &str, at: usize) -> bool {
    text.get(..at).is_some_and(|before| before.ends_with('\\'))
}

/// Whether what is between brackets begins with `0-9` or `a-z`. In a text that is not a glob,
/// brackets alone are common.
fn is_span(inner: &str) -> bool {
    matches!(inner.as_bytes(), [from, b'-', to, ..] if from.is_ascii_alphanumeric() && to.is_ascii_alphanumeric())
}

/// `[0-9]`, `[^a-z_]`, unless a backslash is before it.
fn class(text: &str, is_class: impl Fn(&str) -> bool) -> Option<&str> {
    text.match_indices('[').filter(|(at, _)| !is_escaped(text, *at)).find_map(|(at, _)| {
        let rest = text.get(at..)?;
        let inner = rest.strip_prefix('[')?.split_once(']')?.0;
        let bare = inner.trim_start_matches(['^', '!']);
        if !bare.is_empty() && is_class(bare) { rest.get(..inner.len() + 2) } else { None }
    })
}
