//! Values near a given one that match a pattern, and values that do not.

use super::evaluate::{Subject, label, matches, put_label};
use super::{edit_distance, urls};
use crate::check::tree::Constant;
use crate::program::{Pattern, literal};
use placet_core::bytecode::constant::NetworkBits;
use placet_core::model::matcher::{Matcher, Syntax};
use placet_core::model::predicate::Anchor;
use placet_core::model::types::Scalar;
use placet_core::model::value::Address;

/// The number of proposals for one value that are tried.
const PROPOSALS: usize = 4;

/// Values (`None` is no value) that match, nearest first; the value itself if it matches.
pub fn satisfying_values(pattern: &Pattern, value: Option<&Constant>, scalar: Scalar) -> Vec<Option<Constant>> {
    if matches(pattern, Subject::of(value)) {
        return vec![value.cloned()];
    }
    let found: Vec<Option<Constant>> = match pattern {
        Pattern::Any => vec![Some(sample(scalar))],
        Pattern::Absent => vec![None],
        Pattern::AnyOf(parts) => parts.iter().flat_map(|part| satisfying_values(part, value, scalar)).collect(),
        Pattern::AllOf(parts) => parts.iter().flat_map(|part| satisfying_values(part, value, scalar)).collect(),
        Pattern::Not(inner) => {
            let present = value.cloned().unwrap_or_else(|| sample(scalar));
            std::iter::once(present.clone()).chain(violating_values(inner, &present)).map(Some).collect()
        }
        Pattern::Bool(wanted) => vec![Some(Constant::Bool(*wanted))],
        Pattern::Equal(wanted) => vec![Constant::of_bytes(scalar, wanted.clone())],
        Pattern::Text(matcher, constant) => found_by(*matcher, constant, value, scalar),
        Pattern::Range(first, last) => {
            vec![Constant::of_number(scalar, value.and_then(Constant::number).unwrap_or(0).clamp(*first, *last))]
        }
        Pattern::Network(network) => {
            let kept = value.and_then(|value| match value {
                Constant::Ip(address) if address.is_v4() == network.first.is_v4() => {
                    Some(keep_host(network.first, network.bits, *address))
                }
                _ => None,
            });
            kept.into_iter().chain([network.first]).map(|address| Some(Constant::Ip(address))).collect()
        }
        // What depends on the request has been resolved.
        Pattern::Is(_) | Pattern::Made(..) | Pattern::Label(..) => Vec::new(),
    };
    ranked(found, value, |candidate| matches(pattern, Subject::of(candidate)))
}

/// Values that a matcher finds, near a value.
fn found_by(matcher: Matcher, constant: &[u8], value: Option<&Constant>, scalar: Scalar) -> Vec<Option<Constant>> {
    let text = value.and_then(text_of).unwrap_or_default();
    match matcher.syntax() {
        Syntax::Text(_) => from_text(scalar, constant, |wanted| match matcher.row().anchor {
            Some(Anchor::Start) => edit_distance::prefix(wanted, &text),
            Some(Anchor::End) => edit_distance::suffix(wanted, &text),
            None => None,
        }),
        Syntax::Place(_) => from_text(scalar, constant, |above| edit_distance::within(above, &text)),
        Syntax::Glob => of_text(scalar, edit_distance::glob(constant, &text)),
        Syntax::Regex => {
            let given = value.and_then(Constant::bytes).unwrap_or_default();
            vec![edit_distance::regex(constant, given).and_then(|bytes| Constant::of_bytes(scalar, bytes))]
        }
        Syntax::Path => of_text(scalar, edit_distance::path(constant, &text)),
        Syntax::Url => urls::satisfying(constant, &text),
    }
}

/// Values that do not match, nearest first.
pub fn violating_values(pattern: &Pattern, value: &Constant) -> Vec<Constant> {
    let mut found = Vec::new();
    candidates(pattern, value, &mut found);
    let found = found.into_iter().map(Some).collect();
    ranked(found, Some(value), |candidate| !matches(pattern, Subject::of(candidate))).into_iter().flatten().collect()
}

/// Values at the edges of a pattern: of each, or of a neighbour, the pattern says otherwise than of the other.
pub fn edge_values(pattern: &Pattern, scalar: Scalar) -> Vec<Constant> {
    match pattern {
        Pattern::Any | Pattern::Absent => vec![sample(scalar)],
        Pattern::Not(inner) => edge_values(inner, scalar),
        Pattern::AnyOf(parts) | Pattern::AllOf(parts) => {
            parts.iter().flat_map(|part| edge_values(part, scalar)).collect()
        }
        Pattern::Bool(truth) => vec![Constant::Bool(*truth)],
        Pattern::Equal(bytes) => Constant::of_bytes(scalar, bytes.clone()).into_iter().collect(),
        Pattern::Text(matcher, bytes) => match matcher.syntax() {
            Syntax::Text(_) | Syntax::Place(_) => Constant::of_bytes(scalar, bytes.clone()).into_iter().collect(),
            Syntax::Glob | Syntax::Regex | Syntax::Path | Syntax::Url => around(pattern, scalar),
        },
        Pattern::Range(first, last) => {
            let numbers = [*first, *last, first.midpoint(*last)];
            numbers.into_iter().filter_map(|number| Constant::of_number(scalar, number)).collect()
        }
        Pattern::Network(network) => network_edges(*network),
        Pattern::Is(_) | Pattern::Made(..) | Pattern::Label(..) => Vec::new(),
    }
}

/// Values that match, and values next to them that do not.
fn around(pattern: &Pattern, scalar: Scalar) -> Vec<Constant> {
    let given = sample(scalar);
    let near = [Some(&given), None].map(|value| satisfying_values(pattern, value, scalar));
    let inside: Vec<Constant> = near.into_iter().flatten().flatten().collect();
    let outside: Vec<Constant> = inside.iter().flat_map(|value| violating_values(pattern, value)).collect();
    inside.into_iter().chain(outside).collect()
}

/// The first and the last address of a network, and where IPv4 begins and ends in one of IPv6.
fn network_edges(network: NetworkBits) -> Vec<Constant> {
    let first = u128::from_be_bytes(network.first.octets());
    let size = 1u128.checked_shl(128 - u32::from(network.bits));
    let last = size.map_or(u128::MAX, |size| first.saturating_add(size - 1));
    let v4 = [0xffff << 32, 0xffff_ffff_ffff].into_iter().filter(|end| (first..=last).contains(end));
    let ends = [first, last].into_iter().chain(v4);
    ends.map(|number| Constant::Ip(Address::from_octets(number.to_be_bytes()))).collect()
}

fn candidates(pattern: &Pattern, value: &Constant, found: &mut Vec<Constant>) {
    let scalar = value.scalar();
    match pattern {
        Pattern::AnyOf(parts) | Pattern::AllOf(parts) => parts.iter().for_each(|part| candidates(part, value, found)),
        Pattern::Not(inner) => found.extend(satisfying_values(inner, Some(value), scalar).into_iter().flatten()),
        Pattern::Range(first, last) => {
            found.extend(
                [first.checked_sub(1), last.checked_add(1)]
                    .into_iter()
                    .flatten()
                    .filter_map(|n| Constant::of_number(scalar, n)),
            );
        }
        Pattern::Network(network) => {
            let first = u128::from_be_bytes(network.first.octets());
            let size = 1u128.checked_shl(128 - u32::from(network.bits)).unwrap_or(0);
            let outside = [first.checked_sub(1), first.checked_add(size)];
            found.extend(outside.into_iter().flatten().map(|n| Constant::Ip(Address::from_octets(n.to_be_bytes()))));
            // No network of one family holds addresses of the other.
            found.extend([sample(scalar), Constant::Ip(EXAMPLE_V6)]);
        }
        _ => {}
    }
    if let Constant::Bool(truth) = value {
        found.push(Constant::Bool(!truth));
    }
    if let Constant::Uuid(mut uuid) = *value {
        uuid[15] ^= 1;
        found.push(Constant::Uuid(uuid));
    }
    if let Some(text) = text_of(value) {
        let changed = match scalar {
            Scalar::Path => urls::other_paths(&text),
            Scalar::Url => urls::others(&text),
            _ => other_texts(pattern, &text),
        };
        found.extend(changed.into_iter().filter_map(|text| Constant::of_bytes(scalar, text.into_bytes())));
    }
}

/// A text without the text that the pattern names, or with something added.
fn other_texts(pattern: &Pattern, text: &str) -> Vec<String> {
    let mut others = vec![format!("{text}-x"), format!("x-{text}"), "other".to_owned()];
    let end = match pattern {
        Pattern::Text(matcher, end) => matcher.row().anchor.zip(std::str::from_utf8(end).ok()),
        _ => None,
    };
    let cut = end.and_then(|(anchor, end)| match anchor {
        Anchor::Start => text.strip_prefix(end),
        Anchor::End => text.strip_suffix(end),
    });
    others.extend(cut.filter(|cut| !cut.is_empty()).map(str::to_owned));
    others
}

/// Labels that match (`None` is no labels at all).
pub(crate) fn satisfying_labels(
    pattern: &Pattern,
    labels: Option<&[(String, String)]>,
) -> Vec<Option<Vec<(String, String)>>> {
    let given = labels.unwrap_or_default();
    if matches(pattern, Subject::of_labels(given)) {
        return vec![labels.map(<[_]>::to_vec)];
    }
    let found = match pattern {
        Pattern::Any => vec![Some(sample_labels())],
        Pattern::Absent => vec![None],
        Pattern::AnyOf(parts) => parts.iter().flat_map(|part| satisfying_labels(part, labels)).collect(),
        Pattern::AllOf(parts) => {
            let step = |all: Vec<Option<Vec<_>>>, part: &Pattern| {
                let next = all.iter().flat_map(|one| satisfying_labels(part, one.as_deref()));
                next.take(PROPOSALS).collect()
            };
            parts.iter().fold(vec![labels.map(<[_]>::to_vec)], step)
        }
        Pattern::Label(name, inner) => {
            let proposals = satisfying_values(inner, label(given, name).as_ref(), Scalar::String).into_iter();
            proposals.map(|value| Some(with_label(given, name, value.as_ref()))).collect()
        }
        Pattern::Not(inner) => violating_labels(inner, given).into_iter().map(Some).collect(),
        _ => Vec::new(),
    };
    let fits = |one: &Option<Vec<_>>| matches(pattern, Subject::of_labels(one.as_deref().unwrap_or_default()));
    found.into_iter().filter(fits).take(PROPOSALS).collect()
}

/// Labels that do not match.
pub(crate) fn violating_labels(pattern: &Pattern, labels: &[(String, String)]) -> Vec<Vec<(String, String)>> {
    let found: Vec<Vec<_>> = match pattern {
        Pattern::AnyOf(parts) => {
            let step = |all: Vec<Vec<_>>, part: &Pattern| {
                all.iter().flat_map(|one| violating_labels(part, one)).take(PROPOSALS).collect()
            };
            parts.iter().fold(vec![labels.to_vec()], step)
        }
        Pattern::AllOf(parts) => parts.iter().flat_map(|part| violating_labels(part, labels)).collect(),
        Pattern::Not(inner) => satisfying_labels(inner, Some(labels)).into_iter().flatten().collect(),
        Pattern::Label(name, inner) => {
            let value = label(labels, name);
            let others =
                value.as_ref().map(|value| violating_values(inner, value)).unwrap_or_default().into_iter().map(Some);
            let added = value.is_none().then(|| Some(sample(Scalar::String)));
            others.chain([None]).chain(added).map(|value| with_label(labels, name, value.as_ref())).collect()
        }
        _ => Vec::new(),
    };
    found.into_iter().filter(|one| !matches(pattern, Subject::of_labels(one))).take(PROPOSALS).collect()
}

fn with_label(labels: &[(String, String)], name: &str, value: Option<&Constant>) -> Vec<(String, String)> {
    let mut labels = labels.to_vec();
    put_label(&mut labels, name, value.and_then(text_of).as_deref());
    labels
}

/// Labels for a place where any match.
pub(crate) fn sample_labels() -> Vec<(String, String)> {
    vec![("example".to_owned(), "example".to_owned())]
}

/// A value of a type for a place where any matches.
#[must_use]
pub fn sample(scalar: Scalar) -> Constant {
    Constant::sample(scalar)
}

/// The distance of two values for people: characters to type.
pub fn distance(from: Option<&Constant>, to: Option<&Constant>) -> usize {
    let shown = |value: Option<&Constant>| value.map(literal::value).unwrap_or_default();
    let (from, to) = (shown(from), shown(to));
    if from.len().max(to.len()) > 512 { from.len().abs_diff(to.len()) } else { strsim::damerau_levenshtein(&from, &to) }
}

fn ranked(
    found: Vec<Option<Constant>>,
    value: Option<&Constant>,
    fits: impl Fn(Option<&Constant>) -> bool,
) -> Vec<Option<Constant>> {
    let mut fitting: Vec<Option<Constant>> = Vec::new();
    for one in found {
        if fits(one.as_ref()) && !fitting.contains(&one) {
            fitting.push(one);
        }
    }
    fitting.sort_by_key(|one| distance(value, one.as_ref()));
    fitting.truncate(PROPOSALS);
    fitting
}

/// The text to begin with; bytes that are not text count as empty.
fn text_of(constant: &Constant) -> Option<String> {
    let is_text = !matches!(constant, Constant::Uuid(_));
    constant.bytes().filter(|_| is_text).and_then(|bytes| String::from_utf8(bytes.to_vec()).ok())
}

fn from_text(scalar: Scalar, wanted: &[u8], word: impl Fn(&str) -> Option<String>) -> Vec<Option<Constant>> {
    let near = std::str::from_utf8(wanted).ok().and_then(word);
    let near = near.and_then(|text| Constant::of_bytes(scalar, text.into_bytes()));
    near.into_iter().chain(Constant::of_bytes(scalar, wanted.to_vec())).map(Some).collect()
}

fn of_text(scalar: Scalar, word: Option<String>) -> Vec<Option<Constant>> {
    word.and_then(|text| Constant::of_bytes(scalar, text.into_bytes())).map(Some).into_iter().collect()
}

/// `2001:db8::1`: RFC 3849 keeps its network for examples.
const EXAMPLE_V6: Address = Address::from_octets([0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);

/// The address of the network with the last bits of `address`.
fn keep_host(first: Address, bits: u8, address: Address) -> Address {
    let host = u128::MAX.checked_shr(u32::from(bits)).unwrap_or(0);
    let address = u128::from_be_bytes(address.octets()) & host;
    Address::from_octets((u128::from_be_bytes(first.octets()) | address).to_be_bytes())
}
