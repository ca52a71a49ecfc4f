//! The main mistakes: message, help and underlined text together.

use crate::check_support;

use check_support::{check, http, momento};
use placet::check::library::Library;
use placet::compile::arguments::Arguments;
use placet::document::Document;
use placet::limits::{NESTING, RULES};
use placet::syntax::ast::BlockKind;

#[test]
fn a_misspelt_key_does_not_match_everything() {
    momento("allow { cahce: \"acorns\" }").says(
        "E0206",
        "cahce",
        "`momento` has no attribute `cahce`",
        "did you mean `cache`?",
    );
    http("allow { actoin: GET }").says("E0206", "actoin", "`http` has no attribute `actoin`", "did you mean `action`?");
    momento("allow { cache: any }\n exipry: 5m").says(
        "E0208",
        "exipry",
        "a token has no key `exipry`",
        "did you mean `expiry`?",
    );
}

#[test]
fn a_bad_regex_is_an_error_and_not_silently_false() {
    let found = momento("allow { cache: ~\"shard-[0-9\" }");
    found.says(
        "E0311",
        "~\"shard-[0-9\"",
        "this is not a regular expression: unclosed character class",
        "the whole value must match; there are no look-arounds and no back references",
    );
    assert!(found.is_refused());
    for bad in ["(", "a{2,1}", "\\\\1", "(?=a)", "\\\\bword", "(?m)^a"] {
        momento(&format!("allow {{ cache: ~\"{}\" }}", bad.replace("\\\\", "\\")))
            .finds(&[("E0311", &format!("~\"{}\"", bad.replace("\\\\", "\\")))]);
    }
}

#[test]
fn a_parameter_in_a_class_cannot_widen_a_regex() {
    let source = "use momento\ntoken t(shard: string) { allow { cache: ~\"s[{shard}]\" } ttl: 5m }";
    check(source).finds(&[("E0311", "~\"s[{shard}]\"")]);
    check(&source.replace("[{shard}]", "-{shard}-[0-9]+")).is_good();
}

#[test]
fn a_network_with_host_bits_is_refused_and_corrected() {
    http("allow { ip: \"10.1.2.3/8\" }").says(
        "E0303",
        "\"10.1.2.3/8\"",
        "`10.1.2.3/8` has bits set after the first 8",
        "write `10.0.0.0/8` for the network, or `10.1.2.3` for the one address",
    );
}

#[test]
fn a_path_is_canonical_or_refused() {
    let help = "write it as the router sees it, decoded: absolute, without `.`, `..`, `//`, `;` and a slash at its end";
    http("allow { path: \"/a/../b\" }").says(
        "E0304",
        "\"/a/../b\"",
        "`/a/../b` is not a canonical path: a path has no `.` or `..` segment",
        help,
    );
    http("allow { path: \"/a/x**/b\" }").says(
        "E0304",
        "\"/a/x**/b\"",
        "`/a/x**/b` is not a canonical path: `**` is for whole segments and must be alone between its slashes",
        help,
    );
    for bad in ["a/*", "/a//*", "/*/", "/../**", "/%2f/*", "/a%*"] {
        http(&format!("allow {{ path: \"{bad}\" }}")).finds(&[("E0304", &format!("\"{bad}\""))]);
    }
}

#[test]
fn a_pattern_of_paths_is_not_taken_for_a_path_with_a_star_in_it() {
    http("allow { action: GET } when path == \"/a/*\"").says(
        "E0304",
        "\"/a/*\"",
        "`/a/*` is a pattern, and one path is expected here",
        "use `in`, or a pattern in the rule's map",
    );
    http("allow { path: != \"/a/**\" }").finds(&[("E0304", "\"/a/**\"")]);
    let spliced = "use http\npolicy p(u: string) { allow { action: GET } when path == \"/a/{u}/*\" }";
    check(spliced).finds(&[("E0304", "\"/a/{u}/*\"")]);
    http("allow { action: GET } when path in \"/a/*\"").is_good();
}

#[test]
fn a_path_in_whatever_case_has_no_wildcard_that_would_be_taken_for_text() {
    for good in ["\"/Admin\"", "\"/Admin/**\"", "\"/\"", "\"/a%2A/**\""] {
        http(&format!("allow {{ path: nocase {good} }}")).is_good();
    }
    for bad in ["\"/a/*/b\"", "\"/**/a\"", "\"/a*\"", "\"/a/*/**\""] {
        http(&format!("allow {{ path: nocase {bad} }}")).says(
            "E0308",
            &format!("nocase {bad}"),
            "after `nocase`, `*` is only understood in `/**` at the end",
            "write the path without other wildcards, or without this word",
        );
    }
    http("allow { path: nocase prefix \"/a\" }").finds(&[("E0308", "nocase prefix \"/a\"")]);
    for nothing in ["glob \"/a*\"", "[\"/a\"]"] {
        http(&format!("allow {{ path: nocase {nothing} }}"))
            .helps("`nocase` comes before a text, `prefix` or `suffix`");
    }
    http("allow { path: nocase \"/**\" }").finds(&[("W0121", "nocase \"/**\"")]);
}

#[test]
fn another_attribute_is_a_value_where_a_request_is_asked_and_nowhere_else() {
    for good in [
        "allow { path: \"/u/{subject}/**\" }",
        "allow { path: any } when has host && has subject && host == \"{subject}.example\"",
        "allow { path: any } when has subject && has host && starts_with(host, \"{subject}.\")",
    ] {
        let found = http(good);
        assert!(!found.is_refused(), "{good}");
    }
    http("allow { path: \"/u/{subjct}/**\" }").says(
        "E0210",
        "subjct",
        "there is no parameter and no attribute `subjct`",
        "did you mean `subject`?",
    );
    http("allow { host: subjct }").says(
        "E0205",
        "subjct",
        "there is no parameter and no `let` `subjct`",
        "did you mean `subject`?",
    );
    for (bad, message) in [
        ("allow { host: ~\"{subject}\" }", "an attribute cannot be part of a regular expression"),
        ("allow { host: glob \"*{subject}*\" }", "a glob with attributes has at most one `*`"),
        (
            "allow { path: \"/**/{subject}/**\" }",
            "a path with attributes has at most one `**`, and one `*` in each segment",
        ),
        ("allow { host: nocase \"{subject}\" }", "`nocase` does not take attributes"),
    ] {
        let found = http(bad);
        assert!(found.is_refused(), "{bad}");
        found.includes("E0308", message);
    }
}

#[test]
fn a_value_has_the_type_of_its_attribute() {
    http("allow { path: 7 }").says("E0301", "7", "`path` takes a path, found an int", "write it in quotes");
    http("allow { host: x\"00\" }").says(
        "E0301",
        "x\"00\"",
        "`host` takes a string, found bytes",
        "`x\"…\"` is for attributes of type `bytes`",
    );
    http("allow { time: \"2027\" }").finds(&[("E0306", "\"2027\"")]);
    http("allow { time: 7 }").finds(&[("E0301", "7")]);
    check("use http\npolicy p(n: set of int) { allow { host: n } }").finds(&[("E0301", "n")]);
    check("use http\npolicy p(s: string) { allow { ip: s } }").finds(&[("E0301", "s")]);
    check("vocabulary raw 1 { key: bytes action get }\npolicy p(n: int) { allow { key: n } }").finds(&[("E0301", "n")]);
    let misplaced = "use warp10\npolicy p { allow { owner: \"0d0c2f6e3-f5d-4b2b-9a7e-5a1d2c3b4e5f\" } }";
    check(misplaced).finds(&[("E0305", "\"0d0c2f6e3-f5d-4b2b-9a7e-5a1d2c3b4e5f\"")]);
    http("allow { ip: \"office\" }").says(
        "E0302",
        "\"office\"",
        "`office` is not an address",
        "write it as `10.1.2.3` or `2001:db8::1`",
    );
    check("use warp10\npolicy p { allow { owner: \"me\" } }").says(
        "E0305",
        "\"me\"",
        "`me` is not a uuid",
        "write 32 hexadecimal digits in groups of 8-4-4-4-12",
    );
}

#[test]
fn a_pattern_fits_the_type_of_its_attribute() {
    http("allow { path: prefix \"/v1\" }").says(
        "E0308",
        "prefix \"/v1\"",
        "`path` is a path; `prefix` is for strings and bytes",
        "write a path with `*` for one segment and `**` for any number: `\"/v1/**\"`",
    );
    http("allow { host: 1..5 }").finds(&[("E0308", "1..5")]);
    for bad in ["glob \"1*\"", "~\"1.*\"", "suffix \"1\""] {
        http(&format!("allow {{ ip: {bad} }}")).finds(&[("E0308", bad)]);
        http(&format!("allow {{ time: {bad} }}")).finds(&[("E0308", bad)]);
    }
    http("allow { headers: \"x\" }").says(
        "E0308",
        "\"x\"",
        "`headers` is a map of labels, and this pattern is on one value",
        "write `{ name: pattern }`, with the name of a label",
    );
    http("allow { host: { a: \"b\" } }").finds(&[("E0308", "{ a: \"b\" }")]);
    http("allow { path: any } when host[\"a\"] == \"b\"").finds(&[("E0308", "host")]);
}

#[test]
fn all_errors_of_a_file_are_found_in_one_run() {
    let found = check(
        "use http
         let office = \"10.1.0.0/8\"
         role Reader = [GET, HAED]
         policy p(user: string, user: string) {
             allow { action: Reader, pth: \"/a\", ip: office } when hours(time) > 8
             allow { path: \"/{usr}\" }
             only  { path: 5 }
             tll: 5m
         }
         token t( {}",
    );
    let codes = ["E0303", "E0207", "E0204", "E0206", "E0209", "E0210", "E0501", "E0301", "E0208"];
    let at = ["\"10.1.0.0/8\"", "HAED", "user", "pth", "hours", "usr", "only", "5", "tll"];
    let expected: Vec<_> = codes.into_iter().zip(at).collect();
    found.finds(&[expected, vec![("E0104", "(")]].concat());
}

#[test]
fn an_item_that_could_not_be_read_still_declares_its_name() {
    check("use http\nlet office = = 1\nrole R = [GET]\npolicy p { allow { action: R, ip: office } }")
        .finds(&[("E0101", "=")]);
}

/// A rule is never left out in silence: a `deny` that is not there forbids nothing.
#[test]
fn a_rule_with_a_mistake_in_it_is_refused_and_not_left_out() {
    for wrong in [
        "hour() == 1",
        "hour(time, \"UTC\", time) == 1",
        "length(path, \"UTC\") == 1",
        "length() == 1",
        "size() == 1",
        "contains(host)",
        "starts_with(host, host, host)",
        "vouched()",
    ] {
        let found = http(&format!("deny {{ action: GET }} when {wrong}"));
        let call = wrong.strip_suffix(" == 1").unwrap_or(wrong);
        found.finds(&[("E0406", call)]);
        assert!(found.is_refused(), "{wrong}");
    }
    for wrong in ["let own = GET", "let own = Read", "let first = GET\nlet own = first"] {
        for rule in ["deny { host: prefix own }", "deny { host: own }", "deny { action: GET } when host == own"] {
            assert!(check(&format!("use http\n{wrong}\npolicy p {{ {rule} }}")).is_refused(), "{wrong} {rule}");
        }
    }
}

#[test]
fn a_literal_makes_sure_of_what_it_leaves_possible() {
    http("allow { action: GET } when true && subject == \"a\"").finds(&[("W0121", "true"), ("E0404", "subject")]);
    http("allow { action: GET } when (has subject || true) && subject == \"a\"")
        .finds(&[("W0121", "true"), ("E0404", "subject")]);
    http("allow { action: GET } when (has subject || false) && subject == \"a\"").finds(&[("W0122", "false")]);
    http("allow { action: GET } when false || subject == \"a\"").finds(&[("W0122", "false"), ("E0404", "subject")]);
}

#[test]
fn a_parameter_is_accepted_where_its_type_is_and_text_as_bytes() {
    let with = |parameter: &str, test: &str| {
        check(&format!("use momento\npolicy p(x: {parameter}) {{ allow {{ action: get, {test} }} }}"))
    };
    with("string", "cache: x").is_good();
    with("string", "item: x").is_good();
    with("bytes", "item: x").is_good();
    with("int", "item: x").finds(&[("E0301", "x")]);
    with("bytes", "cache: x").finds(&[("E0301", "x")]);
    with("string", "time: x").finds(&[("E0301", "x")]);
    with("path", "cache: x").finds(&[("E0301", "x")]);
}

#[test]
fn a_name_that_means_two_things_is_refused_where_it_would_be_guessed() {
    let source = "use http\npolicy p(subject: string) { allow { subject: subject } }";
    check(source).is_good();
    check(&source.replace("subject }", "any } when subject == \"x\"")).says(
        "E0213",
        "subject",
        "`subject` is a parameter and also an attribute of the request",
        "rename a parameter; in the rule's map, `subject: subject` needs no condition",
    );
    let by_let = "use http\nlet subject = \"x\"\npolicy p { allow { subject: subject, path: \"/a\" } }";
    check(by_let).is_good();
    check(&by_let.replace("subject: subject, path: \"/a\" }", "subject: any } when subject == \"x\""))
        .finds(&[("E0213", "subject")]);
}

#[test]
fn no_name_hides_another() {
    check("use http\nlet office = \"10.0.0.0/8\"\npolicy p(office: ip) { allow { ip: office } }").says(
        "E0212",
        "office",
        "`office` is already the name of something else",
        "choose another name for the parameter",
    );
    check("use http\npolicy p(Read: string) { allow { path: \"/a\" } }").finds(&[("E0212", "Read")]);
    check("use http\nrole Own = [GET]\npolicy p(Own: string) { allow { path: \"/a\" } }").finds(&[("E0212", "Own")]);
    check("use http\nrole GET = [HEAD]\npolicy p { allow { action: GET } }").finds(&[("E0212", "GET")]);
    check("use http\nrole Read = [DELETE]\npolicy p { allow { action: Read } }").finds(&[("E0212", "Read")]);
}

#[test]
fn permissions_are_maps_and_no_name_of_something_else() {
    for wrong in ["reading", "[reading]", "GET", "any", "\"a\""] {
        let found =
            check(&format!("use momento\ntoken t {{ permissions: {wrong}\n allow {{ cache: \"a\" }} ttl: 5m }}"));
        assert!(found.is_refused(), "{wrong}");
    }
}

#[test]
fn nothing_is_made_of_itself() {
    check("use http\nlet a = [a]\npolicy p { allow { host: a } }").finds(&[("E0214", "a")]);
    check("use http\nrole A = [B]\nrole B = [A]\npolicy p { allow { action: B } }").finds(&[("E0214", "B")]);
}

#[test]
fn a_let_knows_no_parameters() {
    let found =
        check("use http\nlet own = \"/users/{user}\"\npolicy p(user: string) { allow { path: own, subject: user } }");
    found.says(
        "E0210",
        "user",
        "there is no parameter `user` here",
        "a `let` is outside all blocks and has no parameters; write the text in the block",
    );
}

#[test]
fn a_let_takes_no_parameter_wherever_it_stands() {
    for own in ["me", "[me]", "prefix me", "[prefix \"{me}\"]"] {
        let source =
            format!("use http\nlet own = {own}\npolicy p(me: string) {{ allow {{ host: me, subject: own }} }}");
        assert!(check(&source).is_refused(), "{own}");
    }
    let condition =
        "use http\nlet own = me\npolicy p(me: string) { allow { host: me, subject: any } when subject == own }";
    assert!(check(condition).is_refused());
}

#[test]
fn lets_that_multiply_are_stopped() {
    let mut source = String::from("use http\nlet a0 = [\"/\", \"/a\"]\n");
    for n in 1..24 {
        source.push_str(&format!("let a{n} = [{}]\n", vec![format!("a{}", n - 1); 10].join(", ")));
    }
    source.push_str("policy p { allow { path: a9 } }");
    let found = check(&source);
    assert!(found.is_refused());
}

/// A `let` of actions that is made of others, `depth` of them, one by one; each is `made` of the one before.
fn chain(depth: usize, made: &str) -> check_support::Found {
    let lets: String =
        (1..=depth).map(|n| format!("let a{n} = {}\n", made.replace('_', &format!("a{}", n - 1)))).collect();
    check(&format!("use http\nlet a0 = GET\n{lets}policy p {{ allow {{ action: a{depth} }} }}"))
}

#[test]
fn actions_nest_as_deep_as_allowed_and_no_deeper() {
    chain(NESTING - 1, "_").is_good();
    for made in ["not _", "[_]"] {
        chain(NESTING / 2 - 1, made).is_good();
        assert!(chain(NESTING / 2 + 1, made).is_refused(), "{made}");
        assert!(chain(4 * NESTING, made).is_refused(), "{made}");
    }
    assert!(chain(NESTING + 1, "_").is_refused());
}

#[test]
fn a_name_is_given_once() {
    let twice = check("use http\npolicy p { allow { path: \"/a\" } }\npolicy p { allow { path: \"/b\" } }");
    twice.says("E0204", "p", "`p` is declared twice", "rename one of the two");
    assert!(twice.is_refused());
    let source =
        "vocabulary v 1 { action get }\nvocabulary v 2 { action put }\nuse v\npolicy p { allow { action: get } }";
    assert!(check(source).is_refused());
}

#[test]
fn a_rule_is_allowed_only_in_its_kind_of_block() {
    check("use http\nrestriction r { allow { path: \"/a\" } }").says(
        "E0501",
        "allow",
        "a restriction cannot allow anything",
        "write `only`: everything outside an `only` is taken away",
    );
    http("only { path: \"/a\" }").finds(&[("E0501", "only")]);
    http("allow { path: \"/a\" } ttl: 5m").says(
        "E0502",
        "ttl",
        "`ttl` is for tokens, and this is a policy",
        "the keys of a policy are `when` and `unless`",
    );
}

#[test]
fn a_token_of_a_type_has_the_keys_that_tokengen_demands() {
    let any = "owners: any producers: any applications: any";
    check(&format!("use warp10\ntoken t {{ type: READ {any} }}")).finds(&[
        ("E0503", "t"),
        ("E0503", "t"),
        ("E0503", "t"),
    ]);
    check("use warp10\ntoken t(o: uuid) { type: WRITE owner: o application: \"a\" ttl: 5m }").says(
        "E0503",
        "t",
        "missing `producer`",
        "every WRITE token has one: `producer: …`",
    );
    check("use warp10\ntoken t { type: read allow { action: find } ttl: 5m }").says(
        "E0504",
        "read",
        "`type` is `READ` or `WRITE`",
        "write `READ`, in capitals",
    );
    momento("type: READ owner: \"a\" application: \"b\"").says(
        "E0505",
        "READ",
        "`momento` has no role `READ`",
        "leave `type` out and write `permissions` or `allow`",
    );
    check("use warp10\ntoken t { allow { action: find } labels: { a: \"b\" } ttl: 5m }").finds(&[("E0507", "labels")]);
}

#[test]
fn lists_that_grant_everything_are_warned_about() {
    let source = "use warp10\ntoken t(o: uuid) { type: READ owner: o application: \"a\" ttl: 5m producers: any applications: any owners: [] }";
    check(source).says(
        "W0101",
        "[]",
        "`owners` is empty, so this token reads the data of all owners",
        "name them: `owners: […]`, or write `owners: any` if all are meant",
    );
    check(&source.replace("owners: []", "")).finds(&[("W0101", "type: READ")]);
    check(&source.replace("[]", "[o]")).is_good();
    check(&source.replace("[]", "any")).is_good();
    http("allow {}").finds(&[("W0101", "allow {}")]);
    http("allow { action: any }").is_good();
    http("allow {} when hour(time) in 8..18").is_good();
}

#[test]
fn what_can_never_match_is_warned_about() {
    for (rule, at) in [
        ("allow { host: [] }", "[]"),
        ("allow { action: not any }", "not any"),
        ("allow { action: [] }", "[]"),
        ("allow { path: absent }", "absent"),
        ("allow { host: not any }", "not any"),
        ("allow { action: GET } when hour(time) in 18..8", "18..8"),
        ("allow { time: 2027-01-02T00:00:00Z..2027-01-01T00:00:00Z }", "2027-01-02T00:00:00Z..2027-01-01T00:00:00Z"),
    ] {
        http(rule).finds(&[("W0102", at)]);
    }
}

#[test]
fn a_rule_that_another_covers_is_warned_about() {
    for (wide, narrow) in [
        ("allow { path: \"/v1/**\" }", "allow { path: \"/v1/objects\", action: GET }"),
        ("allow { path: \"/v1/**\" }", "allow { path: \"/v1/*/objects/**\" }"),
        ("allow { path: \"/v1/**\" }", "allow { path: \"/v1\" }"),
        ("allow { ip: \"10.0.0.0/8\" }", "allow { ip: [\"10.1.0.0/16\", \"10.2.3.4\"] }"),
        ("allow { action: Read }", "allow { action: [GET, HEAD] }"),
        ("allow { action: not DELETE }", "allow { action: [GET, HEAD] }"),
        ("allow { host: [\"a\", \"b\", \"c\"] }", "allow { host: [\"c\", \"a\"] }"),
        ("allow { host: any }", "allow { host: ~\"a+\" }"),
        ("allow { host: prefix \"a\" }", "allow { host: prefix \"ab\" }"),
        ("allow { host: suffix \".com\" }", "allow { host: \"a.com\" }"),
        ("allow { host: not [\"a\", absent] }", "allow { host: \"b\" }"),
        ("allow { headers: { a: any } }", "allow { headers: { a: \"1\", b: \"2\" } }"),
        ("allow { host: \"a\" }", "allow { host: \"a\" } when hour(time) == 1"),
        ("allow { path: any }", "allow { host: \"a\" }"),
        ("allow { time: < 2027-01-01T00:00:00Z }", "allow { time: < 2026-01-01T00:00:00Z }"),
    ] {
        http(&format!("{wide} {narrow}")).finds(&[("W0103", narrow)]);
        http(&format!("{narrow} {wide}")).finds(&[("W0103", narrow)]);
        let deny = wide.replace("allow", "deny");
        http(&format!("{narrow} {deny} allow {{ action: CONNECT, path: \"/z\", host: \"z\" }}")).template();
        http(&format!("{narrow} {deny}")).finds(&[("W0104", narrow)]);
    }
    for (one, other) in [
        ("allow { path: \"/v1/**\" }", "allow { path: \"/v10\" }"),
        ("allow { path: \"/v1/*\" }", "allow { path: \"/v1/a/b\" }"),
        ("allow { ip: \"10.0.0.0/16\" }", "allow { ip: \"10.1.0.0/16\" }"),
        ("allow { host: any }", "allow { host: [absent, \"a\"] }"),
        ("allow { host: \"a\" } when hour(time) == 1", "allow { host: \"a\" } when hour(time) == 2"),
        ("allow { host: \"a\" }", "allow { path: \"/a\" }"),
        ("allow { action: GET, host: any }", "allow { action: HEAD, host: \"a\" }"),
    ] {
        http(&format!("{one} {other}")).is_good();
    }
}

#[test]
fn an_exact_path_with_a_splice_is_not_taken_for_one_segment() {
    let source = "use http\npolicy p(a: string) { allow { path: \"/v1/*\" } allow { path: \"/v1/{a}\" } }";
    check(source).is_good();
    check(&source.replace("/*", "/**")).finds(&[("W0103", "allow { path: \"/v1/{a}\" }")]);
}

#[test]
fn of_two_equal_rules_the_later_one_is_needless() {
    let found = http("allow { host: \"a\" } deny { host: \"b\" }\n allow { host: \"a\" }");
    found.finds(&[("W0103", "allow { host: \"a\" }")]);
}

#[test]
fn what_is_not_used_is_warned_about() {
    check("use http\nlet a = 1\nrole R = [GET]\npolicy p(x: string) { allow { action: any } }").finds(&[
        ("W0111", "a"),
        ("W0111", "R"),
        ("W0111", "x"),
    ]);
}

#[test]
fn a_block_that_does_nothing_is_warned_about() {
    http("deny { path: \"/a\" }").finds(&[("W0105", "p")]);
    momento("").finds(&[("W0106", "t")]);
    check("use momento\ntoken t { allow { cache: \"a\" } }").finds(&[("W0107", "t")]);
    momento("allow { cache: \"a\" } expiry: 2027-01-01T00:00:00Z").finds(&[("W0108", "expiry")]);
    check("use momento\ntoken t { allow { cache: \"a\" } ttl: 0s }").finds(&[("W0109", "0s")]);
}

#[test]
fn habits_of_other_languages_get_the_help_they_deserve() {
    let quotes = "write straight double quotes: `\"…\"`";
    let list = "write a list for one of several: `[…, …]`";
    for (rule, underlined, message, help) in [
        ("allow { path: “/a” }", "“", "`“` is not a quote of the language", quotes),
        ("allow {} when host == ‘a’", "‘", "`‘` is not a quote of the language", quotes),
        ("allow { path: [«/a»] }", "«", "`«` is not a quote of the language", quotes),
        ("allow { path: `/a` }", "`", "a backtick is not a quote of the language", quotes),
        (
            "allow { action: * }",
            "*",
            "`*` is not a pattern",
            "write `any` for every value; in a string, `*` is for `glob \"…\"` and for paths",
        ),
        ("allow { path: /a/** }", "/a/**", "a path is written in double quotes", "write `\"/a/**\"`"),
        ("allow { host: !\"a\" }", "!", "`!` turns a condition around, not a pattern", "write `not`"),
        (
            "allow {} when has host && host in (\"a\", \"b\")",
            "(",
            "a pattern does not begin with `(`",
            "a list is written in brackets: `[…, …]`",
        ),
        ("allow { path: \"/a\" | \"/b\" }", "|", "`|` does not join patterns", list),
        ("allow { path: \"/a\" or \"/b\" }", "or", "`or` does not join patterns", list),
        (
            "allow {} when hour(time) in 1..=5",
            "..=",
            "`..=` is not a range",
            "a range ends before its second value: write `1..6`",
        ),
        ("allow {} when has host and true", "and", "`and` is not an operator", "write `&&`"),
        ("allow {} when host === \"a\"", "===", "`===` is not an operator", "write `==`"),
        ("allow {} when host <> \"a\"", "<>", "`<>` is not an operator", "write `!=`"),
        ("allow {} when host =~ \"a\"", "=~", "`=~` is not an operator", "write `in ~\"…\"`"),
        (
            "allow {} when host like \"a*\"",
            "like",
            "`like` is not an operator",
            "write `host in glob \"a*\"`, or `host in \"a*\"` for a path",
        ),
        (
            "allow {} when host startsWith \"a\"",
            "startsWith",
            "`startsWith` is not an operator",
            "write `starts_with(host, \"a\")`",
        ),
        ("allow {} when host is null", "is", "`is` is not an operator", "write `!has host`"),
        (
            "allow {} when every groups in \"a\"",
            "every",
            "`every` does not look at elements",
            "write `all groups in …`",
        ),
        (
            "allow {} when true && some groups in \"a\"",
            "some",
            "`some` does not look at elements",
            "write `any groups in …`",
        ),
        ("allow {} if has host", "if", "`if` does not begin a condition", "write `when`"),
        ("allow {} when not has host", "not", "`not` turns a pattern around, not a condition", "write `!has host`"),
        ("allow { path: \"/a\" } -- all", "--", "`--` does not begin a comment", "write `//`"),
    ] {
        http(rule).says("E0101", underlined, message, help);
    }
    let digits = |number: &str, plain: &str| {
        let message = format!("`{number}` is not written in plain digits");
        http(&format!("allow {{}} when hour(time) == {number}")).says("E0106", number, &message, plain);
    };
    digits("1_000", "write `1000`");
    digits("0x10", "write `16`");
    digits("-1e3", "write `-1000`");
    http("allow {} when not (has host)").says(
        "E0209",
        "not",
        "`not` turns a pattern around, not a condition",
        "write `!` before the parenthesis: `!(…)`",
    );
    let absent = "a request has no `null`, and may lack a value";
    http("allow { action: GET } when host == null").says("E0205", "null", absent, "write `!has host`");
    http("allow { action: GET } when None != host").says("E0205", "None", absent, "write `has host`");
    http("allow { host: nil }").says(
        "E0205",
        "nil",
        "there is no parameter and no `let` `nil`",
        "if it is text, write `\"nil\"`; for no value, write `absent`",
    );
    let found = http("allow { path: \"/a” }");
    found.finds(&[("E0104", "\"/a” } }")]);
}

#[test]
fn a_time_is_written_as_everybody_reads_it() {
    http("allow { time: < 9999-12-31T23:59:59Z }").is_good();
    for (time, help) in [
        ("2026-12-31T23:59:60Z", "write `:59`, or the second after it"),
        ("2026-12-31T23:59:59+25:59", "an offset goes up to `+23:59`, and its minutes to 59"),
        ("2026-12-31T23:59:59+0100", "write `2026-12-31T23:59:59+01:00`"),
        ("2026-12-31T23:59:59+01", "write `2026-12-31T23:59:59+01:00`"),
        ("9999-12-31T23:59:59-00:01", "times go from `0000-01-01T00:00:00Z` to `9999-12-31T23:59:59.999Z`"),
    ] {
        for written in [time.to_owned(), format!("\"{time}\"")] {
            http(&format!("allow {{ time: < {written} }}")).helps(help);
        }
    }
}

#[test]
fn the_ways_out_of_too_many_rules_are_ways_out() {
    let rules =
        |effect: &str| -> String { (0..=RULES).map(|number| format!("{effect} {{ host: \"{number}\" }}\n")).collect() };
    let message = format!("`p` has {} rules, and a block has at most {RULES}", RULES + 1);
    http(&rules("allow")).says(
        "E0601",
        "p",
        &message,
        "join rules that differ in one value: its pattern may be a list, `path: [\"/a/**\", \"/b/**\"]`; only `deny` rules can move to another policy, since every policy must allow",
    );
    let values: String = (0..=RULES).map(|number| format!("\"{number}\", ")).collect();
    let joined = format!("use http policy p {{ allow {{ host: [{values}] }} }}");
    let moved = format!(
        "use http policy p {{ allow {{ host: \"1\" }} {} }} policy rest {{ allow {{ action: any }} {} }}",
        "deny { host: \"2\" } ".repeat(RULES / 2),
        "deny { host: \"3\" } ".repeat(RULES / 2 + 1),
    );
    for text in [joined, moved] {
        let document = Document::from_text("example.placet", &text, Library::built_in()).unwrap();
        assert!(document.compile(BlockKind::Policy, Some("p"), &Arguments::none()).is_ok());
    }
}
