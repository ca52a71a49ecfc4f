//! Proves a program, once, in one pass, without allocating. What the proof says: every instruction is known and stands
//! where its sort may stand; every length ends where its last child ends; every attribute and action exists in the
//! vocabulary's state; every constant and every comparison has the right type; nothing nests or costs more than it may.
//! So the VM never meets anything it would have to guess about.
//!
//! A restriction comes from whoever held the token last. The worst program he can write is refused at its first wrong byte.

use alloc::vec::Vec;
use core::fmt;

use super::automaton::Automaton;
use super::constant::NetworkBits;
use super::cursor::Cursor;
use super::index::proof::Proof as IndexProof;
use super::op::{Const, Length, Op, Sort};
use super::program::{EMPTY, sections};
use super::wildcard::{glob_pieces, path_pieces};
use crate::limits::{
    POLICY_COST, POLICY_PROGRAM_BYTES, PROGRAM_NESTING, RULES, SET_ELEMENTS, TEXT_BYTES, TOKEN_COST,
    TOKEN_PROGRAM_BYTES,
};
use crate::model::path::ResourcePath;
use crate::model::types::{Scalar, Type};
use crate::model::vocabulary::{ActionNo, FieldNo, State, Vocabulary};

/// Steps of one pass over the longest value. A glob or path pattern may take as many passes as it has pieces: the price is
/// theirs, or a holder could make one short token run for minutes.
const SCAN: u64 = 64;

/// What a program is proved against.
#[derive(Clone, Copy, Debug)]
pub struct Scope<'v> {
    /// Gives attribute numbers their types.
    pub vocabulary: &'v Vocabulary,
    /// How much of the vocabulary existed when the program was made.
    pub state: State,
    /// How long and how costly the program may be.
    pub budget: Budget,
}

/// The caps of a program, by where it travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Budget {
    /// In a token.
    Token,
    /// In a service that compiled it itself.
    Policy,
}

impl Budget {
    const fn bytes(self) -> usize {
        match self {
            Self::Token => TOKEN_PROGRAM_BYTES,
            Self::Policy => POLICY_PROGRAM_BYTES,
        }
    }

    const fn cost(self) -> u64 {
        match self {
            Self::Token => TOKEN_COST,
            Self::Policy => POLICY_COST,
        }
    }
}

/// A program that has been proved. Only [`verify`] makes one, and the VM takes nothing else.
#[derive(Clone, Copy, Debug)]
pub struct Proved<'a> {
    code: &'a [u8],
    pool: &'a [u8],
    cost: u64,
}

impl<'a> Proved<'a> {
    /// The code section.
    #[must_use]
    pub const fn code(&self) -> &'a [u8] {
        self.code
    }

    /// The constant pool.
    #[must_use]
    pub const fn pool(&self) -> &'a [u8] {
        self.pool
    }

    /// The most steps that any request can make it take: one for an instruction, more for one that looks into long values,
    /// all of it times [`SET_ELEMENTS`] where it looks at every element of a set.
    #[must_use]
    pub const fn cost(&self) -> u64 {
        self.cost
    }
}

/// What [`verify`] has found out about some bytes: [over](Self::over) the same bytes it makes them [`Proved`] again, without a
/// second proof. It borrows nothing, so it can be kept beside bytes that move.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Proof {
    /// Where the code begins, where it ends and the pool begins, and where that ends.
    code: usize,
    pool: usize,
    length: usize,
    cost: u64,
}

impl Proof {
    /// Puts the proof over the bytes that it was made of. Who keeps it keeps it with them and lets nobody change either; over
    /// bytes of another length it is none, and over other bytes of this length the VM gives no answer or theirs, and never
    /// panics.
    #[inline]
    pub(crate) fn over(self, bytes: &[u8]) -> Option<Proved<'_>> {
        if bytes.len() != self.length {
            return None;
        }
        let (before, pool) = bytes.split_at_checked(self.pool)?;
        Some(Proved { code: before.get(self.code..)?, pool, cost: self.cost })
    }
}

/// A proved program that owns its bytes, for a service that holds it.
#[derive(Clone, Debug)]
pub struct ProvedProgram {
    bytes: Vec<u8>,
    proof: Proof,
}

impl ProvedProgram {
    /// Proves a program and keeps it.
    ///
    /// # Errors
    /// As [`verify`].
    pub fn new(bytes: Vec<u8>, scope: &Scope<'_>) -> Result<Self, ProgramError> {
        let proof = prove(&bytes, scope)?;
        Ok(Self { bytes, proof })
    }

    /// Lends it to the VM.
    ///
    /// # Panics
    /// Never: the bytes have been proved.
    #[must_use]
    pub fn lend(&self) -> Proved<'_> {
        self.proof.over(&self.bytes).expect("nothing changes the bytes behind their proof")
    }
}

/// Proves `bytes`.
///
/// # Errors
/// Says what is wrong with it, and at which byte.
pub fn verify<'a>(bytes: &'a [u8], scope: &Scope<'_>) -> Result<Proved<'a>, ProgramError> {
    let proof = prove(bytes, scope)?;
    proof.over(bytes).ok_or(ProgramError { at: 0, fault: Fault::Cut })
}

/// The same for who keeps bytes and proof apart from each other.
pub(crate) fn prove(bytes: &[u8], scope: &Scope<'_>) -> Result<Proof, ProgramError> {
    if bytes.len() > scope.budget.bytes() {
        return Err(ProgramError { at: bytes.len(), fault: Fault::TooLarge });
    }
    if bytes == EMPTY {
        // What a restriction has that is a bound on time and nothing else.
        return Ok(Proof { code: EMPTY.len(), pool: EMPTY.len(), length: EMPTY.len(), cost: 0 });
    }
    let (code, pool) = sections(bytes).ok_or(ProgramError { at: 0, fault: Fault::Cut })?;
    let mut verifier = Verifier { scope, pool, pool_read: 0, left: scope.budget.cost() };
    let mut cursor = Cursor::new(code);
    match verifier.rules(&mut cursor) {
        Ok(()) => {
            let pool_from = bytes.len() - pool.len();
            let cost = scope.budget.cost() - verifier.left;
            Ok(Proof { code: pool_from - code.len(), pool: pool_from, length: bytes.len(), cost })
        }
        Err(fault) => Err(ProgramError { at: bytes.len() - pool.len() - cursor.rest().len(), fault }),
    }
}

/// How far the rules of a program have come.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Phase {
    Deny,
    Require,
    Allow,
    /// Behind an index of all rules that allow.
    Closed,
}

/// What a pattern looks at.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Subject {
    One(Scalar),
    Labels,
}

struct Verifier<'s, 'a> {
    scope: &'s Scope<'s>,
    pool: &'a [u8],
    /// Where the last constant that is used ends; the pool ends there too.
    pool_read: usize,
    /// Steps that the program may still cost.
    left: u64,
}

type Checked<T = ()> = Result<T, Fault>;

impl<'a> Verifier<'_, 'a> {
    /// Rules stand in the order deny, require, allow: the VM can stop at the first `allow` that matches, and nothing
    /// behind it could have changed the verdict.
    fn rules(&mut self, cursor: &mut Cursor<'a>) -> Checked {
        let mut phase = Phase::Deny;
        let mut count = 0;
        while !cursor.is_empty() {
            let (next, more) = match self.op(cursor, Sort::Rule)? {
                Op::DenyIndex { index } if count == 0 => (phase, self.indexed(index, cursor, Phase::Deny)?),
                Op::AllowIndex { index } if phase < Phase::Allow => {
                    (Phase::Closed, self.indexed(index, cursor, Phase::Allow)?)
                }
                op => (self.rule(op, cursor, phase)?, 1),
            };
            phase = next;
            count += more;
            if count > RULES {
                return Err(Fault::TooManyRules);
            }
        }
        if self.pool_read == self.pool.len() { Ok(()) } else { Err(Fault::Leftover) }
    }

    /// A rule whose frame has just been read, and that may not stand before `least`.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "as a part of the loop over rules")]
    fn rule(&mut self, op: Op, cursor: &mut Cursor<'a>, least: Phase) -> Checked<Phase> {
        let (phase, body) = match op {
            Op::Deny { body } => (Phase::Deny, body),
            Op::Require { body } => (Phase::Require, body),
            Op::Allow { body } => (Phase::Allow, body),
            Op::AllowIs { action, body } => {
                self.action(action)?;
                (Phase::Allow, body)
            }
            Op::AllowIn { first, last, body } => {
                self.actions(first, last)?;
                (Phase::Allow, body)
            }
            Op::DenyIndex { .. } | Op::AllowIndex { .. } => return Err(Fault::OutOfOrder),
            _ => return Err(Fault::WrongSort),
        };
        if phase < least {
            return Err(Fault::OutOfOrder);
        }
        self.body(cursor, body, Self::test)?;
        Ok(phase)
    }

    /// The rules that an index says it is of. A holder gains nothing by one, and proving it would be work before anything
    /// is decided: only a service's own programs have them.
    #[cold]
    #[inline(never)]
    fn indexed(&mut self, index: Const, cursor: &mut Cursor<'a>, phase: Phase) -> Checked<usize> {
        if self.scope.budget == Budget::Token {
            return Err(Fault::IndexInToken);
        }
        let mut proof = IndexProof::begin(self.constant(index)?, cursor).ok_or(Fault::BadIndex)?;
        proof.fields().try_for_each(|field| self.field(field).map(|_| ()))?;
        self.charge(proof.cost())?;
        for _ in 0..proof.rules() {
            let frame = cursor.clone();
            let op = self.op(cursor, Sort::Rule)?;
            if self.rule(op, cursor, phase)? != phase {
                return Err(Fault::OutOfOrder);
            }
            proof.rule(&frame, self.pool).ok_or(Fault::BadIndex)?;
        }
        proof.end(cursor).ok_or(Fault::BadIndex)?;
        Ok(usize::from(proof.rules()))
    }

    /// Reads the next instruction, which must be of `sort`, and adds its cost.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "with the sort known, most of the table falls away")]
    fn op(&mut self, cursor: &mut Cursor<'a>, sort: Sort) -> Checked<Op> {
        let start = cursor.clone();
        let Some(op) = Op::read_of(cursor, sort) else {
            *cursor = start;
            return Err(no_instruction(cursor));
        };
        self.charge(op.cost())?;
        Ok(op)
    }

    #[inline]
    fn charge(&mut self, steps: u64) -> Checked {
        self.left = self.left.checked_sub(steps).ok_or(Fault::TooCostly)?;
        Ok(())
    }

    /// Nodes that fill exactly `length` bytes. The cursor stays at the byte where something is wrong.
    fn body(
        &mut self,
        cursor: &mut Cursor<'a>,
        length: Length,
        mut node: impl FnMut(&mut Self, &mut Cursor<'a>) -> Checked,
    ) -> Checked {
        let length = usize::try_from(length.0).map_err(|_| Fault::Cut)?;
        let end = cursor.rest().len().checked_sub(length).ok_or(Fault::Cut)?;
        while cursor.rest().len() > end {
            node(self, cursor)?;
        }
        if cursor.rest().len() == end { Ok(()) } else { Err(Fault::WrongLength) }
    }

    fn test(&mut self, cursor: &mut Cursor<'a>) -> Checked {
        match self.op(cursor, Sort::Test)? {
            Op::ActionIs { action } => self.action(action),
            Op::ActionIn { first, last } => self.actions(first, last),
            Op::ActionSet { set } | Op::ActionNot { set } => self.action_set(set),
            Op::Test { field } => self.elements(field, |_| true, |this, subject| this.pattern(cursor, subject, 0)),
            Op::Equals { field, text } => self.elements(
                field,
                |_| true,
                |this, subject| {
                    this.charge(1)?;
                    this.equal_text(text, subject)
                },
            ),
            Op::Begins { field, text } => self.elements(
                field,
                |_| true,
                |this, subject| {
                    this.charge(1)?;
                    this.piece(text, subject)
                },
            ),
            Op::Present { field } => self.field(field).map(|_| ()),
            Op::When {} => self.truth(cursor, 0),
            _ => Err(Fault::WrongSort),
        }
    }

    /// A pattern on an attribute; on a set, it costs as often as the set can have elements.
    #[inline(always)]
    fn elements(
        &mut self,
        field: FieldNo,
        fits: impl Fn(Type) -> bool,
        pattern: impl FnOnce(&mut Self, Subject) -> Checked,
    ) -> Checked {
        let ty = self.field(field)?;
        if !fits(ty) {
            return Err(Fault::WrongType);
        }
        let before = self.left;
        let (subject, repeats) = match ty {
            Type::One(scalar) => (Subject::One(scalar), 0),
            Type::Labels => (Subject::Labels, 0),
            Type::Set(scalar) => (Subject::One(scalar), SET_ELEMENTS as u64 - 1),
        };
        pattern(self, subject)?;
        self.charge((before - self.left).saturating_mul(repeats))
    }

    fn piece(&mut self, text: Const, subject: Subject) -> Checked {
        self.text(text)?;
        need_textual(subject)
    }

    fn pattern(&mut self, cursor: &mut Cursor<'a>, subject: Subject, depth: usize) -> Checked {
        let depth = deeper(depth)?;
        match self.op(cursor, Sort::Pattern)? {
            Op::Any {} | Op::Absent {} => Ok(()),
            Op::Not {} => self.pattern(cursor, subject, depth),
            Op::AnyOf { body } | Op::AllOf { body } => {
                self.body(cursor, body, |this, inner| this.pattern(inner, subject, depth))
            }
            Op::IsTrue {} | Op::IsFalse {} => need(subject == Subject::One(Scalar::Bool)),
            Op::Eq { text } => self.equal_text(text, subject),
            Op::Prefix { text } | Op::Suffix { text } => self.piece(text, subject),
            Op::Glob { glob } => {
                need_textual(subject)?;
                let glob = self.text(glob)?;
                self.charge(glob_pieces(glob).ok_or(Fault::BadConstant)?.saturating_mul(SCAN))
            }
            Op::Regex { automaton } => {
                need_textual(subject)?;
                let automaton = Automaton::read(self.constant(automaton)?).ok_or(Fault::BadConstant)?;
                need_constant(automaton.is_sound())
            }
            Op::Range { .. } => need(matches!(subject, Subject::One(scalar) if scalar.is_ordered())),
            Op::Net { network } => {
                need(subject == Subject::One(Scalar::Ip))?;
                need_constant(NetworkBits::read(self.constant(network)?).is_some())
            }
            Op::Path { path } => {
                need(subject == Subject::One(Scalar::Path))?;
                let path = self.text(path)?;
                self.charge(path_pieces(path).ok_or(Fault::BadConstant)?.saturating_mul(SCAN))
            }
            Op::Within { path } => {
                need(subject == Subject::One(Scalar::Path))?;
                self.path(path)
            }
            Op::Label { name } => {
                need(subject == Subject::Labels)?;
                self.utf8(name)?;
                self.pattern(cursor, Subject::One(Scalar::String), depth)
            }
            _ => Err(Fault::WrongSort),
        }
    }

    fn equal_text(&mut self, text: Const, subject: Subject) -> Checked {
        match subject {
            Subject::One(Scalar::String) => self.utf8(text),
            Subject::One(Scalar::Bytes) => self.text(text).map(|_| ()),
            Subject::One(Scalar::Path) => self.path(text),
            Subject::One(Scalar::Uuid) => self.sixteen(text),
            Subject::One(_) | Subject::Labels => Err(Fault::WrongType),
        }
    }

    fn truth(&mut self, cursor: &mut Cursor<'a>, depth: usize) -> Checked {
        let depth = deeper(depth)?;
        match self.op(cursor, Sort::Truth)? {
            Op::True {} | Op::False {} => Ok(()),
            Op::All { body } | Op::Some { body } => self.body(cursor, body, |this, inner| this.truth(inner, depth)),
            Op::Negate {} => self.truth(cursor, depth),
            Op::Equal {} | Op::Unequal {} => {
                let (left, right) = self.pair(cursor, depth)?;
                need(left == right)
            }
            Op::Less {} | Op::LessEqual {} => {
                let (left, right) = self.pair(cursor, depth)?;
                need(left == right && left.is_ordered())
            }
            Op::Matches {} => {
                let subject = self.value(cursor, depth)?;
                self.pattern(cursor, Subject::One(subject), depth)
            }
            Op::AnyElement { field } | Op::EveryElement { field } => {
                let is_set = |ty| matches!(ty, Type::Set(_));
                self.elements(field, is_set, |this, subject| this.pattern(cursor, subject, 0))
            }
            Op::Member { field } => {
                let ty = self.field(field)?;
                let value = self.value(cursor, depth)?;
                self.charge(SET_ELEMENTS as u64)?;
                need(ty == Type::Set(value))
            }
            Op::Has { field } => self.field(field).map(|_| ()),
            Op::HasLabel { field, name } => self.label(field, name),
            Op::StartsWith {} | Op::EndsWith {} | Op::Contains {} => {
                let (left, right) = self.pair(cursor, depth)?;
                need(left == right && left.is_textual())
            }
            Op::Truth {} => {
                let value = self.value(cursor, depth)?;
                need(value == Scalar::Bool)
            }
            Op::Vouched { key } => need_constant(self.constant(key)?.len() == 32),
            _ => Err(Fault::WrongSort),
        }
    }

    fn pair(&mut self, cursor: &mut Cursor<'a>, depth: usize) -> Checked<(Scalar, Scalar)> {
        Ok((self.value(cursor, depth)?, self.value(cursor, depth)?))
    }

    fn value(&mut self, cursor: &mut Cursor<'a>, depth: usize) -> Checked<Scalar> {
        let depth = deeper(depth)?;
        match self.op(cursor, Sort::Value)? {
            Op::Field { field } => match self.field(field)? {
                Type::One(scalar) => Ok(scalar),
                Type::Set(_) | Type::Labels => Err(Fault::WrongType),
            },
            Op::LabelOf { field, name } => self.label(field, name).map(|()| Scalar::String),
            Op::Number { .. } => Ok(Scalar::Int),
            Op::Time { .. } | Op::Issuance {} | Op::Expiry {} => Ok(Scalar::Time),
            Op::Duration { .. } => Ok(Scalar::Duration),
            Op::String { text } => self.utf8(text).map(|()| Scalar::String),
            Op::Bytes { bytes } => self.text(bytes).map(|_| Scalar::Bytes),
            Op::Uuid { uuid } => self.sixteen(uuid).map(|()| Scalar::Uuid),
            Op::Ip { address } => self.sixteen(address).map(|()| Scalar::Ip),
            Op::PathOf { path } => self.path(path).map(|()| Scalar::Path),
            Op::Yes {} | Op::No {} => Ok(Scalar::Bool),
            Op::Add {} => {
                let (left, right) = self.pair(cursor, depth)?;
                sum_type(left, right).ok_or(Fault::WrongType)
            }
            Op::Subtract {} => {
                let (left, right) = self.pair(cursor, depth)?;
                difference_type(left, right).ok_or(Fault::WrongType)
            }
            Op::Hour {} | Op::Minute {} | Op::Weekday {} => {
                let value = self.value(cursor, depth)?;
                need(value == Scalar::Time).map(|()| Scalar::Int)
            }
            Op::LengthOf {} => {
                let value = self.value(cursor, depth)?;
                need(value.is_textual() || value == Scalar::Path).map(|()| Scalar::Int)
            }
            Op::Size { field } => match self.field(field)? {
                Type::Set(_) | Type::Labels => Ok(Scalar::Int),
                Type::One(_) => Err(Fault::WrongType),
            },
            _ => Err(Fault::WrongSort),
        }
    }

    fn field(&self, field: FieldNo) -> Checked<Type> {
        let attribute = self.scope.vocabulary.attribute(field).filter(|_| field.0 < self.scope.state.attributes);
        attribute.map(|attribute| attribute.ty).ok_or(Fault::UnknownAttribute)
    }

    fn action(&self, action: ActionNo) -> Checked {
        if action.0 < self.scope.state.actions { Ok(()) } else { Err(Fault::UnknownAction) }
    }

    fn actions(&self, first: ActionNo, last: ActionNo) -> Checked {
        self.action(last)?;
        need_constant(first <= last)
    }

    fn action_set(&mut self, set: Const) -> Checked {
        let bits = self.constant(set)?;
        let Some((&last_byte, before)) = bits.split_last() else { return Ok(()) };
        let last = u16::try_from(before.len() * 8).ok().zip(last_byte.checked_ilog2());
        let (start, bit) = last.ok_or(Fault::BadConstant)?;
        self.action(ActionNo(start.saturating_add(bit as u16)))
    }

    fn label(&mut self, field: FieldNo, name: Const) -> Checked {
        self.utf8(name)?;
        need(self.field(field)? == Type::Labels)
    }

    fn constant(&mut self, place: Const) -> Checked<&'a [u8]> {
        let from = usize::try_from(place.0).ok().and_then(|place| self.pool.get(place..));
        let mut cursor = Cursor::new(from.ok_or(Fault::BadConstant)?);
        let bytes = cursor.prefixed().ok_or(Fault::BadConstant)?;
        self.pool_read = self.pool_read.max(self.pool.len() - cursor.rest().len());
        Ok(bytes)
    }

    fn text(&mut self, place: Const) -> Checked<&'a [u8]> {
        let bytes = self.constant(place)?;
        need_constant(bytes.len() <= TEXT_BYTES)?;
        self.charge(bytes.len() as u64 / 16)?;
        Ok(bytes)
    }

    fn utf8(&mut self, place: Const) -> Checked {
        let bytes = self.text(place)?;
        // Most text is short and ASCII, which is seen faster than decoded.
        need_constant(bytes.is_ascii() || core::str::from_utf8(bytes).is_ok())
    }

    fn path(&mut self, place: Const) -> Checked {
        need_constant(ResourcePath::is_spelt(self.text(place)?))
    }

    fn sixteen(&mut self, place: Const) -> Checked {
        need_constant(self.constant(place)?.len() == 16)
    }
}

/// Why no instruction of the wanted sort stands here; leaves the cursor where reading it ends.
#[cold]
fn no_instruction(cursor: &mut Cursor<'_>) -> Fault {
    if cursor.is_empty() {
        return Fault::Cut;
    }
    if Op::read(cursor).is_some() { Fault::WrongSort } else { Fault::UnknownInstruction }
}

/// The type of a sum.
#[must_use]
pub const fn sum_type(left: Scalar, right: Scalar) -> Option<Scalar> {
    Some(match (left, right) {
        (Scalar::Int, Scalar::Int) => Scalar::Int,
        (Scalar::Duration, Scalar::Duration) => Scalar::Duration,
        (Scalar::Time, Scalar::Duration) | (Scalar::Duration, Scalar::Time) => Scalar::Time,
        _ => return None,
    })
}

/// The type of a difference.
#[must_use]
pub const fn difference_type(left: Scalar, right: Scalar) -> Option<Scalar> {
    Some(match (left, right) {
        (Scalar::Int, Scalar::Int) => Scalar::Int,
        (Scalar::Duration, Scalar::Duration) | (Scalar::Time, Scalar::Time) => Scalar::Duration,
        (Scalar::Time, Scalar::Duration) => Scalar::Time,
        _ => return None,
    })
}

fn deeper(depth: usize) -> Checked<usize> {
    if depth < PROGRAM_NESTING { Ok(depth + 1) } else { Err(Fault::TooDeep) }
}

fn need(fits: bool) -> Checked {
    if fits { Ok(()) } else { Err(Fault::WrongType) }
}

fn need_textual(subject: Subject) -> Checked {
    need(matches!(subject, Subject::One(scalar) if scalar.is_textual()))
}

fn need_constant(sound: bool) -> Checked {
    if sound { Ok(()) } else { Err(Fault::BadConstant) }
}

/// Why a program is not one, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProgramError {
    /// Bytes from the start of the program to behind the instruction that is wrong.
    pub at: usize,
    /// What is wrong.
    pub fault: Fault,
}

/// What a correct compiler never writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The program ends inside a section or a node.
    Cut,
    /// A code that is not in the table, or its operand is cut or spelt long.
    UnknownInstruction,
    /// An instruction where its sort may not stand.
    WrongSort,
    /// A body ends inside its last child.
    WrongLength,
    /// A rule behind one that is decided later.
    OutOfOrder,
    /// An attribute that the vocabulary did not have.
    UnknownAttribute,
    /// An action that the vocabulary did not have.
    UnknownAction,
    /// Types that do not fit each other.
    WrongType,
    /// A constant outside the pool, or not of the form its instruction asks for.
    BadConstant,
    /// An index that is not one, or not that of the rules behind it.
    BadIndex,
    /// An index in a token.
    IndexInToken,
    /// Bytes of the pool that nothing uses.
    Leftover,
    /// Deeper than `limits` allows.
    TooDeep,
    /// Costlier than `limits` allows.
    TooCostly,
    /// More rules than `limits` allows.
    TooManyRules,
    /// Longer than `limits` allows.
    TooLarge,
}

impl fmt::Display for ProgramError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.fault {
            Fault::Cut => "the program is cut short",
            Fault::UnknownInstruction => "an unknown instruction",
            Fault::WrongSort => "an instruction in a place where it may not stand",
            Fault::WrongLength => "a length that does not end with its last child",
            Fault::OutOfOrder => "a rule out of order",
            Fault::UnknownAttribute => "an attribute that the vocabulary does not have",
            Fault::UnknownAction => "an action that the vocabulary does not have",
            Fault::WrongType => "types that do not fit",
            Fault::BadConstant => "a constant that is not what its instruction asks for",
            Fault::BadIndex => "an index that is not that of its rules",
            Fault::IndexInToken => "an index, which no token may have",
            Fault::Leftover => "constants that nothing uses",
            Fault::TooDeep => "nodes nested too deep",
            Fault::TooCostly => "more work than a program may ask for",
            Fault::TooManyRules => "more rules than a block may have",
            Fault::TooLarge => "more bytes than a program may have",
        };
        write!(f, "{what} (byte {})", self.at)
    }
}

impl core::error::Error for ProgramError {}

#[cfg(test)]
mod tests {
    use super::*;

    /// `allow` of every request, and nothing else.
    const ALL: &[u8] = &[2, 3, 0];

    #[test]
    fn a_proof_serves_the_bytes_it_was_made_of() {
        let vocabulary = Vocabulary::builder("empty", 1).build();
        let scope = Scope { vocabulary: &vocabulary, state: vocabulary.present(), budget: Budget::Token };
        let proof = prove(ALL, &scope).expect("it is a program");
        let proved = proof.over(&[2, 3, 0]).expect("they are the same bytes");
        assert_eq!((proved.code(), proved.pool(), proved.cost()), (&ALL[1..], &ALL[3..], 1));
        for other in [&[2, 3, 0, 0][..], &[2, 3], &[0], &[]] {
            assert!(proof.over(other).is_none(), "{other:?}");
        }
    }
}
