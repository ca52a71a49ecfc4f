//! What a rule must have in common with a rule that covers it: the keys by which `covering` finds
//! the pairs that are worth a comparison.
//!
//! A rule that is to cover others has a list of keys for each thing that it asks for, and every
//! rule that it covers has one key of each list. So it is enough to file it under the keys of one
//! list. `subsumption` proves; here nothing is proved, and a key too many only costs a comparison.
//! A key that is missing costs a warning: where `subsumption` learns to prove more, the pattern that
//! covers has to name a key that the covered one has.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};
use std::hash::{DefaultHasher, Hash, Hasher};

use super::subsumption::{limits, whole_text};
use super::tree::{Constant, Pattern, Piece, Rule, Term};
use placet_core::model::matcher::{Matcher, Syntax};
use placet_core::model::predicate::Anchor;
use placet_core::model::vocabulary::{FieldNo, Vocabulary};

/// The hash of a key: two that collide cause a comparison.
pub(super) type Key = u64;

/// An attribute, or one of its labels.
pub(super) type Slot<'r> = (FieldNo, Option<&'r str>);

/// What a key is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Part {
    /// One of the actions.
    Action,
    /// The condition as a whole.
    Condition,
    /// That there is a pattern for the slot.
    Tested,
    /// The pattern as a whole.
    Whole,
    /// The first bytes of a text.
    Start,
    /// The last bytes of a text, the last one first.
    End,
    /// The first bits of a number or an address.
    Bits,
    /// The first segments of a path.
    Head,
    /// The segment of a path at this place.
    Segment,
}

/// What a text has in common with each text that `subsumption` finds it to cover.
#[derive(Clone, Copy)]
enum Shared {
    /// The first bytes.
    Start,
    /// The last bytes.
    End,
    /// The segments that are no wildcard.
    Segments,
}

/// What texts of a matcher share with those that they cover; none if they cover only themselves.
const fn shared(matcher: Matcher) -> Option<Shared> {
    match (matcher.syntax(), matcher.row().anchor) {
        (Syntax::Path, _) => Some(Shared::Segments),
        (Syntax::Text(_), Some(Anchor::Start)) => Some(Shared::Start),
        (Syntax::Text(_), Some(Anchor::End)) => Some(Shared::End),
        (Syntax::Text(_) | Syntax::Place(_) | Syntax::Glob | Syntax::Regex | Syntax::Url, _) => None,
    }
}

/// The keys of the rules of one block.
#[derive(Default)]
pub(super) struct Anchors<'r> {
    /// How many bytes, bits or segments the keys of rules that cover have: others look for no more.
    sizes: HashMap<(Slot<'r>, Part), BTreeSet<usize>>,
}

impl<'r> Anchors<'r> {
    /// Lists of keys, of each of which a rule that this one covers has at least one. No list if it
    /// may cover any rule. All rules come here before the first one asks for its own keys.
    pub(super) fn of_covering(&mut self, vocabulary: &Vocabulary, rule: &'r Rule) -> Vec<Vec<Key>> {
        let mut lists = Vec::new();
        if let Some(actions) = rule.actions.as_ref().filter(|actions| !actions.negated) {
            lists.push(actions.listed.iter().map(|action| hash(&(Part::Action, action))).collect());
        }
        lists.extend(rule.condition.iter().map(|condition| vec![hash(&(Part::Condition, condition))]));
        for test in &rule.tests {
            // `any` on what every request has asks for nothing.
            let is_optional = vocabulary.attribute(test.field).is_none_or(|attribute| attribute.optional);
            if is_optional || test.pattern != Pattern::Any {
                lists.append(&mut self.of_pattern((test.field, None), &test.pattern));
            }
        }
        lists
    }

    /// The lists of a pattern; there is at least one, and the first is the most telling.
    pub(super) fn of_pattern(&mut self, slot: Slot<'r>, pattern: &'r Pattern) -> Vec<Vec<Key>> {
        let one = |key| vec![vec![key]];
        match pattern {
            Pattern::OneOf(list) => {
                let first = |one| self.of_pattern(slot, one).swap_remove(0);
                vec![list.iter().flat_map(first).collect()]
            }
            Pattern::Text(matcher, text) => match shared(*matcher) {
                Some(Shared::Start) => one(self.sized(slot, Part::Start, &start(&spell(&text.pieces)))),
                Some(Shared::End) => one(self.sized(slot, Part::End, &end(&spell(&text.pieces)))),
                Some(Shared::Segments) => self.of_path(slot, &spell(&text.pieces)),
                None => one(whole(slot, pattern)),
            },
            Pattern::Range(..) | Pattern::Network(_) => one(match block(pattern) {
                Some((first, bits)) => self.bits(slot, first, bits),
                None => whole(slot, pattern),
            }),
            Pattern::Labels(labels) => {
                let of_label = |(name, pattern): &'r (String, Pattern)| self.of_pattern((slot.0, Some(name)), pattern);
                let mut lists: Vec<_> = labels.iter().flat_map(of_label).collect();
                lists.push(vec![tested(slot)]);
                lists
            }
            // What a pattern of URLs covers has no bytes in common with it.
            Pattern::Any | Pattern::Not(_) | Pattern::Url(_) => one(tested(slot)),
            Pattern::Absent | Pattern::Equal(_) | Pattern::Is(_) | Pattern::InParameter(_) => one(whole(slot, pattern)),
        }
    }

    /// A path pattern agrees with those below it up to its first wildcard, and in each segment that
    /// has none.
    fn of_path(&mut self, slot: Slot<'r>, text: &[u8]) -> Vec<Vec<Key>> {
        let segments: Vec<&[u8]> = segments(text).collect();
        let is_open = |segment: &&[u8]| matches!(*segment, b"*" | b"**");
        let head = segments.iter().position(is_open).unwrap_or(segments.len());
        let mut lists = vec![vec![self.sized(slot, Part::Head, &segments[..head])]];
        for (place, segment) in segments.iter().enumerate().filter(|(_, segment)| !is_open(segment)) {
            self.sizes.entry((slot, Part::Segment)).or_default().insert(place);
            lists.push(vec![hash(&(Part::Segment, slot, place, segment))]);
        }
        lists
    }

    /// A key of so many things, which others look for.
    fn sized<T: Hash>(&mut self, slot: Slot<'r>, part: Part, things: &[T]) -> Key {
        self.sizes.entry((slot, part)).or_default().insert(things.len());
        hash(&(part, slot, things))
    }

    fn bits(&mut self, slot: Slot<'r>, first: u128, bits: usize) -> Key {
        self.sizes.entry((slot, Part::Bits)).or_default().insert(bits);
        of_bits(slot, first, bits)
    }

    /// The keys of a rule that others may cover. `None` if no request can match it: then every rule
    /// covers it.
    pub(super) fn of_covered(&self, rule: &'r Rule) -> Option<Vec<Key>> {
        let mut keys = Vec::new();
        if let Some(actions) = rule.actions.as_ref().filter(|actions| !actions.negated) {
            keys.push(hash(&(Part::Action, actions.listed.first()?)));
        }
        keys.extend(rule.condition.iter().map(|condition| hash(&(Part::Condition, condition))));
        for test in &rule.tests {
            self.add((test.field, None), &test.pattern, &mut keys)?;
        }
        Some(keys)
    }

    /// The keys of a pattern for one attribute that others may cover.
    pub(super) fn of_value(&self, field: FieldNo, pattern: &'r Pattern) -> Option<Vec<Key>> {
        let mut keys = Vec::new();
        self.add((field, None), pattern, &mut keys)?;
        Some(keys)
    }

    fn add(&self, slot: Slot<'r>, pattern: &'r Pattern, keys: &mut Vec<Key>) -> Option<()> {
        keys.push(tested(slot));
        match example(pattern)? {
            pattern @ Pattern::Text(matcher, text) => match shared(*matcher) {
                Some(Shared::Start) => self.add_first(slot, Part::Start, &start(&spell(&text.pieces)), keys),
                Some(Shared::End) => self.add_first(slot, Part::End, &end(&spell(&text.pieces)), keys),
                Some(Shared::Segments) => self.add_path(slot, &spell(&text.pieces), keys),
                None => keys.push(whole(slot, pattern)),
            },
            pattern @ (Pattern::Range(..) | Pattern::Network(_)) => {
                keys.push(whole(slot, pattern));
                self.add_bits(slot, pattern, keys);
            }
            Pattern::Labels(labels) => {
                for (name, pattern) in labels {
                    self.add((slot.0, Some(name)), pattern, keys)?;
                }
            }
            pattern @ Pattern::Equal(term) => {
                keys.push(whole(slot, pattern));
                self.add_bits(slot, pattern, keys);
                if self.has_texts(slot)
                    && let Some(pieces) = whole_text(term)
                {
                    let text = spell(&pieces);
                    self.add_first(slot, Part::Start, &start(&text), keys);
                    self.add_first(slot, Part::End, &end(&text), keys);
                    self.add_path(slot, &text, keys);
                }
            }
            pattern @ (Pattern::Url(_) | Pattern::Absent | Pattern::Is(_) | Pattern::InParameter(_)) => {
                keys.push(whole(slot, pattern));
            }
            // Nothing covers these but what is filed under `Tested`.
            Pattern::Any | Pattern::Not(_) | Pattern::OneOf(_) => {}
        }
        Some(())
    }

    /// Whether anything is asked of texts but whether they are equal.
    fn has_texts(&self, slot: Slot<'r>) -> bool {
        [Part::Start, Part::End, Part::Head].into_iter().any(|part| self.sizes.contains_key(&(slot, part)))
    }

    fn sizes(&self, slot: Slot<'r>, part: Part) -> impl Iterator<Item = usize> {
        self.sizes.get(&(slot, part)).into_iter().flatten().copied()
    }

    fn add_first<T: Hash>(&self, slot: Slot<'r>, part: Part, things: &[T], keys: &mut Vec<Key>) {
        let things = self.sizes(slot, part).map_while(|size| things.get(..size));
        keys.extend(things.map(|things| hash(&(part, slot, things))));
    }

    fn add_path(&self, slot: Slot<'r>, text: &[u8], keys: &mut Vec<Key>) {
        if self.sizes.contains_key(&(slot, Part::Head)) {
            let segments: Vec<&[u8]> = segments(text).collect();
            self.add_first(slot, Part::Head, &segments, keys);
            let places = self.sizes(slot, Part::Segment).map_while(|place| Some((place, segments.get(place)?)));
            keys.extend(places.map(|(place, segment)| hash(&(Part::Segment, slot, place, segment))));
        }
    }

    fn add_bits(&self, slot: Slot<'r>, pattern: &Pattern, keys: &mut Vec<Key>) {
        let Some((first, bits)) = block(pattern) else { return };
        keys.extend(
            self.sizes(slot, Part::Bits).take_while(|size| *size <= bits).map(|size| of_bits(slot, first, size)),
        );
    }
}

fn hash(key: &impl Hash) -> Key {
    let mut hasher = DefaultHasher::new();
    key.hash(&mut hasher);
    hasher.finish()
}

fn tested(slot: Slot<'_>) -> Key {
    hash(&(Part::Tested, slot))
}

fn whole(slot: Slot<'_>, pattern: &Pattern) -> Key {
    hash(&(Part::Whole, slot, pattern))
}

fn of_bits(slot: Slot<'_>, first: u128, bits: usize) -> Key {
    let mask = u128::MAX.checked_shl(128 - bits as u32).unwrap_or(0);
    hash(&(Part::Bits, slot, bits, first & mask))
}

/// A pattern that is no list and that some value matches, out of which the pattern is made: what
/// covers a list covers each of its elements. `None` if no value matches.
fn example(pattern: &Pattern) -> Option<&Pattern> {
    match pattern {
        Pattern::OneOf(list) => list.iter().find_map(example),
        Pattern::Range(from, to) => match limits(from.as_ref(), to.as_ref()) {
            Some((least, most)) if least > most => None,
            Some(_) | None => Some(pattern),
        },
        Pattern::Labels(labels) => labels.iter().all(|(_, pattern)| example(pattern).is_some()).then_some(pattern),
        Pattern::Any
        | Pattern::Absent
        | Pattern::Equal(_)
        | Pattern::Is(_)
        | Pattern::InParameter(_)
        | Pattern::Not(_)
        | Pattern::Text(..)
        | Pattern::Url(_)
        | Pattern::Network(_) => Some(pattern),
    }
}

/// The bits that all values of a pattern begin with, and how many these are; numbers in their order.
/// Of ranges that do not overlap at most one begins with no more bits than are common to it and its
/// neighbours, so this is as good as a tree of intervals.
fn block(pattern: &Pattern) -> Option<(u128, usize)> {
    let number = |number: i128| number.wrapping_sub(i128::from(i64::MIN)).cast_unsigned() << 64;
    match pattern {
        Pattern::Network(network) => Some((u128::from_be_bytes(network.first.octets()), usize::from(network.bits))),
        Pattern::Equal(Term::Constant(Constant::Ip(address))) => Some((u128::from_be_bytes(address.octets()), 128)),
        Pattern::Equal(term) => term.number().map(|value| (number(i128::from(value)), 128)),
        Pattern::Range(from, to) => limits(from.as_ref(), to.as_ref())
            .filter(|(least, most)| least <= most)
            .map(|(least, most)| (number(least), (number(least) ^ number(most)).leading_zeros() as usize)),
        Pattern::Any
        | Pattern::Absent
        | Pattern::Is(_)
        | Pattern::InParameter(_)
        | Pattern::OneOf(_)
        | Pattern::Not(_)
        | Pattern::Text(..)
        | Pattern::Url(_)
        | Pattern::Labels(_) => None,
    }
}

/// Text in which a value that is only known later is a mark, the same for the same value.
fn spell(pieces: &[Piece]) -> Cow<'_, [u8]> {
    let spell = |piece: &'_ Piece| match piece {
        Piece::Literal(bytes) => bytes.clone(),
        Piece::Parameter(argument) => format!("\u{0}{}\u{0}", argument.0).into_bytes(),
        Piece::Field(field) => format!("\u{0}f{}\u{0}", field.0).into_bytes(),
    };
    match pieces {
        [Piece::Literal(bytes)] => Cow::Borrowed(bytes),
        [..] => Cow::Owned(pieces.iter().flat_map(spell).collect()),
    }
}

fn start(text: &[u8]) -> Vec<u8> {
    text.iter().copied().take(MOST_BYTES).collect()
}

fn end(text: &[u8]) -> Vec<u8> {
    text.iter().rev().copied().take(MOST_BYTES).collect()
}

fn segments(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split(|byte| *byte == b'/').skip(1).filter(|segment| !segment.is_empty()).take(MOST_SEGMENTS)
}

/// Bytes of a text that are looked at: every size in use is looked for, so all of them together are
/// a constant.
const MOST_BYTES: usize = 64;

/// Segments of a path that are looked at, for the same reason.
const MOST_SEGMENTS: usize = 8;
