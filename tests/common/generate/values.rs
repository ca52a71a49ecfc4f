//! Values of every type, and texts that grow together with a value that they match.

use std::net::IpAddr;

use placet::check::tree::{ArgumentNo, Constant, Piece, Text};
use placet::model::types::Scalar;
use placet::model::value::Address;

use super::super::choices::Choices;

/// A text that grows together with a value that it matches.
#[derive(Default)]
pub(super) struct Pieces {
    pub(super) text: Text,
    value: Vec<u8>,
}

impl Pieces {
    pub(super) fn put(&mut self, source: &[u8], value: &[u8]) {
        self.value.extend_from_slice(value);
        match self.text.pieces.last_mut() {
            _ if source.is_empty() => {}
            Some(Piece::Literal(before)) => before.extend_from_slice(source),
            _ => self.text.pieces.push(Piece::Literal(source.to_vec())),
        }
    }

    pub(super) fn both(&mut self, bytes: &[u8]) {
        self.put(bytes, bytes);
    }

    pub(super) fn splice(&mut self, number: ArgumentNo, value: &[u8]) {
        self.value.extend_from_slice(value);
        self.text.pieces.push(Piece::Parameter(number));
    }

    pub(super) fn done(self) -> (Text, Vec<u8>) {
        (self.text, self.value)
    }
}

pub(super) fn literal(bytes: &[u8]) -> Text {
    Text { pieces: if bytes.is_empty() { Vec::new() } else { vec![Piece::Literal(bytes.to_vec())] } }
}

pub(super) fn text_bytes(text: &Text) -> Vec<u8> {
    let literal = |piece: &Piece| match piece {
        Piece::Literal(bytes) => bytes.clone(),
        Piece::Parameter(_) | Piece::Field(_) => Vec::new(),
    };
    text.pieces.iter().flat_map(literal).collect()
}

pub(super) fn text_as(scalar: Scalar, bytes: Vec<u8>) -> Constant {
    match scalar {
        Scalar::Bytes => Constant::Bytes(bytes),
        Scalar::Path => Constant::Path(String::from_utf8(bytes).unwrap()),
        _ => Constant::String(String::from_utf8(bytes).unwrap()),
    }
}

/// Expressions that hold of strings and of bytes, with a text that each matches.
pub(super) const ATOMS: [(&str, &str); 17] = [
    ("a", "a"),
    (".", "z"),
    ("[a-c]", "b"),
    ("[^x]", "y"),
    ("(?:ab|c)", "c"),
    ("(?:|d|de)", "de"),
    ("eu-", "eu-"),
    (r"\d", "7"),
    (r"\w", "k"),
    (r"[\s-]", "-"),
    (r"[^\W_]", "Z"),
    (r"\.", "."),
    ("[A-Za-z0-9_]", "_"),
    ("(?i:aB)", "Ab"),
    (r"\x2a", "*"),
    ("(?:a*b)", "aab"),
    (r"\n", "\n"),
];

pub(super) const QUANTIFIERS: [(&str, usize); 8] =
    [("", 1), ("", 1), ("", 1), ("*", 3), ("+", 2), ("?", 0), ("{2,3}", 3), ("*?", 2)];

/// Names of labels.
pub const LABELS: [&str; 5] = ["dc", "host", "d", "Dc", "x-\u{e9} \"\\"];

const WORDS: [&str; 22] = [
    "a",
    "ab",
    "",
    "b",
    "abc",
    "A",
    "eu-1",
    "user/",
    "a.b",
    "*",
    "?",
    "\u{e9}",
    "\u{65e5}\u{672c}",
    "..",
    "/",
    "{}",
    "a b",
    "\\",
    "[a]",
    "(?i)x",
    "%2F",
    "\u{0}",
];

/// Bytes of the type: a word, or, of bytes, also what is no text.
pub(super) fn raw_word(choices: &mut Choices<'_>, scalar: Scalar) -> Vec<u8> {
    if scalar == Scalar::Bytes && choices.chance(64) {
        return choices.pick(&[&[0xff][..], &[0, 0], &[0xc3], &[0x80, 0x2a]]).to_vec();
    }
    choices.pick(&WORDS).as_bytes().to_vec()
}

pub(super) fn address(choices: &mut Choices<'_>) -> Address {
    let text = *choices.pick(&[
        "10.0.0.1",
        "10.1.2.3",
        "::1",
        "192.168.1.1",
        "2001:db8::1",
        "0.0.0.0",
        "255.255.255.255",
        "::",
        "::10.0.0.1",
        "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
    ]);
    text.parse::<IpAddr>().unwrap().into()
}

/// Those whose host ends in `com` are public, and no other is.
pub const URLS: [&str; 12] = [
    "https://example.com/",
    "http://example.com/",
    "https://a.example.com/hooks/x?y=1",
    "https://b.a.example.com/hooks",
    "https://a.example.com:8443/a/b/",
    "http://example.com:8080/a",
    "https://badexample.com/a#b",
    "http://127.0.0.1:8080/a",
    "https://localhost/hooks/a/b",
    "https://[::1]/hooks/?x",
    "https://10.0.0.1:8443/",
    "https://[64:ff9b::a00:1]:8443/a/b",
];

/// Any value of the type.
pub fn constant(choices: &mut Choices<'_>, scalar: Scalar) -> Constant {
    match scalar {
        Scalar::Bool => Constant::Bool(choices.chance(128)),
        Scalar::Int => Constant::Int(*choices.pick(&[0, 1, 5, -1, 10, 100, i64::MIN, i64::MAX, 3])),
        Scalar::String | Scalar::Bytes => {
            let mut bytes = raw_word(choices, scalar);
            if choices.chance(64) {
                bytes.extend(raw_word(choices, scalar));
            }
            text_as(scalar, bytes)
        }
        Scalar::Uuid => Constant::Uuid(*choices.pick(&[[0; 16], [1; 16], *b"0123456789abcdef", [0xff; 16]])),
        Scalar::Time => {
            let times = [1_767_225_600_000, 0, -1, 1_767_225_599_999, 1_769_900_000_000, i64::MIN, i64::MAX];
            Constant::Time(*choices.pick(&times))
        }
        Scalar::Duration => {
            Constant::Duration(*choices.pick(&[0, 1, 60_000, 3_600_000, 86_400_000, -5, i64::MIN, i64::MAX]))
        }
        Scalar::Ip => Constant::Ip(address(choices)),
        Scalar::Path => {
            let paths = ["/", "/a", "/a/b", "/a/b/c", "/v1/\u{e9}", "/ab", "/*", "/**", "/a b/.admin", "/50%25"];
            Constant::Path((*choices.pick(&paths)).to_owned())
        }
        Scalar::Url => Constant::Url((*choices.pick(&URLS)).to_owned()),
    }
}
