//! Where the parts of a JSON text are.

use std::collections::BTreeMap;

use super::number::after_string;
use crate::span::Span;

/// The parts of a JSON text as a tree.
#[derive(Debug)]
pub(in crate::syntax::map) struct Places {
    /// The first one is the whole text.
    parts: Vec<Part>,
}

#[derive(Debug)]
struct Part {
    at: Span,
    keys: BTreeMap<String, PartNo>,
    elements: Vec<PartNo>,
}

/// Which part of a text.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::syntax::map) struct PartNo(usize);

impl Places {
    /// Finds the parts of a text that has been read as JSON.
    pub(in crate::syntax::map) fn of(text: &str) -> Self {
        let mut finder = Finder { text, at: 0, depth: 0, parts: Vec::new() };
        finder.part(None);
        Self { parts: finder.parts }
    }

    /// The span to underline for a part: the key and its value, or only the key if the value is a
    /// map or a list.
    pub(in crate::syntax::map) fn at(&self, part: PartNo) -> Span {
        self.parts.get(part.0).map_or(Span::new(0, 0), |part| part.at)
    }

    pub(in crate::syntax::map) fn below(&self, part: PartNo, key: &str) -> Option<PartNo> {
        self.parts.get(part.0)?.keys.get(key).copied()
    }

    pub(in crate::syntax::map) fn at_index(&self, part: PartNo, index: usize) -> Option<PartNo> {
        self.parts.get(part.0)?.elements.get(index).copied()
    }
}

/// `serde_json` reads 127 levels.
const DEPTH: usize = 128;

struct Finder<'t> {
    text: &'t str,
    at: usize,
    depth: usize,
    parts: Vec<Part>,
}

impl Finder<'_> {
    /// Reads the value that begins here.
    fn part(&mut self, key: Option<Span>) -> PartNo {
        self.skip_blanks();
        let start = self.at;
        let number = PartNo(self.parts.len());
        self.parts.push(Part { at: Span::new(start, start), keys: BTreeMap::new(), elements: Vec::new() });
        self.depth += 1;
        let at = match self.byte() {
            // JSON that nests this deep is not read: it would overflow the stack.
            Some(_) if self.depth > DEPTH => {
                self.at = self.text.len();
                Span::new(start, start)
            }
            Some(b'{') => {
                self.map(number);
                key.unwrap_or(Span::new(start, start + 1))
            }
            Some(b'[') => {
                self.list(number);
                key.unwrap_or(Span::new(start, start + 1))
            }
            Some(_) | None => {
                self.scalar();
                Span::new(key.map_or(start, |key| key.start), self.at)
            }
        };
        self.depth -= 1;
        self.parts[number.0].at = at;
        number
    }

    fn map(&mut self, number: PartNo) {
        self.at += 1;
        while self.goes_on(b'}') {
            let start = self.at;
            self.at = after_string(self.text.as_bytes(), start);
            let key = Span::new(start, self.at);
            self.skip_blanks();
            // The colon.
            self.at += 1;
            let value = self.part(Some(key));
            let name = serde_json::from_str(key.of(self.text)).unwrap_or_default();
            self.parts[number.0].keys.insert(name, value);
        }
    }

    fn list(&mut self, number: PartNo) {
        self.at += 1;
        while self.goes_on(b']') {
            let value = self.part(None);
            self.parts[number.0].elements.push(value);
        }
    }

    /// Whether another entry follows; passes over the closing bracket.
    fn goes_on(&mut self, close: u8) -> bool {
        self.skip_blanks();
        if self.byte() == Some(b',') {
            self.at += 1;
            self.skip_blanks();
        }
        match self.byte() {
            None => false,
            Some(byte) if byte == close => {
                self.at += 1;
                false
            }
            Some(_) => true,
        }
    }

    fn scalar(&mut self) {
        if self.byte() == Some(b'"') {
            self.at = after_string(self.text.as_bytes(), self.at);
            return;
        }
        let ends = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b',' | b']' | b'}');
        let rest = self.text.as_bytes().get(self.at..).unwrap_or(&[]);
        // At least one byte is passed over each time, so that reading ends.
        self.at += rest.iter().position(ends).unwrap_or(rest.len()).max(1);
    }

    fn skip_blanks(&mut self) {
        let rest = self.text.as_bytes().get(self.at..).unwrap_or(&[]);
        self.at += rest.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
    }

    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_is_not_json_is_survived() {
        for text in ["", "{", "{\"a\"", "{\"a\":", "[1,", "}", "\"", &"[".repeat(100_000), &"{\"a\":".repeat(100_000)] {
            assert!(Places::of(text).at(PartNo::default()).start <= text.len());
        }
    }

    #[test]
    fn a_part_is_found_by_its_path() {
        let text = "{\n  \"a\": [1, {\"b\\n\": \"x, }\"}],\n  \"c\" : true }";
        let places = Places::of(text);
        let whole = PartNo::default();
        let list = places.below(whole, "a").unwrap();
        let map = places.at_index(list, 1).unwrap();
        let shown = |part| places.at(part).of(text);
        assert_eq!(shown(whole), "{");
        assert_eq!(shown(list), "\"a\"");
        assert_eq!(shown(places.at_index(list, 0).unwrap()), "1");
        assert_eq!(shown(map), "{");
        assert_eq!(shown(places.below(map, "b\n").unwrap()), "\"b\\n\": \"x, }\"");
        assert_eq!(shown(places.below(whole, "c").unwrap()), "\"c\" : true");
        assert!(places.below(whole, "d").is_none() && places.at_index(list, 2).is_none());
    }
}
