//! Patterns, each with a value near to which requests are worth making.

use placet::check::tree::{ArgumentNo, Bound, Constant, Network, Parameter, Pattern, Piece, Term, Text, UrlPattern};
use placet::compile::arguments::Argument;
use placet::model::matcher::Matcher;
use placet::model::path::check_segment;
use placet::model::predicate::Anchor;
use placet::model::types::{Scalar, Type};
use placet::model::url::Scheme;
use placet::model::url_pattern::{HostPattern, PortPattern};
use placet::model::value::Address;
use placet::model::vocabulary::FieldNo;
use placet::syntax::ast::ParameterType;

use super::super::reference::spliced;
use super::values::{ATOMS, LABELS, Pieces, QUANTIFIERS, address, constant, literal, raw_word, text_as, text_bytes};
use super::{Maker, Place};

impl Maker<'_, '_, '_> {
    pub(super) fn attribute_pattern(&mut self, field: FieldNo) -> Pattern {
        let attribute = &self.vocabulary.attributes()[usize::from(field.0)];
        match attribute.ty {
            Type::One(scalar) | Type::Set(scalar) => self.pattern(scalar, &Place::Field(field), 2),
            Type::Labels => self.labels_pattern(field, 2),
        }
    }

    fn labels_pattern(&mut self, field: FieldNo, depth: usize) -> Pattern {
        match self.choices.below(if depth == 0 { 6 } else { 10 }) {
            0 => Pattern::Any,
            1 => self.absent(&Place::Field(field)),
            2..=5 => {
                let count = *self.choices.pick(&[1, 2, 0, 3]);
                let mut names: Vec<&str> = (0..count).map(|_| *self.choices.pick(&LABELS)).collect();
                names.sort_unstable();
                names.dedup();
                let entry = |name: &str| {
                    let pattern = self.pattern(Scalar::String, &Place::Label(field, name.to_owned()), depth.min(1));
                    (name.to_owned(), pattern)
                };
                Pattern::Labels(names.into_iter().map(entry).collect())
            }
            6 | 7 => Pattern::Not(Box::new(self.labels_pattern(field, depth - 1))),
            _ => {
                let count = self.choices.below(3);
                Pattern::OneOf((0..count).map(|_| self.labels_pattern(field, depth - 1)).collect())
            }
        }
    }

    fn absent(&mut self, place: &Place) -> Pattern {
        self.note(place, None);
        Pattern::Absent
    }

    pub(super) fn pattern(&mut self, scalar: Scalar, place: &Place, depth: usize) -> Pattern {
        if self.choices.chance(28)
            && let Some(pattern) = self.of_another(scalar, place)
        {
            return pattern;
        }
        match self.choices.below(if depth == 0 { 12 } else { 17 }) {
            0 | 1 => self.equal(scalar, place),
            2 => Pattern::Any,
            3 if self.choices.chance(128) => self.absent(place),
            4 => self.in_parameter(scalar, place),
            3..=11 => self.own_pattern(scalar, place),
            12 | 13 => Pattern::Not(Box::new(self.pattern(scalar, place, depth - 1))),
            _ => {
                let count = *self.choices.pick(&[2, 1, 3, 0, 4]);
                Pattern::OneOf((0..count).map(|_| self.pattern(scalar, place, depth - 1)).collect())
            }
        }
    }

    fn equal(&mut self, scalar: Scalar, place: &Place) -> Pattern {
        let (term, value) = self.term(scalar);
        self.note(place, Some(value));
        Pattern::Equal(term)
    }

    fn in_parameter(&mut self, scalar: Scalar, place: &Place) -> Pattern {
        let is_network = |parameter: &Parameter| parameter.ty == ParameterType::Network;
        if let (Scalar::Ip, Some(number)) = (scalar, self.parameters.iter().position(is_network)) {
            if let Argument::Network(network) = &self.arguments[number] {
                let first = Constant::Ip(network.first);
                self.note(place, Some(first));
            }
            return Pattern::InParameter(ArgumentNo(number));
        }
        let Some(number) = self.some_parameter(|ty, _| ty == Type::Set(scalar)) else {
            return self.equal(scalar, place);
        };
        let Argument::Set(elements) = self.arguments[number.0].clone() else { panic!("checked above") };
        for element in elements {
            self.note(place, Some(element));
        }
        Pattern::InParameter(number)
    }

    /// A pattern that only some types have.
    fn own_pattern(&mut self, scalar: Scalar, place: &Place) -> Pattern {
        match scalar {
            Scalar::String | Scalar::Bytes => match self.choices.below(4) {
                0 | 1 => {
                    use Matcher::{Nocase, NocasePrefix, NocaseSuffix, Prefix, Suffix};
                    let affix =
                        *self.choices.pick(&[Prefix, Suffix, Prefix, Suffix, Nocase, NocasePrefix, NocaseSuffix]);
                    let (text, mut value) = self.text(scalar);
                    let rest = *self.choices.pick(&[&b""[..], b"x", b"/y"]);
                    if !affix.row().is_exact {
                        value.make_ascii_uppercase();
                    }
                    let value = match affix.row().anchor {
                        Some(Anchor::Start) => [&value, rest].concat(),
                        Some(Anchor::End) => [rest, &value].concat(),
                        None => value,
                    };
                    self.note(place, Some(text_as(scalar, value)));
                    Pattern::Text(affix, text)
                }
                2 => self.glob(scalar, place),
                _ => self.regex(scalar, place),
            },
            Scalar::Int | Scalar::Time | Scalar::Duration => {
                let way = self.choices.below(5);
                let first = (way != 3).then(|| self.bound(scalar, place));
                let last = (way != 2 && way != 4).then(|| self.bound(scalar, place));
                Pattern::Range(first, last)
            }
            Scalar::Ip => self.network(place),
            Scalar::Path if self.choices.chance(40) => self.nocase_path(place),
            Scalar::Path => self.path_pattern(place),
            Scalar::Url => self.url_pattern(place),
            Scalar::Bool | Scalar::Uuid => self.equal(scalar, place),
        }
    }

    fn url_pattern(&mut self, place: &Place) -> Pattern {
        let near = constant(self.choices, Scalar::Url);
        self.note(place, Some(near));
        if self.choices.chance(48) {
            return Pattern::Url(UrlPattern::public());
        }
        let name = (*self.choices.pick(&["example.com", "a.example.com", "com"])).to_owned();
        let host = match self.choices.below(5) {
            0 => HostPattern::Any,
            1 => HostPattern::Child(name),
            2 | 3 => HostPattern::Within(name),
            _ => HostPattern::Exact(name),
        };
        // Without a wildcard it would be one URL.
        let is_exact = matches!(host, HostPattern::Exact(_));
        let scheme = if is_exact { None } else { *self.choices.pick(&[Some(Scheme::Https), Some(Scheme::Http), None]) };
        let port = *self.choices.pick(&[PortPattern::Default, PortPattern::Any, PortPattern::Number(8443)]);
        let path = *self.choices.pick(&["/**", "/", "/hooks/**", "/hooks/*", "/*/b", "/**/a/**", "/ho*/**", "/hooks"]);
        Pattern::Url(UrlPattern { scheme, host, port, path: path.to_owned() })
    }

    fn bound(&mut self, scalar: Scalar, place: &Place) -> Bound {
        let (term, value) = self.term(scalar);
        self.note(place, Some(value));
        Bound { term, included: !self.choices.chance(128) }
    }

    /// A value and what it is.
    pub(super) fn term(&mut self, scalar: Scalar) -> (Term, Constant) {
        match self.choices.below(4) {
            1 => {
                let fits = |ty, _: &Argument| {
                    ty == Type::One(scalar) || scalar == Scalar::Bytes && ty == Type::One(Scalar::String)
                };
                if let Some(number) = self.some_parameter(fits) {
                    let value = self.one(number);
                    let value = match (scalar, value) {
                        (Scalar::Bytes, Constant::String(text)) => Constant::Bytes(text.into_bytes()),
                        (_, value) => value,
                    };
                    return (Term::Parameter(number), value);
                }
            }
            2 if matches!(scalar, Scalar::String | Scalar::Bytes) => {
                let (text, value) = self.text(scalar);
                return (Term::Text(text), text_as(scalar, value));
            }
            2 if scalar == Scalar::Path => {
                if let Some(number) = self.segment_parameter() {
                    let mut text = literal(*self.choices.pick(&[&b"/"[..], b"/a/", b"/a/x-"]));
                    let mut value = text_bytes(&text);
                    text.pieces.push(Piece::Parameter(number));
                    value.extend(spliced(&self.one(number)));
                    return (Term::Text(text), text_as(scalar, value));
                }
            }
            _ => {}
        }
        let value = constant(self.choices, scalar);
        (Term::Constant(value.clone()), value)
    }

    /// A parameter that can be spliced into a text of the type.
    fn splice(&mut self, scalar: Scalar) -> Option<ArgumentNo> {
        self.some_parameter(|ty, _| match ty {
            Type::One(Scalar::String | Scalar::Int | Scalar::Uuid) => true,
            Type::One(Scalar::Bytes) => scalar == Scalar::Bytes,
            _ => false,
        })
    }

    /// A parameter that is, mostly, a segment of a path.
    fn segment_parameter(&mut self) -> Option<ArgumentNo> {
        let any = self.choices.chance(12);
        self.some_parameter(|ty, argument| match (ty, argument) {
            (Type::One(Scalar::String | Scalar::Int | Scalar::Uuid), Argument::One(value)) => {
                any || std::str::from_utf8(&spliced(value)).is_ok_and(|text| check_segment(text).is_ok())
            }
            _ => false,
        })
    }

    /// A text with at most two splices, and what it becomes.
    fn text(&mut self, scalar: Scalar) -> (Text, Vec<u8>) {
        let mut pieces = Pieces::default();
        for _ in 0..=self.choices.below(3) {
            match if self.choices.chance(80) { self.splice(scalar) } else { None } {
                Some(number) => pieces.splice(number, &spliced(&self.one(number))),
                None => pieces.both(&raw_word(self.choices, scalar)),
            }
        }
        pieces.done()
    }

    fn glob(&mut self, scalar: Scalar, place: &Place) -> Pattern {
        let mut pieces = Pieces::default();
        for _ in 0..=self.choices.below(5) {
            match self.choices.below(6) {
                0 => pieces.put(b"*", &raw_word(self.choices, scalar)),
                1 => pieces.put(b"?", if scalar == Scalar::String { "é".as_bytes() } else { &[0xff] }),
                2 => {
                    let special = *self.choices.pick(&[&b"*"[..], b"?", b"\\", b"a"]);
                    pieces.put(&[b"\\", special].concat(), special);
                }
                3 => match self.splice(scalar) {
                    Some(number) => pieces.splice(number, &spliced(&self.one(number))),
                    None => pieces.put(b"*", b""),
                },
                _ => {
                    let word = raw_word(self.choices, scalar);
                    let escaped: Vec<u8> = word
                        .iter()
                        .flat_map(|&byte| if b"*?\\".contains(&byte) { vec![b'\\', byte] } else { vec![byte] })
                        .collect();
                    pieces.put(&escaped, &word);
                }
            }
        }
        let (text, value) = pieces.done();
        self.note(place, Some(text_as(scalar, value)));
        Pattern::Text(Matcher::Glob, text)
    }

    fn regex(&mut self, scalar: Scalar, place: &Place) -> Pattern {
        let mut pieces = Pieces::default();
        let opening = *self.choices.pick(&["", "", "", "", "zz|", "^", "^zz|", "(?:^|x)", "(?i)"]);
        pieces.put(opening.as_bytes(), b"");
        for _ in 0..=self.choices.below(4) {
            let splice = if self.choices.chance(50) { self.splice(scalar) } else { None };
            let sample = match splice {
                Some(number) => {
                    let text = spliced(&self.one(number));
                    pieces.splice(number, &[]);
                    text
                }
                None => {
                    let (source, sample) = *self.choices.pick(&ATOMS);
                    pieces.put(source.as_bytes(), b"");
                    sample.as_bytes().to_vec()
                }
            };
            let (quantifier, times) = *self.choices.pick(&QUANTIFIERS);
            let times =
                if self.choices.chance(128) { times } else { times.min(1).max(quantifier.matches("{2").count() * 2) };
            pieces.put(quantifier.as_bytes(), &sample.repeat(times));
        }
        let closing = *self.choices.pick(&["", "", "", "", "$", "|zz$", "(?:$|y)", "|"]);
        pieces.put(closing.as_bytes(), b"");
        let (text, value) = pieces.done();
        self.note(place, Some(text_as(scalar, value)));
        Pattern::Text(Matcher::Regex, text)
    }

    fn network(&mut self, place: &Place) -> Pattern {
        Pattern::Network(self.some_network(place))
    }

    pub(super) fn some_network(&mut self, place: &Place) -> Network {
        let first = address(self.choices);
        let bits = *self.choices.pick(&[104, 112, 128, 96, 0, 1, 32, 64, 97, 105, 120, 127]);
        let mask = if bits == 0 { 0 } else { u128::MAX << (128 - u32::from(bits)) };
        let low = u128::from_be_bytes(first.octets()) & mask;
        let high = low | !mask;
        for edge in [low, high, low.wrapping_sub(1), high.wrapping_add(1)] {
            self.note(place, Some(Constant::Ip(Address::from_octets(edge.to_be_bytes()))));
        }
        Network { first: Address::from_octets(low.to_be_bytes()), bits }
    }

    /// A path, or all that is below it, in whatever case.
    fn nocase_path(&mut self, place: &Place) -> Pattern {
        let (text, mut value) = (literal(*self.choices.pick(&[&b"/A"[..], b"/a/B"])), b"/a/b".to_vec());
        let mut text = text;
        if self.choices.chance(128) {
            text.pieces = vec![Piece::Literal([&text_bytes(&text)[..], b"/**"].concat())];
            value.extend(b"/C");
        }
        self.note(place, Some(text_as(Scalar::Path, value)));
        Pattern::Text(Matcher::Nocase, text)
    }

    fn path_pattern(&mut self, place: &Place) -> Pattern {
        let mut pieces = Pieces::default();
        for _ in 0..=self.choices.below(4) {
            pieces.put(b"/", b"/");
            match self.choices.below(8) {
                0 => {
                    let run = *self.choices.pick(&[&b"a/b"[..], b"x", b"x/x/x"]);
                    pieces.put(b"**", run);
                }
                1 => pieces.put(b"*", b"x"),
                2 => pieces.put(b"a*", b"abc"),
                3 if self.choices.chance(64) => pieces.put(b"%2A*", b"*x"),
                3 => pieces.put("*b*\u{e9}".as_bytes(), "b-\u{e9}".as_bytes()),
                4 => match self.segment_parameter() {
                    Some(number) => pieces.splice(number, &spliced(&self.one(number))),
                    None => pieces.both(b"v1"),
                },
                5 => match self.segment_parameter() {
                    Some(number) => {
                        let (before, after) = *self.choices.pick(&[("x-", ""), ("*", "*"), ("*", ""), ("", "*")]);
                        pieces.put(before.as_bytes(), before.replace('*', "q").as_bytes());
                        pieces.splice(number, &spliced(&self.one(number)));
                        pieces.put(after.as_bytes(), after.replace('*', "q").as_bytes());
                    }
                    None => pieces.put(b"*", b"y"),
                },
                _ => {
                    let segment = *self.choices.pick(&["a", "b", "v1", "a b", ".admin", "\u{e9}", "50%25"]);
                    pieces.both(segment.as_bytes());
                }
            }
        }
        if !pieces.text.pieces.iter().any(|piece| matches!(piece, Piece::Literal(bytes) if bytes.contains(&b'*'))) {
            pieces.put(b"/**", b"/z");
        }
        let (text, value) = pieces.done();
        self.note(place, Some(text_as(Scalar::Path, value)));
        Pattern::Text(Matcher::Path, text)
    }
}
