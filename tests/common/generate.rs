//! Makes vocabularies, templates and arguments that the checker would have let through, and remembers for each attribute
//! the values that a rule is about, so that requests can be aimed at them.

use std::net::IpAddr;

use placet::check::tree::{
    Actions, ArgumentNo, Bound, Claims, Condition, Constant, Effect, GlobText, Network, Operand, Parameter, PathText,
    Pattern, Piece, Promise, PromiseKind, RegexText, Rule, Template, Term, Test, Text, Times,
};
use placet::compile::arguments::Argument;
use placet::model::path::check_segment;
use placet::model::types::{Scalar, Type};
use placet::model::value::Address;
use placet::model::vocabulary::{ActionNo, FieldNo, TIME, Vocabulary};
use placet::span::Span;
use placet::syntax::ast::{Affix, BlockKind, Comparison};

use super::choices::Choices;
use super::reference::{Block, spliced};

/// A vocabulary, blocks that speak it, and what their rules are about.
#[derive(Clone, Debug)]
pub struct World {
    /// As it was when the blocks were compiled.
    pub old: Vocabulary,
    /// As it is when requests are decided: the same, or grown at its end.
    pub vocabulary: Vocabulary,
    /// The first one is an authority, the others are restrictions.
    pub blocks: Vec<Made>,
    /// In no order.
    pub hints: Vec<Hint>,
}

/// A template and its arguments.
#[derive(Clone, Debug)]
pub struct Made {
    pub template: Template,
    pub arguments: Vec<Argument>,
}

impl World {
    pub fn block(&self, number: usize) -> Block<'_> {
        let Made { template, arguments } = &self.blocks[number];
        Block { template, arguments, actions: self.old.present().actions }
    }
}

/// A value that a rule is about.
#[derive(Clone, Debug)]
pub struct Hint {
    pub block: usize,
    /// `None` is the guard.
    pub rule: Option<usize>,
    pub place: Place,
    /// `None` is its absence.
    pub value: Option<Constant>,
}

/// Where a value stands in a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    Field(FieldNo),
    Label(FieldNo, String),
    Nowhere,
}

/// A world of an authority and up to `restrictions` restrictions.
pub fn world(choices: &mut Choices<'_>, restrictions: usize) -> World {
    let (old, vocabulary) = vocabularies(choices);
    let mut world = World { old, vocabulary, blocks: Vec::new(), hints: Vec::new() };
    let kind = *choices.pick(&[BlockKind::Token, BlockKind::Policy]);
    let restrictions = choices.below(restrictions + 1);
    for (number, kind) in std::iter::once(kind).chain((0..restrictions).map(|_| BlockKind::Restriction)).enumerate() {
        let mut maker = Maker::new(choices, &world.old, number);
        let made = maker.block(kind);
        let hints = maker.hints;
        world.blocks.push(made);
        world.hints.extend(hints);
    }
    world
}

const TYPES: [Type; 16] = [
    Type::One(Scalar::String),
    Type::One(Scalar::Int),
    Type::One(Scalar::Bytes),
    Type::One(Scalar::Path),
    Type::Labels,
    Type::One(Scalar::Ip),
    Type::Set(Scalar::String),
    Type::One(Scalar::Bool),
    Type::One(Scalar::Uuid),
    Type::One(Scalar::Time),
    Type::One(Scalar::Duration),
    Type::Set(Scalar::Bytes),
    Type::Set(Scalar::Int),
    Type::Set(Scalar::Path),
    Type::Set(Scalar::Ip),
    Type::Set(Scalar::Uuid),
];

fn vocabularies(choices: &mut Choices<'_>) -> (Vocabulary, Vocabulary) {
    let mut builder = Vocabulary::builder("made", 1);
    for number in 0..=choices.below(8) {
        let ty = *choices.pick(&TYPES);
        builder = builder.attribute(&attribute_name(number), ty, choices.chance(160)).unwrap();
    }
    let actions = 1 + *choices.pick(&[1, 0, 2, 5, 11, 40, 300]);
    for number in 0..actions {
        builder = builder.action(&format!("act{number}")).unwrap();
    }
    let old = builder.build();
    if !choices.chance(64) {
        return (old.clone(), old);
    }
    let mut builder = Vocabulary::builder("made", 1);
    for attribute in &old.attributes()[1..] {
        builder = builder.attribute(&attribute.name, attribute.ty, attribute.optional).unwrap();
    }
    for action in old.actions() {
        builder = builder.action(action).unwrap();
    }
    let grown = builder.action("later").unwrap().attribute("later", Type::One(Scalar::Int), true).unwrap().build();
    (old, grown)
}

fn attribute_name(number: usize) -> String {
    format!("at{number}")
}

/// The place of every block.
const BLOCK: Span = Span { start: 0, end: 1_000_000 };

/// No two rules of a block have one.
pub fn place_of(rule: usize) -> Span {
    Span::new(rule + 1, rule + 2)
}

/// Makes one block.
struct Maker<'c, 'b, 'v> {
    choices: &'c mut Choices<'b>,
    vocabulary: &'v Vocabulary,
    block: usize,
    rule: Option<usize>,
    parameters: Vec<Parameter>,
    arguments: Vec<Argument>,
    hints: Vec<Hint>,
}

impl<'c, 'b, 'v> Maker<'c, 'b, 'v> {
    fn new(choices: &'c mut Choices<'b>, vocabulary: &'v Vocabulary, block: usize) -> Self {
        Self {
            choices,
            vocabulary,
            block,
            rule: None,
            parameters: Vec::new(),
            arguments: Vec::new(),
            hints: Vec::new(),
        }
    }

    fn block(&mut self, kind: BlockKind) -> Made {
        for number in 0..self.choices.below(4) {
            let (ty, argument) = self.parameter();
            self.parameters.push(Parameter { name: format!("par{number}"), ty });
            self.arguments.push(argument);
        }
        let rules = if self.choices.chance(16) { self.many_rules() } else { self.rules() };
        self.rule = None;
        let promises = self.promises();
        let guard = self.choices.chance(48).then(|| self.condition(2));
        let template = Template {
            kind,
            name: "made".to_owned(),
            doc: Vec::new(),
            at: BLOCK,
            parameters: self.parameters.clone(),
            claims: Claims::default(),
            times: Times::default(),
            guard,
            rules,
            promises,
        };
        Made { template, arguments: self.arguments.clone() }
    }

    fn note(&mut self, place: &Place, value: Option<Constant>) {
        let (block, rule) = (self.block, self.rule);
        self.hints.push(Hint { block, rule, place: place.clone(), value });
    }
}

/// Parameters.
impl Maker<'_, '_, '_> {
    fn parameter(&mut self) -> (Type, Argument) {
        let scalar = *self.choices.pick(&[
            Scalar::String,
            Scalar::String,
            Scalar::Int,
            Scalar::Uuid,
            Scalar::Bytes,
            Scalar::Path,
            Scalar::Ip,
            Scalar::Time,
            Scalar::Duration,
            Scalar::Bool,
        ]);
        if self.choices.chance(64) {
            let count = self.choices.below(4);
            let elements = (0..count).map(|_| constant(self.choices, scalar)).collect();
            return (Type::Set(scalar), Argument::Set(elements));
        }
        (Type::One(scalar), Argument::One(constant(self.choices, scalar)))
    }

    /// The number of a parameter that `fits`.
    fn some_parameter(&mut self, fits: impl Fn(Type, &Argument) -> bool) -> Option<ArgumentNo> {
        let fitting: Vec<usize> = (0..self.parameters.len())
            .filter(|&number| fits(self.parameters[number].ty, &self.arguments[number]))
            .collect();
        if fitting.is_empty() { None } else { Some(ArgumentNo(*self.choices.pick(&fitting))) }
    }

    fn one(&self, number: ArgumentNo) -> Constant {
        match &self.arguments[number.0] {
            Argument::One(constant) => constant.clone(),
            Argument::Set(_) => panic!("a set where one value was asked for"),
        }
    }
}

/// Rules.
impl Maker<'_, '_, '_> {
    fn rules(&mut self) -> Vec<Rule> {
        let count = *self.choices.pick(&[1, 2, 3, 0, 4, 6]);
        (0..count).map(|number| self.rule(number)).collect()
    }

    /// They decide nothing, so no request has to come near to what they say.
    fn promises(&mut self) -> Vec<Promise> {
        let hints = self.hints.len();
        let count = *self.choices.pick(&[0, 0, 1, 2]);
        let rules: Vec<Rule> = (0..count).map(|number| self.rule(number)).collect();
        self.rule = None;
        self.hints.truncate(hints);
        let kind = |effect| match effect {
            Effect::Deny => PromiseKind::Never,
            Effect::Allow => PromiseKind::Always,
        };
        rules.into_iter().map(|requests| Promise { kind: kind(requests.effect), requests }).collect()
    }

    fn rule(&mut self, number: usize) -> Rule {
        self.rule = Some(number);
        let effect = if self.choices.chance(70) { Effect::Deny } else { Effect::Allow };
        let actions = self.actions();
        let fields = self.vocabulary.attributes().len();
        let mut tests = Vec::new();
        for field in (0..fields).map(|field| FieldNo(u8::try_from(field).unwrap())) {
            let wanted = if field == TIME { 16 } else { 256 * 2 / (fields + 1) };
            if self.choices.chance(wanted.min(220)) {
                let pattern = self.attribute_pattern(field);
                tests.push(Test { field, pattern });
            }
        }
        let condition = self.choices.chance(80).then(|| Box::new(self.condition(2)));
        Rule { effect, actions, tests, condition, at: place_of(number) }
    }

    fn actions(&mut self) -> Option<Actions> {
        let count = self.vocabulary.actions().len();
        let way = self.choices.below(6);
        if way == 0 {
            return None;
        }
        let wanted =
            if way == 5 { self.choices.below(count + 1) } else { self.choices.below(3) + usize::from(way < 4) };
        let first = self.choices.below(count);
        let step = 1 + self.choices.below(3);
        let mut listed: Vec<ActionNo> =
            (0..wanted).map(|place| ActionNo(u16::try_from((first + place * step) % count).unwrap())).collect();
        listed.sort_unstable();
        listed.dedup();
        Some(Actions { listed, negated: way == 4 })
    }

    /// Rules that differ in one attribute only, as a table would hold them.
    fn many_rules(&mut self) -> Vec<Rule> {
        let attributes = self.vocabulary.attributes();
        let textual =
            |ty| matches!(ty, Type::One(Scalar::String | Scalar::Bytes | Scalar::Path) | Type::Set(Scalar::String));
        let Some(place) = attributes.iter().position(|attribute| textual(attribute.ty)) else { return self.rules() };
        let field = FieldNo(u8::try_from(place).unwrap());
        let (Type::One(scalar) | Type::Set(scalar)) = attributes[place].ty else { return self.rules() };
        let count = 20 + self.choices.below(100);
        let way = self.choices.below(3);
        let mut rules: Vec<Rule> = Vec::new();
        for number in 0..count {
            self.rule = Some(number);
            let odd = self.choices.chance(20);
            let text = if scalar == Scalar::Path { format!("/k/{number}") } else { format!("k{number}/") };
            let value = text_as(scalar, text.clone().into_bytes());
            let pattern = match way {
                _ if odd => Pattern::Any,
                1 if scalar != Scalar::Path => Pattern::Affix(Affix::Prefix, literal(text.as_bytes())),
                2 if scalar == Scalar::Path => Pattern::Path(PathText(literal(format!("{text}/**").as_bytes()))),
                2 if number % 2 == 0 => Pattern::OneOf(vec![
                    Pattern::Equal(Term::Constant(value.clone())),
                    Pattern::Equal(Term::Constant(text_as(scalar, b"/shared".to_vec()))),
                ]),
                _ => Pattern::Equal(Term::Constant(value.clone())),
            };
            self.note(&Place::Field(field), Some(value));
            let effect = if self.choices.chance(24) { Effect::Deny } else { Effect::Allow };
            let actions = if odd { self.actions() } else { None };
            let condition = (odd && number % 3 == 0).then(|| Box::new(self.condition(1)));
            rules.push(Rule { effect, actions, tests: vec![Test { field, pattern }], condition, at: place_of(number) });
        }
        rules
    }
}

/// Patterns.
impl Maker<'_, '_, '_> {
    fn attribute_pattern(&mut self, field: FieldNo) -> Pattern {
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

    fn pattern(&mut self, scalar: Scalar, place: &Place, depth: usize) -> Pattern {
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
                    let affix = *self.choices.pick(&[Affix::Prefix, Affix::Suffix]);
                    let (text, value) = self.text(scalar);
                    let rest = *self.choices.pick(&[&b""[..], b"x", b"/y"]);
                    let value = if affix == Affix::Prefix { [&value, rest].concat() } else { [rest, &value].concat() };
                    self.note(place, Some(text_as(scalar, value)));
                    Pattern::Affix(affix, text)
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
            Scalar::Path => self.path_pattern(place),
            Scalar::Bool | Scalar::Uuid => self.equal(scalar, place),
        }
    }

    fn bound(&mut self, scalar: Scalar, place: &Place) -> Bound {
        let (term, value) = self.term(scalar);
        self.note(place, Some(value));
        Bound { term, included: !self.choices.chance(128) }
    }

    /// A value and what it is.
    fn term(&mut self, scalar: Scalar) -> (Term, Constant) {
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
        Pattern::Glob(GlobText(text))
    }

    fn regex(&mut self, scalar: Scalar, place: &Place) -> Pattern {
        let mut pieces = Pieces::default();
        let opening = *self.choices.pick(&["", "", "", "", "zz|", "^", "^zz|", "(?:^|x)"]);
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
        Pattern::Regex(RegexText(text))
    }

    fn network(&mut self, place: &Place) -> Pattern {
        let first = address(self.choices);
        let bits = *self.choices.pick(&[104, 112, 128, 96, 0, 1, 32, 64, 97, 105, 120, 127]);
        let mask = if bits == 0 { 0 } else { u128::MAX << (128 - u32::from(bits)) };
        let low = u128::from_be_bytes(first.octets()) & mask;
        let high = low | !mask;
        for edge in [low, high, low.wrapping_sub(1), high.wrapping_add(1)] {
            self.note(place, Some(Constant::Ip(Address::from_octets(edge.to_be_bytes()))));
        }
        Pattern::Network(Network { first: Address::from_octets(low.to_be_bytes()), bits })
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
                    let segment = *self.choices.pick(&["a", "b", "v1", "a%20b", ".admin", "\u{e9}"]);
                    pieces.both(segment.as_bytes());
                }
            }
        }
        if !pieces.text.pieces.iter().any(|piece| matches!(piece, Piece::Literal(bytes) if bytes.contains(&b'*'))) {
            pieces.put(b"/**", b"/z");
        }
        let (text, value) = pieces.done();
        self.note(place, Some(text_as(Scalar::Path, value)));
        Pattern::Path(PathText(text))
    }
}

/// A text that grows together with a value that it matches.
#[derive(Default)]
struct Pieces {
    text: Text,
    value: Vec<u8>,
}

impl Pieces {
    fn put(&mut self, source: &[u8], value: &[u8]) {
        self.value.extend_from_slice(value);
        match self.text.pieces.last_mut() {
            _ if source.is_empty() => {}
            Some(Piece::Literal(before)) => before.extend_from_slice(source),
            _ => self.text.pieces.push(Piece::Literal(source.to_vec())),
        }
    }

    fn both(&mut self, bytes: &[u8]) {
        self.put(bytes, bytes);
    }

    fn splice(&mut self, number: ArgumentNo, value: &[u8]) {
        self.value.extend_from_slice(value);
        self.text.pieces.push(Piece::Parameter(number));
    }

    fn done(self) -> (Text, Vec<u8>) {
        (self.text, self.value)
    }
}

fn literal(bytes: &[u8]) -> Text {
    Text { pieces: if bytes.is_empty() { Vec::new() } else { vec![Piece::Literal(bytes.to_vec())] } }
}

fn text_bytes(text: &Text) -> Vec<u8> {
    let literal = |piece: &Piece| match piece {
        Piece::Literal(bytes) => bytes.clone(),
        Piece::Parameter(_) => Vec::new(),
    };
    text.pieces.iter().flat_map(literal).collect()
}

fn text_as(scalar: Scalar, bytes: Vec<u8>) -> Constant {
    match scalar {
        Scalar::Bytes => Constant::Bytes(bytes),
        Scalar::Path => Constant::Path(String::from_utf8(bytes).unwrap()),
        _ => Constant::String(String::from_utf8(bytes).unwrap()),
    }
}

/// Expressions that hold of strings and of bytes, with a text that each matches.
const ATOMS: [(&str, &str); 14] = [
    ("a", "a"),
    (".", "z"),
    ("[a-c]", "b"),
    ("[^x]", "y"),
    ("(?:ab|c)", "c"),
    ("(?:|d|de)", "de"),
    ("eu-", "eu-"),
    (r"\d", "7"),
    (r"\.", "."),
    ("[A-Za-z0-9_]", "_"),
    ("(?i:aB)", "Ab"),
    (r"\x2a", "*"),
    ("(?:a*b)", "aab"),
    (r"\n", "\n"),
];

const QUANTIFIERS: [(&str, usize); 8] =
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
fn raw_word(choices: &mut Choices<'_>, scalar: Scalar) -> Vec<u8> {
    if scalar == Scalar::Bytes && choices.chance(64) {
        return choices.pick(&[&[0xff][..], &[0, 0], &[0xc3], &[0x80, 0x2a]]).to_vec();
    }
    choices.pick(&WORDS).as_bytes().to_vec()
}

fn address(choices: &mut Choices<'_>) -> Address {
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
            let paths = ["/", "/a", "/a/b", "/a/b/c", "/v1/\u{e9}", "/ab", "/*", "/**", "/a%20b/.admin"];
            Constant::Path((*choices.pick(&paths)).to_owned())
        }
    }
}

/// Conditions.
impl Maker<'_, '_, '_> {
    fn condition(&mut self, depth: usize) -> Condition {
        match self.choices.below(if depth == 0 { 13 } else { 18 }) {
            0 => self.comparison(depth),
            1 => Condition::Constant(!self.choices.chance(100)),
            2 => self.has(),
            3 | 4 => self.comparison(depth),
            5 | 6 => self.membership(depth),
            7 | 8 => self.quantified(),
            9 => self.looking(depth),
            10 => match self.some_operand(Scalar::Bool, depth) {
                (operand, place) => {
                    self.note(&place, Some(Constant::Bool(true)));
                    Condition::Truth(operand)
                }
            },
            11 => Condition::Vouched(*self.choices.pick(&[[7; 32], [8; 32]])),
            12 => self.member(depth),
            13 | 14 => Condition::Not(Box::new(self.condition(depth - 1))),
            15 | 16 => {
                let count = 1 + self.choices.below(3);
                Condition::All((0..count).map(|_| self.condition(depth - 1)).collect())
            }
            _ => {
                let count = 1 + self.choices.below(3);
                Condition::AnyOf((0..count).map(|_| self.condition(depth - 1)).collect())
            }
        }
    }

    fn fields(&self, fits: impl Fn(Type) -> bool) -> Vec<FieldNo> {
        let numbered = (0..).map(FieldNo).zip(self.vocabulary.attributes());
        numbered.filter(|(_, attribute)| fits(attribute.ty)).map(|(field, _)| field).collect()
    }

    fn has(&mut self) -> Condition {
        let maps = self.fields(|ty| ty == Type::Labels);
        if !maps.is_empty() && self.choices.chance(100) {
            let name = (*self.choices.pick(&LABELS)).to_owned();
            return Condition::HasLabel(*self.choices.pick(&maps), name);
        }
        let all = self.fields(|_| true);
        let field = *self.choices.pick(&all);
        if self.choices.chance(80) {
            self.note(&Place::Field(field), None);
        }
        Condition::Has(field)
    }

    fn comparison(&mut self, depth: usize) -> Condition {
        let scalar = self.some_scalar();
        let (left, place) = self.some_operand(scalar, depth);
        let (right, _) = if self.choices.chance(180) {
            self.constant_operand(scalar, &place)
        } else {
            self.some_operand(scalar, depth)
        };
        let ordered = [
            Comparison::Equal,
            Comparison::Less,
            Comparison::LessOrEqual,
            Comparison::Greater,
            Comparison::GreaterOrEqual,
            Comparison::NotEqual,
        ];
        let equal = [Comparison::Equal, Comparison::NotEqual];
        let comparison = *self.choices.pick(if scalar.is_ordered() { &ordered[..] } else { &equal });
        if self.choices.chance(60) {
            return Condition::Compare(comparison, right, left);
        }
        Condition::Compare(comparison, left, right)
    }

    /// A type, mostly one that an attribute has.
    fn some_scalar(&mut self) -> Scalar {
        if self.choices.chance(40) {
            return *self.choices.pick(&Scalar::ALL);
        }
        match self.choices.pick(self.vocabulary.attributes()).ty {
            Type::One(scalar) => scalar,
            Type::Set(_) => Scalar::Int,
            Type::Labels => Scalar::String,
        }
    }

    fn membership(&mut self, depth: usize) -> Condition {
        let scalar = self.some_scalar();
        let (operand, place) = self.some_operand(scalar, depth);
        Condition::Matches(operand, self.pattern(scalar, &place, depth.min(1)))
    }

    fn quantified(&mut self) -> Condition {
        let sets = self.fields(|ty| matches!(ty, Type::Set(_)));
        if sets.is_empty() {
            return self.membership(1);
        }
        let field = *self.choices.pick(&sets);
        let Type::Set(scalar) = self.vocabulary.attributes()[usize::from(field.0)].ty else { panic!("filtered above") };
        let pattern = self.pattern(scalar, &Place::Field(field), 1);
        if self.choices.chance(128) { Condition::Every(field, pattern) } else { Condition::Some(field, pattern) }
    }

    fn member(&mut self, depth: usize) -> Condition {
        let sets = self.fields(|ty| matches!(ty, Type::Set(_)));
        if sets.is_empty() {
            return self.comparison(depth);
        }
        let field = *self.choices.pick(&sets);
        let Type::Set(scalar) = self.vocabulary.attributes()[usize::from(field.0)].ty else { panic!("filtered above") };
        let (operand, _) = if self.choices.chance(128) {
            self.some_operand(scalar, depth)
        } else {
            self.constant_operand(scalar, &Place::Field(field))
        };
        Condition::Member(operand, field)
    }

    fn looking(&mut self, depth: usize) -> Condition {
        let scalar = *self.choices.pick(&[Scalar::String, Scalar::Bytes]);
        let (text, place) = self.some_operand(scalar, depth);
        let (part, _) = if self.choices.chance(60) {
            self.some_operand(scalar, depth)
        } else {
            self.constant_operand(scalar, &place)
        };
        match self.choices.below(3) {
            0 => Condition::StartsWith(text, part),
            1 => Condition::EndsWith(text, part),
            _ => Condition::Contains(text, part),
        }
    }

    fn constant_operand(&mut self, scalar: Scalar, place: &Place) -> (Operand, Place) {
        let (term, value) = self.term(scalar);
        self.note(place, Some(value));
        (Operand::Term(term, scalar), Place::Nowhere)
    }

    /// An operand, and the place it is read from if it is read from one.
    fn some_operand(&mut self, scalar: Scalar, depth: usize) -> (Operand, Place) {
        let fields = self.fields(|ty| ty == Type::One(scalar));
        let way = self.choices.below(if depth == 0 { 4 } else { 8 });
        if way < 6 && !fields.is_empty() {
            let field = *self.choices.pick(&fields);
            return (Operand::Field(field), Place::Field(field));
        }
        let operand = match scalar {
            Scalar::Int if depth > 0 => self.number(depth - 1),
            Scalar::Time => match self.choices.below(if depth == 0 { 2 } else { 4 }) {
                0 => Operand::Issuance,
                1 => Operand::Expiry,
                2 => {
                    let (left, right) = (self.inner(Scalar::Time, depth), self.inner(Scalar::Duration, depth));
                    Operand::Add(left, right)
                }
                _ => {
                    let (left, right) = (self.inner(Scalar::Time, depth), self.inner(Scalar::Duration, depth));
                    Operand::Subtract(left, right)
                }
            },
            Scalar::Duration if depth > 0 => match self.choices.below(3) {
                0 => {
                    let (left, right) = (self.inner(Scalar::Time, depth), self.inner(Scalar::Time, depth));
                    Operand::Subtract(left, right)
                }
                1 => {
                    let (left, right) = (self.inner(Scalar::Duration, depth), self.inner(Scalar::Duration, depth));
                    Operand::Subtract(left, right)
                }
                _ => {
                    let (left, right) = (self.inner(Scalar::Duration, depth), self.inner(Scalar::Duration, depth));
                    Operand::Add(left, right)
                }
            },
            Scalar::String => {
                let maps = self.fields(|ty| ty == Type::Labels);
                if maps.is_empty() {
                    return self.constant_operand(scalar, &Place::Nowhere);
                }
                let (field, name) = (*self.choices.pick(&maps), (*self.choices.pick(&LABELS)).to_owned());
                return (Operand::Label(field, name.clone()), Place::Label(field, name));
            }
            _ => return self.constant_operand(scalar, &Place::Nowhere),
        };
        (operand, Place::Nowhere)
    }

    fn inner(&mut self, scalar: Scalar, depth: usize) -> Box<Operand> {
        Box::new(self.some_operand(scalar, depth - 1).0)
    }

    fn number(&mut self, depth: usize) -> Operand {
        let countable = self.fields(|ty| matches!(ty, Type::Set(_) | Type::Labels));
        match self.choices.below(7) {
            0 if !countable.is_empty() => Operand::Size(*self.choices.pick(&countable)),
            1 => Operand::Minute(Box::new(self.some_operand(Scalar::Time, depth).0)),
            2 => Operand::Weekday(Box::new(self.some_operand(Scalar::Time, depth).0)),
            3 => {
                let scalar = *self.choices.pick(&[Scalar::String, Scalar::Bytes, Scalar::Path]);
                Operand::Length(Box::new(self.some_operand(scalar, depth).0))
            }
            4 => {
                let (left, right) = (self.some_operand(Scalar::Int, depth).0, self.some_operand(Scalar::Int, depth).0);
                Operand::Add(Box::new(left), Box::new(right))
            }
            5 => {
                let (left, right) = (self.some_operand(Scalar::Int, depth).0, self.some_operand(Scalar::Int, depth).0);
                Operand::Subtract(Box::new(left), Box::new(right))
            }
            _ => Operand::Hour(Box::new(self.some_operand(Scalar::Time, depth).0)),
        }
    }
}
