//! The VM against the reference evaluator: for templates, arguments and requests that nobody thought of, both must give the
//! same verdict for the same reason.

use crate::common;

use std::cell::Cell;

use common::bearer::Ann;
use common::choices::Choices;
use common::generate::{World, world};
use common::reference::{self, Answer, Asked};
use common::requests::request;
use common::{compiled, decide, for_all, kind_of};
use placet::compile::Compiled;
use placet::compile::error::TemplateError;
use placet::model::claim::Bearer;
use placet::model::time::Time;
use placet::model::verdict::{Decider, Origin, Verdict};
use placet::span::Span;
use placet::vm::Context;
use proptest::prelude::{prop_assert, prop_assert_eq};

/// Requests for each world.
const REQUESTS: usize = 8;

const VOUCHERS: [&[u8; 32]; 1] = [&[7; 32]];

/// In no order, and one that no policy names.
const APPROVERS: [[u8; 32]; 3] = [[8; 32], [7; 32], [1; 32]];

fn context(choices: &mut Choices<'_>) -> Context<'static> {
    let issuance = *choices.pick(&[Time::from_millis(1_767_225_600_000), Time::EPOCH, Time::MAX, Time::MIN]);
    let expiry = *choices.pick(&[Time::MAX, Time::from_millis(1_769_900_000_000), Time::EPOCH]);
    let bearer: Option<&dyn Bearer> = if choices.chance(128) { Some(&Ann) } else { None };
    let vouchers: &[_] = if choices.chance(128) { &VOUCHERS } else { &[] };
    let approvers = *choices.pick(&[&APPROVERS[..], &APPROVERS[1..], &APPROVERS[..1], &[]]);
    Context { issuance, expiry, bearer, vouchers, approvers }
}

/// The programs of all blocks; `None` where an argument does not fit a path, which the generator lets happen.
fn programs(world: &World) -> Option<Vec<Compiled>> {
    world.blocks.iter().map(|made| compiled(made, &world.old).ok()).collect()
}

/// How often what happened.
#[derive(Default)]
struct Tally {
    allowed: Cell<u32>,
    forbidden: Cell<u32>,
    not_permitted: Cell<u32>,
    unguarded: Cell<u32>,
    not_compiled: Cell<u32>,
}

fn count(cell: &Cell<u32>) {
    cell.set(cell.get() + 1);
}

impl Tally {
    fn answer(&self, answer: Answer) {
        count(match answer {
            Answer::Allow(_) => &self.allowed,
            Answer::Forbid(_) => &self.forbidden,
            Answer::Abstain(None) => &self.not_permitted,
            Answer::Abstain(Some(_)) => &self.unguarded,
        });
    }

    /// A test in which nearly everything is denied would find nothing.
    fn assert_healthy(&self) {
        let answers = [&self.allowed, &self.forbidden, &self.not_permitted, &self.unguarded].map(Cell::get);
        let all: u32 = answers.iter().sum();
        let shares = answers.map(|count| count * 100 / all);
        let [allowed, forbidden, not_permitted, unguarded] = shares;
        assert!(allowed >= 20 && forbidden >= 8 && not_permitted >= 20 && unguarded >= 3, "shares: {shares:?}");
        assert!(self.not_compiled.get() * 20 <= all, "{} of {all} did not compile", self.not_compiled.get());
    }
}

fn shown(world: &World, asked: &Asked) -> String {
    format!("{:?}\n{asked:?}", world.blocks)
}

#[test]
fn the_vm_decides_as_the_reference_does_and_for_the_same_reason() {
    let tally = Tally::default();
    for_all(3_000, 700, |choices| {
        let world = world(choices, 0);
        let context = context(choices);
        let block = world.block(0);
        let compiled = match compiled(&world.blocks[0], &world.old) {
            Ok(compiled) => compiled,
            Err(errors) => {
                prop_assert!(errors.iter().all(|error| may_fail(&error.cause)), "{errors:?}\n{:?}", world.blocks);
                count(&tally.not_compiled);
                return Ok(());
            }
        };
        for _ in 0..REQUESTS {
            let asked = request(choices, &world);
            let wanted = reference::decide(block, &asked, &context);
            let state = world.old.present();
            let found = asked.with(&world.vocabulary, |request| {
                prop_assert!(request.check().is_ok(), "{:?}", request.check());
                Ok(decide(&compiled, kind_of(block.template.kind), state, request, &context))
            })?;
            prop_assert_eq!(found, wanted, "{}", shown(&world, &asked));
            tally.answer(wanted);
        }
        Ok(())
    });
    tally.assert_healthy();
}

#[test]
fn a_token_with_restrictions_is_allowed_only_where_every_block_allows() {
    let outcomes = [Cell::new(0_u32), Cell::new(0), Cell::new(0)];
    for_all(1_500, 900, |choices| {
        let world = world(choices, 3);
        let context = context(choices);
        let Some(programs) = programs(&world) else { return Ok(()) };
        for _ in 0..REQUESTS {
            let asked = request(choices, &world);
            let blocks = 0..programs.len();
            let answers: Vec<Answer> =
                blocks.clone().map(|block| reference::decide(world.block(block), &asked, &context)).collect();
            let verdicts: Vec<Verdict> = asked.with(&world.vocabulary, |request| {
                let answer = |block: usize| {
                    let kind = kind_of(world.blocks[block].template.kind);
                    verdict(block, decide(&programs[block], kind, world.old.present(), request, &context))
                };
                blocks.map(answer).collect()
            });
            let joined = verdicts.iter().copied().reduce(Verdict::and).unwrap();
            prop_assert_eq!(joined, wanted(&answers), "{:?} of {}", answers, shown(&world, &asked));
            let mut before = verdicts[0];
            for verdict in &verdicts[1..] {
                let after = before.and(*verdict);
                prop_assert!(before.is_allow() || !after.is_allow(), "{before:?}, with {verdict:?}, is {after:?}");
                before = after;
            }
            count(match joined {
                Verdict::Allow(_) => &outcomes[0],
                Verdict::Forbidden(_) => &outcomes[1],
                Verdict::NotPermitted(_) | Verdict::Refused(_) => &outcomes[2],
            });
        }
        Ok(())
    });
    let [allowed, forbidden, not_permitted] = outcomes.map(Cell::into_inner);
    assert!(allowed > 1_000 && forbidden > 1_000 && not_permitted > 1_000, "{allowed} {forbidden} {not_permitted}");
}

/// What one block's answer is as a verdict; here the place of a rule is its number.
fn verdict(block: usize, answer: Answer) -> Verdict {
    let decider = |place: Option<Span>| Decider {
        origin: Origin::Block(u8::try_from(block).unwrap()),
        rule: place.map(|place| u16::try_from(place.start).unwrap()),
    };
    match answer {
        Answer::Allow(place) => Verdict::Allow(decider(place)),
        Answer::Forbid(place) => Verdict::Forbidden(decider(Some(place))),
        Answer::Abstain(place) => Verdict::NotPermitted(decider(place)),
    }
}

/// The first block that forbids; without one, the first that has nothing to allow; without one, the authority.
fn wanted(answers: &[Answer]) -> Verdict {
    let first = |wanted: fn(&Answer) -> bool| answers.iter().position(wanted);
    let block = first(|answer| matches!(answer, Answer::Forbid(_)))
        .or_else(|| first(|answer| matches!(answer, Answer::Abstain(_))))
        .unwrap_or(0);
    verdict(block, answers[block])
}

/// What an argument can cause; everything else would be a mistake of the compiler or of the generator.
fn may_fail(cause: &TemplateError) -> bool {
    matches!(
        cause,
        TemplateError::SlashInSegment { .. }
            | TemplateError::EmptyPatternPart { .. }
            | TemplateError::EmptySegmentPart { .. }
            | TemplateError::EmptyRange
            | TemplateError::NotCanonical { .. }
            | TemplateError::RegexTooLarge { .. }
            | TemplateError::TooLarge { .. }
    )
}
