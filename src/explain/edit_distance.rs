//! The text that matches a pattern and has the smallest edit distance to a given one: the fewest
//! characters (or segments) inserted, deleted or replaced.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use placet_core::bytecode::automaton::Automaton;
use placet_core::bytecode::cursor::Cursor;
use placet_core::bytecode::wildcard::{GlobPiece, PathPiece};

/// States visited before the search gives up: a proposal is not worth more.
pub(super) const STATES: usize = 40_000;

/// A pattern as a machine over units; a state is a number, the start is given, a step with `None`
/// adds nothing to the word.
trait Machine {
    type Unit: Clone + PartialEq;
    fn accepts(&self, state: usize) -> bool;
    /// Steps that insert a unit, or nothing.
    fn without(&self, state: usize) -> Vec<Step<Self::Unit>>;
    /// Steps that consume a unit, unchanged or replaced.
    fn with(&self, state: usize, unit: &Self::Unit) -> Vec<Step<Self::Unit>>;
    /// The cost of deleting a unit.
    fn without_unit(&self, unit: &Self::Unit) -> usize;
}

struct Step<U> {
    to: usize,
    unit: Option<U>,
    cost: usize,
}

impl<U> Step<U> {
    const fn new(to: usize, unit: Option<U>, cost: usize) -> Self {
        Self { to, unit, cost }
    }
}

/// A state of the search: the consumed length of the given word, and the state of the machine.
type Node = (usize, usize);

/// The nearest word and its cost: Dijkstra's search over edits.
fn search<M: Machine>(machine: &M, start: usize, given: &[M::Unit]) -> Option<(Vec<M::Unit>, usize)> {
    let mut best: BTreeMap<Node, usize> = BTreeMap::from([((0, start), 0)]);
    let mut before: BTreeMap<Node, (Node, Option<M::Unit>)> = BTreeMap::new();
    let mut open = BinaryHeap::from([Reverse((0, (0, start)))]);
    while let Some(Reverse((cost, node))) = open.pop() {
        if best.get(&node).is_some_and(|&known| known < cost) {
            continue;
        }
        let (used, state) = node;
        if used == given.len() && machine.accepts(state) {
            return Some((trace(&before, node), cost));
        }
        if best.len() > STATES {
            return None;
        }
        let mut steps: Vec<(Node, Option<M::Unit>, usize)> =
            machine.without(state).into_iter().map(|step| ((used, step.to), step.unit, step.cost)).collect();
        if let Some(unit) = given.get(used) {
            steps.push(((used + 1, state), None, machine.without_unit(unit)));
            let with = machine.with(state, unit).into_iter();
            steps.extend(with.map(|step| ((used + 1, step.to), step.unit, step.cost)));
        }
        for (next, unit, step) in steps {
            if best.get(&next).is_none_or(|&known| cost + step < known) {
                best.insert(next, cost + step);
                before.insert(next, (node, unit));
                open.push(Reverse((cost + step, next)));
            }
        }
    }
    None
}

fn trace<U: Clone>(before: &BTreeMap<Node, (Node, Option<U>)>, mut node: Node) -> Vec<U> {
    let mut word = Vec::new();
    while let Some((earlier, unit)) = before.get(&node) {
        word.extend(unit.clone());
        node = *earlier;
    }
    word.reverse();
    word
}

/// A piece of a glob, character by character.
#[derive(Clone, Copy)]
enum GlobUnit {
    Run,
    One,
    Character(char),
}

struct GlobMachine(Vec<GlobUnit>);

impl Machine for GlobMachine {
    type Unit = char;

    fn accepts(&self, state: usize) -> bool {
        state == self.0.len()
    }

    fn without(&self, state: usize) -> Vec<Step<char>> {
        match self.0.get(state) {
            Some(GlobUnit::Run) => vec![Step::new(state + 1, None, 0)],
            Some(GlobUnit::One) => vec![Step::new(state + 1, Some('x'), 3)],
            Some(GlobUnit::Character(wanted)) => vec![Step::new(state + 1, Some(*wanted), 2)],
            None => Vec::new(),
        }
    }

    fn with(&self, state: usize, unit: &char) -> Vec<Step<char>> {
        match self.0.get(state) {
            Some(GlobUnit::Run) => vec![Step::new(state, Some(*unit), 0)],
            Some(GlobUnit::One) => vec![Step::new(state + 1, Some(*unit), 0)],
            Some(GlobUnit::Character(wanted)) if wanted == unit => vec![Step::new(state + 1, Some(*unit), 0)],
            Some(GlobUnit::Character(wanted)) => vec![Step::new(state + 1, Some(*wanted), 2)],
            None => Vec::new(),
        }
    }

    fn without_unit(&self, _: &char) -> usize {
        2
    }
}

/// The nearest text to `given` that the glob matches.
pub(super) fn glob(constant: &[u8], given: &str) -> Option<String> {
    let mut cursor = Cursor::new(constant);
    let mut units = Vec::new();
    while !cursor.is_empty() {
        match GlobPiece::read(&mut cursor)? {
            GlobPiece::Run => units.push(GlobUnit::Run),
            GlobPiece::One => units.push(GlobUnit::One),
            GlobPiece::Literal(bytes) => {
                units.extend(std::str::from_utf8(bytes).ok()?.chars().map(GlobUnit::Character));
            }
        }
    }
    word(&GlobMachine(units), given)
}

/// The nearest text to `given` that begins with `prefix`, or `prefix` itself if little of `given`
/// would be left.
pub(super) fn prefix(prefix: &str, given: &str) -> Option<String> {
    let mut units: Vec<_> = prefix.chars().map(GlobUnit::Character).collect();
    units.push(GlobUnit::Run);
    let given: Vec<char> = given.chars().collect();
    let (found, cost) = search(&GlobMachine(units), 0, &given)?;
    Some(if cost > prefix.chars().count() { prefix.to_owned() } else { found.into_iter().collect() })
}

/// The nearest text to `given` that ends with `suffix`.
pub(super) fn suffix(suffix: &str, given: &str) -> Option<String> {
    let units = std::iter::once(GlobUnit::Run).chain(suffix.chars().map(GlobUnit::Character)).collect();
    word(&GlobMachine(units), given)
}

fn word(machine: &GlobMachine, given: &str) -> Option<String> {
    let given: Vec<char> = given.chars().collect();
    search(machine, 0, &given).map(|(word, _)| word.into_iter().collect())
}

/// A piece of a path pattern.
enum PathUnit<'a> {
    Run,
    One,
    Glob(&'a [u8]),
    Literal(String),
}

struct PathMachine<'a>(Vec<PathUnit<'a>>);

/// Replacing a segment costs more than any edit of a short one.
const SEGMENT: usize = 20;

impl Machine for PathMachine<'_> {
    type Unit = String;

    fn accepts(&self, state: usize) -> bool {
        state == self.0.len()
    }

    fn without(&self, state: usize) -> Vec<Step<String>> {
        let put = |segment: String, cost| vec![Step::new(state + 1, Some(segment), cost)];
        match self.0.get(state) {
            Some(PathUnit::Run) => vec![Step::new(state + 1, None, 0)],
            Some(PathUnit::One) => put("example".to_owned(), SEGMENT),
            Some(PathUnit::Glob(constant)) => glob(constant, "").map(|word| put(word, 2 * SEGMENT)).unwrap_or_default(),
            // Keeping a literal costs less than filling a wildcard.
            Some(PathUnit::Literal(wanted)) => put(wanted.clone(), SEGMENT + 1),
            None => Vec::new(),
        }
    }

    fn with(&self, state: usize, unit: &String) -> Vec<Step<String>> {
        let put = |wanted: String| {
            let cost = if wanted == *unit { 0 } else { 4 + strsim::levenshtein(&wanted, unit).min(SEGMENT) };
            vec![Step::new(state + 1, Some(wanted), cost)]
        };
        match self.0.get(state) {
            Some(PathUnit::Run) => vec![Step::new(state, Some(unit.clone()), 0)],
            Some(PathUnit::One) => put(unit.clone()),
            Some(PathUnit::Glob(constant)) => glob(constant, unit).map(put).unwrap_or_default(),
            Some(PathUnit::Literal(wanted)) => put(wanted.clone()),
            None => Vec::new(),
        }
    }

    fn without_unit(&self, _: &String) -> usize {
        SEGMENT
    }
}

/// The nearest path to `given` that the pattern matches; its wildcards keep the segments of
/// `given`.
pub(super) fn path(constant: &[u8], given: &str) -> Option<String> {
    let mut cursor = Cursor::new(constant);
    let mut units = Vec::new();
    while !cursor.is_empty() {
        units.push(match PathPiece::read(&mut cursor)? {
            PathPiece::Run => PathUnit::Run,
            PathPiece::One => PathUnit::One,
            PathPiece::Glob(constant) => PathUnit::Glob(constant),
            PathPiece::Literal(bytes) => PathUnit::Literal(std::str::from_utf8(bytes).ok()?.to_owned()),
        });
    }
    path_word(units, given)
}

/// The nearest path to `given` that is `above` or below it.
pub(super) fn within(above: &str, given: &str) -> Option<String> {
    let units = segments(above).map(PathUnit::Literal).chain([PathUnit::Run]).collect();
    path_word(units, given)
}

fn path_word(units: Vec<PathUnit<'_>>, given: &str) -> Option<String> {
    let given: Vec<String> = segments(given).collect();
    let (word, _) = search(&PathMachine(units), 0, &given)?;
    Some(format!("/{}", word.join("/")))
}

fn segments(path: &str) -> impl Iterator<Item = String> + '_ {
    path.split('/').filter(|segment| !segment.is_empty()).map(str::to_owned)
}

struct RegexMachine<'a> {
    automaton: Automaton<'a>,
    /// One byte of every class, a printable one if possible.
    alphabet: Vec<u8>,
}

impl Machine for RegexMachine<'_> {
    type Unit = u8;

    fn accepts(&self, state: usize) -> bool {
        u8::try_from(state).is_ok_and(|state| self.automaton.accepts(state))
    }

    fn without(&self, state: usize) -> Vec<Step<u8>> {
        self.alphabet
            .iter()
            .filter_map(|&byte| self.step(state, byte, 2 + usize::from(!byte.is_ascii_graphic())))
            .collect()
    }

    fn with(&self, state: usize, unit: &u8) -> Vec<Step<u8>> {
        let mut steps: Vec<_> = self.step(state, *unit, 0).into_iter().collect();
        steps.extend(self.without(state));
        steps
    }

    fn without_unit(&self, _: &u8) -> usize {
        2
    }
}

impl RegexMachine<'_> {
    fn step(&self, state: usize, byte: u8, cost: usize) -> Option<Step<u8>> {
        let next = self.automaton.step(u8::try_from(state).ok()?, byte).filter(|&next| next != 0)?;
        Some(Step::new(usize::from(next), Some(byte), cost))
    }
}

/// The nearest bytes to `given` that the automaton accepts.
pub(super) fn regex(constant: &[u8], given: &[u8]) -> Option<Vec<u8>> {
    let automaton = Automaton::read(constant)?;
    let readable = |byte: &u8| (!byte.is_ascii_lowercase(), !byte.is_ascii_digit(), !byte.is_ascii_graphic(), *byte);
    let mut bytes: Vec<u8> = (0..=u8::MAX).collect();
    bytes.sort_by_key(readable);
    let mut alphabet: Vec<u8> = Vec::new();
    let mut classes = Vec::new();
    for byte in bytes {
        let class = automaton.class(byte);
        if !classes.contains(&class) {
            classes.push(class);
            alphabet.push(byte);
        }
    }
    let start = usize::from(Automaton::START);
    search(&RegexMachine { automaton, alphabet }, start, given).map(|(word, _)| word)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn glob_of(text: &str) -> Vec<u8> {
        let mut out = Vec::new();
        for piece in text.split_inclusive('*') {
            let literal = piece.trim_end_matches('*');
            if !literal.is_empty() {
                GlobPiece::Literal(literal.as_bytes()).write(&mut out);
            }
            if piece.ends_with('*') {
                GlobPiece::Run.write(&mut out);
            }
        }
        out
    }

    #[test]
    fn a_word_keeps_what_it_can() {
        assert_eq!(prefix("user/42/", "user/43/name").unwrap(), "user/42/name");
        assert_eq!(prefix("user/42/", "user/421/name").unwrap(), "user/42/name");
        assert_eq!(prefix("user/42/", "").unwrap(), "user/42/");
        assert_eq!(prefix("WriteKey", "Other").unwrap(), "WriteKey");
        assert_eq!(prefix("mail:", "email:10.0.0.1").unwrap(), "mail:10.0.0.1");
        assert_eq!(suffix(".jpg", "covers/1.png").unwrap(), "covers/1.jpg");
        assert_eq!(glob(&glob_of("covers/*.jpg"), "covers/1.png").unwrap(), "covers/1.jpg");
        assert_eq!(glob(&glob_of("covers/*.jpg"), "").unwrap(), "covers/.jpg");
    }

    #[test]
    fn a_path_keeps_its_segments() {
        assert_eq!(within("/a/b", "/a/c/d").unwrap(), "/a/b/d");
        assert_eq!(within("/a/b", "/").unwrap(), "/a/b");
        let mut pattern = Vec::new();
        for piece in [PathPiece::Literal(b"v1"), PathPiece::One, PathPiece::Literal(b"objects"), PathPiece::Run] {
            piece.write(&mut pattern);
        }
        assert_eq!(path(&pattern, "/v2/acme/objects/a/b").unwrap(), "/v1/acme/objects/a/b");
        assert_eq!(path(&pattern, "/v1").unwrap(), "/v1/example/objects");
    }
}
