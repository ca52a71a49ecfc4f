//! Whether one rule covers another. Sound but not complete: a `true` is a proof, a `false` says
//! nothing.

use super::absence::matches_absence;
use super::tree::{Actions, Bound, Constant, Effect, Network, Pattern, Piece, Rule, Term, Test, Text, UrlPattern};
use crate::syntax::ast::Quantifier;
use placet_core::model::matcher::{Matcher, Syntax};
use placet_core::model::predicate::Anchor;
use placet_core::model::types::Type;
use placet_core::model::url::Parts;
use placet_core::model::url_pattern::{HostPattern, PortPattern};
use placet_core::model::value::Address;
use placet_core::model::vocabulary::{FieldNo, Vocabulary};

/// Whether every request that matches `narrow` also matches `wide`.
pub(super) fn rule(vocabulary: &Vocabulary, wide: &Rule, narrow: &Rule) -> bool {
    actions(wide.actions.as_ref(), narrow.actions.as_ref())
        && (wide.condition.is_none() || wide.condition == narrow.condition)
        && wide.tests.iter().all(|test| implied(vocabulary, (wide.effect, test), narrow))
}

fn implied(vocabulary: &Vocabulary, (effect, wide): (Effect, &Test), narrow: &Rule) -> bool {
    if wide.pattern == Pattern::Any && vocabulary.attribute(wide.field).is_some_and(|attribute| !attribute.optional) {
        return true;
    }
    // An absent set matches under both quantifiers or under none.
    let fits = |test: &Test| match (wide.asks(effect), test.asks(narrow.effect)) {
        (Quantifier::Some, _) | (Quantifier::Every, Quantifier::Every) => true,
        (Quantifier::Every, Quantifier::Some) => !is_set(vocabulary, wide.field) || wide.pattern == Pattern::Any,
    };
    let implies = |test: &Test| test.field == wide.field && fits(test) && pattern(&wide.pattern, &test.pattern);
    narrow.tests.iter().any(implies)
}

fn is_set(vocabulary: &Vocabulary, field: FieldNo) -> bool {
    vocabulary.attribute(field).is_some_and(|attribute| matches!(attribute.ty, Type::Set(_)))
}

fn actions(wide: Option<&Actions>, narrow: Option<&Actions>) -> bool {
    let Some(wide) = wide else { return true };
    let Some(narrow) = narrow else { return false };
    let within = |a: &Actions, b: &Actions| a.listed.iter().all(|action| b.listed.binary_search(action).is_ok());
    match (wide.negated, narrow.negated) {
        (false, false) => within(narrow, wide),
        (true, false) => narrow.listed.iter().all(|action| wide.listed.binary_search(action).is_err()),
        (true, true) => within(wide, narrow),
        (false, true) => false,
    }
}

/// Whether every value that matches `narrow` matches `wide`.
pub(super) fn pattern(wide: &Pattern, narrow: &Pattern) -> bool {
    use Pattern::{Any, Equal, Labels, Network as Net, Not, OneOf, Range, Text as Search, Url};
    if wide == narrow {
        return true;
    }
    match (wide, narrow) {
        (_, OneOf(list)) => list.iter().all(|one| pattern(wide, one)),
        (Any, _) => !matches_absence(narrow),
        (OneOf(list), _) => list.iter().any(|one| pattern(one, narrow)),
        (Search(matcher, wide), Search(other, narrow)) => matcher == other && searches(*matcher, wide, narrow),
        (Search(matcher, wide), Equal(term)) => finds(*matcher, wide, term),
        (Net(wide), Net(narrow)) => wide.bits <= narrow.bits && holds(wide, narrow.first),
        (Net(network), Equal(Term::Constant(Constant::Ip(address)))) => holds(network, *address),
        (Range(from, to), _) => range(from.as_ref(), to.as_ref(), narrow),
        (Url(wide), Url(narrow)) => url(wide, narrow),
        (Url(wide), Equal(Term::Constant(Constant::Url(known)))) => has_url(wide, known),
        (Labels(wide), Labels(narrow)) => {
            wide.iter().all(|(name, wide)| narrow.iter().any(|(other, narrow)| name == other && pattern(wide, narrow)))
        }
        (Not(wide), Not(narrow)) => pattern(narrow, wide),
        (Not(wide), Equal(Term::Constant(known))) => excludes(wide, known),
        _ => false,
    }
}

/// Whether the value matches, where that is known without arguments.
pub(super) fn matches(wide: &Pattern, value: &Constant) -> Option<bool> {
    let narrow = Pattern::Equal(Term::Constant(value.clone()));
    match wide {
        Pattern::Any => Some(true),
        Pattern::Absent => Some(false),
        Pattern::Equal(Term::Constant(other)) => Some(other == value),
        Pattern::OneOf(list) => list.iter().try_fold(false, |any, one| Some(any | matches(one, value)?)),
        Pattern::Not(inner) => matches(inner, value).map(|truth| !truth),
        Pattern::Range(from, to) => {
            let (least, most) = limits(from.as_ref(), to.as_ref())?;
            let number = i128::from(Term::Constant(value.clone()).number()?);
            Some((least..=most).contains(&number))
        }
        Pattern::Text(matcher, text) if decides(*matcher, text) => Some(pattern(wide, &narrow)),
        Pattern::Text(Matcher::Glob, glob) if is_empty(value) && wants_a_character(glob) => Some(false),
        Pattern::Network(_) => Some(pattern(wide, &narrow)),
        Pattern::Equal(_)
        | Pattern::Is(_)
        | Pattern::InParameter(_)
        | Pattern::Text(..)
        | Pattern::Url(_)
        | Pattern::Labels(_) => pattern(wide, &narrow).then_some(true),
    }
}

/// The least and the greatest number of a range whose ends are known.
pub(super) fn limits(from: Option<&Bound>, to: Option<&Bound>) -> Option<(i128, i128)> {
    let least = match from {
        None => i128::from(i64::MIN),
        Some(bound) => i128::from(bound.term.number()?) + i128::from(!bound.included),
    };
    let most = match to {
        None => i128::from(i64::MAX),
        Some(bound) => i128::from(bound.term.number()?) - i128::from(!bound.included),
    };
    Some((least, most))
}

fn range(from: Option<&Bound>, to: Option<&Bound>, narrow: &Pattern) -> bool {
    let inner = match narrow {
        Pattern::Range(from, to) => limits(from.as_ref(), to.as_ref()),
        Pattern::Equal(term) => term.number().map(|n| (i128::from(n), i128::from(n))),
        _ => None,
    };
    limits(from, to).zip(inner).is_some_and(|((a, b), (c, d))| a <= c && d <= b)
}

/// Whether a known value certainly does not match `pattern`.
fn excludes(pattern: &Pattern, known: &Constant) -> bool {
    match pattern {
        Pattern::Equal(Term::Constant(other)) => other != known,
        Pattern::OneOf(list) => list.iter().all(|one| excludes(one, known)),
        _ => false,
    }
}

fn holds(network: &Network, address: Address) -> bool {
    let mask = u128::MAX.checked_shl(128 - u32::from(network.bits)).unwrap_or(0);
    let first = u128::from_be_bytes(address.octets()) & mask;
    (network.bits >= 96 || !address.is_v4()) && first == u128::from_be_bytes(network.first.octets())
}

/// The pieces of a term that is text; a value that is only known later is one piece.
pub(super) fn whole_text(term: &Term) -> Option<Vec<Piece>> {
    match term {
        Term::Constant(Constant::String(text) | Constant::Path(text)) => {
            Some(vec![Piece::Literal(text.as_bytes().to_vec())])
        }
        Term::Constant(Constant::Bytes(bytes)) => Some(vec![Piece::Literal(bytes.clone())]),
        Term::Constant(_) => None,
        Term::Parameter(argument) => Some(vec![Piece::Parameter(*argument)]),
        Term::Text(text) => Some(text.pieces.clone()),
    }
}

/// Whether the wide text of a matcher matches all that the narrow one matches.
fn searches(matcher: Matcher, wide: &Text, narrow: &Text) -> bool {
    match (matcher.syntax(), matcher.row().anchor) {
        (Syntax::Text(_), Some(anchor)) => affix(anchor, wide, &narrow.pieces),
        (Syntax::Path, _) => path(&spell(&wide.pieces), &spell(&narrow.pieces), true),
        (Syntax::Text(_) | Syntax::Place(_) | Syntax::Glob | Syntax::Regex | Syntax::Url, _) => false,
    }
}

/// Whether the text of a matcher matches a value.
fn finds(matcher: Matcher, text: &Text, term: &Term) -> bool {
    let Some(whole) = whole_text(term) else { return false };
    match (matcher.syntax(), matcher.row().anchor) {
        (Syntax::Text(_), Some(anchor)) => affix(anchor, text, &whole),
        (Syntax::Path, _) => path(&spell(&text.pieces), &spell(&whole), false),
        (Syntax::Text(_) | Syntax::Place(_) | Syntax::Glob | Syntax::Regex | Syntax::Url, _) => false,
    }
}

/// Whether [`finds`] of a known value is the whole truth.
fn decides(matcher: Matcher, text: &Text) -> bool {
    let row = matcher.row();
    row.is_exact && row.anchor.is_some() && text.pieces.iter().all(is_literal)
}

/// Whether every text of these pieces begins (or ends) with `end`.
fn affix(which: Anchor, end: &Text, whole: &[Piece]) -> bool {
    let (mut end, mut whole) = (end.pieces.clone(), whole.to_vec());
    if which == Anchor::End {
        end.reverse();
        whole.reverse();
    }
    let last = end.len().saturating_sub(1);
    end.len() <= whole.len()
        && end.iter().zip(&whole).enumerate().all(|(number, (end, piece))| match (end, piece) {
            (Piece::Literal(end), Piece::Literal(piece)) if number == last => match which {
                Anchor::Start => piece.starts_with(end),
                Anchor::End => piece.ends_with(end),
            },
            (end, piece) => end == piece,
        })
}

/// A path as text, in which a part that is only known later equals nothing but itself.
fn spell(pieces: &[Piece]) -> String {
    let spell = |piece: &Piece| match piece {
        Piece::Literal(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        Piece::Parameter(argument) => format!("\u{0}{}\u{0}", argument.0),
        Piece::Field(field) => format!("\u{0}f{}\u{0}", field.0),
    };
    pieces.iter().map(spell).collect()
}

/// Whether `/a/*/**` matches all paths of another pattern, segment by segment. In a pattern an
/// argument is a part of one segment; in an exact path it may be several (`whole_arguments` is
/// false).
fn path(wide: &str, narrow: &str, whole_arguments: bool) -> bool {
    let segments = |path: &str| -> Vec<String> {
        path.split('/').skip(1).filter(|segment| !segment.is_empty()).map(str::to_owned).collect()
    };
    let (wide, narrow) = (segments(wide), segments(narrow));
    let Some((last, head)) = wide.split_last() else { return narrow.is_empty() };
    let open = last == "**";
    let head = if open { head } else { &wide[..] };
    let is_one = |segment: &str| segment != "**" && (whole_arguments || !segment.contains('\u{0}'));
    let fits =
        |(wide, narrow): (&String, &String)| narrow != "**" && (wide == narrow || (wide == "*" && is_one(narrow)));
    let long_enough = if open { narrow.len() >= head.len() } else { narrow.len() == head.len() };
    long_enough && !head.iter().any(|segment| segment == "**") && head.iter().zip(&narrow).all(fits)
}

fn url(wide: &UrlPattern, narrow: &UrlPattern) -> bool {
    let host = match &narrow.host {
        HostPattern::Exact(name) => wide.host.matches(name),
        HostPattern::Child(name) => {
            matches!(&wide.host, HostPattern::Within(above) if HostPattern::Within(above).matches(name))
        }
        HostPattern::Within(name) => {
            matches!(&wide.host, HostPattern::Within(above) if HostPattern::Within(above).matches(name))
        }
        HostPattern::Any | HostPattern::Public => false,
    };
    (wide.scheme.is_none() || wide.scheme == narrow.scheme)
        && (wide.port == PortPattern::Any || wide.port == narrow.port)
        && (host || wide.host == HostPattern::Any || wide.host == narrow.host)
        && path(&wide.path, &narrow.path, true)
}

fn has_url(wide: &UrlPattern, known: &str) -> bool {
    Parts::of(known).is_some_and(|parts| {
        wide.scheme.is_none_or(|scheme| scheme == parts.scheme)
            && wide.port.matches(parts.port, parts.scheme)
            && wide.host.matches(parts.host)
            && path(&wide.path, parts.path, false)
    })
}

fn is_empty(value: &Constant) -> bool {
    match value {
        Constant::String(text) => text.is_empty(),
        Constant::Bytes(bytes) => bytes.is_empty(),
        _ => false,
    }
}

/// Whether there is more in the glob than `*`. Arguments are not looked at.
fn wants_a_character(glob: &Text) -> bool {
    glob.pieces.iter().any(|piece| matches!(piece, Piece::Literal(bytes) if bytes.iter().any(|byte| *byte != b'*')))
}

const fn is_literal(piece: &Piece) -> bool {
    matches!(piece, Piece::Literal(_))
}
