//! Every policy of `policies/` and the cases beside it, through the whole pipeline.

use crate::suites;

use placet::diag::Source;
use placet::model::time::Time;
use placet::token::verify::Scratch;
use placet_tools::testing::Keys;
use suites::{momento, policies, policy_files, suite};

#[test]
fn every_policy_has_cases_beside_it() {
    let files = policy_files();
    assert!(files.len() >= 10, "{files:?}");
    for file in files {
        assert!(file.with_extension("cases").is_file(), "{} has no cases", file.display());
    }
}

#[test]
fn every_case_of_every_policy_passes() {
    let mut scratch = Scratch::new();
    let mut failed = Vec::new();
    let mut passed = 0;
    for suite in policies().iter().chain([&momento()]) {
        assert!(!suite.cases.is_empty(), "{} has no case", suite.name);
        for case in &suite.cases {
            let found = suite.run(case, &mut scratch);
            if found.passes(case) {
                passed += 1;
            } else {
                let why = suite.explain(case).map(|why| why.to_string()).unwrap_or_default();
                let expected = case.expected.word();
                failed.push(format!("{}:{}: {found:?}, not {expected}: {why}", suite.name, case.line));
            }
        }
    }
    assert!(failed.is_empty(), "{passed} passed, {} failed:\n{}", failed.len(), failed.join("\n"));
    assert!(passed > 700, "only {passed} cases were found");
}

#[test]
fn every_policy_is_free_of_warnings() {
    for file in policy_files() {
        let document = suites::document(&file);
        assert!(document.warnings().is_empty(), "{}", document.warnings_report());
    }
}

#[test]
fn other_keys_decide_the_same() {
    let mut scratch = Scratch::new();
    let file = &policy_files()[0];
    let (one, other) = (suite(file), suite(file));
    for (case, again) in one.cases.iter().zip(&other.cases) {
        assert_eq!(one.run(case, &mut scratch), other.run(again, &mut scratch));
    }
}

#[test]
fn a_mistake_in_a_case_file_is_shown_with_its_place() {
    let file = policy_files().into_iter().find(|file| file.ends_with("tenant.placet")).unwrap();
    let document = std::sync::Arc::new(suites::document(&file));
    let keys = Keys::ephemeral().unwrap();
    for (text, line, message) in [
        ("token tenant_objects(tenant: \"acme\")\nat soon\nallow GET { path: \"/\" }", 2, "at"),
        ("token tenant(tenant: \"acme\")\nallow GET { path: \"/\" }", 1, "there is no token `tenant`"),
        ("// Nobody.\ntoken tenant_objects()\nallow GET { path: \"/\" }", 2, "tenant"),
        ("token tenant_objects(tenant: 7)\nallow GET { path: \"/\" }", 1, "tenant"),
        (
            "token tenant_objects(tenant: \"a\")\nrestrict one()\nallow GET { path: \"/\" }",
            2,
            "there is no restriction `one`",
        ),
    ] {
        let report = placet_tools::testing::cases::load("broken.cases", text, &document, Time::from_millis(0), &keys)
            .expect_err(text);
        let found = &report.diagnostics[0];
        let place = Source::text("broken.cases", text).line_and_column(found.at).unwrap();
        assert_eq!(place.0, line, "{report}");
        assert!(report.to_string().contains(message), "{report}");
    }
}

#[test]
fn a_mistake_in_a_line_is_shown_with_its_place() {
    let keys = Keys::ephemeral().unwrap();
    let good = r#"{"use":"momento","token":{"permissions":[{"role":"ReadOnly","cache":"c"}]},"request":{"action":"get"},"now":0,"expect":"allow"}"#;
    for (line, message) in [
        ("{", ""),
        ("[]", "a case is a map"),
        (&good.replace("allow", "yes"), "`expect` is one of"),
        (&good.replace("\"now\":0", "\"now\":\"soon\""), "`now`"),
        (&good.replace("\"use\"", "\"uses\""), "unknown key `uses` in a case"),
        (&good.replace("ReadOnly", "ReadOnyl"), "`token.permissions[0].role`"),
        (&good.replace("momento", "mementos"), "mementos"),
    ] {
        let text = format!("{good}\n\n{line}\n");
        let library = placet::check::library::Library::built_in();
        let report = placet_tools::testing::jsonl::load("broken.jsonl", &text, library, Time::from_millis(0), &keys)
            .expect_err(line);
        let place = report.source.line_and_column(report.diagnostics[0].at).unwrap();
        assert_eq!(place.0, 3, "{report}");
        assert!(report.to_string().contains(message), "{report}");
    }
}
