//! Neighbours of a value: one byte more, one less, another case; the path above, below and beside;
//! the next address.

use crate::limits::{SET_ELEMENTS, VALUE_BYTES};
use placet::check::tree::Constant;
use placet::model::owned::Held;
use placet::model::types::Scalar;
use placet::model::value::Address;

/// The value, and its neighbours; all of its type.
pub(super) fn around(value: &Constant) -> Vec<Constant> {
    let scalar = value.scalar();
    let found: Vec<Constant> = match value.held() {
        Held::Bool(truth) => vec![Constant::Bool(!truth)],
        Held::Number(number) => beside(number).filter_map(|number| Constant::of_number(scalar, number)).collect(),
        Held::Bytes(bytes) => {
            spellings(bytes, scalar).into_iter().filter_map(|other| Constant::of_bytes(scalar, other)).collect()
        }
        Held::Address(address) => addresses(address),
    };
    std::iter::once(value.clone()).chain(found).collect()
}

/// A path is read by its segments, and what is no text byte by byte.
fn spellings(bytes: &[u8], scalar: Scalar) -> Vec<Vec<u8>> {
    let found = match std::str::from_utf8(bytes) {
        Ok(path) if scalar == Scalar::Path => paths(path),
        Ok(text) if scalar.is_textual() => texts(text),
        Ok(_) | Err(_) => return octets(bytes),
    };
    found.into_iter().map(String::into_bytes).collect()
}

/// One byte more, one less, and the last one changed.
fn octets(bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut found = vec![[bytes, &[0]].concat()];
    if let Some((last, rest)) = bytes.split_last() {
        found.extend([rest.to_vec(), [rest, &[last ^ 1]].concat()]);
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

/// The addresses before and after.
fn addresses(address: Address) -> Vec<Constant> {
    let number = u128::from_be_bytes(address.octets());
    let both = [number.checked_sub(1), number.checked_add(1)].into_iter().flatten();
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
    found.into_iter().filter_map(|text| Constant::of_bytes(scalar, text.into_bytes())).collect()
}

/// A text of this many bytes.
pub(super) fn of_length(scalar: Scalar, count: i64) -> Option<Constant> {
    let count = usize::try_from(count).ok().filter(|&count| count <= VALUE_BYTES)?;
    match scalar {
        Scalar::Path => Constant::of_bytes(scalar, format!("/{}", "x".repeat(count.checked_sub(1)?)).into_bytes()),
        Scalar::String | Scalar::Bytes => Constant::of_bytes(scalar, vec![b'x'; count]),
        _ => None,
    }
}

/// This many elements, all different.
pub(super) fn many(scalar: Scalar, count: i64) -> Option<Vec<Constant>> {
    let count = usize::try_from(count).ok().filter(|&count| count > 0 && count <= SET_ELEMENTS)?;
    let element = |number| Constant::example(scalar, number, &format!("x{number}"));
    (scalar != Scalar::Bool).then(|| (0..=u16::MAX).take(count).map(element).collect())
}
