//! Neighbours of a value: one byte more, one less, another case; the path above, below and beside;
//! the next address.

use crate::limits::{SET_ELEMENTS, VALUE_BYTES};
use placet::bytecode::constant::NetworkBits;
use placet::check::tree::Constant;
use placet::explain::propose::constant_of;
use placet::model::types::Scalar;
use placet::model::value::Address;

/// The value, and its neighbours; all of its type.
pub(super) fn around(value: &Constant) -> Vec<Constant> {
    let mut found = vec![value.clone()];
    match value {
        Constant::Bool(truth) => found.push(Constant::Bool(!truth)),
        Constant::Int(number) => found.extend(beside(*number).map(Constant::Int)),
        Constant::Time(number) => found.extend(beside(*number).map(Constant::Time)),
        Constant::Duration(number) => found.extend(beside(*number).map(Constant::Duration)),
        Constant::Uuid(uuid) => {
            let mut other = *uuid;
            other[15] ^= 1;
            found.push(Constant::Uuid(other));
        }
        Constant::Ip(address) => found.extend(addresses(u128::from_be_bytes(address.octets()), 1)),
        Constant::String(text) => found.extend(texts(text).into_iter().map(Constant::String)),
        Constant::Bytes(bytes) => match std::str::from_utf8(bytes) {
            Ok(text) => found.extend(texts(text).into_iter().map(|text| Constant::Bytes(text.into_bytes()))),
            Err(_) => {
                found.push(Constant::Bytes([bytes.as_slice(), &[0]].concat()));
                found.extend(bytes.split_last().map(|(_, rest)| Constant::Bytes(rest.to_vec())));
            }
        },
        Constant::Path(path) => {
            let paths = paths(path).into_iter().map(String::into_bytes);
            found.extend(paths.filter_map(|path| constant_of(Scalar::Path, path)));
        }
    }
    found
}

fn beside(number: i64) -> impl Iterator<Item = i64> {
    [number.checked_sub(1), number.checked_add(1)].into_iter().flatten()
}

/// One character more, less and other, at both ends; the other case; nothing.
fn texts(text: &str) -> Vec<String> {
    let mut found = vec![format!("{text}x"), format!("{text}0"), format!("{text}/x"), format!("x{text}")];
    let mut characters = text.chars();
    if let Some(last) = characters.next_back() {
        let shorter = characters.as_str();
        found.extend([shorter.to_owned(), format!("{shorter}{}", other(last))]);
    }
    let mut characters = text.chars();
    if let Some(first) = characters.next() {
        let shorter = characters.as_str();
        found.extend([shorter.to_owned(), format!("{}{shorter}", other(first))]);
    }
    found.extend([text.to_ascii_uppercase(), text.to_ascii_lowercase(), String::new()]);
    found
}

const fn other(character: char) -> char {
    if character == 'x' { 'y' } else { 'x' }
}

/// The path above and below it, with one segment too many and too few, and with each segment
/// longer, or in another case.
fn paths(path: &str) -> Vec<String> {
    let segments: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
    let join = |segments: &[String]| format!("/{}", segments.join("/"));
    let put = |at: usize, with: &[String]| {
        let mut others: Vec<String> = segments.iter().map(|&segment| segment.to_owned()).collect();
        others.splice(at..=at, with.iter().cloned());
        join(&others)
    };
    let above = if path == "/" { "" } else { path };
    let mut found = vec!["/".to_owned(), format!("{above}/x"), format!("{above}/x/x")];
    for (at, segment) in segments.iter().enumerate() {
        found.push(put(at, &[]));
        found.push(put(at, &[(*segment).to_owned(), "x".to_owned()]));
        for spelling in texts(segment).into_iter().filter(|spelling| !spelling.is_empty() && !spelling.contains('/')) {
            found.push(put(at, &[spelling]));
        }
    }
    found
}

/// The first and the last address of a network, one outside on each side, and the borders of the
/// IPv4 range in an IPv6 network.
pub(super) fn network(network: &NetworkBits) -> Vec<Constant> {
    let first = u128::from_be_bytes(network.first.octets());
    let size = 1u128.checked_shl(128 - u32::from(network.bits));
    let last = size.map_or(u128::MAX, |size| first.saturating_add(size - 1));
    let v4 = 0xffff << 32..=0xffff_ffff_ffff_u128;
    let inside = [*v4.start(), *v4.end()].into_iter().filter(|end| (first..=last).contains(end));
    [first, last]
        .into_iter()
        .chain(inside)
        .flat_map(|end| addresses(end, 1).into_iter().chain(addresses(end, 0)))
        .collect()
}

/// The addresses at this distance below and above.
fn addresses(address: u128, by: u128) -> Vec<Constant> {
    let both = [address.checked_sub(by), address.checked_add(by)].into_iter().flatten();
    both.map(|number| Constant::Ip(Address::from_octets(number.to_be_bytes()))).collect()
}

/// The value with a word of the rules put into it: a path with the segment inserted at each place
/// or replacing each one; a text with the word before or after it. So a value can meet the
/// requirements of two rules at once.
pub(super) fn crossed(value: &Constant, word: &str) -> Vec<Constant> {
    let scalar = value.scalar();
    let found: Vec<String> = match value {
        Constant::Path(path) => {
            let segments: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
            let put = |at: usize, over: usize| {
                let mut others = segments.clone();
                others.splice(at..at + over, [word]);
                format!("/{}", others.join("/"))
            };
            (0..=segments.len()).map(|at| put(at, 0)).chain((0..segments.len()).map(|at| put(at, 1))).collect()
        }
        Constant::String(text) => vec![format!("{word}{text}"), format!("{text}{word}")],
        Constant::Bytes(bytes) => match std::str::from_utf8(bytes) {
            Ok(text) => vec![format!("{word}{text}"), format!("{text}{word}")],
            Err(_) => Vec::new(),
        },
        _ => Vec::new(),
    };
    found.into_iter().filter_map(|text| constant_of(scalar, text.into_bytes())).collect()
}

/// A text of this many bytes.
pub(super) fn of_length(scalar: Scalar, count: i64) -> Option<Constant> {
    let count = usize::try_from(count).ok().filter(|&count| count <= VALUE_BYTES)?;
    match scalar {
        Scalar::Path => constant_of(scalar, format!("/{}", "x".repeat(count.checked_sub(1)?)).into_bytes()),
        Scalar::String | Scalar::Bytes => constant_of(scalar, vec![b'x'; count]),
        _ => None,
    }
}

/// This many elements, all different.
pub(super) fn many(scalar: Scalar, count: i64) -> Option<Vec<Constant>> {
    let count = usize::try_from(count).ok().filter(|&count| count > 0 && count <= SET_ELEMENTS)?;
    let element = |number: usize| {
        let counted = i64::try_from(number).ok()?;
        match scalar {
            Scalar::Int => Some(Constant::Int(counted)),
            Scalar::Time => Some(Constant::Time(counted)),
            Scalar::Duration => Some(Constant::Duration(counted)),
            Scalar::Uuid => Some(Constant::Uuid((number as u128).to_be_bytes())),
            Scalar::Ip => Some(Constant::Ip(Address::from_octets((number as u128).to_be_bytes()))),
            Scalar::String | Scalar::Bytes => constant_of(scalar, format!("x{number}").into_bytes()),
            Scalar::Path => constant_of(scalar, format!("/x{number}").into_bytes()),
            Scalar::Bool => None,
        }
    };
    (0..count).map(element).collect()
}
