//! Warnings about useless blocks and rules: blocks that grant nothing, rules that others cover.

use std::collections::HashMap;

use super::fields::Fields;
use super::report::Report;
use super::subsumption;
use super::tree::{Constant, Effect, Pattern, Rule, Template, Term};
use crate::diag::Diagnostic;
use crate::diag::code::Code;
use crate::limits::LINT_COMPARISONS;
use crate::syntax::ast::{Block, BlockKind};
use placet_core::model::vocabulary::{FieldNo, Vocabulary};

/// Checks a block that has no errors of its own.
pub(super) fn block(report: &Report, vocabulary: &Vocabulary, block: &Block, fields: &Fields<'_>, rules: &[Rule]) {
    let (name, at) = (&block.name.text, block.name.at.0);
    let allows = rules.iter().any(|rule| rule.effect == Effect::Allow);
    match block.kind {
        BlockKind::Policy if !allows => report.add(
            Diagnostic::new(Code::NoAllow, at, format!("the policy `{name}` has no `allow`, so it permits nothing"))
                .help("add `allow { action: any }` if everything except the denied is meant"),
        ),
        BlockKind::Token if !allows => report.add(
            Diagnostic::new(Code::GrantsNothing, at, format!("the token `{name}` grants nothing"))
                .help("add `permissions`, an `allow` or a `type`"),
        ),
        BlockKind::Token | BlockKind::Policy | BlockKind::Restriction => {}
    }
    let ends = fields.place("ttl").is_some() || fields.place("expiry").is_some();
    if block.kind == BlockKind::Token && fields.place("type").is_none() && !ends {
        let found = Diagnostic::new(Code::NeverExpires, at, format!("the token `{name}` never expires"));
        report.add(found.help("add `ttl: 30d`, or `expiry` and a time"));
    }
    Covering::of(vocabulary, rules).warn(report, block.kind);
}

/// Warns of a restriction that takes nothing away.
pub(super) fn restriction(report: &Report, template: &Template) {
    if template.restricts_nothing() {
        let message = format!("the restriction `{}` restricts nothing", template.name);
        let found = Diagnostic::new(Code::RestrictsNothing, template.at, message);
        report.add(found.help(NOTHING_HELP));
    }
}

/// The way out of a restriction that restricts nothing.
pub const NOTHING_HELP: &str = "add `only`, `deny`, a condition or an end; where everything is meant, as in an approval, write `only { action: any }`";

/// Rules by a value that they require exactly, so that each is compared with few others.
struct Covering<'r> {
    vocabulary: &'r Vocabulary,
    rules: &'r [Rule],
    /// Every value that some rule requires exactly.
    values: Vec<Wanted>,
    /// The values that each rule requires: `wants[ends[n - 1]..ends[n]]` are those of rule n.
    wants: Vec<usize>,
    ends: Vec<usize>,
    /// Rules that require no exact value.
    general: Vec<usize>,
}

/// A value that some rule requires exactly.
#[derive(Default)]
struct Wanted {
    by: usize,
    /// Rules of which this is the rarest value.
    rules: Vec<usize>,
}

impl<'r> Covering<'r> {
    fn of(vocabulary: &'r Vocabulary, rules: &'r [Rule]) -> Self {
        let (values, wants, ends) = (Vec::new(), Vec::new(), Vec::with_capacity(rules.len()));
        let mut covering = Self { vocabulary, rules, values, wants, ends, general: Vec::new() };
        // Each value is hashed once: there may be fifty thousand rules.
        let mut numbers: HashMap<(FieldNo, &Constant), usize> = HashMap::with_capacity(rules.len());
        for rule in rules {
            for key in exact(rule) {
                let number = *numbers.entry(key).or_insert(covering.values.len());
                if number == covering.values.len() {
                    covering.values.push(Wanted::default());
                }
                covering.values[number].by += 1;
                covering.wants.push(number);
            }
            covering.ends.push(covering.wants.len());
        }
        for number in 0..rules.len() {
            let rarest = covering.wanted_by(number).iter().copied().min_by_key(|&value| covering.values[value].by);
            match rarest {
                Some(value) => covering.values[value].rules.push(number),
                None => covering.general.push(number),
            }
        }
        covering
    }

    fn wanted_by(&self, rule: usize) -> &[usize] {
        let from = rule.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.wants[from..self.ends[rule]]
    }

    fn warn(&self, report: &Report, kind: BlockKind) {
        let mut comparisons = 0;
        for (number, rule) in self.rules.iter().enumerate() {
            let similar = self.wanted_by(number).iter().flat_map(|&value| &self.values[value].rules);
            let mut others = self.general.iter().chain(similar).copied().filter(|&other| other != number);
            let found = others.find(|&other| {
                comparisons += 1;
                comparisons <= LINT_COMPARISONS && self.covers(other, number)
            });
            if let Some(found) = found {
                report.add(explain(kind, rule, &self.rules[found]));
            }
        }
    }

    /// Whether the rule `other` makes `number` redundant. If two are equal, the later one is
    /// redundant.
    fn covers(&self, other: usize, number: usize) -> bool {
        let (wide, narrow) = (&self.rules[other], &self.rules[number]);
        let says_all = |a: &Rule, b: &Rule| subsumption::rule(self.vocabulary, a, b);
        match (wide.effect, narrow.effect) {
            (Effect::Allow, Effect::Deny) => false,
            (Effect::Deny, Effect::Allow) => says_all(wide, narrow),
            (Effect::Allow, Effect::Allow) | (Effect::Deny, Effect::Deny) => {
                says_all(wide, narrow) && (other < number || !says_all(narrow, wide))
            }
        }
    }
}

/// The values that a rule requires exactly.
fn exact(rule: &Rule) -> impl Iterator<Item = (FieldNo, &Constant)> {
    rule.tests.iter().filter_map(|test| match &test.pattern {
        Pattern::Equal(Term::Constant(constant)) => Some((test.field, constant)),
        _ => None,
    })
}

fn explain(kind: BlockKind, rule: &Rule, other: &Rule) -> Diagnostic {
    let allow = if kind == BlockKind::Restriction { "`only`" } else { "`allow`" };
    match (rule.effect, other.effect) {
        (Effect::Allow, Effect::Deny) => Diagnostic::new(
            Code::DeniedEntirely,
            rule.at,
            format!("a `deny` forbids everything that this {allow} permits"),
        )
        .related(other.at, "forbidden here")
        .help("remove one of the two, or narrow the `deny`"),
        _ => {
            let word = if rule.effect == Effect::Deny { "`deny`" } else { allow };
            Diagnostic::new(Code::Shadowed, rule.at, format!("another {word} covers this one"))
                .related(other.at, "the wider rule")
                .help("remove the narrower rule, or narrow the wider one")
        }
    }
}
