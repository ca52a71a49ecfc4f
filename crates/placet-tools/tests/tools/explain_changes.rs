//! Every change that is proposed passes when it is decided again, and for most requests one is
//! found.

use crate::suites;

use placet::document::request::{self, time_of};
use placet::token::header::Purpose;
use placet::token::verify::Scratch;
use placet_tools::testing::Suite;

/// How many requests were turned down by a rule, and for how many of them a change was found. Every
/// change is decided again.
fn proposals(suite: &Suite) -> (usize, usize, Vec<String>) {
    let mut scratch = Scratch::new();
    let (mut asked, mut found, mut without) = (0, 0, Vec::new());
    for case in &suite.cases {
        if !matches!(suite.run(case, &mut scratch).word(), "not_permitted" | "forbidden") {
            continue;
        }
        asked += 1;
        let place = format!("{}:{}", suite.name, case.line);
        let why = suite.explain(case).expect("every case has a fixture");
        let Some(changed) = why.nearest.as_ref().and_then(|nearest| nearest.request.clone()) else {
            without.push(format!("{place} {}", case.json));
            continue;
        };
        found += 1;
        let fixture = &suite.fixtures[case.fixture];
        let request = request::from_json(fixture.vocabulary(), &changed).expect("a proposal is a request");
        let time = time_of(&changed).expect("a proposed time is one").unwrap_or(case.now);
        for purpose in [Purpose::Local, Purpose::Public] {
            let verdict = fixture.with_explainer(purpose, |explainer| explainer.decide(&request, time, &mut scratch));
            assert!(verdict.is_allow(), "{place}: {changed} is {verdict:?}\n{why}");
        }
        assert!(!why.nearest.expect("it was there").changes.is_empty(), "{place}: nothing changes, and it passes");
    }
    (asked, found, without)
}

#[test]
fn every_proposal_for_a_policy_passes_and_nearly_every_request_gets_one() {
    let (mut asked, mut found, mut without) = (0, 0, Vec::new());
    for suite in suites::policies() {
        let (more_asked, more_found, more_without) = proposals(&suite);
        asked += more_asked;
        found += more_found;
        without.extend(more_without);
    }
    println!("{found} of {asked}; none for:\n{}", without.join("\n"));
    assert!(asked > 100 && found * 100 >= asked * 95, "{found} of {asked}; none for:\n{}", without.join("\n"));
}

#[test]
fn every_proposal_for_momento_passes_and_nearly_every_request_gets_one() {
    let (asked, found, without) = proposals(&suites::momento());
    println!("{found} of {asked}; none for:\n{}", without.join("\n"));
    assert!(asked > 200 && found * 100 >= asked * 95, "{found} of {asked}; none for:\n{}", without.join("\n"));
}
