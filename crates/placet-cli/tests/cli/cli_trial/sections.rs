//! What a section of a case file is: blocks that decide together, a time of its own, and at least one case.

use crate::cli_support::Place;

const POLICY: &str = r#"use http

token member(tenant: string) {
    allow { path: "/v1/{tenant}/**" }
    ttl: 1h
}

restriction reading {
    only { action: [GET, HEAD] }
}

policy no_admin {
    allow { action: any }
    deny { path: "/**/.admin/**" }
}

policy by_day {
    allow { action: any } when hour(time) in 6..22
}
"#;

fn place(cases: &str) -> Place {
    let place = Place::new();
    place.write("p.placet", POLICY);
    place.write("p.cases", cases);
    place
}

#[test]
fn a_token_and_the_policies_of_a_section_decide_together() {
    let place = place(
        "token member(tenant: \"acme\")\nrestrict reading\npolicy no_admin\npolicy by_day\nat 2026-11-21T10:00:00Z\n\
         allow          GET { path: \"/v1/acme/a\" }\n\
         not_permitted  PUT { path: \"/v1/acme/a\" }\n\
         not_permitted  GET { path: \"/v1/other/a\" }\n\
         forbidden      GET { path: \"/v1/acme/.admin/a\" }\n\n\
         at 2026-11-21T23:00:00Z\n\
         refused expired GET { path: \"/v1/acme/a\" }\n\n\
         token member(tenant: \"acme\")\npolicy by_day\nat 2026-11-21T23:00:00Z\n\
         not_permitted  GET { path: \"/v1/acme/a\" }\n",
    );
    place.placet("test p.cases").yes().says("6 passed");
    let coverage = place.placet("test p.cases --coverage").yes();
    assert!(coverage.out.contains("5 of 5 rules matched"), "{}", coverage.out);
    let mutants = place.placet("test p.cases --mutate").yes();
    assert!(mutants.out.contains("mutants noticed"), "{}", mutants.out);
    place.write("p.cases", &place.read("p.cases").replace("forbidden ", "allow "));
    place.placet("test p.cases").no().says("token member(tenant: \"acme\") restricted by reading beside polic…");
}

#[test]
fn a_section_without_cases_a_file_without_any_and_an_empty_file_fail() {
    let at = "at 2026-11-21T10:00:00Z\n";
    let case = "allow GET { path: \"/v1/acme/a\" }\n";
    for (cases, code) in [
        (String::new(), "E0121"),
        ("// Later.\n".to_owned(), "E0121"),
        (format!("token member(tenant: \"acme\")\n{at}"), "E0120"),
        (format!("policy no_admin\n{at}token member(tenant: \"acme\")\n{at}{case}"), "E0120"),
        (format!("token member(tenant: \"acme\")\n{at}{case}policy no_admin\n{at}"), "E0120"),
    ] {
        let place = place(&cases);
        place.placet("test p.cases").no().says(code).says("1 case file could not be run");
    }
    let place = place("");
    place.write("empty.jsonl", "\n");
    place.placet("test empty.jsonl").no().says("E0121");
}

#[test]
fn the_time_of_a_section_does_not_reach_the_next_one() {
    let section = "token member(tenant: \"acme\")\n";
    let case = "allow GET { path: \"/v1/acme/a\" }\n";
    let at = "at 2026-11-21T10:00:00Z\n";
    place(&format!("{section}{at}{case}{section}{case}")).placet("test p.cases").no().says("E0122");
    place(&format!("{at}{section}{case}{section}{case}")).placet("test p.cases").yes().says("2 passed");
    place(&format!("{section}{case}{section}{case}")).placet("test p.cases").yes().says("2 passed");
    let night = "policy by_day\nat 2026-11-21T23:00:00Z\nnot_permitted GET { path: \"/a\" }\n";
    place(&format!("{at}{night}policy by_day\n{case}")).placet("test p.cases").yes().says("2 passed");
}

#[test]
fn a_restriction_is_written_at_its_token() {
    let cases =
        "token member(tenant: \"acme\")\npolicy no_admin\nrestrict reading\nallow GET { path: \"/v1/acme/a\" }\n";
    place(cases).placet("test p.cases").no().says("a restriction is written after a policy");
}

#[test]
fn a_pattern_as_an_argument_is_not_called_a_request() {
    let cases = "token member(tenant: prefix \"a\")\nallow GET { path: \"/v1/acme/a\" }\n";
    place(cases).placet("test p.cases").no().says("an argument is a value, not a pattern");
}

#[test]
fn looking_for_nothing_is_not_a_success() {
    let place = place("");
    let ran = place.placet("fuzz p.placet --template no_admin").could_not();
    assert!(ran.err.contains("never { … }") && ran.err.contains("--oracle"), "{}", ran.err);
    place.placet("fuzz p.placet --template no_admin --against p.placet --runs 100").yes();
    place.placet("fuzz p.placet").could_not().says("`member`, `reading`, `no_admin`, `by_day`");
    place.write("q.placet", "use http\npolicy q { allow { action: GET } never { action: PUT } }\n");
    place.placet("fuzz q.placet --runs 1").yes().says("1 request, seed 0");
}

#[test]
fn coverage_of_a_file_with_errors_does_not_speak_of_missing_cases() {
    let place = place("token member(tenant: \"acme\")\nallow GET {{\n");
    let ran = place.placet("test p.cases --coverage").no();
    assert!(!ran.err.contains("no case is about a policy file"), "{}", ran.err);
}
