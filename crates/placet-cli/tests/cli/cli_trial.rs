//! `placet test --coverage`, `placet test --mutate` and `placet bench`, as a user types them.

use crate::cli_support;
#[path = "cli_trial/findings.rs"]
mod findings;
#[path = "cli_trial/sections.rs"]
mod sections;

use cli_support::Place;
use serde_json::Value;

const POLICY: &str = r#"use http

policy p {
    allow { action: GET, path: "/a/**" } when has subject || hour(time) < 6
    allow { action: PUT }
    deny { path: "/a/secret" }
}

token nobody {
    allow { action: HEAD }
    ttl: 1h
}
"#;

const CASES: &str = r#"policy p()
at 2026-11-21T12:00:00Z
allow          GET { path: "/a/b", subject: "ada" }
not_permitted  GET { path: "/a/b" }
not_permitted  GET { path: "/b" }
forbidden      GET { path: "/a/secret", subject: "ada" }
refused        GET { }
"#;

fn place() -> Place {
    let place = Place::new();
    place.write("p.placet", POLICY);
    place.write("p.cases", CASES);
    place
}

#[test]
fn coverage_names_what_was_never_met_and_where() {
    let place = place();
    let ran = place.placet("test p.placet --coverage").yes();
    for line in [
        "p.placet  2 of 4 rules matched, 9 of 14 outcomes seen: 61.1 %",
        "  4:62    never true       hour(time) < 6",
        "  5:5     never matched    allow { action: PUT }",
        "  5:13    never true       action: PUT",
        "  10:5    never matched    allow { action: HEAD }",
        "  10:13   never evaluated  action: HEAD",
    ] {
        assert!(ran.out.contains(line), "no {line:?} in\n{}", ran.out);
    }
    place.placet("test p.placet").yes();
    assert!(!place.placet("test p.placet").out.contains("rules matched"));
}

#[test]
fn a_case_may_say_why_it_is_refused_and_where_it_does_not_the_output_says_it() {
    let place = place();
    let ran = place.placet("test p.placet").yes();
    assert!(ran.out.contains("  refused malformed_request: line 7"), "{}", ran.out);
    let told = CASES.replace("refused        GET", "refused malformed_request GET");
    place.write(
        "p.cases",
        &format!("{told}\ntoken nobody()\nat 2026-11-21T12:00:00Z\nrefused expired HEAD {{ path: \"/\" }}\n"),
    );
    let ran = place.placet("test p.placet").no();
    assert!(!ran.out.contains("refused malformed_request: line"), "{}", ran.out);
    assert!(ran.out.contains("expected refused expired, found allow"), "{}", ran.out);
    let later = format!(
        "{told}\ntoken nobody()\nat 2026-11-21T12:00:00Z\nallow HEAD {{ path: \"/\" }}\nat 2026-11-21T13:00:00Z\n"
    );
    place.write("p.cases", &format!("{later}refused expired HEAD {{ path: \"/\" }}\n"));
    place.placet("test p.placet").yes();
    place.write("p.cases", &format!("{later}refused revoked HEAD {{ path: \"/\" }}\n"));
    let ran = place.placet("test p.placet").no();
    assert!(ran.out.contains("expected refused revoked, found refused expired"), "{}", ran.out);
    for (case, message) in [
        ("refused expird HEAD { path: \"/\" }", "unknown cause `expird`"),
        ("allow expired HEAD { path: \"/\" }", "only a refused request has a cause, and `expired` is not one"),
    ] {
        place.write("p.cases", &format!("{later}{case}\n"));
        assert!(place.placet("test p.placet").no().err.contains(message), "{message}");
    }
    let line = |expect: &str| {
        let policy =
            "{\"use\": \"http\", \"policies\": [{\"allow\": {\"path\": \"/a\"}}], \"request\": {\"action\": \"GET\"}";
        place.write("p.jsonl", &format!("{policy}, \"expect\": \"{expect}\"}}\n"));
        place.placet("test p.jsonl")
    };
    line("refused").yes().says("refused malformed_request: line 1");
    line("refused malformed_request").yes();
    line("refused expired").no();
    line("refused soon").no();
}

#[test]
fn too_little_coverage_is_a_no_only_where_more_is_wanted() {
    let place = place();
    place.placet("test p.placet --coverage-min 61").yes();
    place.placet("test p.placet --coverage-min 62").no().says("less than the required 62 %");
    place.placet("test p.placet --coverage-min 101").could_not();
}

#[test]
fn coverage_as_json_has_every_rule_with_its_conditions() {
    let json = place().json("test p.placet --coverage");
    let coverage = &json["coverage"];
    assert_eq!(coverage["totals"]["percent"], 61.1);
    let rule = &coverage["files"][0]["rules"][0];
    assert_eq!((&rule["line"], &rule["matched"], &rule["decided"]), (&4.into(), &2.into(), &1.into()));
    let last = &rule["conditions"][3];
    assert_eq!((&last["text"], &last["true"], &last["false"]), (&"hour(time) < 6".into(), &0.into(), &1.into()));
    assert_eq!(coverage["files"][0]["rules"][3]["block"], "token nobody");
}

#[test]
fn the_tracefile_adds_up() {
    let place = place();
    place.placet("test p.placet --lcov p.info").yes();
    let text = place.read("p.info");
    assert!(text.starts_with("TN:\nSF:p.placet\n") && text.ends_with("end_of_record\n"), "{text}");
    let of = |key: &str| text.lines().filter_map(|line| line.strip_prefix(key)).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(of("DA:"), ["4,2", "5,0", "6,1", "10,0"]);
    assert_eq!((of("LF:"), of("LH:")), (vec!["4".to_owned()], vec!["2".to_owned()]));
    let branches = of("BRDA:");
    let taken = branches.iter().filter(|branch| !branch.ends_with(",0") && !branch.ends_with(",-")).count();
    assert_eq!((of("BRF:"), of("BRH:")), (vec![branches.len().to_string()], vec![taken.to_string()]));
    assert!(branches.contains(&"10,6,0,-".to_owned()), "{branches:?}");
}

#[test]
fn the_page_shows_the_source_and_runs_nothing_of_it() {
    let place = place();
    place.write("p.placet", &POLICY.replace("use http", "use http // <script>alert(1)</script>"));
    place.placet("test p.placet --html p.html").yes();
    let page = place.read("p.html");
    assert!(page.contains("&lt;script&gt;") && !page.contains("<script"), "{page}");
    for part in [
        r#"<mark class="good" title="matched 2×, decided 1×">allow</mark>"#,
        r#"<mark class="half" title="true 0×, false 1×">hour(time) &lt; 6</mark>"#,
        r#"<mark class="bad" title="true 0×, false 0×">action: HEAD</mark>"#,
        r##"<a href="#f0-10">10:5</a>"##,
        r#"<tr id="f0-10">"#,
    ] {
        assert!(page.contains(part), "no {part} in\n{page}");
    }
}

#[test]
fn survivors_are_shown_as_a_diff_of_the_file() {
    let place = place();
    let ran = place.placet("test p.placet --mutate").yes();
    for line in [
        "  5:5     a rule is dropped\n    @@ -5 +4,0 @@\n    -    allow { action: PUT }\n",
        "    +    allow { action: GET, path: \"/a/**\" } when has subject || false\n",
        "8 of 18 mutants noticed: 44.4 %",
    ] {
        assert!(ran.out.contains(line), "no {line:?} in\n{}", ran.out);
    }
    assert!(ran.out.find("  10:5 ").unwrap() < ran.out.find("  11:10 ").unwrap(), "{}", ran.out);
    let json = place.json("test p.placet --mutate");
    let file = &json["mutants"]["files"][0];
    assert_eq!(file["totals"]["survived"], file["survivors"].as_array().unwrap().len());
    let diff = file["survivors"][0]["diff"].as_str().unwrap();
    assert!(diff.starts_with("--- p.placet\n+++ p.placet\n@@ "), "{diff}");
}

#[test]
fn too_many_survivors_are_a_no_only_where_fewer_are_wanted() {
    let place = place();
    place.placet("test p.placet --mutants-min 10").yes();
    place.placet("test p.placet --mutants-min 100").no().says("less than the required 100 %");
}

#[test]
fn mutants_are_not_tried_where_a_case_fails() {
    let place = place();
    place.write("p.cases", &CASES.replace("forbidden", "allow    "));
    place.placet("test p.placet --mutate").no().says("no mutant was tried");
}

#[test]
fn a_promise_notices_mutants_and_is_none() {
    let place = place();
    let survivors = || {
        let json = place.json("test p.placet --mutate");
        let survivors = json["mutants"]["files"][0]["survivors"].as_array().unwrap().clone();
        survivors.into_iter().map(|survivor| survivor["line"].as_u64().unwrap()).collect::<Vec<_>>()
    };
    let before = survivors();
    place.write("p.placet", &POLICY.replace("    deny {", "    never { path: \"/b\" }\n    deny {"));
    let with_promise = survivors();
    assert!(!with_promise.contains(&6), "{with_promise:?}");
    assert!(with_promise.len() <= before.len(), "{before:?} {with_promise:?}");
}

#[test]
fn what_the_page_on_testing_shows_is_what_its_commands_print() {
    let place = Place::new();
    std::fs::create_dir(place.path("policies")).unwrap();
    for entry in std::fs::read_dir("../../policies").unwrap().map(|entry| entry.unwrap().path()) {
        if entry.is_file() {
            std::fs::copy(&entry, place.path("policies").join(entry.file_name().unwrap())).unwrap();
        }
    }
    let page = std::fs::read_to_string("../../docs/testing.md").unwrap();
    let blocks: Vec<&str> = page.split("```").skip(1).step_by(2).collect();
    let commands = blocks.iter().filter_map(|block| block.strip_prefix("sh\n")).flat_map(str::lines);
    let mut printed = String::new();
    let mut count = 0;
    for command in commands {
        let words = command.split('#').next().unwrap().trim().strip_prefix("placet ").unwrap();
        let ran = place.placet(words);
        assert_ne!(ran.code, Some(2), "{ran:#?}");
        printed.push_str(&ran.out);
        count += 1;
    }
    assert!(count >= 6, "{count} commands");
    assert!(place.has("coverage.html") && place.has("coverage.info"));
    let outputs = blocks.iter().filter_map(|block| block.strip_prefix("text\n"));
    for output in outputs {
        assert!(printed.contains(output), "no command prints\n{output}\nbut\n{printed}");
    }
}

fn route<'j>(json: &'j Value, name: &str) -> &'j Value {
    json["policies"][0]["routes"].as_array().unwrap().iter().find(|route| route["route"] == name).unwrap()
}

#[test]
fn a_bench_measures_every_lane_of_a_token() {
    let place = Place::with_token();
    place.write("policy.cases", "token reader(user: \"42\")\nallow get { cache: \"profiles\", item: \"user/42/a\" }\nnot_permitted get { cache: \"x\" }\n");
    let json = place.json("bench policy.placet --runs 1 --for 20ms --threads 2");
    for name in ["warm", "local", "public"] {
        let route = route(&json, name);
        let ns = |share: &str| route["ns"][share].as_f64().unwrap();
        assert!(ns("p50") > 0.0 && ns("p50") <= ns("p99") && ns("p99") <= ns("max"), "{route}");
        assert_eq!(route["allocations"]["count"], 0.0, "{route}");
        assert_eq!(route["throughput"].as_array().unwrap().len(), 2);
        assert!(route["throughput"][0]["per_second"].as_f64().unwrap() > 0.0, "{route}");
    }
    let policy = &json["policies"][0];
    let fixture = &policy["fixtures"][0];
    assert!(fixture["program"].as_u64() < fixture["local"]["bytes"].as_u64(), "{fixture}");
    assert!(fixture["local"]["bytes"].as_u64() < fixture["public"]["bytes"].as_u64(), "{fixture}");
    let steps = &policy["steps"];
    assert!(
        steps["mean"].as_f64() <= steps["most"].as_f64() && steps["most"].as_u64() <= steps["worst"].as_u64(),
        "{steps}"
    );
    assert_eq!(policy["verdicts"], serde_json::json!(["allow", "not_permitted"]));
    assert_eq!(policy["rules"].as_array().unwrap().len(), 2);
}

#[test]
fn a_bench_of_a_policy_has_no_token_to_read() {
    let ran = place().placet("bench p.placet --runs 1 --threads 0").yes().says("5 requests from p.cases");
    assert!(
        !ran.out.contains("public token, from its text") && !ran.out.contains("decisions in a second"),
        "{}",
        ran.out
    );
}

#[test]
fn requests_are_made_up_where_there_are_none_and_the_output_says_so() {
    let place = Place::with_token();
    let ran = place.placet("bench policy.placet --template reader --runs 1 --threads 0").yes().says("made up");
    assert!(ran.out.contains("line 4:") || ran.out.contains("{ role: ReadOnly"), "{}", ran.out);
    place.placet("bench policy.placet --runs 1").could_not().says("name one with `--template`");
    place.write(
        "asked.jsonl",
        "{\"action\": \"get\", \"cache\": \"profiles\"}\n\n{\"action\": \"set\", \"cache\": \"x\"}\n",
    );
    place
        .placet("bench policy.placet --template whole --requests asked.jsonl --runs 1 --threads 0")
        .yes()
        .says("2 requests from asked.jsonl");
    place.write("wrong.jsonl", "{}\n{");
    place.placet("bench policy.placet --template whole --requests wrong.jsonl").could_not().says("wrong.jsonl:2");
}

#[test]
fn two_policies_stand_side_by_side_with_their_ratio_and_where_they_disagree() {
    let place = place();
    place.write("other.placet", &POLICY.replace("deny { path: \"/a/secret\" }", ""));
    let ran = place.placet("bench p.placet --against other.placet --runs 1 --threads 0 --html b.html").yes();
    assert!(ran.out.contains("… times as much"), "{}", ran.out);
    assert!(ran.out.contains("4 of 5 verdicts are the same with other.placet"), "{}", ran.out);
    assert!(ran.out.contains("request 4: forbidden, and allow with the other policy"), "{}", ran.out);
    let page = place.read("b.html");
    assert!(page.contains("<polyline class=\"curve one dash\"") && page.contains("other.placet"), "{page}");
}

/// Stands in for Cedar's command: allows what is asked of `/a/b`, and says how long it took.
#[cfg(unix)]
const CEDAR: &str = r#"#!/bin/sh
[ "$1 $2 $3" = "authorize --timing --policies" ] && [ "$5" = --entities ] && [ "$7" = --request-json ] || exit 1
read -r entities < "$6" || true
[ "$entities" = "[]" ] || exit 1
echo "$(ls -ld "${6%/*}" | cut -c1-10) ${6%/*}" >> directories
echo "Authorization Time (micro seconds) : 42"
grep -q 'Resource::\\"/a/b\\"' "$8" && grep -q '"principal":"Principal::\\"ada\\""' "$8" && exit 0
exit 2
"#;

#[cfg(unix)]
#[test]
fn a_cedar_policy_is_asked_through_its_own_command() {
    use std::collections::BTreeSet;
    use std::os::unix::fs::PermissionsExt;
    use std::process::Command;
    let place = place();
    place.write("p.cedar", "permit(principal, action, resource);");
    let bench = |path: &str| {
        let words = ["bench", "p.placet", "--against", "p.cedar", "--runs", "1", "--threads", "0"];
        let mut placet = Command::new(env!("CARGO_BIN_EXE_placet"));
        let output = placet.args(words).env("PATH", path).current_dir(place.path(".")).output().unwrap();
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
    };
    let without = bench("/nowhere");
    assert!(without.contains("cannot run `cedar`") && without.contains("cargo install cedar-policy-cli"), "{without}");
    place.write("cedar", CEDAR);
    std::fs::set_permissions(place.path("cedar"), std::fs::Permissions::from_mode(0o755)).unwrap();
    let with = bench(&format!("{}:/bin:/usr/bin", place.path(".").display()));
    assert!(with.contains("Cedar gives the same answer, yes or no, to 5 of 5 requests with p.cedar"), "{with}");
    assert!(with.contains("median 42 µs, at most 42 µs"), "{with}");
    bench(&format!("{}:/bin:/usr/bin", place.path(".").display()));
    let seen = place.read("directories");
    let seen: BTreeSet<_> = seen.lines().map(|line| line.split_once(' ').unwrap()).collect();
    assert_eq!(seen.len(), 2, "each run has a fresh directory: {seen:?}");
    for (mode, directory) in seen {
        assert_eq!(mode, "drwx------", "{directory} is its owner's alone");
        assert!(!std::path::Path::new(directory).exists());
    }
    place.write("cedar", "#!/bin/sh\necho 'no such policy' && exit 1\n");
    let broken = bench(&format!("{}:/bin:/usr/bin", place.path(".").display()));
    assert!(broken.contains("no such policy"), "{broken}");
}
