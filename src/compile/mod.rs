//! Turns a checked template and its arguments into a program.
//!
//! The input is a [`Template`] with open parameters, and [`Arguments`], one typed value for each of
//! them. Then, rule by rule:
//!
//! 1. [texts](text) get their arguments, which stay values: in a [glob], a [path] pattern or a
//!    [regular expression](regex) an argument is literal text, and a path's segment stays one
//!    segment;
//! 2. [patterns](pattern), [conditions](condition) and [actions] become an equivalent
//!    [tree](crate::program::tree) in its cheapest form: a regular expression that is just a prefix
//!    becomes a `prefix`, and everything that the arguments determine is folded;
//! 3. tests are ordered by their cost, the action first and the condition last;
//! 4. the rules are [written](crate::program::write()), `deny` rules first, then the condition of
//!    the block, then `allow` rules; constants are shared.
//!
//! The result is a [`Compiled`], whose program has been verified like every program. Refused are an
//! argument that does not fit, a text that is not a path or a regular expression with its
//! arguments, and anything larger or costlier than [`limits`](crate::limits) allows; all of a
//! template's errors are reported at once. The same template with the same arguments always gives
//! the same bytes, but for the offsets of time zones, which depend on the year in which it is
//! compiled.

pub mod arguments;
pub mod error;
pub mod expressions;

mod actions;
mod automaton;
mod condition;
mod conjuncts;
pub(crate) mod glob;
mod index;
mod keys;
mod lowercase;
mod made;
pub(crate) mod part;
pub(crate) mod path;
mod pattern;
mod regex;
#[cfg(test)]
pub(crate) mod tests;
mod text;
mod url;
mod zone;

pub use regex::automaton_of;
pub use zone::ZonesKnown;

use arguments::Arguments;
use core::time::Duration;
use error::{CompileError, TemplateError};
use expressions::Expressions;

use crate::check::tree::{Effect, Rule, Template, Term, Test, Text};
use crate::limits::{DIAGNOSTICS, POLICY_COST, POLICY_PROGRAM_BYTES, RULES, TOKEN_COST, TOKEN_PROGRAM_BYTES};
use crate::program::write::Writer;
use crate::program::{self, Condition};
use crate::span::Span;
use crate::syntax::ast::BlockKind;
use placet_core::bytecode::op::{Const, Op};
use placet_core::bytecode::program::Program;
use placet_core::bytecode::verify::{Budget, Fault, Scope, verify};
use placet_core::model::time::{Time, length};
use placet_core::model::types::Scalar;
use placet_core::model::vocabulary::{Fingerprint, Vocabulary};
use placet_core::token::keys::PublicKey;

/// A program, and the parts of the template that travel beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compiled {
    /// The verified program.
    pub program: Program,
    /// The state of the vocabulary that gives the program's numbers their meaning.
    pub fingerprint: Fingerprint,
    /// The token's claims.
    pub claims: ResolvedClaims,
    /// When it is valid.
    pub times: ResolvedTimes,
    /// The key whose holder has to prove every request.
    pub holder: Option<PublicKey>,
    /// Where each rule of the program comes from, by its number there. A frame with the block's
    /// guard counts as a rule.
    pub rules: Vec<RuleOrigin>,
    /// The most steps that any request can make it take.
    pub cost: u64,
    /// When it knows its time zones; `None` if it has none that change.
    pub zones: Option<ZonesKnown>,
}

/// Where a rule of a program comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RuleOrigin {
    /// The rule; for the guard, the block's name.
    pub at: Span,
    /// Its effect.
    pub frame: Frame,
}

/// The effect of a rule of a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Frame {
    /// `deny { … }`
    Deny,
    /// The block's own `when` and `unless`.
    Require,
    /// `allow { … }`, `only { … }`
    Allow,
}

/// The claims of a token, as text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ResolvedClaims {
    /// `id`
    pub id: Option<String>,
    /// `type`: `READ` or `WRITE`.
    pub kind: Option<String>,
    /// `owner`
    pub owner: Option<String>,
    /// `producer`
    pub producer: Option<String>,
    /// `application`
    pub application: Option<String>,
    /// `labels` of a WRITE token, sorted by name.
    pub labels: Vec<(String, String)>,
    /// `attributes`, sorted by name.
    pub attributes: Vec<(String, String)>,
}

/// When a token or restriction is valid.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ResolvedTimes {
    /// `issuance`: now, if it is not given.
    pub issuance: Option<Time>,
    /// `not_before`
    pub not_before: Option<Time>,
    /// `expiry`; none if there is a `ttl`.
    pub expiry: Option<Time>,
    /// `ttl`, from issuance; for a restriction, from the moment it is added.
    pub ttl: Option<Duration>,
}

impl ResolvedTimes {
    /// Whether a block that begins at `beginning` expires before it is valid.
    #[must_use]
    pub fn are_never(&self, beginning: Time) -> bool {
        self.end(beginning).zip(self.not_before).is_some_and(|(end, not_before)| end <= not_before)
    }

    /// The end, if it begins at `beginning`: `ttl` wins over `expiry`.
    #[must_use]
    pub fn end(&self, beginning: Time) -> Option<Time> {
        self.ttl.map_or(self.expiry, |ttl| Some(beginning.saturating_add(ttl)))
    }
}

/// The number of rules of one effect from which a policy gets an
/// [index](placet_core::bytecode::index). It changes no verdict and no deciding rule, only how fast
/// they are found. Tokens never have one: they hold few rules, and every byte counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IndexFrom(pub usize);

impl IndexFrom {
    /// No index: every rule is evaluated.
    pub const NEVER: Self = Self(usize::MAX);
}

impl Default for IndexFrom {
    /// A table lookup takes as long as evaluating some twenty rules.
    fn default() -> Self {
        Self(24)
    }
}

/// Makes the program of a template.
///
/// # Errors
/// All reasons why there is none, at most [`DIAGNOSTICS`] of them.
pub fn compile(
    template: &Template,
    vocabulary: &Vocabulary,
    arguments: &Arguments,
) -> Result<Compiled, Vec<CompileError>> {
    compile_within(template, vocabulary, arguments, &Expressions::default())
}

/// The same for one of several that are compiled together: from one document, or in one call.
///
/// # Errors
/// As [`compile`]. If the expressions exceed their budget, the first one beyond it is the last
/// error.
pub fn compile_within(
    template: &Template,
    vocabulary: &Vocabulary,
    arguments: &Arguments,
    expressions: &Expressions,
) -> Result<Compiled, Vec<CompileError>> {
    lower(Lowering { template, vocabulary, arguments, index_from: IndexFrom::default(), expressions })
}

/// The same as of a time: that at which a token of it will be minted.
///
/// # Errors
/// As [`compile`].
pub fn compile_at(
    template: &Template,
    vocabulary: &Vocabulary,
    arguments: &Arguments,
    now: Time,
) -> Result<Compiled, Vec<CompileError>> {
    compile_within(template, vocabulary, arguments, &Expressions::default().at(now))
}

/// The same, with the index of a policy chosen by the caller.
///
/// # Errors
/// As [`compile`].
pub fn compile_with(
    template: &Template,
    vocabulary: &Vocabulary,
    arguments: &Arguments,
    index_from: IndexFrom,
) -> Result<Compiled, Vec<CompileError>> {
    lower(Lowering { template, vocabulary, arguments, index_from, expressions: &Expressions::default() })
}

fn lower(lowering: Lowering<'_>) -> Result<Compiled, Vec<CompileError>> {
    let mut errors = Vec::new();
    lowering.expressions.zones.set(None);
    let claims = lowering.claims().map_err(|error| errors.push(error)).unwrap_or_default();
    let times = lowering.times().map_err(|error| errors.push(error)).unwrap_or_default();
    let holder = lowering.holder().map_err(|cause| errors.push(cause.at(lowering.template.at))).unwrap_or_default();
    let guard = lowering.guard().map_err(|error| errors.push(error)).unwrap_or_default();
    lowering.check_case(&mut errors);
    let (program, rules) = lowering.write(guard.as_ref(), &mut errors);
    if !errors.is_empty() {
        errors.truncate(DIAGNOSTICS);
        return Err(errors);
    }
    let cost = lowering.prove(&program, rules.len()).map_err(|error| vec![error])?;
    let (fingerprint, zones) = (lowering.vocabulary.fingerprint(), lowering.expressions.zones.take());
    Ok(Compiled { program, fingerprint, claims, times, holder, rules, cost, zones })
}

/// The test of a rule that matches no request, whatever the arguments are.
const NEVER: program::Test = program::Test::When(Condition::Constant(false));

/// The context of lowering.
#[derive(Clone, Copy)]
struct Lowering<'a> {
    template: &'a Template,
    vocabulary: &'a Vocabulary,
    arguments: &'a Arguments,
    index_from: IndexFrom,
    expressions: &'a Expressions,
}

impl Lowering<'_> {
    fn claims(&self) -> Result<ResolvedClaims, CompileError> {
        let claims = &self.template.claims;
        let text = |text: &Text| self.string(text).map_err(|cause| cause.at(self.template.at));
        let optional = |value: &Option<Text>| value.as_ref().map(text).transpose();
        let named = |(name, value): &(String, Text)| Ok((name.clone(), text(value)?));
        Ok(ResolvedClaims {
            id: optional(&claims.id)?,
            kind: claims.kind.clone(),
            owner: optional(&claims.owner)?,
            producer: optional(&claims.producer)?,
            application: optional(&claims.application)?,
            labels: claims.labels.iter().map(named).collect::<Result<_, _>>()?,
            attributes: claims.attributes.iter().map(named).collect::<Result<_, _>>()?,
        })
    }

    fn times(&self) -> Result<ResolvedTimes, CompileError> {
        let times = &self.template.times;
        let number = |term: &Option<Term>, scalar| {
            let term = term.as_ref().map(|term| self.number(term, scalar));
            term.transpose().map_err(|cause| cause.at(self.template.at))
        };
        let time = |term| Ok(number(term, Scalar::Time)?.map(Time::from_millis));
        // A block that ends before it begins, or when it begins, is never valid.
        let ttl = number(&times.ttl, Scalar::Duration)?.map(length);
        Ok(ResolvedTimes {
            issuance: time(&times.issuance)?,
            not_before: time(&times.not_before)?,
            expiry: time(&times.expiry)?.filter(|_| ttl.is_none()),
            ttl,
        })
    }

    /// The block's own condition, unless it is always true.
    fn guard(&self) -> Result<Option<Condition>, CompileError> {
        let guard = self.template.guard.as_ref().map(|guard| self.condition(guard));
        let guard = guard.transpose().map_err(|cause| cause.at(self.template.at))?;
        Ok(guard.filter(|guard| *guard != Condition::Constant(true)))
    }

    /// A restriction without any `only` allows what it does not deny, so its `only` must stay even
    /// if it matches nothing.
    fn may_drop(&self, rule: &Rule) -> bool {
        rule.effect == Effect::Deny || self.template.kind != BlockKind::Restriction
    }

    /// The tests in the order in which they run: the action, patterns by their cost, the condition.
    fn rule(&self, rule: &Rule) -> Result<program::Rule, TemplateError> {
        let pattern = |test: &Test| self.pattern_on(&test.pattern, self.field_type(test.field)?);
        let patterns = rule.tests.iter().map(|test| Ok((test.field, pattern(test)?)));
        let mut patterns = patterns.collect::<Result<Vec<_>, TemplateError>>()?;
        let when = rule.condition.as_ref().map(|condition| self.condition(condition)).transpose()?;
        let actions = rule.actions.as_ref().and_then(|set| actions::lower(set, rule.effect, self.vocabulary));
        let (actions, when) = actions::drawn(actions, when, rule.effect);
        let actions = actions.map(program::Test::Action).into_iter();
        let when = conjuncts::drawn(&mut patterns, when, self.vocabulary);
        patterns.sort_by_key(|(field, pattern)| (pattern.rank(), *field));
        let stated = |field| rule.tests.iter().find(|test| test.field == field).map(|test| test.asks(rule.effect));
        let patterns = patterns.into_iter().map(|(field, pattern)| match stated(field) {
            Some(other) if other != rule.effect.quantifier() => program::Test::Elements(other, field, pattern),
            _ => program::Test::Field(field, pattern),
        });
        let when = when.filter(|when| *when != Condition::Constant(true)).map(program::Test::When);
        let effect = match rule.effect {
            Effect::Allow => program::Effect::Allow,
            Effect::Deny => program::Effect::Deny,
        };
        Ok(program::Rule { effect, tests: actions.chain(patterns).chain(when).collect() })
    }

    /// `deny` rules first, then the block's condition, then `allow` rules. Errors are in the order
    /// of the source.
    ///
    /// In this order the VM stops at the first rule that decides and keeps no state: a matching
    /// `deny` forbids regardless of other rules, a false guard ends a block in which nothing was
    /// denied, and after both the first `allow` is the answer. An `allow` before a `deny` would
    /// have to be remembered until no `deny` can follow. The verifier refuses any other order, so a
    /// foreign program cannot hide a `deny` after the rule that already allowed.
    fn write(&self, guard: Option<&Condition>, errors: &mut Vec<CompileError>) -> (Program, Vec<RuleOrigin>) {
        let mut writer = Writer::default();
        let mut origins = Vec::with_capacity(self.template.rules.len() + 1);
        let mut wrong = Vec::new();
        self.write_all(Effect::Deny, &mut writer, &mut origins, &mut wrong);
        if let Some(guard) = guard {
            let tests = vec![program::Test::When(guard.clone())];
            writer.rule(&program::Rule { effect: program::Effect::Require, tests });
            origins.push(RuleOrigin { at: self.template.at, frame: Frame::Require });
        }
        self.write_all(Effect::Allow, &mut writer, &mut origins, &mut wrong);
        wrong.sort_by_key(|(number, _)| *number);
        errors.extend(wrong.into_iter().map(|(_, error)| error));
        (writer.program(), origins)
    }

    /// The rules of one effect that can match, preceded by their index if they have one. Each is
    /// lowered and written before the next one, since its tree is larger than its code.
    fn write_all(
        &self,
        effect: Effect,
        writer: &mut Writer,
        origins: &mut Vec<RuleOrigin>,
        wrong: &mut Vec<(usize, CompileError)>,
    ) {
        let (frame, op): (Frame, fn(Const) -> Op) = match effect {
            Effect::Deny => (Frame::Deny, |index| Op::DenyIndex { index }),
            Effect::Allow => (Frame::Allow, |index| Op::AllowIndex { index }),
        };
        let before = std::mem::take(&mut writer.code);
        let others = origins.len();
        for (number, rule) in self.template.rules.iter().enumerate().filter(|(_, rule)| rule.effect == effect) {
            if self.expressions.is_spent() {
                break;
            }
            match self.rule(rule) {
                Ok(lowered) if lowered.tests.last() == Some(&NEVER) && self.may_drop(rule) => {}
                Ok(lowered) => {
                    writer.rule(&lowered);
                    origins.push(RuleOrigin { at: rule.at, frame });
                }
                Err(cause) => wrong.push((number, cause.at(rule.at))),
            }
        }
        let code = std::mem::replace(&mut writer.code, before);
        if self.template.kind == BlockKind::Policy
            && wrong.is_empty()
            && let Some(index) =
                index::index(&code, origins.len() - others, writer.pool.bytes(), self.vocabulary, self.index_from.0)
        {
            let index = writer.pool.intern(&index);
            op(index).write(&mut writer.code);
        }
        writer.code.extend_from_slice(&code);
    }

    /// Verifies the program, as every recipient will. Returns its greatest cost.
    fn prove(&self, program: &Program, rules: usize) -> Result<u64, CompileError> {
        let (budget, most, cost) = match self.template.kind {
            BlockKind::Token | BlockKind::Restriction => (Budget::Token, TOKEN_PROGRAM_BYTES, TOKEN_COST),
            BlockKind::Policy => (Budget::Policy, POLICY_PROGRAM_BYTES, POLICY_COST),
        };
        if rules > RULES {
            return Err(TemplateError::TooManyRules { rules }.at(self.template.at));
        }
        let bytes = program.bytes();
        let scope = Scope { vocabulary: self.vocabulary, state: self.vocabulary.present(), budget };
        let cause = match verify(bytes, &scope) {
            Ok(proved) => return Ok(proved.cost()),
            Err(error) => match error.fault {
                Fault::TooLarge => TemplateError::TooLarge { bytes: bytes.len(), most },
                Fault::TooCostly => TemplateError::TooCostly { most: cost },
                Fault::TooLongToProve => TemplateError::TooLongToProve,
                Fault::TooDeep => TemplateError::TooDeep,
                _ => TemplateError::Unproved(error),
            },
        };
        Err(cause.at(self.template.at))
    }
}
