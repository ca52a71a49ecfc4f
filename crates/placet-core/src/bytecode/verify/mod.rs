//! Proves a program, once, in one pass, without allocating. The proof says: every instruction is
//! known and appears where its sort may; every length ends where its last child ends; every
//! attribute and action exists in the vocabulary's state; every constant and every comparison has
//! the right type; nothing nests or costs more than it may. So the VM never meets anything that it
//! would have to guess about.
//!
//! A restriction comes from the last holder of the token. The worst program that a holder can write
//! is refused at its first wrong byte.

pub mod allowance;
pub mod condition;
mod fault;
mod operand;
pub mod pattern;
pub mod table;

use alloc::vec::Vec;

use arrayvec::ArrayVec;

use super::cursor::Cursor;
use super::index::facet::Several;
use super::index::proof::Proof as IndexProof;
use super::op::{Const, Instruction, Length, Op, Rule, Sort, Test};
use super::program::sections;
use crate::limits::{POLICY_PROGRAM_BYTES, PROGRAM_NESTING, RULES, TABLES, TOKEN_PROGRAM_BYTES};
use crate::model::matcher::Matcher;
use crate::model::types::Type;
use crate::model::vocabulary::{FieldNo, State, Vocabulary};
use allowance::Extent;
use table::Known;

pub use allowance::Allowance;
pub(crate) use condition::sorting;
pub use fault::{Fault, ProgramError};

/// The context of a proof.
#[derive(Clone, Copy, Debug)]
pub struct Scope<'v> {
    /// Gives attribute numbers their types.
    pub vocabulary: &'v Vocabulary,
    /// How much of the vocabulary existed when the program was made.
    pub state: State,
    /// How long and how costly the program may be.
    pub budget: Budget,
}

/// The limits of a program, by where it travels.
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
}

/// A program that has been proved. Only [`verify`] makes one, and the VM accepts nothing else.
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

    /// The most steps that any request can make it take: for each instruction its [cost](Op::cost),
    /// and for one that looks through values, the bytes of the longest value, or of all elements of
    /// a set together.
    #[must_use]
    pub const fn cost(&self) -> u64 {
        self.cost
    }
}

/// The result of [`verify`], detached from the bytes. [Applied](Self::over) to the same bytes, it
/// yields [`Proved`] without verifying again. It borrows nothing, so it can be kept beside bytes
/// that move.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Proof {
    /// Where the code begins, where it ends and the pool begins, and where the pool ends.
    code: usize,
    pool: usize,
    length: usize,
    cost: u64,
}

impl Proof {
    /// The proof of the program without rules, which has no bytes.
    pub(crate) const NOTHING: Self = Self { code: 0, pool: 0, length: 0, cost: 0 };

    /// Applies the proof to the bytes from which it was made. Store the proof with those bytes and
    /// change neither. For bytes of another length this returns `None`; for different bytes of the
    /// same length the VM may answer wrongly or not at all, but it never panics.
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
        let proof = prove(&bytes, scope, &mut Allowance::of(scope.budget))?;
        Ok(Self { bytes, proof })
    }

    /// Borrows it for the VM.
    ///
    /// # Panics
    /// Never: the bytes have been proved.
    #[must_use]
    pub fn as_proved(&self) -> Proved<'_> {
        self.proof.over(&self.bytes).expect("the bytes do not change after they are proved")
    }
}

/// Proves `bytes`.
///
/// # Errors
/// Says what is wrong with the program, and at which byte.
pub fn verify<'a>(bytes: &'a [u8], scope: &Scope<'_>) -> Result<Proved<'a>, ProgramError> {
    verify_within(bytes, scope, &mut Allowance::of(scope.budget))
}

/// The same for one of several programs that share an allowance, like the blocks of a token.
///
/// # Errors
/// As [`verify`]; or the program is too costly for the rest of the allowance.
pub fn verify_within<'a>(
    bytes: &'a [u8],
    scope: &Scope<'_>,
    allowance: &mut Allowance,
) -> Result<Proved<'a>, ProgramError> {
    let proof = prove(bytes, scope, allowance)?;
    proof.over(bytes).ok_or(ProgramError { at: 0, fault: Fault::Cut })
}

/// The same for callers that keep bytes and proof separately.
pub(crate) fn prove(bytes: &[u8], scope: &Scope<'_>, allowance: &mut Allowance) -> Result<Proof, ProgramError> {
    if bytes.len() > scope.budget.bytes() {
        return Err(ProgramError { at: bytes.len(), fault: Fault::TooLarge });
    }
    if bytes.is_empty() {
        // The program of a restriction that only sets a time bound.
        return Ok(Proof::NOTHING);
    }
    let (code, pool) = sections(bytes).ok_or(ProgramError { at: 0, fault: Fault::Cut })?;
    if code.is_empty() {
        // The program without rules has no bytes, and constants without a rule are read by nobody.
        return Err(ProgramError { at: 0, fault: Fault::Leftover });
    }
    let mut verifier =
        Verifier { scope, pool, pool_read: 0, allowance: *allowance, many: false, tables: ArrayVec::new() };
    let mut cursor = Cursor::new(code);
    match verifier.rules(&mut cursor) {
        Ok(()) => {
            let pool_from = bytes.len() - pool.len();
            let cost = allowance.steps() - verifier.allowance.steps();
            *allowance = verifier.allowance;
            Ok(Proof { code: pool_from - code.len(), pool: pool_from, length: bytes.len(), cost })
        }
        Err(fault) => Err(ProgramError { at: bytes.len() - pool.len() - cursor.rest().len(), fault }),
    }
}

/// The present position among the rules of a program.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Phase {
    Deny,
    Require,
    Allow,
    /// After an index of all rules that allow.
    Closed,
}

struct Verifier<'s, 'a> {
    scope: &'s Scope<'s>,
    pool: &'a [u8],
    /// Where the last used constant ends; the pool must end there too.
    pool_read: usize,
    /// The remaining allowance of the program, to run and to prove.
    allowance: Allowance,
    /// Whether the pattern that is being read looks at all elements of a set.
    many: bool,
    /// The tables of the program.
    tables: ArrayVec<Known<'a>, TABLES>,
}

type Checked<T = ()> = Result<T, Fault>;

impl<'a> Verifier<'_, 'a> {
    /// Rules are in the order deny, require, allow: the VM can stop at the first `allow` that
    /// matches, and no later rule could have changed the verdict.
    fn rules(&mut self, cursor: &mut Cursor<'a>) -> Checked {
        let mut phase = Phase::Deny;
        let mut count = 0;
        while !cursor.is_empty() {
            let (next, more) = match self.op(cursor)? {
                Rule::DenyIndex { index } if count == 0 => (phase, self.indexed(index, cursor, Phase::Deny)?),
                Rule::AllowIndex { index } if phase < Phase::Allow => {
                    (Phase::Closed, self.indexed(index, cursor, Phase::Allow)?)
                }
                Rule::Table { table } if count == 0 => {
                    self.declare(table)?;
                    (phase, 0)
                }
                rule => (self.rule(rule, cursor, phase)?, 1),
            };
            phase = next;
            count += more;
            if count > RULES {
                return Err(Fault::TooManyRules);
            }
        }
        let is_used = self.pool_read == self.pool.len() && self.tables.iter().all(|table| table.is_used);
        if is_used { Ok(()) } else { Err(Fault::Leftover) }
    }

    /// A rule whose frame has just been read, and that may not appear before `least`.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "as a part of the loop over rules")]
    fn rule(&mut self, rule: Rule, cursor: &mut Cursor<'a>, least: Phase) -> Checked<Phase> {
        let (phase, body) = match rule {
            Rule::Deny { body } => (Phase::Deny, body),
            Rule::Require { body } => (Phase::Require, body),
            Rule::Allow { body } => (Phase::Allow, body),
            Rule::AllowIs { action, body } => {
                self.action(action)?;
                (Phase::Allow, body)
            }
            Rule::AllowIn { first, last, body } => {
                self.actions(first, last)?;
                (Phase::Allow, body)
            }
            Rule::DenyIndex { .. } | Rule::AllowIndex { .. } | Rule::Table { .. } => return Err(Fault::OutOfOrder),
        };
        if phase < least {
            return Err(Fault::OutOfOrder);
        }
        self.body(cursor, body, Self::test)?;
        Ok(phase)
    }

    /// The rules covered by an index. A holder gains nothing from an index, and proving it would be
    /// work before anything is decided, so only a service's own programs have one.
    #[cold]
    #[inline(never)]
    fn indexed(&mut self, index: Const, cursor: &mut Cursor<'a>, phase: Phase) -> Checked<usize> {
        if self.scope.budget == Budget::Token {
            return Err(Fault::IndexInToken);
        }
        let several = if phase == Phase::Deny { Several::Any } else { Several::All };
        let mut proof =
            IndexProof::begin(self.constant(index)?, cursor, several, self.scope.vocabulary).ok_or(Fault::BadIndex)?;
        proof.fields().try_for_each(|field| self.field(field).map(|_| ()))?;
        self.allowance.charge(proof.cost())?;
        // Twice: where another facet of the table has several values, all are looked at again.
        proof.labels().try_for_each(|name| self.allowance.charge(2 * pattern::finding_label(name.len() as u64)))?;
        for _ in 0..proof.rules() {
            let frame = cursor.clone();
            let rule = self.op(cursor)?;
            if self.rule(rule, cursor, phase)? != phase {
                return Err(Fault::OutOfOrder);
            }
            self.allowance.charge(proof.rule(&frame, self.pool).ok_or(Fault::BadIndex)?)?;
        }
        proof.end(cursor).ok_or(Fault::BadIndex)?;
        Ok(usize::from(proof.rules()))
    }

    /// Reads the next instruction, which must be of one sort, and adds its cost.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "as a part of the match over the instructions of the sort")]
    fn op<I: Instruction>(&mut self, cursor: &mut Cursor<'a>) -> Checked<I> {
        let start = cursor.clone();
        let Some(op) = I::read(cursor) else {
            *cursor = start;
            return Err(no_instruction(cursor));
        };
        // Only patterns look at more than one value.
        let many = matches!(I::SORT, Sort::Pattern) && self.many;
        self.allowance.charge(op.cost() * Extent::of(many).values)?;
        Ok(op)
    }

    /// Nodes that fill exactly `length` bytes. On an error the cursor stays at the wrong byte.
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

    /// A test that states its quantifier, which only a set has.
    #[cold]
    #[inline(never)]
    fn stated(&mut self, field: FieldNo, cursor: &mut Cursor<'a>) -> Checked {
        let is_set = |ty| matches!(ty, Type::Set(_));
        self.elements(field, is_set, |this, subject| this.pattern(cursor, subject, 0))
    }

    fn test(&mut self, cursor: &mut Cursor<'a>) -> Checked {
        match self.op(cursor)? {
            Test::ActionIs { action } => self.action(action),
            Test::ActionIn { first, last } => self.actions(first, last),
            Test::ActionSet { set } | Test::ActionNot { set } => self.action_set(set),
            Test::Test { field } => self.elements(field, |_| true, |this, subject| this.pattern(cursor, subject, 0)),
            Test::Equals { field, text } => self.joined(field, |this, subject| this.equal_text(text, subject)),
            Test::Begins { field, text } => {
                self.joined(field, |this, subject| this.piece(Matcher::Prefix, text, subject))
            }
            Test::Present { field } => self.field(field).map(|_| ()),
            Test::SomeOf { field } | Test::EveryOf { field } => self.stated(field, cursor),
            Test::When {} => self.condition(cursor, 0),
        }
    }
}

/// Why no instruction of the required sort is here; leaves the cursor where reading the instruction
/// ends.
#[cold]
fn no_instruction(cursor: &mut Cursor<'_>) -> Fault {
    if cursor.is_empty() {
        return Fault::Cut;
    }
    if Op::read(cursor).is_some() { Fault::WrongSort } else { Fault::UnknownInstruction }
}

fn deeper(depth: usize) -> Checked<usize> {
    if depth < PROGRAM_NESTING { Ok(depth + 1) } else { Err(Fault::TooDeep) }
}

fn need(fits: bool) -> Checked {
    if fits { Ok(()) } else { Err(Fault::WrongType) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `allow` of every request, and nothing else.
    const ALL: &[u8] = &[2, 3, 0];

    #[test]
    fn a_proof_serves_the_bytes_it_was_made_of() {
        let vocabulary = Vocabulary::builder("empty", 1).build();
        let scope = Scope { vocabulary: &vocabulary, state: vocabulary.present(), budget: Budget::Token };
        let proof = prove(ALL, &scope, &mut Allowance::of(scope.budget)).expect("it is a program");
        let proved = proof.over(&[2, 3, 0]).expect("they are the same bytes");
        assert_eq!((proved.code(), proved.pool(), proved.cost()), (&ALL[1..], &ALL[3..], 8));
        for other in [&[2, 3, 0, 0][..], &[2, 3], &[0], &[]] {
            assert!(proof.over(other).is_none(), "{other:?}");
        }
    }
}
