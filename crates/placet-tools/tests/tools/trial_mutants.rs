//! Mutants: which mistakes are made, and that cases which do not notice one say so.

use placet::check::library::Library;
use placet::model::time::Time;
use placet_tools::testing::Keys;
use placet_tools::testing::mutate::{MutantKind, Score, ScoreError, Trial};

const NOON: Time = Time::from_millis(1_795_262_400_000);

fn score(policy: &str, cases: &str) -> Result<Score, ScoreError> {
    let keys = Keys::ephemeral().unwrap();
    let (policy, cases, library) = (("p.placet", policy), ("p.cases", cases), Library::built_in());
    Trial { policy, cases, library, now: NOON, keys: &keys }.score(|_, _| {})
}

/// The lines that the survivors change, as they are with the mistake in them.
fn survivors(policy: &str, cases: &str) -> Vec<(MutantKind, String)> {
    let score = score(policy, cases).unwrap_or_else(|none| panic!("{none}"));
    let line = |mutant: &placet_tools::testing::mutate::Mutant| {
        let changed = mutant.of(policy);
        let before = changed.get(..mutant.at.start).unwrap();
        let start = before.rfind('\n').map_or(0, |newline| newline + 1);
        changed[start..].lines().next().unwrap_or_default().trim().to_owned()
    };
    score.survivors.iter().map(|mutant| (mutant.kind, line(mutant))).collect()
}

/// All mutants of a policy, none of which a case that is always refused can notice.
fn mutants(policy: &str, block: &str) -> Vec<String> {
    let policy = format!("use http\n{policy}");
    survivors(&policy, &format!("{block}\nrefused GET {{ path: \"no path\" }}"))
        .into_iter()
        .map(|(_, line)| line)
        .collect()
}

fn assert_has(found: &[String], wanted: &[&str]) {
    for wanted in wanted {
        assert!(found.iter().any(|line| line == wanted), "no `{wanted}` in {found:#?}");
    }
}

#[test]
fn a_path_is_opened_and_closed_at_each_of_its_ends() {
    let found = mutants("policy p(t: string) {\nallow { path: \"/v1/{t}/*/x/**\" }\n}", "policy p(t: \"a\")");
    assert_has(
        &found,
        &[
            "}",
            "allow { path: any }",
            "allow { path: \"/v1/*/*/x/**\" }",
            "allow { path: \"/v1/{t}/**/x/**\" }",
            "allow { path: \"/v1/{t}/*/x/*\" }",
            "allow { path: \"/v1/{t}/*/x\" }",
            "allow { path: \"/v1/{t}/*/**\" }",
        ],
    );
    let found = mutants("policy p {\nallow { path: \"/v1/x\" }\n}", "policy p()");
    assert_has(&found, &["allow { path: \"/v1/*\" }", "allow { path: \"/v1/x/**\" }"]);
}

#[test]
fn networks_ranges_texts_and_lists_move_by_one() {
    let policy = "policy p {\nallow { ip: [\"10.0.0.0/8\", \"192.0.2.1\"] }\nallow { time: < 2027-01-01T00:00:00Z }\n\
                  allow { host: prefix \"a.\" }\nallow { host: \"b.example\" }\nallow { host: glob \"c-?\" }\n\
                  allow { host: ~\"d+\" }\nallow { host: not \"e\" }\nallow { subject: any }\n}";
    let found = mutants(policy, "policy p()");
    assert_has(
        &found,
        &[
            "allow { ip: [\"10.0.0.0/7\", \"192.0.2.1\"] }",
            "allow { ip: [\"10.0.0.0/9\", \"192.0.2.1\"] }",
            "allow { ip: [\"10.0.0.0/8\", \"192.0.2.0/31\"] }",
            "allow { ip: [\"192.0.2.1\"] }",
            "allow { ip: [\"10.0.0.0/8\", ] }",
            "allow { time: <= 2027-01-01T00:00:00Z }",
            "allow { host: prefix \"a\" }",
            "allow { host: \"a.\" }",
            "allow { host: prefix \"b.example\" }",
            "allow { host: glob \"c-*\" }",
            "allow { host: ~\"d+.*\" }",
            "allow { host: \"e\" }",
            "allow {  }",
        ],
    );
}

#[test]
fn conditions_are_made_true_and_false_and_moved_over_their_border() {
    let zoned = "policy p {\nallow { action: GET } when hour(time, \"Europe/Zurich\") in 8..18\n}";
    let found = mutants(zoned, "policy p()");
    assert_has(
        &found,
        &[
            "allow { action: GET } when true",
            "allow { action: GET } when hour(time, \"Europe/Zurich\") in 7..18",
            "allow { action: GET } when hour(time, \"Europe/Zurich\") in 8..19",
        ],
    );
    let policy = "policy p {\nallow { action: GET } when hour(time) in 8..18 && minute(time) < 30\n}";
    let found = mutants(policy, "policy p()");
    assert_has(
        &found,
        &[
            "allow { action: [GET, HEAD] } when hour(time) in 8..18 && minute(time) < 30",
            "allow { action: GET } when true && minute(time) < 30",
            "allow { action: GET } when hour(time) in 8..18 && true",
            "allow { action: GET } when hour(time) in 7..18 && minute(time) < 30",
            "allow { action: GET } when hour(time) in 8..19 && minute(time) < 30",
            "allow { action: GET } when hour(time) in 8..18 && minute(time) <= 30",
        ],
    );
}

#[test]
fn a_denial_that_no_case_needs_survives_and_one_case_kills_it() {
    let policy = "use http\npolicy p {\n    allow { action: GET }\n    deny { path: \"/a\" }\n}";
    let cases = "policy p()\nallow GET { path: \"/b\" }\nnot_permitted PUT { path: \"/b\" }\nnot_permitted HEAD { path: \"/b\" }\n\
                 not_permitted DELETE { path: \"/b\" }";
    assert!(survivors(policy, cases).contains(&(MutantKind::DenyDropped, "}".to_owned())));
    let more = format!("{cases}\nforbidden GET {{ path: \"/a\" }}\nallow GET {{ path: \"/a/b\" }}\n");
    let left: Vec<_> = survivors(policy, &more).into_iter().map(|(_, line)| line).collect();
    assert!(!left.contains(&"}".to_owned()), "{left:?}");
}

#[test]
fn a_quantifier_is_exchanged_for_the_other_one() {
    let policy = "use gateway\npolicy p {\n    allow { groups: some \"a\" }\n    allow { owners: every \"a\" }\n    \
                  allow { bucket: \"c\" } when any groups in owners\n}";
    let cases = "policy p()\nallow GetObject { bucket: \"b\", groups: [\"a\"] }\n\
                 allow GetObject { bucket: \"b\", owners: [\"a\"] }\n\
                 allow GetObject { bucket: \"c\", groups: [\"x\"], owners: [\"x\"] }";
    let left: Vec<_> = survivors(policy, cases).into_iter().map(|(_, line)| line).collect();
    for line in ["allow { groups: every \"a\" }", "allow { owners: some \"a\" }"] {
        assert!(left.iter().any(|one| one == line), "{line}: {left:?}");
    }
    assert!(left.iter().any(|one| one.ends_with("when all groups in owners")), "{left:?}");
    let more = format!(
        "{cases}\nallow GetObject {{ bucket: \"b\", groups: [\"a\", \"b\"] }}\n\
                        not_permitted GetObject {{ bucket: \"b\", owners: [\"a\", \"b\"] }}\n\
                        allow GetObject {{ bucket: \"c\", groups: [\"x\", \"y\"], owners: [\"x\"] }}"
    );
    let left: Vec<_> = survivors(policy, &more).into_iter().map(|(_, line)| line).collect();
    assert!(!left.iter().any(|one| one.contains("every \"a\"") || one.contains("when all")), "{left:?}");
    assert!(!left.iter().any(|one| one == "allow { owners: some \"a\" }"), "{left:?}");
}

#[test]
fn a_mistake_that_changes_no_program_does_not_count() {
    // If a second rule covers everything, `"/a/**"` and the paths below it cannot be told apart.
    let policy = "use http\nlet unused = [\"a\", \"b\"]\npolicy p {\n    allow { action: any }\n}";
    let score = score(policy, "policy p()\nallow GET { path: \"/b\" }").unwrap();
    assert_eq!((score.killed, score.survivors.len()), (1, 0), "{score:?}");
    assert!(score.same >= 4, "{score:?}");
    assert_eq!(score.permille(), Some(1000));
}

#[test]
fn a_block_that_no_case_is_about_has_mutants_that_survive() {
    let policy = "use http\npolicy p {\n    allow { action: GET }\n}\npolicy other {\n    allow { action: HEAD }\n}";
    let left = survivors(policy, "policy p()\nallow GET { path: \"/b\" }\nnot_permitted HEAD { path: \"/b\" }");
    assert!(left.iter().any(|(kind, line)| *kind == MutantKind::RuleDropped && line == "}"), "{left:?}");
}

#[test]
fn there_is_no_score_where_cases_fail_as_it_is() {
    let policy = "use http\npolicy p {\n    allow { action: GET }\n}";
    assert!(matches!(score(policy, "policy p()\nforbidden GET { path: \"/b\" }"), Err(ScoreError::Failing(1))));
    assert!(matches!(score("use http\npolicy", "policy p()"), Err(ScoreError::Broken(_))));
}

#[test]
fn every_mutant_of_every_policy_here_is_one_small_change() {
    for entry in std::fs::read_dir("../../policies").unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "placet") {
            continue;
        }
        let (policy, cases) = (std::fs::read_to_string(&path), std::fs::read_to_string(path.with_extension("cases")));
        let (policy, cases) = (policy.unwrap(), cases.unwrap());
        let score = score(&policy, &cases).unwrap_or_else(|none| panic!("{}: {none}", path.display()));
        assert!(score.killed > 0, "{}", path.display());
        for mutant in &score.survivors {
            assert!(mutant.at.end - mutant.at.start < 300 && mutant.with.len() < 300, "{mutant:?}");
        }
    }
}
