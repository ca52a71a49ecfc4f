//! The numbers that do not depend on the clock: bytes, the worst case and how close requests come
//! to it, allocations, and which rules decide.

use std::collections::BTreeMap;
use std::hint::black_box;

use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

use super::{Route, Workload};
use crate::testing::{Block, Fixture};
use placet::explain::Quote;
use placet::model::verdict::{Decider, Origin, Verdict};
use placet::token::header::Purpose;

/// The counts.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sizes {
    /// One for each token or policy that decides requests.
    pub fixtures: Vec<FixtureSize>,
    /// The most steps that a request could take.
    pub worst: u64,
    /// The most steps that one of the requests can have taken.
    pub reached: u64,
    /// The same, on average.
    pub reached_mean: f64,
    /// The rules that decided, the most frequent first.
    pub rules: Vec<Hot>,
}

/// The size of a token or a policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FixtureSize {
    /// `token session(user: "42")`
    pub title: String,
    /// The bytes of all its programs.
    pub program: usize,
    /// Bytes and characters of the local token, if there is one.
    pub local: Option<(usize, usize)>,
    /// The same for the public token.
    pub public: Option<(usize, usize)>,
}

/// A rule, and how often it decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hot {
    /// `policies/tenant.placet`; none if it was not written in a file.
    pub file: Option<String>,
    /// Its line there.
    pub line: Option<usize>,
    /// The rule, or the reason if no rule decided.
    pub text: String,
    /// How often.
    pub decided: usize,
}

impl Sizes {
    pub(super) fn of(workload: &Workload) -> Self {
        let mut sizes = Self { fixtures: workload.fixtures.iter().map(FixtureSize::of).collect(), ..Self::default() };
        sizes.cost(workload);
        sizes.rules = hot(workload);
        sizes
    }

    /// The programs know their worst case. The part of it that a request reaches is the parts of
    /// the rules up to the one that decides.
    fn cost(&mut self, workload: &Workload) {
        let mut all = 0;
        let mut count = 0_u32;
        for (number, fixture) in workload.fixtures.iter().enumerate() {
            self.worst = self.worst.max(fixture.blocks().map(|block| block.compiled().cost).sum());
            let observers: Vec<_> = fixture.blocks().filter_map(Block::observer).collect();
            for query in workload.queries.iter().filter(|query| query.fixture == number) {
                let context = fixture.context(query.now);
                let reached = query.request.with_request(fixture.vocabulary(), query.now, |request| {
                    let of = |observer: &crate::testing::observe::Observer| {
                        observer.reached(&observer.observe(request, &context))
                    };
                    observers.iter().map(of).sum::<u64>()
                });
                if let Ok(reached) = reached {
                    self.reached = self.reached.max(reached);
                    all += reached;
                    count += 1;
                }
            }
        }
        #[expect(clippy::cast_precision_loss, reason = "an average that is shown to three digits")]
        let all = all as f64;
        self.reached_mean = if count == 0 { 0.0 } else { all / f64::from(count) };
    }
}

impl FixtureSize {
    fn of(fixture: &Fixture) -> Self {
        let size = |purpose| fixture.token(purpose).map(|token| (token.as_bytes().len(), token.text().len()));
        Self {
            title: fixture.title.clone(),
            program: fixture.blocks().map(|block| block.compiled().program.bytes().len()).sum(),
            local: size(Purpose::Local),
            public: size(Purpose::Public),
        }
    }
}

fn hot(workload: &Workload) -> Vec<Hot> {
    let mut counts = BTreeMap::<(Option<String>, Option<usize>, String), usize>::new();
    workload.each(Route::Local, &mut |number, decide| {
        let fixture = workload.queries.get(number).and_then(|query| workload.fixtures.get(query.fixture));
        if let Some(fixture) = fixture {
            *counts.entry(ruling(fixture, decide())).or_default() += 1;
        }
    });
    let rules = counts.into_iter().map(|((file, line, text), decided)| Hot { file, line, text, decided });
    let mut rules: Vec<_> = rules.collect();
    rules.sort_by_key(|rule| std::cmp::Reverse(rule.decided));
    rules
}

/// The decider, in words.
fn ruling(fixture: &Fixture, verdict: Verdict) -> (Option<String>, Option<usize>, String) {
    let (decider, silent) = match verdict {
        Verdict::Allow(decider) => (decider, "no objection"),
        Verdict::Forbidden(decider) => (decider, "a denial"),
        Verdict::NotPermitted(decider) => (decider, "no rule allows it"),
        Verdict::Refused(refusal) => return (None, None, format!("refused: {refusal}")),
    };
    let Decider { origin, rule } = decider;
    let number = match origin {
        Origin::Block(number) => usize::from(number),
        Origin::Policy(number) => fixture.blocks().count() - fixture.policies() + usize::from(number),
    };
    let Some(block) = fixture.blocks().nth(number) else { return (None, None, silent.to_owned()) };
    let name = format!("{} {}", block.template().kind.word(), block.template().name);
    match rule.map(|rule| (rule, block.quote(rule))) {
        Some((_, Some(Quote { text, file, line, .. }))) => (file, line, text),
        Some((rule, None)) => (None, None, format!("{name}: rule {}", u32::from(rule) + 1)),
        None => (None, None, format!("{name}: {silent}")),
    }
}

/// Allocations and bytes for each decision of a route; none if the program does not use the
/// counting allocator.
pub(super) fn allocations(workload: &Workload, route: Route) -> Option<(f64, f64)> {
    let counter: &StatsAlloc<_> = &INSTRUMENTED_SYSTEM;
    let known = Region::new(counter);
    drop(black_box(Box::new(0_u64)));
    if known.change().allocations == 0 {
        return None;
    }
    let (mut count, mut bytes, mut decisions) = (0, 0, 0_u32);
    workload.each(route, &mut |_, decide| {
        let _ = black_box(decide());
        let region = Region::new(counter);
        let _ = black_box(decide());
        let change = region.change();
        count += change.allocations + change.reallocations;
        bytes += change.bytes_allocated;
        decisions += 1;
    });
    #[expect(clippy::cast_precision_loss, reason = "an average that is shown to three digits")]
    let each = |all: usize| all as f64 / f64::from(decisions.max(1));
    Some((each(count), each(bytes)))
}
