//! Proves a program, once, in one pass, without allocating. What the proof says: every instruction is known and stands
//! where its sort may stand; every length ends where its last child ends; every attribute and action exists in the
//! vocabulary's state; every constant and every comparison has the right type; nothing nests or costs more than it may.
//! So the VM never meets anything it would have to guess about.
//!
//! A restriction comes from whoever held the token last. The worst program he can write is refused at its first wrong byte.

pub mod allowance;
pub mod condition;
mod fault;
mod operand;
pub mod pattern;

use alloc::vec::Vec;

use super::cursor::Cursor;
use super::index::proof::Proof as IndexProof;
use super::op::{Const, Instruction, Length, Op, Rule, Sort, Test};
use super::program::{EMPTY, sections};
use crate::limits::{POLICY_PROGRAM_BYTES, PROGRAM_NESTING, RULES, TOKEN_PROGRAM_BYTES};
use crate::model::vocabulary::{State, Vocabulary};
use allowance::Extent;

pub use allowance::Allowance;
pub(crate) use condition::sorting;
pub use fault::{Fault, ProgramError};

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

    /// The most steps that any request can make it take: for each instruction its [cost](Op::cost), and for one that looks
    /// through values, as many as the longest value has bytes, or all elements of a set together.
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
        let proof = prove(&bytes, scope, &mut Allowance::of(scope.budget))?;
        Ok(Self { bytes, proof })
    }

    /// Lends it to the VM.
    ///
    /// # Panics
    /// Never: the bytes have been proved.
    #[must_use]
    pub fn as_proved(&self) -> Proved<'_> {
        self.proof.over(&self.bytes).expect("nothing changes the bytes behind their proof")
    }
}

/// Proves `bytes`.
///
/// # Errors
/// Says what is wrong with it, and at which byte.
pub fn verify<'a>(bytes: &'a [u8], scope: &Scope<'_>) -> Result<Proved<'a>, ProgramError> {
    verify_within(bytes, scope, &mut Allowance::of(scope.budget))
}

/// The same for one of several programs that share an allowance, as the blocks of a token do.
///
/// # Errors
/// As [`verify`]; and the program is too costly for what the others have left.
pub fn verify_within<'a>(
    bytes: &'a [u8],
    scope: &Scope<'_>,
    allowance: &mut Allowance,
) -> Result<Proved<'a>, ProgramError> {
    let proof = prove(bytes, scope, allowance)?;
    proof.over(bytes).ok_or(ProgramError { at: 0, fault: Fault::Cut })
}

/// The same for who keeps bytes and proof apart from each other.
pub(crate) fn prove(bytes: &[u8], scope: &Scope<'_>, allowance: &mut Allowance) -> Result<Proof, ProgramError> {
    if bytes.len() > scope.budget.bytes() {
        return Err(ProgramError { at: bytes.len(), fault: Fault::TooLarge });
    }
    if bytes == EMPTY {
        // What a restriction has that is a bound on time and nothing else.
        return Ok(Proof { code: EMPTY.len(), pool: EMPTY.len(), length: EMPTY.len(), cost: 0 });
    }
    let (code, pool) = sections(bytes).ok_or(ProgramError { at: 0, fault: Fault::Cut })?;
    let mut verifier = Verifier { scope, pool, pool_read: 0, allowance: *allowance, many: false };
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

/// How far the rules of a program have come.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Phase {
    Deny,
    Require,
    Allow,
    /// Behind an index of all rules that allow.
    Closed,
}

struct Verifier<'s, 'a> {
    scope: &'s Scope<'s>,
    pool: &'a [u8],
    /// Where the last constant that is used ends; the pool ends there too.
    pool_read: usize,
    /// What the program may still cost, to run and to prove.
    allowance: Allowance,
    /// Whether the pattern that is being read looks at all elements of a set.
    many: bool,
}

type Checked<T = ()> = Result<T, Fault>;

impl<'a> Verifier<'_, 'a> {
    /// Rules stand in the order deny, require, allow: the VM can stop at the first `allow` that matches, and nothing
    /// behind it could have changed the verdict.
    fn rules(&mut self, cursor: &mut Cursor<'a>) -> Checked {
        let mut phase = Phase::Deny;
        let mut count = 0;
        while !cursor.is_empty() {
            let (next, more) = match self.op(cursor)? {
                Rule::DenyIndex { index } if count == 0 => (phase, self.indexed(index, cursor, Phase::Deny)?),
                Rule::AllowIndex { index } if phase < Phase::Allow => {
                    (Phase::Closed, self.indexed(index, cursor, Phase::Allow)?)
                }
                rule => (self.rule(rule, cursor, phase)?, 1),
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
            Rule::DenyIndex { .. } | Rule::AllowIndex { .. } => return Err(Fault::OutOfOrder),
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
        self.allowance.charge(proof.cost())?;
        for _ in 0..proof.rules() {
            let frame = cursor.clone();
            let rule = self.op(cursor)?;
            if self.rule(rule, cursor, phase)? != phase {
                return Err(Fault::OutOfOrder);
            }
            proof.rule(&frame, self.pool).ok_or(Fault::BadIndex)?;
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
        match self.op(cursor)? {
            Test::ActionIs { action } => self.action(action),
            Test::ActionIn { first, last } => self.actions(first, last),
            Test::ActionSet { set } | Test::ActionNot { set } => self.action_set(set),
            Test::Test { field } => self.elements(field, |_| true, |this, subject| this.pattern(cursor, subject, 0)),
            Test::Equals { field, text } => self.joined(field, |this, subject| this.equal_text(text, subject)),
            Test::Begins { field, text } => self.joined(field, |this, subject| this.piece(text, subject)),
            Test::Present { field } => self.field(field).map(|_| ()),
            Test::When {} => self.condition(cursor, 0),
        }
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
