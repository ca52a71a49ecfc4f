//! `check` and `test` for the machines that run them: annotations of GitHub's workflows, SARIF, and the files with which
//! pre-commit, GitHub and a container start them.

use serde_json::Value;

use crate::cli_support::Place;

const POLICY: &str = "use http\n\npolicy p {\n    allow { action: GET, path: \"/a/**\" }\n}\n";
const BROKEN: &str =
    "use http\n\npolicy q {\n    allow { action = GET, path = \"/a\" }\n    allow { cahce: \"a\" }\n}\n";
const CASES: &str =
    "policy p\nat 2026-11-21T10:00:00Z\nallow GET { path: \"/a/b\" }\nallow GET { path: \"/c\" } because \"50 %\"\n";

fn place() -> Place {
    let place = Place::new();
    place.write("p.placet", POLICY);
    place.write("p.cases", CASES);
    place.write("q, r.placet", BROKEN);
    place
}

fn commands(out: &str) -> Vec<&str> {
    out.lines().filter(|line| line.starts_with("::")).collect()
}

#[test]
fn github_gets_a_line_for_each_finding_where_it_is() {
    let place = place();
    let ran = place.words(&["check", "--format", "github", "p.placet", "q, r.placet"]).no();
    let found = commands(&ran.out);
    assert!(found.len() >= 2, "{}", ran.out);
    for (line, column) in [(4, 20), (4, 32)] {
        let head = format!(
            "::error title=E0101 the text is not in the language,file=q%2C r.placet,line={line},endLine={line},col={column},"
        );
        assert!(found.iter().any(|found| found.starts_with(&head)), "no {head}\n{}", ran.out);
    }
    let ran = place.placet("test p.cases --format github").no();
    assert_eq!(
        commands(&ran.out),
        ["::error title=case a case is decided differently,file=p.cases,line=4,endLine=4,col=1,endColumn=1::\
          GET { path: \"/c\" }: expected allow because 50 %25, found not_permitted"]
    );
    assert!(ran.out.contains("1 passed, 1 failed"), "people read it too: {}", ran.out);
}

#[test]
fn what_is_found_in_a_map_is_where_the_map_is_written() {
    let place = place();
    place.write(
        "m.json",
        "{\n  \"use\": \"http\", \"token\": \"t\",\n  \"rules\": [{ \"allow\": { \"pth\": \"/a\" } }]\n}\n",
    );
    let ran = place.placet("check m.json --format github").no();
    let [line] = commands(&ran.out)[..] else { panic!("{}", ran.out) };
    assert!(line.contains(",file=m.json,line=3,endLine=3,col="), "{line}");
    let ran = place.placet("check m.json --format sarif").no();
    let document: Value = serde_json::from_str(ran.out.lines().last().unwrap()).unwrap();
    let region = &document["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["region"];
    assert_eq!(region["startLine"], 3, "{document}");
}

/// A pull request can bring a file of any name.
#[cfg(unix)]
#[test]
fn the_name_of_a_file_begins_no_line_of_its_own() {
    let place = place();
    let names = ["a\n::error::b.placet", "a\r\n::stop-commands::b.cases"];
    place.write(names[0], "use http\ntoken t { allow { pth: \"/a\" } ttl: 1h }\n");
    place.write("a\r\n::stop-commands::b.placet", "use http\ntoken t { allow { path: \"/a\" } ttl: 1h }\n");
    place.write(names[1], "token t\nallow GET { path: \"/b\" }\n");
    for (command, name) in [("check", names[0]), ("test", names[1])] {
        for format in ["github", "text", "sarif"] {
            let ran = place.words(&[command, "--format", format, name]).no();
            let all = format!("{}{}", ran.out, ran.err);
            let injected = all.lines().find(|line| ["::error::", "::stop"].iter().any(|head| line.starts_with(head)));
            assert_eq!(injected, None, "{command} --format {format}\n{all}");
        }
    }
}

/// What the schema of SARIF 2.1.0 requires of what we write.
fn is_sarif(document: &Value) {
    assert_eq!(document["version"], "2.1.0");
    let [run] = document["runs"].as_array().unwrap().as_slice() else { panic!("{document}") };
    let driver = &run["tool"]["driver"];
    assert_eq!(driver["name"], "placet");
    let rules = driver["rules"].as_array().unwrap();
    assert!(rules.iter().all(|rule| rule["id"].is_string() && rule["shortDescription"]["text"].is_string()));
    assert_eq!(run["columnKind"], "unicodeCodePoints");
    assert!(run["invocations"][0]["executionSuccessful"].is_boolean());
    for result in run["results"].as_array().unwrap() {
        let rule = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(rules[rule]["id"], result["ruleId"]);
        assert!(["error", "warning"].contains(&result["level"].as_str().unwrap()));
        assert!(!result["message"]["text"].as_str().unwrap().is_empty());
        for location in result["locations"].as_array().unwrap() {
            let place = &location["physicalLocation"];
            let uri = place["artifactLocation"]["uri"].as_str().unwrap();
            assert!(!uri.contains([' ', '\\']), "{uri}");
            let number = |key: &str| place["region"][key].as_u64().filter(|number| *number > 0).unwrap();
            let (line, end) = (number("startLine"), number("endLine"));
            assert!(line < end || (line == end && number("startColumn") <= number("endColumn")), "{place}");
        }
    }
}

#[test]
fn sarif_is_one_document_whatever_becomes_of_the_command() {
    let place = place();
    let document = |words: &[&str], code: i32| {
        let ran = place.words(words);
        assert_eq!(ran.code, Some(code), "{ran:?}");
        let document: Value = serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{error}\n{}", ran.out));
        is_sarif(&document);
        document
    };
    place.write("w.placet", &POLICY.replace("}\n}", "}\n    deny { path: \"/a/x/*\" }\n}"));
    let found = document(&["check", "--format", "sarif", "w.placet", "q, r.placet"], 1);
    let results = found["runs"][0]["results"].as_array().unwrap();
    assert!(results.iter().any(|result| result["level"] == "warning"), "{found}");
    let uri = &results.last().unwrap()["locations"][0]["physicalLocation"]["artifactLocation"]["uri"];
    assert_eq!(uri, "q%2C%20r.placet");
    let failed = document(&["test", "--format", "sarif", "p.cases"], 1);
    assert_eq!(failed["runs"][0]["results"][0]["ruleId"], "case");
    assert_eq!(failed["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["region"]["startLine"], 4);
    place.write("q, r.cases", CASES);
    let broken = document(&["test", "--format", "sarif", "q, r.cases", "--coverage", "--mutate"], 1);
    assert_eq!(broken["runs"][0]["results"][0]["ruleId"], "E0101");
    let missing = document(&["check", "--format", "sarif", "missing.placet"], 2);
    assert_eq!(missing["runs"][0]["invocations"][0]["executionSuccessful"], false);
    place.write("good.placet", "use http\npolicy g { allow { path: \"/a\" } }\n");
    assert_eq!(
        document(&["check", "--format", "sarif", "good.placet"], 0)["runs"][0]["results"],
        serde_json::json!([])
    );
}

#[test]
fn a_command_that_finds_nothing_in_files_has_no_such_format() {
    for format in ["github", "sarif"] {
        let ran = place().placet(&format!("fmt p.placet --format {format}")).could_not();
        assert!(ran.err.contains("are for `check` and `test`"), "{}", ran.err);
    }
}

#[test]
fn what_a_file_says_is_no_command_of_github() {
    let place = place();
    place.write("p.cases", &CASES.replace("/c\"", "/c\", subject: \"a ::add-mask::b ##[error]c\""));
    let ran = place.placet("test p.cases --format github").no();
    assert_eq!(commands(&ran.out).len(), 1, "{}", ran.out);
    assert!(
        !ran.out.lines().filter(|line| !line.starts_with("::error")).any(|line| line.contains("##[")),
        "{}",
        ran.out
    );
}

/// The files of the repository that start `placet` elsewhere.
#[test]
fn what_hooks_the_action_and_the_container_start_exists() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let root = root.ancestors().find(|folder| folder.join(".pre-commit-hooks.yaml").is_file()).expect("the repository");
    let hooks = std::fs::read_to_string(root.join(".pre-commit-hooks.yaml")).unwrap();
    let entries: Vec<&str> = hooks.lines().filter_map(|line| line.trim().strip_prefix("entry: placet ")).collect();
    assert_eq!(entries.len(), 3);
    let place = place();
    for entry in entries {
        place.placet(&format!("{entry} --help")).yes();
    }
    let action = std::fs::read_to_string(root.join("action.yml")).unwrap();
    assert!(action.contains("using: composite") && action.contains("--format github"));
    let container = std::fs::read_to_string(root.join("Containerfile")).unwrap();
    assert!(container.contains("ENTRYPOINT [\"placet\"]"));
}
