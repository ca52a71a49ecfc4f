//! Writes programs instruction by instruction, as somebody would who has no compiler and wants to break the VM: nodes of
//! the right sort and mostly of the right type, put together in ways that no compiler would choose.

use std::collections::BTreeSet;

use placet::bytecode::automaton::Draft;
use placet::bytecode::constant::{NetworkBits, write_actions};
use placet::bytecode::cursor::{Cursor, put_prefixed};
use placet::bytecode::made::MadePiece;
use placet::bytecode::op::{Const, Int, Length, Op};
use placet::bytecode::program::{Pool, Program};
use placet::bytecode::table::{Rows, write};
use placet::bytecode::url::UrlConstant;
use placet::bytecode::verify::{Budget, Scope};
use placet::bytecode::wildcard::{GlobPiece, PathPiece};
use placet::bytecode::zone::ZoneDraft;
use placet::model::claim::{Claim, ClaimMap};
use placet::model::types::{Scalar, Type};
use placet::model::url::Scheme;
use placet::model::url_pattern::{HostPattern, PortPattern};
use placet::model::value::Address;
use placet::model::vocabulary::{ActionNo, FieldNo, Vocabulary};

use super::choices::Choices;

/// A vocabulary with every type there is, each of them once required and once optional.
pub fn every_type() -> Vocabulary {
    let mut builder = Vocabulary::builder("every", 1);
    for scalar in Scalar::ALL {
        builder = builder.attribute(&format!("a_{scalar}"), Type::One(scalar), false).unwrap();
        builder = builder.attribute(&format!("o_{scalar}"), Type::One(scalar), true).unwrap();
        builder = builder.attribute(&format!("s_{scalar}"), Type::Set(scalar), true).unwrap();
    }
    builder = builder.attribute("labels", Type::Labels, true).unwrap();
    (0..20).fold(builder, |builder, action| builder.action(&format!("act{action}")).unwrap()).build()
}

/// The present state of the vocabulary, in a token.
pub fn scope(vocabulary: &Vocabulary) -> Scope<'_> {
    Scope { vocabulary, state: vocabulary.present(), budget: Budget::Token }
}

/// A program of up to five rules.
pub fn program(choices: &mut Choices<'_>, vocabulary: &Vocabulary) -> Vec<u8> {
    let mut writer = Writer { choices, vocabulary, pool: Pool::default(), tables: Vec::new() };
    let mut kinds: Vec<usize> = (0..=writer.choices.below(5)).map(|_| 2 - writer.choices.below(3)).collect();
    kinds.sort_unstable();
    let mut code = Vec::new();
    for kind in kinds {
        let mut body = Vec::new();
        for _ in 0..writer.choices.below(4) {
            writer.test(&mut body);
        }
        let body_length = length(&body);
        let op = match (kind, writer.choices.below(3)) {
            (0, _) => Op::Deny { body: body_length },
            (1, _) => Op::Require { body: body_length },
            (_, 0) => Op::AllowIs { action: writer.action(), body: body_length },
            (_, 1) => Op::AllowIn { first: writer.action(), last: ActionNo(19), body: body_length },
            _ => Op::Allow { body: body_length },
        };
        op.write(&mut code);
        code.extend(body);
    }
    let mut whole: Vec<u8> = writer.tables.iter().flat_map(|table| one(Op::Table { table: *table })).collect();
    whole.extend(code);
    Program::new(&whole, &writer.pool).into_bytes()
}

pub fn length(body: &[u8]) -> Length {
    Length(u32::try_from(body.len()).unwrap())
}

/// An instruction by itself.
pub fn one(op: Op) -> Vec<u8> {
    let mut out = Vec::new();
    op.write(&mut out);
    out
}

/// An automaton that accepts words of `a` only.
pub fn words_of_a() -> Vec<u8> {
    let mut start = [0; 256];
    start[usize::from(b'a')] = 1;
    Draft { source: "a*", next: vec![[0; 256], start], accepting: vec![false, true] }.write().unwrap()
}

struct Writer<'c, 'b, 'v> {
    choices: &'c mut Choices<'b>,
    vocabulary: &'v Vocabulary,
    pool: Pool,
    /// The tables so far, in the order of their names.
    tables: Vec<Const>,
}

impl Writer<'_, '_, '_> {
    fn test(&mut self, out: &mut Vec<u8>) {
        match self.choices.below(14) {
            0 => Op::ActionIs { action: self.action() }.write(out),
            1 => Op::ActionIn { first: self.action(), last: ActionNo(19) }.write(out),
            way @ (2 | 3) => {
                let mut set = Vec::new();
                let listed: Vec<ActionNo> = (0..self.choices.below(4)).map(|_| self.action()).collect();
                write_actions(&listed, &mut set);
                let set = self.pool.intern(&set);
                if way == 2 { Op::ActionSet { set } } else { Op::ActionNot { set } }.write(out);
            }
            9 => Op::Present { field: self.field(|_| true) }.write(out),
            way @ (10 | 11) => {
                let field = self.field(|ty| {
                    matches!(ty, Type::One(Scalar::String | Scalar::Bytes) | Type::Set(Scalar::String | Scalar::Bytes))
                });
                let text = self.pool.intern([&b"a"[..], b"", b"aa"][self.choices.below(3)]);
                if way == 10 { Op::Equals { field, text } } else { Op::Begins { field, text } }.write(out);
            }
            way @ (12 | 13) => {
                let field = self.field(|ty| matches!(ty, Type::Set(_)));
                if way == 12 { Op::SomeOf { field } } else { Op::EveryOf { field } }.write(out);
                self.pattern_on(field, out);
            }
            4 | 5 => {
                Op::When {}.write(out);
                self.truth(3, out);
            }
            _ => {
                let field = self.field(|_| true);
                Op::Test { field }.write(out);
                self.pattern_on(field, out);
            }
        }
    }

    fn action(&mut self) -> ActionNo {
        ActionNo(u16::try_from(self.choices.below(20)).unwrap())
    }

    fn field(&mut self, fits: impl Fn(Type) -> bool) -> FieldNo {
        let numbered = (0..).map(FieldNo).zip(self.vocabulary.attributes());
        let fitting: Vec<FieldNo> =
            numbered.filter(|(_, attribute)| fits(attribute.ty)).map(|(field, _)| field).collect();
        // Now and then one that does not fit.
        if self.choices.chance(2) { FieldNo(self.choices.byte() % 32) } else { *self.choices.pick(&fitting) }
    }

    fn pattern_on(&mut self, field: FieldNo, out: &mut Vec<u8>) {
        let subject = match self.vocabulary.attribute(field).map(|attribute| attribute.ty) {
            Some(Type::One(scalar) | Type::Set(scalar)) => Some(scalar),
            Some(Type::Labels) | None => None,
        };
        self.pattern(subject, 3, out);
    }

    /// `None` is labels.
    fn pattern(&mut self, subject: Option<Scalar>, depth: usize, out: &mut Vec<u8>) {
        let ways = if depth == 0 { 6 } else { 10 };
        match (self.choices.below(ways), subject) {
            (0, _) => Op::Any {}.write(out),
            (1, _) => Op::Absent {}.write(out),
            (2..=5, Some(scalar)) => self.leaf(scalar, out),
            (2..=5, None) if depth > 0 => {
                let name = self.text(Scalar::String);
                Op::Label { name }.write(out);
                self.pattern(Some(Scalar::String), depth - 1, out);
            }
            (2..=5, None) => Op::Any {}.write(out),
            (6 | 7, _) => {
                Op::Not {}.write(out);
                self.pattern(subject, depth - 1, out);
            }
            (way, _) => {
                let mut body = Vec::new();
                for _ in 0..self.choices.below(4) {
                    self.pattern(subject, depth - 1, &mut body);
                }
                let length = length(&body);
                if way == 8 { Op::AnyOf { body: length } } else { Op::AllOf { body: length } }.write(out);
                out.extend(body);
            }
        }
    }

    /// A pattern that reads another attribute.
    fn elsewhere(&mut self, scalar: Scalar, out: &mut Vec<u8>) {
        let own = if scalar == Scalar::Path { Scalar::Uuid } else { Scalar::String };
        let is_made = matches!(scalar, Scalar::String | Scalar::Bytes | Scalar::Path) && self.choices.below(3) > 0;
        let prefix = *self.choices.pick(&["a", "o"]);
        let field = |scalar| self.vocabulary.field(&format!("{prefix}_{scalar}")).unwrap();
        if !is_made {
            Op::Is {}.write(out);
            return Op::Field { field: field(scalar) }.write(out);
        }
        let value = one(Op::Field { field: field(own) });
        let mut shape = Vec::new();
        let pieces: &[MadePiece<'_>] = match scalar {
            Scalar::Path => &[MadePiece::Segment, MadePiece::Filled, MadePiece::Segment, MadePiece::Segments],
            _ => &[MadePiece::Literal(b"a"), MadePiece::Run, MadePiece::Value, MadePiece::One],
        };
        pieces.iter().for_each(|piece| piece.write(&mut shape));
        Op::Made { shape: self.pool.intern(&shape), body: length(&value) }.write(out);
        out.extend(value);
    }

    fn leaf(&mut self, scalar: Scalar, out: &mut Vec<u8>) {
        if self.choices.chance(32) {
            return self.elsewhere(scalar, out);
        }
        let op = match scalar {
            Scalar::Bool => *self.choices.pick(&[Op::IsTrue {}, Op::IsFalse {}]),
            Scalar::Int | Scalar::Time | Scalar::Duration => Op::Range { first: self.number(), last: self.number() },
            Scalar::String | Scalar::Bytes => match self.choices.below(8) {
                0 => Op::Eq { text: self.text(scalar) },
                1 => Op::Prefix { constant: self.text(scalar) },
                2 => Op::Suffix { constant: self.text(scalar) },
                5 => Op::NocasePrefix { constant: self.text(scalar) },
                6 => Op::NocaseSuffix { constant: self.text(scalar) },
                7 => Op::Nocase { constant: self.text(scalar) },
                3 => Op::Glob { constant: self.glob() },
                _ => Op::Regex { constant: self.pool.intern(&words_of_a()) },
            },
            Scalar::Uuid => Op::Eq { text: self.pool.intern(&[7; 16]) },
            Scalar::Ip => {
                let mut network = Vec::new();
                let bits = *self.choices.pick(&[0, 8, 96, 104, 128]);
                let first =
                    *self.choices.pick(&[[0; 16], [0xff; 16], [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 10, 0, 0, 1]]);
                NetworkBits { first: Address::from_octets(first), bits }.truncated().write(&mut network);
                Op::Net { network: self.pool.intern(&network) }
            }
            Scalar::Path => match self.choices.below(5) {
                0 => Op::Eq { text: self.path() },
                1 => Op::Within { constant: self.path() },
                3 => Op::Nocase { constant: self.path() },
                4 => Op::NocaseWithin { constant: self.path() },
                _ => Op::Path { constant: self.path_pattern() },
            },
            Scalar::Url => match self.choices.below(2) {
                0 => Op::Eq { text: self.url() },
                _ => Op::Url { constant: self.url_pattern() },
            },
        };
        op.write(out);
    }

    fn number(&mut self) -> Int {
        Int(*self.choices.pick(&[0, 1, -1, 100, i64::MAX, i64::MIN]))
    }

    fn text(&mut self, scalar: Scalar) -> Const {
        let texts: &[&[u8]] = &[b"", b"a", b"aa", b"dc", b"b/", "\u{e9}".as_bytes(), &[0xff], &[0x80]];
        let texts = if scalar == Scalar::Bytes { texts } else { &texts[..6] };
        self.pool.intern(*self.choices.pick(texts))
    }

    fn path(&mut self) -> Const {
        self.pool.intern(self.choices.pick(&["/", "/a", "/a/b"]).as_bytes())
    }

    fn url(&mut self) -> Const {
        self.pool.intern(self.choices.pick(&["https://a.de/", "http://a.de:8080/a?b", "https://[::1]/a"]).as_bytes())
    }

    fn url_pattern(&mut self) -> Const {
        let mut constant = Vec::new();
        let host = *self.choices.pick(&[HostPattern::Any, HostPattern::Child("de"), HostPattern::Within("a.de")]);
        let port = *self.choices.pick(&[PortPattern::Any, PortPattern::Default, PortPattern::Number(8080)]);
        let scheme = *self.choices.pick(&[None, Some(Scheme::Http), Some(Scheme::Https)]);
        let path = *self.choices.pick(&[&[0][..], &[], &[3, b'a', 0], &[1]]);
        let pattern = UrlConstant { scheme, port, host, path };
        let pattern = if self.choices.chance(64) { UrlConstant::PUBLIC } else { pattern };
        pattern.write(&mut constant);
        self.pool.intern(&constant)
    }

    fn glob(&mut self) -> Const {
        let mut glob = Vec::new();
        for _ in 0..self.choices.below(3) {
            self.choices.pick(&[GlobPiece::Run, GlobPiece::One]).write(&mut glob);
            self.choices
                .pick(&[GlobPiece::Literal(b"a"), GlobPiece::Literal(&[0x80]), GlobPiece::One])
                .write(&mut glob);
        }
        self.pool.intern(&glob)
    }

    fn path_pattern(&mut self) -> Const {
        let mut path = Vec::new();
        for _ in 0..self.choices.below(3) {
            self.choices.pick(&[PathPiece::Run, PathPiece::One]).write(&mut path);
            self.choices
                .pick(&[PathPiece::Literal(b"a"), PathPiece::Glob(&[0, 2, b'a']), PathPiece::One])
                .write(&mut path);
        }
        self.pool.intern(&path)
    }

    fn truth(&mut self, depth: usize, out: &mut Vec<u8>) {
        match self.choices.below(if depth == 0 { 18 } else { 23 }) {
            21 => Op::HasClaim { claim: *self.choices.pick(&Claim::ALL) }.write(out),
            22 => {
                let map = *self.choices.pick(&ClaimMap::ALL);
                Op::HasEntry { map, name: self.text(Scalar::String) }.write(out);
            }
            0 => Op::True {}.write(out),
            1 => Op::False {}.write(out),
            2 => Op::Has { field: self.field(|_| true) }.write(out),
            3 => {
                let field = self.field(|ty| ty == Type::Labels);
                Op::HasLabel { field, name: self.text(Scalar::String) }.write(out);
            }
            way @ (4 | 5) => {
                let field = self.field(is_set);
                if way == 4 { Op::AnyElement { field } } else { Op::EveryElement { field } }.write(out);
                self.pattern_on(field, out);
            }
            6 => {
                let field = self.field(is_set);
                Op::Member { field }.write(out);
                if let Some(Type::Set(scalar)) = self.vocabulary.attribute(field).map(|attribute| attribute.ty) {
                    self.value(scalar, 1, out);
                }
            }
            7 if self.choices.chance(128) => self.approval(out),
            7 => match self.choices.below(3) {
                0 => Op::Vouched { key: self.pool.intern(&[7; 32]) }.write(out),
                1 => self.asked_action(out),
                _ => self.two_sets(out),
            },
            8 => {
                Op::Truth {}.write(out);
                self.value(Scalar::Bool, 1, out);
            }
            9 => {
                let scalar = *self.choices.pick(&Scalar::ALL);
                Op::Matches {}.write(out);
                self.value(scalar, 2, out);
                self.pattern(Some(scalar), 1, out);
            }
            10 | 11 => {
                let scalar = *self.choices.pick(&[Scalar::String, Scalar::Bytes]);
                self.choices.pick(&[Op::StartsWith {}, Op::EndsWith {}, Op::Contains {}]).write(out);
                self.value(scalar, 1, out);
                self.value(scalar, 1, out);
            }
            12 | 13 => {
                let scalar = *self.choices.pick(&Scalar::ALL);
                self.choices.pick(&[Op::Equal {}, Op::Unequal {}]).write(out);
                self.value(scalar, 2, out);
                self.value(scalar, 2, out);
            }
            14 | 15 => {
                let scalar = *self.choices.pick(&[Scalar::Int, Scalar::Time, Scalar::Duration]);
                self.choices.pick(&[Op::Less {}, Op::LessEqual {}]).write(out);
                self.value(scalar, 2, out);
                self.value(scalar, 2, out);
            }
            16 => self.value_in_row(out),
            17 => self.set_in_row(out),
            18 => {
                Op::Negate {}.write(out);
                self.truth(depth - 1, out);
            }
            way => {
                let mut body = Vec::new();
                for _ in 0..self.choices.below(4) {
                    self.truth(depth - 1, &mut body);
                }
                let length = length(&body);
                if way == 19 { Op::All { body: length } } else { Op::Some { body: length } }.write(out);
                out.extend(body);
            }
        }
    }

    fn approval(&mut self, out: &mut Vec<u8>) {
        let keys = [[7; 32], [8; 32], [9; 32]];
        let keys = &keys[..1 + self.choices.below(keys.len())];
        let needed = u8::try_from(1 + self.choices.below(keys.len())).expect("three at most");
        let quorum: Vec<u8> = std::iter::once(needed).chain(keys.concat()).collect();
        Op::Approved { quorum: self.pool.intern(&quorum) }.write(out);
    }

    fn asked_action(&mut self, out: &mut Vec<u8>) {
        let mut set = Vec::new();
        write_actions(&[self.action()], &mut set);
        Op::Asks { set: self.pool.intern(&set) }.write(out);
    }

    fn two_sets(&mut self, out: &mut Vec<u8>) {
        let field = self.field(is_set);
        let ty = self.vocabulary.attribute(field).map(|attribute| attribute.ty);
        let set = self.field(|other| Some(other) == ty || ty.is_none());
        self.choices.pick(&[Op::AnyIn { field, set }, Op::EveryIn { field, set }]).write(out);
    }

    fn value_in_row(&mut self, out: &mut Vec<u8>) {
        let scalar = *self.choices.pick(&Scalar::ALL);
        let (table, key) = self.table(scalar, 128);
        if self.choices.chance(128) {
            Op::HasRow { table }.write(out);
        } else {
            Op::InRow { table }.write(out);
            self.value(scalar, 1, out);
        }
        self.value(key, 1, out);
    }

    fn set_in_row(&mut self, out: &mut Vec<u8>) {
        let field = self.field(is_set);
        let Some(Type::Set(scalar)) = self.vocabulary.attribute(field).map(|attribute| attribute.ty) else {
            return Op::True {}.write(out);
        };
        let (table, key) = self.table(scalar, 200);
        self.choices.pick(&[Op::AnyInRow { field, table }, Op::EveryInRow { field, table }]).write(out);
        self.value(key, 1, out);
    }

    fn value(&mut self, scalar: Scalar, depth: usize, out: &mut Vec<u8>) {
        if self.choices.chance(128) {
            let field = self.field(|ty| ty == Type::One(scalar));
            return Op::Field { field }.write(out);
        }
        let computed = depth > 0 && self.choices.chance(160);
        if computed && self.choices.chance(40) {
            let (table, key) = self.table(scalar, 0);
            Op::RowOf { table }.write(out);
            return self.value(key, depth - 1, out);
        }
        match scalar {
            Scalar::Bool => self.choices.pick(&[Op::Yes {}, Op::No {}]).write(out),
            Scalar::Int if computed => self.count(depth - 1, out),
            Scalar::Time | Scalar::Duration if computed => {
                let other = if scalar == Scalar::Time { Scalar::Duration } else { Scalar::Time };
                let (op, left, right) = *self.choices.pick(&[
                    (Op::Add {}, scalar, Scalar::Duration),
                    (Op::Subtract {}, scalar, if other == Scalar::Time { Scalar::Duration } else { other }),
                ]);
                op.write(out);
                self.value(left, depth - 1, out);
                self.value(right, depth - 1, out);
            }
            Scalar::Int => Op::Number { number: self.number() }.write(out),
            Scalar::Time => match self.choices.below(4) {
                3 if depth > 0 => {
                    Op::Local { zone: self.zone() }.write(out);
                    self.value(Scalar::Time, depth - 1, out);
                }
                0 => Op::Issuance {}.write(out),
                1 => Op::Expiry {}.write(out),
                _ => Op::Time { number: self.number() }.write(out),
            },
            Scalar::Duration => Op::Duration { number: self.number() }.write(out),
            Scalar::String if computed && self.choices.chance(128) => match self.choices.below(2) {
                0 => Op::ClaimOf { claim: *self.choices.pick(&Claim::ALL) }.write(out),
                _ => {
                    let map = *self.choices.pick(&ClaimMap::ALL);
                    Op::EntryOf { map, name: self.text(Scalar::String) }.write(out);
                }
            },
            Scalar::String if computed => {
                let field = self.field(|ty| ty == Type::Labels);
                Op::LabelOf { field, name: self.text(Scalar::String) }.write(out);
            }
            Scalar::String => Op::String { constant: self.text(scalar) }.write(out),
            Scalar::Bytes => Op::Bytes { constant: self.text(scalar) }.write(out),
            Scalar::Uuid => Op::Uuid { constant: self.pool.intern(&[7; 16]) }.write(out),
            Scalar::Ip => Op::Ip { constant: self.pool.intern(&[0; 16]) }.write(out),
            Scalar::Path => Op::PathOf { constant: self.path() }.write(out),
            Scalar::Url => Op::UrlOf { constant: self.url() }.write(out),
        }
    }

    fn zone(&mut self) -> Const {
        let turns = vec![(29_453_760, 60), (29_577_240, 120)];
        let zone = match self.choices.below(2) {
            0 => ZoneDraft::Until { name: "Europe/Zurich", turns, end: 29_979_360 },
            _ => ZoneDraft::Always { name: "+05:45", offset: 345 },
        };
        self.pool.intern(&zone.write())
    }

    /// A table of one row, in `of_256` of 256 cases of sets, and the type of its keys.
    fn table(&mut self, element: Scalar, of_256: usize) -> (Const, Scalar) {
        let key = *self.choices.pick(&[Scalar::String, Scalar::Int, Scalar::Uuid]);
        let held = |scalar: Scalar| match scalar {
            Scalar::Bool => vec![1],
            Scalar::Int | Scalar::Time | Scalar::Duration => vec![0x80, 0, 0, 0, 0, 0, 0, 5],
            Scalar::String | Scalar::Bytes => b"a".to_vec(),
            Scalar::Uuid => vec![7; 16],
            Scalar::Ip => vec![0; 16],
            Scalar::Path => b"/a".to_vec(),
            Scalar::Url => b"https://a.de/".to_vec(),
        };
        let ty = if self.choices.chance(of_256) { Type::Set(element) } else { Type::One(element) };
        let rows = Rows::from([(held(key), [held(element)].into())]);
        let table = self.pool.intern(&write(&format!("t{:02}", self.tables.len()), key, ty, &rows));
        self.tables.push(table);
        (table, key)
    }

    fn count(&mut self, depth: usize, out: &mut Vec<u8>) {
        match self.choices.below(4) {
            0 => Op::Size { field: self.field(|ty| !matches!(ty, Type::One(_))) }.write(out),
            1 => {
                self.choices.pick(&[Op::Hour {}, Op::Minute {}, Op::Weekday {}]).write(out);
                self.value(Scalar::Time, depth, out);
            }
            2 => {
                let scalar = *self.choices.pick(&[Scalar::String, Scalar::Bytes, Scalar::Path]);
                Op::LengthOf {}.write(out);
                self.value(scalar, depth, out);
            }
            _ => {
                self.choices.pick(&[Op::Add {}, Op::Subtract {}]).write(out);
                self.value(Scalar::Int, depth, out);
                self.value(Scalar::Int, depth, out);
            }
        }
    }
}

/// Nodes inside nodes: `depth` times what `open` writes, and `leaf` at its end.
pub fn nested(depth: usize, open: impl Fn(&mut Vec<u8>), leaf: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    (0..depth).for_each(|_| open(&mut out));
    out.extend_from_slice(leaf);
    out
}

/// One rule around tests.
pub fn rule(rule: impl Fn(Length) -> Op, tests: &[u8]) -> Vec<u8> {
    let mut code = one(rule(length(tests)));
    code.extend_from_slice(tests);
    code
}

/// A body by itself, for lengths that are told on purpose.
pub fn with_length(code: u8, body: &[u8]) -> Vec<u8> {
    let mut out = vec![code];
    put_prefixed(&mut out, body);
    out
}

/// The codes of all instructions of the code of a program that is proved: bodies stand behind their instruction, so reading on goes
/// through all of them.
pub fn codes(code: &[u8], found: &mut BTreeSet<u8>) {
    let mut cursor = Cursor::new(code);
    while let Some(op) = Op::read(&mut cursor) {
        found.insert(op.row().code);
    }
}

const fn is_set(ty: Type) -> bool {
    matches!(ty, Type::Set(_))
}
