//! Searches for the smallest change to a request that every block allows: repair the first
//! objection, decide again, and repeat. Changes are tried in the order of their size, so the first
//! one that is allowed is the smallest found.

use std::collections::BTreeMap;

use super::evaluate::{Facts, Part};
use super::patience;
use crate::limits::TOKEN_COST;
use crate::program::source::ToSource;
use crate::program::{Condition, Effect, Pattern, Rule, Test, Value};
use placet_core::model::owned::TimedRequest;
use placet_core::model::verdict::{Decider, Origin, Verdict};
use placet_core::model::vocabulary::FieldNo;

/// Decisions that one explanation may cost.
const DECISIONS: u64 = 400;

/// Steps of a token's programs that one explanation may cost: as many as four of the most expensive
/// decisions.
const STEPS: u64 = 4 * TOKEN_COST;

/// Rules of one block that are tried: those that need the fewest changes.
const RULES: usize = 24;

/// A block or policy whose rules could be read.
#[derive(Clone, Debug)]
pub(super) struct Program {
    pub(super) origin: Origin,
    pub(super) rules: Vec<Rule>,
    /// Steps that it may take if it comes from a token; 0 for a policy, whose author spends only
    /// their own time.
    pub(super) cost: u64,
}

/// A change that is allowed, and why each part of it is needed.
#[derive(Clone, Debug)]
pub(super) struct Repair {
    pub(super) request: TimedRequest,
    /// In the order in which they were found; one part may have several.
    pub(super) needs: Vec<(Part, String)>,
    /// The rules that now match, or no longer match.
    pub(super) rules: Vec<Decider>,
}

/// The context of a search.
pub(super) struct Search<'s, 'v> {
    pub(super) facts: &'s Facts<'v>,
    pub(super) programs: &'s [Program],
    pub(super) source: ToSource<'s>,
}

impl Search<'_, '_> {
    /// The smallest change that `decide` allows, if one is found.
    pub(super) fn run(&self, from: &TimedRequest, mut decide: impl FnMut(&TimedRequest) -> Verdict) -> Option<Repair> {
        // By size, and among equals in the order in which they were found.
        let mut open =
            BTreeMap::from([(((0, 0, 0), 0), Repair { request: from.clone(), needs: Vec::new(), rules: Vec::new() })]);
        let mut seen = vec![from.clone()];
        for _ in 0..self.decisions(from) {
            let (_, repair) = open.pop_first()?;
            let verdict = decide(&repair.request);
            if verdict.is_allow() {
                return Some(repair);
            }
            for next in self.onward(&repair, verdict) {
                if !seen.contains(&next.request) {
                    seen.push(next.request.clone());
                    open.insert((self.facts.of(from).change_to(&next.request), seen.len()), next);
                }
            }
        }
        None
    }

    /// The number of decisions the search may cost: fewer if each may take long, so that the holder
    /// of a token cannot make a service spend minutes explaining a denial that took milliseconds.
    /// After each of them, rules are repaired.
    fn decisions(&self, from: &TimedRequest) -> u64 {
        let by_holders = self.programs.iter().filter(|program| program.cost > 0);
        let repairing = |program: &Program| patience::price(&program.rules, from, self.facts.vocabulary, RULES);
        let cost: u64 = by_holders.map(|program| program.cost + repairing(program)).sum();
        (STEPS / cost.max(1)).clamp(1, DECISIONS)
    }

    /// The rule that needs the fewest changes, and its failing tests.
    pub(super) fn nearest(&self, request: &TimedRequest, origin: Origin) -> Option<(Decider, Vec<&Test>)> {
        let program = self.program(origin)?;
        let allowing = program.rules.iter().zip(0..).filter(|(rule, _)| rule.effect == Effect::Allow);
        let failing = allowing.map(|(rule, number)| {
            (
                Decider { origin, rule: Some(number) },
                rule.tests.iter().filter(|test| !self.facts.of(request).passes(test, rule.effect)).collect::<Vec<_>>(),
            )
        });
        failing.min_by_key(|(_, failing)| failing.len())
    }

    fn program(&self, origin: Origin) -> Option<&Program> {
        self.programs.iter().find(|program| program.origin == origin)
    }

    fn onward(&self, repair: &Repair, verdict: Verdict) -> Vec<Repair> {
        match verdict {
            Verdict::Allow(_) | Verdict::Refused(_) => Vec::new(),
            Verdict::Forbidden(decider) => self.violating(repair, decider).unwrap_or_default(),
            Verdict::NotPermitted(Decider { origin, rule }) => match (self.program(origin), rule) {
                (Some(program), Some(number)) => self.satisfying(repair, program, usize::from(number)),
                (Some(program), None) => self.allowing(repair, program),
                (None, _) => Vec::new(),
            },
        }
    }

    /// Requests that the denying rule does not match: one of its tests no longer holds.
    fn violating(&self, repair: &Repair, decider: Decider) -> Option<Vec<Repair>> {
        let rule = self.program(decider.origin)?.rules.get(usize::from(decider.rule?))?;
        let broken = rule.tests.iter().flat_map(|test| {
            let requests = self.facts.of(&repair.request).violating(test).into_iter();
            requests.map(move |request| self.step(repair, request, decider, &[test], false))
        });
        Some(broken.collect())
    }

    fn allowing(&self, repair: &Repair, program: &Program) -> Vec<Repair> {
        let failing = |rule: &Rule| {
            rule.tests.iter().filter(|test| !self.facts.of(&repair.request).passes(test, rule.effect)).count()
        };
        let allowing = program.rules.iter().enumerate().filter(|(_, rule)| rule.effect == Effect::Allow);
        let mut numbers: Vec<_> = allowing.map(|(number, rule)| (failing(rule), number)).collect();
        numbers.sort_unstable();
        numbers.into_iter().take(RULES).flat_map(|(_, number)| self.satisfying(repair, program, number)).collect()
    }

    /// Requests that the rule matches.
    fn satisfying(&self, repair: &Repair, program: &Program, number: usize) -> Vec<Repair> {
        let Some(rule) = program.rules.get(number) else { return Vec::new() };
        let decider = Decider { origin: program.origin, rule: u16::try_from(number).ok() };
        let failing: Vec<&Test> =
            rule.tests.iter().filter(|test| !self.facts.of(&repair.request).passes(test, rule.effect)).collect();
        let requests = self.facts.of(&repair.request).satisfying(rule).into_iter();
        requests.map(|request| self.step(repair, request, decider, &failing, true)).collect()
    }

    fn step(&self, repair: &Repair, request: TimedRequest, decider: Decider, tests: &[&Test], wanted: bool) -> Repair {
        let mut needs = repair.needs.clone();
        for part in self.facts.of(&repair.request).differences(&request) {
            let words: Vec<String> =
                tests.iter().filter_map(|test| self.need(&repair.request, test, &part, wanted)).collect();
            if !words.is_empty() {
                needs.push((part, words.join(" and ")));
            }
        }
        let mut rules = repair.rules.clone();
        rules.push(decider);
        Repair { request, needs, rules }
    }

    /// The requirement of a test on a part of the request, in words.
    pub(super) fn need(&self, request: &TimedRequest, test: &Test, part: &Part, wanted: bool) -> Option<String> {
        let source = self.source;
        let text = match (test, part) {
            (Test::Action(actions), Part::Action) => source.actions(actions),
            (Test::Field(field, pattern), Part::Field(other)) if field == other => source.pattern_on(*field, pattern),
            (Test::Elements(quantifier, field, pattern), Part::Field(other)) if field == other => {
                format!("{} {}", quantifier.word(), source.pattern_on(*field, pattern))
            }
            (Test::Field(field, pattern), Part::Label(other, name)) if field == other => label_pattern(pattern, name)
                .map_or_else(|| source.pattern_on(*field, pattern), |pattern| source.pattern_on_label(pattern)),
            (Test::When(truth), part) if reads(truth, part) => {
                return Some(self.condition(request, truth, part, wanted));
            }
            _ => return None,
        };
        Some(if wanted { text } else { opposite(&text) })
    }

    /// For a condition whose parts must all hold: those that fail and that read the part.
    fn condition(&self, request: &TimedRequest, truth: &Condition, part: &Part, wanted: bool) -> String {
        let source = self.source;
        match (truth, wanted) {
            (Condition::Not(inner), wanted) => self.condition(request, inner, part, !wanted),
            (Condition::All(parts), true) => {
                let open = parts.iter().filter(|one| !self.facts.of(request).holds(one) && reads(one, part));
                source.condition(&Condition::All(open.cloned().collect()))
            }
            (truth, true) => source.condition(truth),
            (truth, false) => source.negated_condition(truth),
        }
    }
}

fn opposite(text: &str) -> String {
    match text {
        "absent" => "any".to_owned(),
        "any" => "absent".to_owned(),
        text if text.starts_with("some ") => format!("every {}", opposite(&text["some ".len()..])),
        text if text.starts_with("every ") => format!("some {}", opposite(&text["every ".len()..])),
        text => text.strip_prefix("not ").map_or_else(|| format!("not {text}"), str::to_owned),
    }
}

fn label_pattern<'p>(pattern: &'p Pattern, name: &str) -> Option<&'p Pattern> {
    match pattern {
        Pattern::Label(label, inner) => (label == name).then_some(inner),
        Pattern::AllOf(parts) | Pattern::AnyOf(parts) => parts.iter().find_map(|part| label_pattern(part, name)),
        Pattern::Not(inner) => label_pattern(inner, name),
        _ => None,
    }
}

/// Whether the condition depends on the part of the request.
fn reads(truth: &Condition, part: &Part) -> bool {
    let field_of = |field: &FieldNo| matches!(part, Part::Field(other) | Part::Label(other, _) if other == field);
    let label_of =
        |field: &FieldNo, name: &String| matches!(part, Part::Label(other, label) if other == field && label == name);
    let itself = match truth {
        Condition::Action(_) => *part == Part::Action,
        Condition::HasLabel(field, name) => label_of(field, name),
        asked => asked.fields().iter().any(field_of),
    };
    itself
        || truth.inner().iter().any(|one| reads(one, part))
        || truth.values().into_iter().any(|value| operand_reads(value, part))
        || truth.pattern().is_some_and(|pattern| pattern_reads(pattern, part))
}

fn pattern_reads(pattern: &Pattern, part: &Part) -> bool {
    pattern.values().into_iter().any(|value| operand_reads(value, part))
}

fn operand_reads(operand: &Value, part: &Part) -> bool {
    operand.any(&|value| match (value, part) {
        (Value::Field(field) | Value::Size(field), Part::Field(other) | Part::Label(other, _)) => other == field,
        (Value::Label(field, name), Part::Label(other, label)) => other == field && label == name,
        _ => false,
    })
}
