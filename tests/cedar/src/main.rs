//! Generated policies and requests, decided by Placet and by Cedar: `cargo run [POLICIES [FIRST]]`. README.md says what stands for what.

mod generate;
mod request;

use std::process::ExitCode;

use cedar_policy::{Authorizer as Cedar, Decision, Entities, PolicyId, PolicySet, Response};
use generate::{Dice, VOCABULARY, policy};
use placet::authorize::Authorizer;
use placet::check::library::Library;
use placet::compile::arguments::Arguments;
use placet::document::Document;
use placet::document::mint::policy as held_policy;
use placet::model::verdict::Verdict;
use placet::syntax::ast::BlockKind;
use placet::token::keyring::Keyring;
use request::Asked;

const POLICIES: u64 = 2_000;
const REQUESTS: usize = 20;

fn main() -> ExitCode {
    let mut numbers = std::env::args().skip(1).map(|number| number.parse().expect("a number of policies"));
    let (count, first): (u64, u64) = (numbers.next().unwrap_or(POLICIES), numbers.next().unwrap_or(0));
    let mut tally = Tally::default();
    for seed in first..first + count {
        if let Err(difference) = compare(seed, &mut tally) {
            eprintln!("policy {seed}\n{difference}");
            return ExitCode::FAILURE;
        }
    }
    println!("{count} policies: {tally:?}");
    tally.assert_healthy();
    ExitCode::SUCCESS
}

/// How often what was decided, and how often Cedar skipped a policy since an attribute was missing.
#[derive(Debug, Default)]
struct Tally {
    allowed: u64,
    forbidden: u64,
    not_permitted: u64,
    with_errors: u64,
}

impl Tally {
    /// A run in which nearly everything is denied would find nothing.
    fn assert_healthy(&self) {
        let all = self.allowed + self.forbidden + self.not_permitted;
        for (count, least) in
            [(self.allowed, 15), (self.forbidden, 10), (self.not_permitted, 15), (self.with_errors, 10)]
        {
            assert!(count * 100 >= all * least, "a kind of answer is rare: {self:?}");
        }
    }
}

fn compare(seed: u64, tally: &mut Tally) -> Result<(), String> {
    let mut dice = Dice::new(seed);
    let rules = policy(&mut dice);
    let ours: String = rules.iter().map(|rule| format!("    {}\n", rule.placet)).collect();
    let ours = format!("{VOCABULARY}policy made {{\n{ours}}}\n");
    let document =
        Document::from_text("made.placet", &ours, Library::built_in()).map_err(|report| report.to_string())?;
    let vocabulary = document.vocabulary();
    let compiled = document.compile(BlockKind::Policy, None, &Arguments::none()).map_err(|error| error.to_string())?;
    let held = [held_policy("made", &compiled, vocabulary).map_err(|error| error.to_string())?];
    let keyring = Keyring::new();
    let authorizer = Authorizer::new(&keyring, vocabulary).with_policies(&held);

    let theirs: String = rules.iter().map(|rule| format!("{}\n", rule.cedar)).collect();
    let set: PolicySet = theirs.parse().map_err(|error| format!("{error}\n{theirs}"))?;
    let cedar = Cedar::new();
    // The first rule stands behind the vocabulary and the line that opens the policy.
    let first_line = VOCABULARY.lines().count() + 2;
    for _ in 0..REQUESTS {
        let asked = Asked::new(&mut dice);
        let verdict = asked.placet(vocabulary, |request| authorizer.decide_alone(request))?;
        let response = cedar.is_authorized(&asked.cedar()?, &set, &Entities::empty());
        // Rules stand one on a line here, and one policy each there.
        let line = decider(verdict)
            .map(|rule| ours[..compiled.rules[usize::from(rule)].at.start].lines().count() - first_line);
        agree(verdict, line, &response).map_err(|why| format!("{why}\n{ours}\n{theirs}\n{asked:?}\n{response:?}"))?;
        *match verdict {
            Verdict::Allow(_) => &mut tally.allowed,
            Verdict::Forbidden(_) => &mut tally.forbidden,
            _ => &mut tally.not_permitted,
        } += 1;
        tally.with_errors += u64::from(response.diagnostics().errors().next().is_some());
    }
    Ok(())
}

fn decider(verdict: Verdict) -> Option<u16> {
    match verdict {
        Verdict::Allow(decider) | Verdict::Forbidden(decider) => decider.rule,
        _ => None,
    }
}

/// The same verdict, and a rule that is among the reasons.
fn agree(verdict: Verdict, rule: Option<usize>, response: &Response) -> Result<(), String> {
    let mut reasons = response.diagnostics().reason();
    let named = rule.map(|rule| PolicyId::new(format!("policy{rule}")));
    let same = match verdict {
        Verdict::Allow(_) => response.decision() == Decision::Allow,
        Verdict::Forbidden(_) => response.decision() == Decision::Deny && reasons.next().is_some(),
        Verdict::NotPermitted(_) => response.decision() == Decision::Deny && reasons.next().is_none(),
        Verdict::Refused(_) => false,
    };
    if !same {
        return Err(format!("Placet says {verdict:?}"));
    }
    match named {
        Some(named) if !response.diagnostics().reason().any(|reason| *reason == named) => {
            Err(format!("Placet names {named}"))
        }
        _ => Ok(()),
    }
}
