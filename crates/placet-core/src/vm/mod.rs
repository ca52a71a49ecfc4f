//! Runs one proved program against one request: `Proved + Request → BlockVerdict`. Nothing is decoded
//! ahead, nothing is allocated, and only the program, the request and the [`Context`] are read.
//!
//! All work that is not constant time (patterns that are matched byte by byte, elements, labels)
//! takes [fuel](crate::bytecode::fuel), and a run that has none left has [no
//! answer](RunError::OutOfFuel).
//!
//! Rules are in the order deny, require, allow (the verifier has checked it), so the first rule
//! that decides ends the run. Evaluation is total: an absent value makes the test that reads it
//! false. [`pattern`] evaluates a rule's requirements on a value, [`condition`] evaluates `when`.

mod condition;
mod distinct;
mod indexed;
mod pattern;
mod table;

use core::fmt;

use crate::bytecode::constant::has_action;
use crate::bytecode::cursor::Cursor;
use crate::bytecode::fuel::Fuel;
use crate::bytecode::op::{Const, Instruction, Length, Rule, Test};
use crate::bytecode::program::constant;
use crate::bytecode::verify::Proved;
use crate::model::claim::Bearer;
use crate::model::request::View;
use crate::model::time::Time;
use crate::model::value::{Held, Value};
use crate::model::vocabulary::FieldNo;

/// The default of a program without a matching `allow`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProgramKind {
    /// The first block of a token, or a policy: without an `allow` the answer is no.
    Authority,
    /// Any later block: if it has no rule that allows (`only`), whatever is not denied is allowed.
    Restriction,
}

/// Inputs of a program besides the request.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// When the token was minted.
    pub issuance: Time,
    /// When its authority ends; [`Time::MAX`] if it does not.
    pub expiry: Time,
    /// What the token says about its bearer; none without a token.
    pub bearer: Option<&'a dyn Bearer>,
    /// Keys with a third-party block in the token.
    pub vouchers: &'a [&'a [u8; 32]],
    /// Keys that have approved the request.
    pub approvers: &'a [[u8; 32]],
}

/// The answer of one block, and the rule that decided it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BlockVerdict {
    /// An `allow` matched; no rule if a restriction without `only` had nothing to object to.
    Allow(Option<u16>),
    /// A `deny` matched.
    Forbid(u16),
    /// A `require` failed, or, if no rule is given, no `allow` matched.
    Abstain(Option<u16>),
}

/// Why a run has no answer. Neither can happen with a proved program; if one does, the caller
/// refuses the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunError {
    /// The bytes are not those of a proved program.
    Unproved,
    /// The run took more steps than the verifier had computed for the program.
    OutOfFuel,
}

impl fmt::Display for RunError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unproved => f.write_str("the bytes are not those of a proved program"),
            Self::OutOfFuel => f.write_str("the program took more steps than it was proved to take"),
        }
    }
}

impl core::error::Error for RunError {}

/// Decides `request`.
///
/// # Errors
/// The bytes are not the ones that were proved, or their price was too low.
#[inline]
pub fn run(
    program: &Proved<'_>,
    kind: ProgramKind,
    request: &View<'_>,
    context: &Context<'_>,
) -> Result<BlockVerdict, RunError> {
    // A restriction that only sets a time bound.
    if program.code().is_empty() && kind == ProgramKind::Restriction {
        return Ok(BlockVerdict::Allow(None));
    }
    run_with(program, kind, request, context, &Fuel::new(program.cost()))
}

/// The same with the caller's own fuel, which shows how much was used.
///
/// # Errors
/// As [`run`].
#[inline]
pub fn run_with(
    program: &Proved<'_>,
    kind: ProgramKind,
    request: &View<'_>,
    context: &Context<'_>,
    fuel: &Fuel,
) -> Result<BlockVerdict, RunError> {
    let machine = Machine { pool: program.pool(), request, context, fuel };
    machine
        .run(program.code(), kind)
        .ok_or_else(|| if fuel.is_spent() { RunError::OutOfFuel } else { RunError::Unproved })
}

/// The remaining rules, and the number of the next.
struct Rules<'p> {
    code: Cursor<'p>,
    number: u16,
}

/// How many elements of a set must match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Quantifier {
    /// At least one of them.
    Some,
    /// All of them, and there is at least one.
    Every,
}

/// Everything that stays the same during a run.
struct Machine<'p, 'r> {
    pool: &'p [u8],
    request: &'r View<'r>,
    context: &'r Context<'r>,
    fuel: &'r Fuel,
}

/// A frame of `length` bytes and the cursor after it.
#[inline]
fn take<'p>(code: &mut Cursor<'p>, length: Length) -> Option<Cursor<'p>> {
    code.take(usize::try_from(length.0).ok()?).map(Cursor::new)
}

/// The number of a rule; a program has far fewer than there are numbers.
fn saturated(number: u32) -> u16 {
    u16::try_from(number).unwrap_or(u16::MAX)
}

impl<'p, 'r> Machine<'p, 'r> {
    /// Decides by all rules. `None` in these functions means that the program is not proved, or
    /// that the fuel has run out.
    #[inline]
    fn run(&self, code: &'p [u8], kind: ProgramKind) -> Option<BlockVerdict> {
        let mut rules = Rules { code: Cursor::new(code), number: 0 };
        // Most tokens contain only `allow` rules, and most restrictions only a time bound. Checking
        // for that first is cheaper than starting the deny pass.
        let may_object = !rules.code.is_empty() && Rule::short_frame(&mut rules.code.clone()).is_none();
        let objection = if may_object { self.objection(&mut rules)? } else { None };
        match objection {
            Some(answer) => Some(answer),
            None if rules.code.is_empty() && kind == ProgramKind::Restriction => Some(BlockVerdict::Allow(None)),
            None => self.permission(&mut rules),
        }
    }

    /// Runs the rules that can only object. Stops before the first `allow`.
    #[inline(never)]
    fn objection(&self, rules: &mut Rules<'p>) -> Option<Option<BlockVerdict>> {
        loop {
            let mut after = rules.code.clone();
            match Rule::read(&mut after) {
                Some(Rule::Deny { body }) => {
                    if self.holds(take(&mut after, body)?, Quantifier::Some)? {
                        return Some(Some(BlockVerdict::Forbid(rules.number)));
                    }
                }
                Some(Rule::Require { body }) => {
                    if !self.holds(take(&mut after, body)?, Quantifier::Every)? {
                        return Some(Some(BlockVerdict::Abstain(Some(rules.number))));
                    }
                }
                Some(Rule::Table { .. }) => {
                    rules.code = after;
                    continue;
                }
                Some(Rule::DenyIndex { index }) => {
                    match self.indexed_objection(&mut after, index, rules.number)? {
                        Ok(after_all) => rules.number = after_all,
                        Err(answer) => return Some(Some(answer)),
                    }
                    rules.code = after;
                    continue;
                }
                Some(Rule::Allow { .. } | Rule::AllowIs { .. } | Rule::AllowIn { .. } | Rule::AllowIndex { .. })
                | None => return Some(None),
            }
            rules.code = after;
            rules.number = rules.number.saturating_add(1);
        }
    }

    /// Runs the rules that allow, up to the first that does.
    #[inline]
    fn permission(&self, rules: &mut Rules<'p>) -> Option<BlockVerdict> {
        let action = self.request.action();
        let mut code = rules.code.clone();
        // Wider than the number of a rule, so that it saturates once at the end and not at each rule that is passed over.
        let mut number = u32::from(rules.number);
        while !code.is_empty() {
            let (first, last, body) = match Rule::short_frame(&mut code) {
                Some(frame) => frame,
                None => match Rule::read(&mut code)? {
                    Rule::AllowIn { first, last, body } => (first, last, body),
                    Rule::AllowIs { action, body } => (action, action, body),
                    Rule::Allow { body } => (action, action, body),
                    Rule::AllowIndex { index } => return self.indexed_permission(code, index, saturated(number)),
                    Rule::Deny { .. } | Rule::Require { .. } | Rule::DenyIndex { .. } | Rule::Table { .. } => {
                        return None;
                    }
                },
            };
            let tests = take(&mut code, body)?;
            if (first..=last).contains(&action) && self.holds(tests, Quantifier::Every)? {
                return Some(BlockVerdict::Allow(Some(saturated(number))));
            }
            number = number.wrapping_add(1);
        }
        Some(BlockVerdict::Abstain(None))
    }

    /// Whether all tests of a rule hold.
    #[inline(always)]
    fn holds(&self, mut tests: Cursor<'p>, quantifier: Quantifier) -> Option<bool> {
        while !tests.is_empty() {
            let holds = match Test::read(&mut tests)? {
                Test::ActionIs { action } => self.request.action() == action,
                Test::ActionIn { first, last } => (first..=last).contains(&self.request.action()),
                Test::ActionSet { set } => has_action(self.constant(set)?, self.request.action()),
                Test::ActionNot { set } => !has_action(self.constant(set)?, self.request.action()),
                Test::Equals { field, text } => {
                    let text = self.constant(text)?;
                    let Some(value) = self.request.value(field) else { return Some(false) };
                    self.is(value, text, quantifier, equals)?
                }
                Test::Begins { field, text } => {
                    let text = self.constant(text)?;
                    let Some(value) = self.request.value(field) else { return Some(false) };
                    self.is(value, text, quantifier, begins)?
                }
                Test::Present { field } => self.request.value(field).is_some(),
                stated @ (Test::SomeOf { field } | Test::EveryOf { field }) => {
                    let is_some = matches!(stated, Test::SomeOf { .. });
                    let mut after = tests.clone();
                    let holds =
                        self.stated(&mut after, field, if is_some { Quantifier::Some } else { Quantifier::Every })?;
                    tests = after;
                    holds
                }
                Test::Test { field } => self.test(&mut tests, field, quantifier)?,
                Test::When {} => {
                    let mut after = tests.clone();
                    let holds = self.condition(&mut after)?;
                    tests = after;
                    holds
                }
            };
            if !holds {
                return Some(false);
            }
        }
        Some(true)
    }

    /// Whether an attribute matches the following pattern. On a set, the pattern is run for each
    /// element.
    #[inline(always)]
    fn test(&self, code: &mut Cursor<'p>, field: FieldNo, quantifier: Quantifier) -> Option<bool> {
        match self.request.value(field) {
            Some(Value::Set(elements)) => {
                let mut after = code.clone();
                let matches = self.elements(&mut after, elements, quantifier)?;
                *code = after;
                Some(matches)
            }
            value => self.pattern(code, value),
        }
    }

    /// The same with a quantifier that is not the rule's own.
    #[cold]
    #[inline(never)]
    fn stated(&self, code: &mut Cursor<'p>, field: FieldNo, quantifier: Quantifier) -> Option<bool> {
        self.test(code, field, quantifier)
    }

    #[inline(never)]
    fn elements(&self, code: &mut Cursor<'p>, elements: &[Value<'_>], quantifier: Quantifier) -> Option<bool> {
        self.fuel.spend(elements.len())?;
        let start = code.clone();
        for element in elements {
            code.clone_from(&start);
            let matches = self.pattern(code, Some(element))?;
            if matches != (quantifier == Quantifier::Every) {
                return Some(matches);
            }
        }
        Some(quantifier == Quantifier::Every)
    }

    /// Whether a value, or as many elements of it as must, compare to `text`.
    #[inline(always)]
    fn is(&self, value: &Value<'_>, text: &[u8], quantifier: Quantifier, comparison: Comparison) -> Option<bool> {
        Some(match value {
            Value::Set(elements) => {
                self.fuel.spend(elements.len())?;
                are(elements, text, quantifier, comparison)
            }
            value => comparison(value, text),
        })
    }

    /// The value of a label.
    #[inline]
    fn label_of(&self, labels: &[(&'r str, &'r str)], name: &[u8]) -> Option<Option<Value<'r>>> {
        self.fuel.spend(labels.len())?;
        let found = labels.iter().find(|(label, _)| label.as_bytes() == name);
        Some(found.map(|(_, value)| Value::String(value)))
    }

    #[inline(always)]
    fn constant(&self, place: Const) -> Option<&'p [u8]> {
        constant(self.pool, place)
    }
}

type Comparison = fn(&Value<'_>, &[u8]) -> bool;

#[inline(never)]
fn are(elements: &[Value<'_>], text: &[u8], quantifier: Quantifier, comparison: Comparison) -> bool {
    let mut elements = elements.iter();
    match quantifier {
        Quantifier::Every => elements.all(|element| comparison(element, text)),
        Quantifier::Some => elements.any(|element| comparison(element, text)),
    }
}

/// Whether a string, bytes, path or uuid consists of these bytes.
#[inline(always)]
fn equals(value: &Value<'_>, text: &[u8]) -> bool {
    match value.bytes() {
        Some(bytes) => bytes == text,
        None => is_held_as(value, text),
    }
}

/// The same for a value that is not text, such as a uuid.
#[inline(never)]
fn is_held_as(value: &Value<'_>, text: &[u8]) -> bool {
    match value.held() {
        Some(Held::Bytes(bytes)) => bytes == text,
        Some(Held::Bool(_) | Held::Number(_) | Held::Address(_)) | None => false,
    }
}

/// Whether a string, bytes or path begins with these bytes.
#[inline(always)]
fn begins(value: &Value<'_>, text: &[u8]) -> bool {
    value.bytes().is_some_and(|bytes| bytes.starts_with(text))
}
