//! Invented requests find what was planted, make it small, and find nothing where nothing is.

use crate::cli_support;
use placet::model::time::Time;

use std::sync::Arc;

use cli_support::Place;
use placet::check::library::Library;
use placet::document::Document;
use placet::document::request;
use placet::document::value::arguments_from_text;
use placet::token::verify::Scratch;
use placet_tools::fuzz::finding::{Finding, FindingKind};
use placet_tools::fuzz::import::Imported;
use placet_tools::fuzz::oracle::Oracle;
use placet_tools::fuzz::{FuzzReport, Plan, Target, run};
use placet_tools::testing::{Block, Keys, cases};
use serde_json::{Value, json};

/// 2026-11-21T10:00:00Z, a Saturday.
const NOW: Time = Time::from_millis(1_795_255_200_000);

fn document(text: &str) -> Arc<Document> {
    let document = Document::from_text("p.placet", text, Library::built_in());
    Arc::new(document.unwrap_or_else(|report| panic!("{report:?}")))
}

fn target(text: &str, arguments: &[(&str, &str)]) -> Target {
    let document = document(text);
    let arguments = arguments_from_text(&document.templates()[0], arguments.iter().copied()).unwrap();
    let block = Block::new(&document, 0, &arguments).unwrap();
    Target::new(block, Library::built_in(), NOW, &Keys::ephemeral().unwrap()).unwrap()
}

fn plan(target: &Target) -> Plan<'_> {
    Plan { target, other: None, oracle: None, seeds: Vec::new(), seed: 0, runs: 10_000 }
}

fn attempt(plan: Plan<'_>) -> FuzzReport {
    run(plan, &mut |_| true).unwrap()
}

fn fuzz(text: &str) -> FuzzReport {
    attempt(plan(&target(text, &[])))
}

/// The request of the only finding, without its time.
#[track_caller]
fn only(report: &FuzzReport) -> Value {
    let [Finding { request, .. }] = report.findings.as_slice() else { panic!("{:#?}", report.findings) };
    let mut request = request.clone();
    request.as_object_mut().unwrap().remove("time");
    request
}

// What is found

#[test]
fn a_prefix_without_its_slash_is_found() {
    let report = fuzz(
        "use momento
         policy p {
             allow { action: get, cache: \"c\", item: prefix \"tenant-7\" }
             never { item: not [\"tenant-7\", prefix \"tenant-7/\", absent] }
         }",
    );
    assert_eq!(only(&report), json!({ "action": "get", "cache": "c", "item": "tenant-7x" }));
    assert_eq!((report.findings[0].verdict, report.findings[0].expected), ("allow", "not_permitted"));
}

#[test]
fn a_range_that_is_one_too_wide_is_found() {
    let vocabulary = "vocabulary v 1 { amount: int action pay }";
    let report = fuzz(&format!(
        "{vocabulary} policy p {{ allow {{ amount: 1..101 }} never {{ amount: >= 100 }} never {{ amount: < 1 }} }}"
    ));
    assert_eq!(only(&report), json!({ "action": "pay", "amount": 100 }));
}

#[test]
fn an_hour_too_many_is_found() {
    let report =
        fuzz("use http policy p { allow { action: GET } when hour(time) in 8..19 never {} when hour(time) in 18..24 }");
    let [finding] = report.findings.as_slice() else { panic!("{report:#?}") };
    assert_eq!(finding.request["time"], "2026-11-21T18:00:00Z");
}

#[test]
fn an_hour_too_many_is_found_by_the_clocks_of_its_zone() {
    // 18:00 in Kolkata is 12:30 in UTC.
    let report = fuzz(
        "use http policy p {
             allow { action: GET } when hour(time, \"Asia/Kolkata\") in 8..19
             never {} when hour(time, \"Asia/Kolkata\") in 18..24
         }",
    );
    let [finding] = report.findings.as_slice() else { panic!("{report:#?}") };
    assert_eq!(finding.request["time"], "2026-11-21T12:30:00Z");
}

#[test]
fn a_value_that_only_the_token_names_is_tried() {
    let report = fuzz(
        "use http token t {
             attributes: { tenant: \"tenant-7731\" }
             allow { action: GET } when has token.attributes[\"tenant\"] && has host && host == token.attributes[\"tenant\"]
             never { action: GET }
             ttl: 1h
         }",
    );
    assert_eq!(report.findings.len(), 1, "{report:#?}");
    assert_eq!(only(&report)["host"], "tenant-7731");
}

#[test]
fn an_address_outside_of_the_network_is_found() {
    let report = fuzz(
        "use http policy p { allow { action: GET, ip: \"10.0.0.0/15\" } never { ip: not [\"10.0.0.0/16\", absent] } }",
    );
    assert!(only(&report)["ip"].as_str().unwrap().starts_with("10.1."), "{report:#?}");
}

#[test]
fn a_request_that_lacks_what_a_never_speaks_of_is_found() {
    let report = fuzz(
        "use http
         policy p {
             allow { action: GET }
             deny { ip: not [\"10.0.0.0/8\", absent] }
             never { ip: [not \"10.0.0.0/8\", absent] }
         }",
    );
    assert_eq!(only(&report), json!({ "action": "GET", "path": "/" }));
    let report = fuzz(
        "use http
         policy p {
             allow { action: GET }
             deny { headers: { \"x-auth\": not [\"secret\", absent] } }
             never { headers: { \"x-auth\": [not \"secret\", absent] } }
         }",
    );
    assert_eq!(only(&report), json!({ "action": "GET", "path": "/" }));
}

#[test]
fn an_address_of_the_other_family_is_found() {
    let report = fuzz(
        "use http policy p { allow { action: GET, ip: [\"10.0.0.0/8\", not \"::/0\"] } never { ip: [not [\"10.0.0.0/8\", \"::/0\"], absent] } }",
    );
    assert!(only(&report)["ip"].as_str().unwrap().contains('.'), "{report:#?}");
}

#[test]
fn an_always_that_a_deny_takes_back_is_found() {
    let report = fuzz(
        "use http
         policy p {
             allow { action: GET, path: \"/v1/tenants/acme/**\" }
             deny { path: \"/**/.admin/**\" }
             always { action: GET, path: \"/v1/tenants/acme/**\" }
         }",
    );
    assert_eq!(only(&report), json!({ "action": "GET", "path": "/v1/tenants/acme/.admin" }));
    assert_eq!((report.findings[0].verdict, report.findings[0].expected), ("forbidden", "allow"));
}

#[test]
fn one_element_of_a_set_breaks_a_never() {
    let report = fuzz(
        "use momento
         policy p {
             allow { action: getBatch, cache: \"c\" } when size(item) >= 2
             never { item: \"secret\" }
         }",
    );
    let elements = only(&report)["item"].as_array().unwrap().clone();
    assert!(elements.len() == 2 && elements.contains(&json!("secret")), "{report:#?}");
}

#[test]
fn arguments_are_in_their_places() {
    let text = "use http policy p(tenant: string) {
        allow { action: GET, path: \"/{tenant}/**\" }
        never { path: \"/{tenant}/keys/**\" }
    }";
    let target = target(text, &[("tenant", "acme")]);
    let report = attempt(plan(&target));
    assert_eq!(only(&report), json!({ "action": "GET", "path": "/acme/keys" }));
    assert!(report.findings[0].case.starts_with("policy p(tenant: \"acme\")\n"), "{}", report.findings[0].case);
}

// What is not

#[test]
fn promises_that_hold_are_not_broken() {
    let report = fuzz(
        "use momento
         token t {
             permissions: [{ role: ReadOnly, cache: \"c\", item: prefix \"a/\" }]
             never { action: set }
             never { item: [not prefix \"a/\", absent] }
             always { action: get, cache: \"c\", item: prefix \"a/\" }
             ttl: 5m
         }",
    );
    assert!(report.findings.is_empty(), "{:#?}", report.findings);
    assert!(report.promises.iter().all(|&about| about > 20), "{:?}", report.promises);
    assert!(report.verdicts.iter().all(|&count| count > 0 || report.verdicts[1] == 0), "{:?}", report.verdicts);
}

#[test]
fn a_promise_is_about_the_time_in_which_the_token_is_valid() {
    let report = fuzz(
        "use momento
         token t {
             permissions: [{ role: ReadOnly, cache: \"c\" }]
             always { action: get, cache: \"c\" }
             not_before: 2026-11-21T10:01:00Z
             ttl: 5m
         }",
    );
    assert!(report.findings.is_empty() && report.verdicts[3] > 0, "{report:#?}");
}

#[test]
fn a_promise_of_a_restriction_is_about_its_objections() {
    let restriction = |promise: &str| fuzz(&format!("use http restriction r {{ only {{ action: GET }} {promise} }}"));
    assert!(restriction("always { action: GET } never { action: PUT }").findings.is_empty());
    let report = restriction("always { action: [GET, HEAD] }");
    assert_eq!(only(&report), json!({ "action": "HEAD", "path": "/" }));
    assert!(report.findings[0].case.contains("restrict r()\n"), "{}", report.findings[0].case);
}

#[test]
fn all_of_a_policy_is_met() {
    let report = fuzz(
        "use http
         policy p {
             allow { action: [GET, HEAD], path: \"/a/*/b/**\", ip: [\"10.0.0.0/8\", \"2001:db8::/32\"] }
                 when hour(time) in 8..18 && weekday(time) in 1..6 && has host && starts_with(host, \"a.\")
             allow { host: ~\"[a-z]{2}-[0-9]+\" } unless length(path) > 20 || has subject && subject == \"root\"
             deny { headers: { \"x-a\": glob \"b*c\" } }
         }",
    );
    let coverage = report.coverage.unwrap();
    assert_eq!(
        (coverage.matched(), coverage.seen()),
        (coverage.rules.len(), coverage.parts().count()),
        "{coverage:#?}"
    );
}

// How it is found

#[test]
fn the_same_seed_finds_the_same_and_another_finds_it_too() {
    let text = "use http
        policy p {
            allow { action: [GET, HEAD], path: \"/v1/a*/**\", ip: \"10.0.0.0/8\" }
            never { path: \"/**/keys/**\" }
        }";
    let target = target(text, &[]);
    let found = |seed| attempt(Plan { seed, ..plan(&target) });
    let (first, again, other) = (found(7), found(7), found(8));
    let said = |report: &FuzzReport| report.findings.iter().map(|found| found.case.clone()).collect::<Vec<_>>();
    assert_eq!((said(&first), first.verdicts), (said(&again), again.verdicts));
    assert_eq!(only(&first), only(&other), "the smallest request does not depend on where it was found");
    assert_ne!(first.verdicts, other.verdicts);
}

#[test]
fn it_ends_when_it_is_told_to() {
    let target = target("use http policy p { allow { action: GET } }", &[]);
    let mut left = 10;
    let report = run(plan(&target), &mut |_| {
        left -= 1;
        left >= 0
    });
    assert_eq!(report.unwrap().runs, 10);
}

#[test]
fn a_large_policy_is_tried_in_bounded_time() {
    let rules: Vec<_> = (0..400).map(|n| format!("allow {{ action: GET, path: \"/v1/t{n}/*/x/**\" }}")).collect();
    let target =
        target(&format!("use http policy p {{ {} never {{ path: \"/v1/t399/y/x\" }} }}", rules.join("\n")), &[]);
    let report = attempt(Plan { runs: 1_000, ..plan(&target) });
    assert_eq!(report.runs, 1_000);
}

#[test]
fn recorded_requests_come_first() {
    let target = target("use http policy p { allow { path: \"/only/here\" } }", &[]);
    let lines = "{\"action\":\"PUT\",\"path\":\"/only/here\",\"time\":\"2026-11-21T10:00:00Z\"}\n\n\
        {\"request\":{\"action\":\"GET\",\"path\":\"/x\"},\"now\":5}\n{\"action\":\"GET\",\"path\":\"/a/../b\"}\nnonsense\n";
    let imported = Imported::of_lines(lines, target.vocabulary(), NOW);
    assert_eq!((imported.requests.len(), imported.refused), (2, 2));
    assert_eq!([imported.requests[0].1, imported.requests[1].1], [NOW, Time::from_millis(5)]);
    let report = attempt(Plan { seeds: imported.requests, runs: 3, ..plan(&target) });
    assert_eq!(report.verdicts, [1, 0, 2, 0]);
}

// The case to paste

#[test]
fn a_finding_is_a_case_that_fails_until_it_is_mended() {
    let broken = "use http
        policy p(tenant: string, tags: set of string) {
            allow { action: GET, path: \"/{tenant}/**\" } unless has subject && subject in tags
            never { path: \"/{tenant}/keys/**\" }
        }";
    let arguments = [("tenant", "a\"c"), ("tags", "x,y")];
    let found = attempt(plan(&target(broken, &arguments)));
    let case = &found.findings[0].case;
    let keys = Keys::ephemeral().unwrap();
    let verdict = |text: &str| {
        let suite = cases::load("p.cases", case, &document(text), NOW, &keys)
            .unwrap_or_else(|report| panic!("{case}\n{report:?}"));
        let found = suite.run(&suite.cases[0], &mut Scratch::new());
        let broken = suite.fixtures[0].broken_promises(suite.cases[0].request.as_ref().unwrap(), suite.cases[0].now);
        (found.passes(&suite.cases[0]), broken.len())
    };
    assert_eq!(verdict(broken), (false, 1));
    let mended = broken.replace("/{tenant}/**", "/{tenant}/open/**");
    assert_eq!(verdict(&mended), (true, 0));
}

#[test]
fn a_request_is_spelt_as_a_case_reads_it() {
    let text = "vocabulary v 1 {
            s: string  b: bytes  n: int  d: duration optional  t: time optional  u: uuid optional
            i: ip optional  p: path optional  f: bool optional  l: labels optional  many: set of bytes optional
            action go
        }
        policy all { never {} allow {} }";
    let target = target(text, &[]);
    let document = document(text);
    let keys = Keys::ephemeral().unwrap();
    let full = json!({
        "action": "go", "s": "a\"\\\n{x}", "b": { "$bytes": "00ff" }, "n": -3, "d": 90_061_001, "t": 12, "f": false,
        "u": "8b5c6b0e-94c9-4a5b-9d07-1b7f5e7a0a01", "i": "::1", "p": "/a", "l": { "web host": "x", "dc": "" },
        "many": ["x", { "$bytes": "fe" }],
    });
    let request = request::from_json(target.vocabulary(), &full).unwrap();
    let words = placet::program::literal::request(&request, target.vocabulary());
    let suite = cases::load("v.cases", &format!("policy all()\nallow {words}"), &document, NOW, &keys);
    let suite = suite.unwrap_or_else(|report| panic!("{words}\n{report:?}"));
    assert_eq!(suite.cases[0].request, Ok(request), "{words}");
}

#[test]
fn the_promises_of_the_example_policies_hold() {
    let keys = Keys::ephemeral().unwrap();
    let mut held = 0;
    for entry in std::fs::read_dir("../../policies").unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "cases") {
            continue;
        }
        let read = |path: &std::path::Path| std::fs::read_to_string(path).unwrap();
        let document = document(&read(&path.with_extension("placet")));
        let suite = cases::load("x.cases", &read(&path), &document, NOW, &keys).unwrap();
        for case in &suite.cases {
            let Ok(request) = &case.request else { continue };
            assert_eq!(suite.fixtures[case.fixture].broken_promises(request, case.now), [], "{path:?}:{}", case.line);
        }
        for block in suite.fixtures.iter().flat_map(placet_tools::testing::Fixture::blocks) {
            if block.promises().all().is_empty() {
                continue;
            }
            let place = document.templates().iter().position(|other| other.name == block.template().name).unwrap();
            let block = Block::new(&document, place, block.arguments().unwrap()).unwrap();
            let target = Target::new(block, Library::built_in(), NOW, &keys).unwrap();
            let report = attempt(Plan { runs: 2_000, seeds: Imported::of_cases(&suite).requests, ..plan(&target) });
            assert!(report.findings.is_empty(), "{path:?}\n{:#?}", report.findings);
            held += report.promises.len();
        }
    }
    assert!(held >= 12, "only {held} promises were tried");
}

#[test]
fn the_page_shows_what_the_command_prints() {
    let page = include_str!("../../../../docs/fuzzing.md");
    let block = |language: &str| page.split("```").find_map(|block| block.strip_prefix(language)).unwrap().to_owned();
    let place = Place::new();
    place.write("documents.placet", &block("placet\n"));
    let ran = place.placet("fuzz documents.placet --with tenant=acme --now 2026-11-21T10:00:00Z").no();
    for shown in page.split("```text\n").skip(1).take(2) {
        let shown = shown.split("```").next().unwrap().trim_end().trim_end_matches('…').trim_end();
        assert!(ran.out.contains(shown), "{shown}\n{}", ran.out);
    }
}

// Two policies

#[test]
fn a_wider_policy_is_told_from_a_narrower_one() {
    let policy = |body: &str| target(&format!("use http policy p {{ {body} }}"), &[]);
    let old = policy("allow { action: GET, path: \"/a/*\" } allow { action: PUT, path: \"/a/b\" }");
    let new = policy("allow { action: GET, path: \"/a/**\" }");
    let report = attempt(Plan { other: Some(&old), ..plan(&new) });
    let mut kinds: Vec<_> =
        report.findings.iter().map(|found| (found.kind.clone(), found.request["action"].clone())).collect();
    kinds.sort_by_key(|(kind, _)| *kind == FindingKind::Narrower);
    assert_eq!(kinds, [(FindingKind::Wider, json!("GET")), (FindingKind::Narrower, json!("PUT"))]);
    let wider = report.findings.iter().find(|found| found.kind == FindingKind::Wider).unwrap();
    assert_eq!((wider.verdict, wider.expected), ("allow", "not_permitted"));
    assert!(["/", "/a"].iter().any(|path| wider.request["path"] == *path), "{}", wider.request);
    let same = policy("deny { path: \"/b\" } allow { path: \"/a/**\", action: GET }");
    assert!(attempt(Plan { other: Some(&same), ..plan(&new) }).findings.is_empty());
}

// Another program

#[cfg(unix)]
#[test]
fn another_program_is_held_to_the_same() {
    let target = target("use http policy p { allow { action: GET, path: \"/a/**\" } }", &[]);
    let with = |script: &str| {
        let oracle = Some(Oracle::start(script).unwrap());
        run(Plan { oracle, runs: 300, ..plan(&target) }, &mut |_| true)
    };
    // What forgets the slash, and refuses nothing.
    let report =
        with("while read line; do case $line in *GET*'\"path\":\"/a'*) echo allow ;; *) echo deny ;; esac; done");
    let report = report.unwrap();
    assert!(
        report.findings.iter().any(|found| found.request["path"] == "/ax" || found.request["path"] == "/a0"),
        "{:#?}",
        report.findings
    );
    let refused: Vec<_> = report.findings.iter().filter(|found| found.verdict == "refused").collect();
    assert!(refused.iter().any(|found| found.case.contains("\"/a/../example\"")), "{refused:#?}");

    let says = |script: &str| with(script).unwrap_err().to_string();
    assert!(says("exit 0").contains("ended without an answer to {"));
    assert!(
        says("while read line; do echo '{\"verdict\":\"maybe\"}'; done")
            .contains("answered `{\"verdict\":\"maybe\"}` to {")
    );
}

// The command

const POLICY: &str = "\
use momento

policy keys(tenant: int) {
    allow { action: get, cache: \"c\", item: prefix \"tenant-{tenant}\" }
    deny { cache: \"never\" } when size(item) > 4
    never { item: prefix \"tenant-70\" }
    always { action: get, cache: \"c\", item: prefix \"tenant-7/\" }
}
";

const PAGE: &str = "\
line 6: broken: never { item: prefix \"tenant-70\" }
  allow, at 2026-11-21T10:00:00Z
  allowed by keys.placet:4 allow { action: get, cache: \"c\", item: prefix \"tenant-{tenant}\" }

    policy keys(tenant: 7)

    at 2026-11-21T10:00:00Z
    not_permitted  get { cache: \"c\", item: \"tenant-70\" } because \"never { item: prefix \\\"tenant-70\\\" }\"

";

#[test]
fn the_command_shows_what_it_found_and_says_no() {
    let place = Place::new();
    place.write("keys.placet", POLICY);
    let ran = place.placet("fuzz keys.placet --with tenant=7 --now 2026-11-21T10:00:00Z --runs 5000").no();
    assert!(ran.out.starts_with(PAGE), "{}", ran.out);
    assert!(ran.out.contains("5000 requests, seed 0: ") && ran.out.ends_with("1 finding\n"), "{}", ran.out);
    assert!(ran.out.contains("2 of 2 rules matched, 5 of 5 conditions seen true and false\n"), "{}", ran.out);
    let json = place.json("fuzz keys.placet --with tenant=7 --now 2026-11-21T10:00:00Z --runs 5000");
    assert_eq!(json["findings"][0]["finding"], "promise");
    assert_eq!(json["findings"][0]["request"]["item"], "tenant-70");
    assert_eq!((&json["requests"], &json["rules"][0]["parts"][0]["line"]), (&json!(5000), &json!(5)));
    place.write("kept.placet", &POLICY.replace("tenant-70", "tenant-8"));
    let ran = place.placet("fuzz kept.placet --with tenant=7 --runs 5000").yes();
    assert!(ran.out.ends_with("nothing found\n"), "{}", ran.out);
}

#[test]
fn a_case_that_breaks_a_promise_fails_whatever_it_expects() {
    let place = Place::new();
    place.write("keys.placet", POLICY);
    place.write("keys.cases", "policy keys(tenant: 7)\nallow get { cache: \"c\", item: \"tenant-70\" }\n");
    let ran = place.placet("test keys.cases").no();
    assert!(ran.out.contains("breaks the promise of line 6: never { item: prefix \"tenant-70\" }"), "{}", ran.out);
    assert_eq!(
        place.json("test keys.cases")["files"][0]["failures"][0]["promises"][0],
        "never { item: prefix \"tenant-70\" }"
    );
    place.write("keys.cases", "policy keys(tenant: 7)\nallow get { cache: \"c\", item: \"tenant-7/a\" }\n");
    place.placet("test keys.cases").yes();
}

#[test]
fn the_command_compares_two_files() {
    let place = Place::new();
    place.write("old.placet", POLICY);
    place.write("new.placet", &POLICY.replace("tenant-{tenant}\"", "tenant-{tenant}/\""));
    let ran = place.placet("fuzz new.placet --against old.placet --with tenant=7 --runs 3000").no();
    assert!(ran.out.contains("narrower than the other policy") && !ran.out.contains("wider than"), "{}", ran.out);
    let ran = place.placet("fuzz new.placet --against new.placet --with tenant=7 --runs 3000").yes();
    assert!(ran.err.is_empty(), "{}", ran.err);
}

#[cfg(unix)]
#[test]
fn the_command_asks_another_program() {
    use std::os::unix::fs::PermissionsExt;

    let place = Place::new();
    place.write("policy.placet", POLICY);
    place.write("narrow.placet", &POLICY.replace("tenant-{tenant}\"", "tenant-{tenant}/\""));
    let placet = env!("CARGO_BIN_EXE_placet");
    // It answers each request at once, though it could answer thousands together.
    place.write(
        "other",
        &format!("exec '{placet}' eval narrow.placet --with tenant=7 --jsonl --requests-tell-time --request -"),
    );
    std::fs::set_permissions(place.path("other"), PermissionsExt::from_mode(0o755)).unwrap();
    place.placet("fuzz narrow.placet --with tenant=7 --runs 500 --oracle ./other").yes();
    let ran = place.placet("fuzz policy.placet --with tenant=7 --runs 500 --oracle ./other").no();
    assert!(ran.out.contains("the other program says not_permitted"), "{}", ran.out);
    let ran = place.placet("fuzz policy.placet --with tenant=7 --runs 500 --oracle ./nobody").could_not();
    assert!(ran.err.contains("ended without an answer") && ran.err.contains("one request per line"), "{}", ran.err);
}

#[test]
fn the_command_says_what_is_missing() {
    let place = Place::new();
    place.write("p.placet", "use http policy p { allow { action: GET } }");
    let ran = place.placet("fuzz p.placet --runs 100").could_not();
    assert!(ran.err.contains("write `never { … }` or `always { … }` into the block"), "{}", ran.err);
    place.write("m.placet", "use momento policy p { allow { action: get } }");
    let ran = place.placet("fuzz p.placet --against m.placet").could_not();
    assert!(ran.err.contains("two policies can be compared if they use the same vocabulary"), "{}", ran.err);
    assert!(place.placet("fuzz p.placet --with tenant=7").could_not().err.contains("`p` has no parameters"));
}
