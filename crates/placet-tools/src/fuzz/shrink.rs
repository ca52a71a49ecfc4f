//! The smallest request that still shows a finding: attributes are removed, sets and labels get
//! fewer entries, texts get shorter and numbers smaller, as long as the finding remains.
//! Deterministic, and bounded by [`FUZZ_SHRINKING`].

use crate::limits::FUZZ_SHRINKING;
use placet::explain::propose::sample as any_of;
use placet::model::owned::{Constant, Held, OwnedValue, TimedRequest};
use placet::model::time::Time;
use placet::model::types::Scalar;
use placet::model::vocabulary::ActionNo;

/// Makes a sample smaller while `shows` says that it still shows the finding.
///
/// # Errors
/// The error of `shows`.
pub(super) fn shrink<E>(
    from: TimedRequest,
    minted: i64,
    mut shows: impl FnMut(&TimedRequest) -> Result<bool, E>,
) -> Result<TimedRequest, E> {
    let mut best = from;
    let mut tries = 0;
    'again: loop {
        for smaller in candidates(&best, minted) {
            if tries >= FUZZ_SHRINKING {
                return Ok(best);
            }
            if weight(&smaller, minted) >= weight(&best, minted) {
                continue;
            }
            tries += 1;
            if shows(&smaller)? {
                best = smaller;
                continue 'again;
            }
        }
        return Ok(best);
    }
}

/// The size of a sample: how much a reader has to look at.
type Weight = (usize, usize, usize, u64, usize, u128, u128, u16);

fn weight(sample: &TimedRequest, minted: i64) -> Weight {
    let values = &sample.request.values;
    let mut weight: Weight =
        (values.len(), 0, 0, sample.time.as_millis().abs_diff(minted), 0, 0, 0, sample.request.action.0);
    for (_, value) in values {
        match value {
            OwnedValue::One(one) => weigh(&mut weight, one),
            OwnedValue::Set(elements) => {
                // A single element is smaller than a set of it.
                weight.1 += elements.len() + 1;
                elements.iter().for_each(|one| weigh(&mut weight, one));
            }
            OwnedValue::Labels(labels) => {
                weight.1 += labels.len();
                labels.iter().for_each(|(_, text)| weigh_text(&mut weight, text.as_bytes()));
            }
        }
    }
    weight
}

fn weigh(weight: &mut Weight, constant: &Constant) {
    match constant.held() {
        Held::Bool(truth) => weight.4 += usize::from(truth),
        Held::Number(number) => weight.5 += u128::from(number.unsigned_abs()) * 2 + u128::from(number < 0),
        Held::Bytes(bytes) => weigh_text(weight, bytes),
        Held::Address(address) => weight.6 = weight.6.saturating_add(u128::from_be_bytes(address.octets())),
    }
}

/// Short first; among texts of one length, plain characters.
fn weigh_text(weight: &mut Weight, bytes: &[u8]) {
    weight.2 += bytes.len();
    weight.4 += bytes.iter().filter(|byte| !byte.is_ascii_lowercase()).count();
}

/// Samples that may be smaller, the largest steps first.
fn candidates(sample: &TimedRequest, minted: i64) -> Vec<TimedRequest> {
    let mut found = Vec::new();
    let fields: Vec<_> = sample.request.values.iter().map(|(field, _)| *field).collect();
    found.extend(fields.iter().map(|field| sample.with(*field, None)));
    for (field, value) in &sample.request.values {
        found.extend(smaller(value).into_iter().map(|value| sample.with(*field, Some(value))));
    }
    found.extend(towards(sample.time.as_millis(), minted).map(|time| sample.at(Time::from_millis(time))));
    found.extend((0..sample.request.action.0).map(|action| sample.with_action(ActionNo(action))));
    found
}

fn smaller(value: &OwnedValue) -> Vec<OwnedValue> {
    match value {
        OwnedValue::One(one) => constants(one).into_iter().map(OwnedValue::One).collect(),
        OwnedValue::Set(elements) => {
            let alone = elements.iter().cloned().map(OwnedValue::One);
            let fewer = (0..elements.len()).map(|at| OwnedValue::Set(without(elements, at)));
            let simpler = elements.iter().enumerate().flat_map(|(at, one)| {
                constants(one).into_iter().map(move |one| {
                    let mut elements = elements.clone();
                    elements[at] = one;
                    OwnedValue::Set(elements)
                })
            });
            alone.chain(fewer).chain(simpler).collect()
        }
        OwnedValue::Labels(labels) => {
            let fewer = (0..labels.len()).map(|at| OwnedValue::Labels(without(labels, at)));
            let simpler = labels.iter().enumerate().flat_map(|(at, (_, text))| {
                texts(text).into_iter().map(move |text| {
                    let mut labels = labels.clone();
                    labels[at].1 = text;
                    OwnedValue::Labels(labels)
                })
            });
            fewer.chain(simpler).collect()
        }
    }
}

fn without<T: Clone>(list: &[T], at: usize) -> Vec<T> {
    let mut list = list.to_vec();
    list.remove(at);
    list
}

fn constants(constant: &Constant) -> Vec<Constant> {
    let scalar = constant.scalar();
    let mut found: Vec<Constant> = match constant.held() {
        Held::Bool(_) => vec![Constant::Bool(false)],
        Held::Number(number) => towards(number, 0).filter_map(|number| Constant::of_number(scalar, number)).collect(),
        Held::Bytes(bytes) => {
            shorter(bytes, scalar).into_iter().filter_map(|other| Constant::of_bytes(scalar, other)).collect()
        }
        Held::Address(_) => Vec::new(),
    };
    found.insert(0, any_of(scalar));
    found
}

/// Texts by their characters, a path also by its segments, what is no text byte by byte; a value that has one length by zeros.
fn shorter(bytes: &[u8], scalar: Scalar) -> Vec<Vec<u8>> {
    let zeros = std::iter::once(vec![0; bytes.len()]);
    let found = match std::str::from_utf8(bytes) {
        Ok(path) if scalar == Scalar::Path => texts(path).into_iter().chain(shorter_paths(path)).collect(),
        Ok(text) if scalar.is_textual() => texts(text),
        Ok(_) => return zeros.collect(),
        Err(_) => return zeros.chain((0..bytes.len()).map(|at| without(bytes, at))).collect(),
    };
    found.into_iter().map(String::into_bytes).collect()
}

/// Halves, then with one character removed, then with one character made plain.
fn texts(text: &str) -> Vec<String> {
    let characters: Vec<char> = text.chars().collect();
    let mut found = vec![String::new()];
    let half = characters.len() / 2;
    found.push(characters[..half].iter().collect());
    found.push(characters[half..].iter().collect());
    found.extend((0..characters.len()).map(|at| without(&characters, at).iter().collect()));
    for (at, character) in characters.iter().enumerate() {
        if !character.is_ascii_lowercase() && *character != '/' {
            let mut plain = characters.clone();
            plain[at] = 'x';
            found.push(plain.iter().collect());
        }
    }
    found
}

/// Without each segment, and cut after each.
fn shorter_paths(path: &str) -> Vec<String> {
    let segments: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
    let join = |segments: &[&str]| format!("/{}", segments.join("/"));
    let above = (0..segments.len()).map(|end| join(&segments[..end]));
    above.chain((0..segments.len()).map(|at| join(&without(&segments, at)))).collect()
}

/// The goal, then half the way, a quarter of it, down to a step of one.
fn towards(number: i64, goal: i64) -> impl Iterator<Item = i64> {
    let distance = i128::from(goal) - i128::from(number);
    let steps = std::iter::successors(Some(distance), |step| Some(step / 2)).take_while(|step| *step != 0);
    let last = Some(distance.signum()).filter(|step| *step != 0);
    steps.chain(last).filter_map(move |step| i64::try_from(i128::from(number) + step).ok())
}
