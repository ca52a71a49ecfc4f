//! Evaluates one block part by part: which rules match a request, and for each rule which
//! attribute, action and leaf of its condition was true, was false, or was not evaluated.
//!
//! The input is a checked template with its arguments ([`Observer::new`]), then requests
//! ([`Observer::observe`]). Each part is compiled into a program of its own, and the VM decides it:
//! there is no evaluator here that could disagree with it, only `&&`, `||` and `!`. The output is
//! an [`Observed`], which decides for the block as the VM does. Inside a rule a part is evaluated
//! if everything to the left of it held, in reading order: the action, then the attributes as they
//! are written, then the condition. All rules are evaluated, since their order has no meaning.
//! [`places`](super::places) finds the parts in the source.
//!
//! Arguments with which the template does not compile are refused.

use super::places::Places;
use placet::bytecode::op::{Length, Op};
use placet::bytecode::verify::{Budget, ProvedProgram, Scope};
use placet::check::tree::{self, Condition, Effect, Template};
use placet::compile::arguments::Arguments;
use placet::compile::error::{CompileError, TemplateError};
use placet::compile::{Frame, compile};
use placet::document::Document;
use placet::model::request::View;
use placet::model::vocabulary::{FieldNo, Vocabulary};
use placet::span::Span;
use placet::syntax::ast::BlockKind;
use placet::vm::{BlockVerdict, Context, ProgramKind, run};

/// One block, ready to be evaluated. Make it once and use it often.
#[derive(Debug)]
pub struct Observer {
    kind: ProgramKind,
    rules: Vec<Rule>,
    /// By the number of the rule.
    probes: Vec<RuleProbes>,
}

/// A rule, or the block's own condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Its place among the template's rules; none for the block's own condition.
    pub number: Option<usize>,
    /// Its effect.
    pub frame: Frame,
    /// The place of the whole rule; for the block's own condition, its name.
    pub at: Span,
    /// In the order of evaluation.
    pub parts: Vec<Part>,
}

/// A part of a rule that is true or false for a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// The kind of part.
    pub kind: PartKind,
    /// Its place; if that is not known, the place of its rule.
    pub at: Span,
    /// Whether no valid request makes it false: `any` on an attribute that every request has.
    pub certain: bool,
}

/// The kind of a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PartKind {
    /// `action: GET`
    Action,
    /// `path: "/a/**"`
    Attribute(FieldNo),
    /// A leaf of `&&`, `||` and `!` after `when` and `unless`.
    Condition,
}

/// The observations on one request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Observed {
    /// By the number of the rule in [`Observer::rules`].
    pub rules: Vec<RuleTrace>,
    /// The answer of the block; rules have their numbers in [`Observer::rules`].
    pub answer: BlockVerdict,
}

/// The observations on a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleTrace {
    /// Whether all of it holds.
    pub matched: bool,
    /// For each part its value; none if it was not evaluated.
    pub parts: Vec<Option<bool>>,
}

impl Observed {
    /// The rule that decided, by its number in [`Observer::rules`].
    #[must_use]
    pub const fn decided(&self) -> Option<usize> {
        match self.answer {
            BlockVerdict::Allow(rule) | BlockVerdict::Abstain(rule) => match rule {
                Some(rule) => Some(rule as usize),
                None => None,
            },
            BlockVerdict::Forbid(rule) => Some(rule as usize),
        }
    }
}

/// How the parts of a rule are evaluated.
#[derive(Debug)]
struct RuleProbes {
    /// One for each part.
    programs: Vec<ProvedProgram>,
    /// How many of them, from the first, must hold by themselves.
    tests: usize,
    /// The operator that joins the others.
    condition: Option<Shape>,
}

/// A condition, with its leaves as numbers of parts.
#[derive(Debug)]
enum Shape {
    Known(bool),
    Leaf(usize),
    Not(Box<Self>),
    All(Vec<Self>),
    AnyOf(Vec<Self>),
}

impl Observer {
    /// Prepares a template with its arguments. All its parts have the place of their rule;
    /// [`new_in`](Self::new_in) finds the exact places.
    ///
    /// # Errors
    /// With these arguments a part does not compile.
    pub fn new(template: &Template, vocabulary: &Vocabulary, arguments: &Arguments) -> Result<Self, Vec<CompileError>> {
        Self::of(Outline { template, vocabulary, places: None }, arguments)
    }

    /// The same for a template of a document, which has all places.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn new_in(document: &Document, template: &Template, arguments: &Arguments) -> Result<Self, Vec<CompileError>> {
        let places = Places::of(document, template);
        Self::of(Outline { template, vocabulary: document.vocabulary(), places: Some(&places) }, arguments)
    }

    fn of(outline: Outline<'_>, arguments: &Arguments) -> Result<Self, Vec<CompileError>> {
        let kind = match outline.template.kind {
            BlockKind::Token | BlockKind::Policy => ProgramKind::Authority,
            BlockKind::Restriction => ProgramKind::Restriction,
        };
        let mut observer = Self { kind, rules: Vec::new(), probes: Vec::new() };
        for (rule, RuleParts { alone, tests, condition, .. }) in outline.rules() {
            let programs =
                alone.into_iter().map(|alone| program(outline.template, outline.vocabulary, arguments, alone));
            observer.probes.push(RuleProbes { programs: programs.collect::<Result<_, _>>()?, tests, condition });
            observer.rules.push(rule);
        }
        Ok(observer)
    }

    /// Its rules in the order in which they decide: denials, the block's own requirements,
    /// permissions.
    #[must_use]
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// Evaluates a request that fits the block's vocabulary.
    #[must_use]
    pub fn observe(&self, request: &View<'_>, context: &Context<'_>) -> Observed {
        let rules: Vec<RuleTrace> = self.probes.iter().map(|probes| probes.see(request, context)).collect();
        let answer = self.answer(&rules);
        Observed { rules, answer }
    }

    /// The most steps that the evaluated parts can have taken, up to the rule that decided. The
    /// program evaluates cheap parts first and may find the rule at once, so it takes fewer.
    #[must_use]
    pub fn reached(&self, observed: &Observed) -> u64 {
        let last = observed.decided().unwrap_or(self.rules.len());
        let rules = self.probes.iter().zip(&observed.rules).take(last.saturating_add(1));
        rules.map(|(probes, seen)| probes.cost(seen)).sum()
    }

    fn answer(&self, seen: &[RuleTrace]) -> BlockVerdict {
        let mut allows = false;
        for ((rule, seen), number) in self.rules.iter().zip(seen).zip(0..) {
            match (rule.frame, seen.matched) {
                (Frame::Deny, true) => return BlockVerdict::Forbid(number),
                (Frame::Require, false) => return BlockVerdict::Abstain(Some(number)),
                (Frame::Allow, true) => return BlockVerdict::Allow(Some(number)),
                (Frame::Allow, false) => allows = true,
                (Frame::Deny, false) | (Frame::Require, true) => {}
            }
        }
        if self.kind == ProgramKind::Restriction && !allows {
            BlockVerdict::Allow(None)
        } else {
            BlockVerdict::Abstain(None)
        }
    }
}

impl RuleProbes {
    fn see(&self, request: &View<'_>, context: &Context<'_>) -> RuleTrace {
        let mut evaluation =
            Evaluation { programs: &self.programs, request, context, parts: vec![None; self.programs.len()] };
        let tests = (0..self.tests).all(|part| evaluation.part(part));
        let matched = tests && self.condition.as_ref().is_none_or(|condition| evaluation.shape(condition));
        RuleTrace { matched, parts: evaluation.parts }
    }
}

impl RuleProbes {
    /// The most steps that evaluating these parts can take. Each program counts its own rule, which
    /// is there once.
    fn cost(&self, seen: &RuleTrace) -> u64 {
        const RULE: u64 = Op::Allow { body: Length(0) }.cost();
        let parts = self.programs.iter().zip(&seen.parts).filter(|(_, part)| part.is_some());
        parts.fold(RULE, |cost, (program, _)| cost + program.as_proved().cost().saturating_sub(RULE))
    }
}

struct Evaluation<'l> {
    programs: &'l [ProvedProgram],
    request: &'l View<'l>,
    context: &'l Context<'l>,
    parts: Vec<Option<bool>>,
}

impl Evaluation<'_> {
    fn part(&mut self, part: usize) -> bool {
        let answer = run(&self.programs[part].as_proved(), ProgramKind::Authority, self.request, self.context);
        // A part is the only rule of its program, so the program allows, or forbids, exactly when
        // the part holds.
        let holds = matches!(answer, Ok(BlockVerdict::Allow(_) | BlockVerdict::Forbid(_)));
        self.parts[part] = Some(holds);
        holds
    }

    fn shape(&mut self, shape: &Shape) -> bool {
        match shape {
            Shape::Known(truth) => *truth,
            Shape::Leaf(part) => self.part(*part),
            Shape::Not(inner) => !self.shape(inner),
            Shape::All(parts) => parts.iter().all(|part| self.shape(part)),
            Shape::AnyOf(parts) => parts.iter().any(|part| self.shape(part)),
        }
    }
}

/// Compiles one rule of a template on its own. The program never travels in a token, so the larger
/// budget applies.
///
/// # Errors
/// With these arguments it does not compile.
pub(super) fn program(
    template: &Template,
    vocabulary: &Vocabulary,
    arguments: &Arguments,
    rule: tree::Rule,
) -> Result<ProvedProgram, Vec<CompileError>> {
    let compiled = compile(&template.alone(rule), vocabulary, arguments)?;
    let scope = Scope { vocabulary, state: vocabulary.present(), budget: Budget::Policy };
    ProvedProgram::new(compiled.program.into_bytes(), &scope)
        .map_err(|error| vec![CompileError { at: Some(template.at), cause: TemplateError::Unproved(error) }])
}

/// The rules of a template of a document, and the parts that an [`Observer`] of it evaluates,
/// whatever its arguments.
#[must_use]
pub fn rules(document: &Document, template: &Template) -> Vec<Rule> {
    let places = Places::of(document, template);
    let outline = Outline { template, vocabulary: document.vocabulary(), places: Some(&places) };
    outline.rules().into_iter().map(|(rule, _)| rule).collect()
}

/// A template that is split into its parts.
#[derive(Clone, Copy)]
struct Outline<'o> {
    template: &'o Template,
    vocabulary: &'o Vocabulary,
    places: Option<&'o Places<'o>>,
}

/// The parts of one rule.
#[derive(Default)]
struct RuleParts {
    parts: Vec<Part>,
    /// Each part as the only one of a rule.
    alone: Vec<tree::Rule>,
    tests: usize,
    condition: Option<Shape>,
}

impl RuleParts {
    fn push(&mut self, part: Part, alone: tree::Rule) {
        self.parts.push(part);
        self.alone.push(alone);
    }

    /// Adds a part for each leaf that is not known already.
    fn condition(&mut self, condition: &Condition, at: Span, places: &[Span]) {
        let mut leaves = LeafNumbering { found: Vec::new(), count: 0, first: self.parts.len() };
        self.condition = Some(leaves.shape(condition));
        // If the source has a different number of leaves, they cannot be matched to the tree's.
        let places = (places.len() == leaves.count).then_some(places);
        for (leaf, number) in leaves.found {
            let alone = tree::Rule { condition: Some(Box::new(leaf.clone())), ..bare(Effect::Allow, at) };
            let at = places.map_or(at, |places| places[number]);
            self.push(Part { kind: PartKind::Condition, at, certain: false }, alone);
        }
    }
}

impl Outline<'_> {
    /// In the order in which they decide.
    fn rules(&self) -> Vec<(Rule, RuleParts)> {
        let of = |effect| {
            let numbered = self.template.rules.iter().enumerate().filter(move |(_, rule)| rule.effect == effect);
            numbered.map(|(number, rule)| self.rule(number, rule))
        };
        let guard = self.template.guard.iter().map(|guard| self.guard(guard));
        of(Effect::Deny).chain(guard).chain(of(Effect::Allow)).collect()
    }

    fn rule(&self, number: usize, rule: &tree::Rule) -> (Rule, RuleParts) {
        let map = self.places.map(|places| places.rule(rule.at)).unwrap_or_default();
        let place = |field| self.vocabulary.attribute(field).and_then(|attribute| map.attribute(&attribute.name));
        let mut rule_parts = RuleParts::default();
        if let Some(actions) = &rule.actions {
            let alone = tree::Rule { actions: Some(actions.clone()), ..bare(rule.effect, rule.at) };
            let at = map.action().unwrap_or(rule.at);
            rule_parts.push(Part { kind: PartKind::Action, at, certain: false }, alone);
        }
        let mut tests: Vec<_> = rule.tests.iter().map(|test| (place(test.field).unwrap_or(rule.at), test)).collect();
        tests.sort_by_key(|(at, _)| at.start);
        for (at, test) in tests {
            let alone = tree::Rule { tests: vec![test.clone()], ..bare(rule.effect, rule.at) };
            let optional = self.vocabulary.attribute(test.field).is_none_or(|attribute| attribute.optional);
            let certain = test.pattern == tree::Pattern::Any && !optional;
            rule_parts.push(Part { kind: PartKind::Attribute(test.field), at, certain }, alone);
        }
        rule_parts.tests = rule_parts.parts.len();
        rule.condition.iter().for_each(|condition| rule_parts.condition(condition, rule.at, &map.leaves));
        let frame = if rule.effect == Effect::Deny { Frame::Deny } else { Frame::Allow };
        (Rule { number: Some(number), frame, at: rule.at, parts: rule_parts.parts.clone() }, rule_parts)
    }

    fn guard(&self, guard: &Condition) -> (Rule, RuleParts) {
        let (mut rule_parts, at) = (RuleParts::default(), self.template.at);
        rule_parts.condition(guard, at, &self.places.map(Places::guard).unwrap_or_default());
        (Rule { number: None, frame: Frame::Require, at, parts: rule_parts.parts.clone() }, rule_parts)
    }
}

/// A rule without tests.
const fn bare(effect: Effect, at: Span) -> tree::Rule {
    tree::Rule { effect, at, actions: None, tests: Vec::new(), condition: None }
}

/// The leaves of a condition, in the order of the source. New ones become the parts from `first`
/// on.
struct LeafNumbering<'c> {
    /// Each with its number among all.
    found: Vec<(&'c Condition, usize)>,
    /// Including those that are known already.
    count: usize,
    first: usize,
}

impl<'c> LeafNumbering<'c> {
    fn shape(&mut self, condition: &'c Condition) -> Shape {
        match condition {
            Condition::Not(inner) => Shape::Not(Box::new(self.shape(inner))),
            Condition::All(parts) => Shape::All(parts.iter().map(|part| self.shape(part)).collect()),
            Condition::AnyOf(parts) => Shape::AnyOf(parts.iter().map(|part| self.shape(part)).collect()),
            Condition::Constant(truth) => {
                self.count += 1;
                Shape::Known(*truth)
            }
            leaf => {
                self.found.push((leaf, self.count));
                self.count += 1;
                Shape::Leaf(self.first + self.found.len() - 1)
            }
        }
    }
}
