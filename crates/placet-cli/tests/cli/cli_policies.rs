//! Writing policies on the command line: check, fmt, compile, vocabulary, the prompt, and the command line itself.

use crate::cli_support;

#[path = "cli_policies/answers.rs"]
mod answers;
#[path = "cli_policies/project.rs"]
mod project;

use std::process::Command;

use cli_support::{POLICY, Place, Ran};

fn place() -> Place {
    let place = Place::new();
    place.write("policy.placet", POLICY);
    place
}

#[test]
fn check_tells_what_each_block_is_and_costs() {
    let place = place();
    place
        .placet("check policy.placet")
        .yes()
        .says("token reader(user: string)")
        .says("steps")
        .says("no errors in 1 file");
    let json = place.json("check policy.placet");
    assert_eq!((&json["ok"], json["files"][0]["blocks"].as_array().unwrap().len()), (&true.into(), 4));
    place.placet_reading("check -", POLICY).yes();
}

#[test]
fn a_request_target_is_decoded_once_or_refused() {
    let place = Place::new();
    place.write("menu.placet", "use http\ntoken menu { allow { path: \"/caf\u{e9}/*\" } ttl: 5m }");
    let asked = |command: &str, target: &str, request: &str| {
        place.placet(&format!("{command} menu.placet --request {request} --request-target={target}"))
    };
    let get = r#"{"action":"GET"}"#;
    for command in ["eval", "explain"] {
        asked(command, "/caf%c3%a9/%74oday?size=2", get).yes();
        for (target, why) in [
            ("/caf%C3%A9/..%2Fadmin", "escaped slash"),
            ("/caf%C3%A9/%2e%2e", "`..`"),
            ("/caf%E9/x", "UTF-8"),
            ("/caf%C3%A9/;x", "`;`"),
            ("/caf%25C3%25A9/x", "encoded twice"),
        ] {
            let refused = asked(command, target, get).no();
            assert!(refused.out.contains("refused") && refused.out.contains(why), "{target}: {}", refused.out);
        }
        let both = asked(command, "/a", r#"{"action":"GET","path":"/b"}"#).could_not();
        assert!(both.out.contains("gives another one"), "{}", both.out);
    }
}

#[test]
fn check_finds_all_errors_of_all_files_and_names_their_lines() {
    let place = place();
    place.write(
        "a.placet",
        "use momento\n\ntoken t {\n  permissions: [{ role: ReadOnyl, cahce: \"a\" }]\n  tll: 5m\n}\n",
    );
    place.write("b.placet", "use momento\ntoken {\n");
    let ran = place.placet("check a.placet policy.placet b.placet").no();
    let ran = ran.says("a.placet:4").says("a.placet:5").says("b.placet:2").says("did you mean `ReadOnly`");
    ran.says("did you mean `cache`").says("did you mean `ttl`").says("errors in 3 files");
    let json = place.json("check a.placet b.placet");
    assert_eq!(json["ok"], false);
    assert!(json["errors"].as_u64().unwrap() >= 4, "{json}");
    place.placet("check").could_not();
    place.placet("check none.placet").could_not().says("`none.placet`");
}

#[test]
fn check_finds_what_no_argument_makes_a_program_of() {
    let place = Place::new();
    let blocks = [
        "policy coded {\n  allow { name: ~\"(a|b)*a(a|b){20}\" }\n}",
        "token word(x: string) {\n  allow { name: ~\"{x}-(?u)\\w+\" }\n  ttl: 1h\n}",
        "policy promised {\n  allow { name: \"a\" }\n  never { name: ~\"[a-z]{300}\" }\n}",
    ];
    for (block, says) in blocks.into_iter().zip(["repeat less", "{x}-(?u)", "repeat less"]) {
        place.write("large.placet", &format!("vocabulary shelf 1 {{ name: string action get }}\n{block}\n"));
        let line = 2 + block.lines().position(|line| line.contains("~")).unwrap();
        let place_of_it = format!("large.placet:{line}:3");
        place.placet("check large.placet").no().says("E0602").says(&place_of_it).says(says).says("help");
        let json = place.json("check large.placet");
        let found = &json["files"][0]["diagnostics"][0];
        assert_eq!((&json["ok"], &found["code"]), (&false.into(), &"E0602".into()), "{json}");
    }
    let values: String = (0..2_000).map(|number| format!("\"value number {number}\", ")).collect();
    let token = format!("use momento\ntoken large {{ allow {{ cache: [{values}] }} ttl: 1h }}\n");
    place.write("large.placet", &token);
    place.placet("check large.placet").no().says("E0602").says("large.placet:2").says("prefixes instead");
}

#[test]
fn check_lets_pass_what_some_argument_makes_a_program_of() {
    let place = Place::new();
    place.write(
        "open.placet",
        "vocabulary shelf 1 { name: string, folder: path action get }
policy open(x: string, n: int, names: set of string, on: bool) {
    allow { name: [prefix \"{x}/\", ~\"{x}-{n}(/.*)?\"], folder: \"/{x}/{n}/**\" } when on
    allow { name: names }
}",
    );
    place.placet("check --deny-warnings open.placet").yes();
}

#[test]
fn try_speaks_of_arguments_only_where_others_would_do() {
    let place = Place::new();
    let with = |pattern: &str| {
        let policy = format!("policy p(x: string) {{ allow {{ name: {pattern} }} }}");
        place.write("p.placet", &format!("vocabulary shelf 1 {{ name: string action get }}\n{policy}\n"));
    };
    with("~\"{x}-(?u)\\w+\"");
    let ran = place.placet("try p.placet").could_not().says("(?u)");
    assert!(!ran.err.contains("--with"), "{}", ran.err);
    with("prefix \"{x}/\"");
    place.placet("try p.placet").yes();
    let ran = place.placet("try p.placet --with x=").could_not().says("empty argument");
    assert!(!ran.err.contains("--with NAME"), "{}", ran.err);
}

#[test]
fn check_says_until_when_a_block_knows_its_time_zones_if_it_may_outlive_that() {
    let place = Place::new();
    let block = |kind: &str, rest: &str| {
        format!("use http\n{kind} b {{ allow {{ path: \"/a\" }} when hour(time, \"Europe/Zurich\") in 8..18 {rest} }}")
    };
    place.write("policy.placet", &block("policy", ""));
    place.write("token.placet", &block("token", "ttl: 1h"));
    place.placet("check policy.placet").yes().says("; knows its time zones until 20").says("-01-01T00:00:00Z");
    assert!(
        !place.placet("check token.placet").yes().out.contains("time zones"),
        "it is minted for its life or not at all"
    );
}

#[test]
fn a_token_is_made_for_the_time_at_which_it_is_minted() {
    let place = Place::new();
    let text = "use http\ntoken t { allow { path: \"/a\" } when hour(time, \"Europe/Zurich\") in 8..18 ttl: 1h }
        restriction r { only { path: any } when hour(time, \"Europe/Zurich\") in 9..18 }";
    place.write("office.placet", text);
    place.placet("keygen --local --keyring keys").yes();
    for now in ["1999-07-01T06:30:00Z", "2026-07-01T06:30:00Z", "2150-07-01T06:30:00Z"] {
        let minted = place.placet(&format!("mint office.placet --keyring keys --now {now}")).yes().out;
        place.write("token", &minted);
        let narrowed = place.placet(&format!("attenuate token office.placet --now {now}")).yes().out;
        place.write("narrowed", &narrowed);
        let eval = |token: &str, now: &str| {
            place.write("request", "{\"action\":\"GET\",\"path\":\"/a\"}");
            place.placet(&format!("eval --token {token} --keyring keys --now {now} --request @request"))
        };
        eval("token", now).yes();
        eval("narrowed", now).no();
        eval("narrowed", &now.replace("06:30", "07:29")).yes();
    }
}

#[test]
fn a_token_that_would_expire_before_it_is_valid_is_warned_about_and_not_minted() {
    let place = Place::new();
    place.write("late.placet", "use http\ntoken t { allow { path: \"/a\" } ttl: 1h not_before: 2100-01-01T00:00:00Z }");
    place.placet("keygen --local --keyring keys").yes();
    place.placet("check late.placet").yes().says("W0109").says("`ttl` counts from issuance");
    place.placet("check --deny-warnings late.placet").no();
    place.placet("mint late.placet --keyring keys").could_not().says("expire before its `not_before`");
    place.placet("mint late.placet --keyring keys --now 2099-12-31T23:30:00Z").yes();
}

#[test]
fn warnings_are_errors_only_where_the_user_says_so() {
    let place = Place::new();
    let claims = "type: READ owner: \"0d0c2f6e-0000-4000-8000-000000000001\" application: \"app\"";
    place.write("open.placet", &format!("use warp10\ntoken t {{ {claims} owners: [] ttl: 5m }}\n"));
    place.placet("check open.placet").yes().says("3 warnings");
    place.placet("check open.placet --deny-warnings").no();
    place.placet("keygen --local --keyring keys").yes();
    place.placet("mint open.placet --keyring keys").yes();
    place.placet("mint open.placet --keyring keys --deny-warnings").could_not().prints_nothing();
}

#[test]
fn fmt_changes_files_in_place_and_only_once() {
    let place = Place::new();
    place.write("f.placet", "use http\n// why\ntoken   t {ttl:5m\nallow{action:GET} // look\n}");
    place.placet("fmt --check f.placet").no().says("f.placet");
    place.placet("fmt f.placet").yes().says("changed");
    let text = place.read("f.placet");
    assert!(text.contains("// why") && text.contains("    allow { action: GET } // look"), "{text}");
    place.placet("fmt --check f.placet").yes().prints_nothing();
    place.placet("fmt f.placet").yes().prints_nothing();
    assert_eq!(place.placet_reading("fmt -", "use   http").yes().out, "use http\n");
    assert_eq!(place.placet("fmt --stdout f.placet").yes().out, text);
}

#[test]
fn fmt_leaves_a_file_with_errors_alone() {
    let place = Place::new();
    place.write("f.placet", "token   {\n");
    place.placet("fmt f.placet").no().says("f.placet:1");
    assert_eq!(place.read("f.placet"), "token   {\n");
    place.placet_reading("fmt -", "token {").no().prints_nothing();
    place.placet("fmt none.placet").could_not().says("`none.placet`");
}

#[test]
fn fmt_converts_to_the_map_form_and_back() {
    let place = place();
    let map = place.placet("fmt --to json policy.placet").yes().out;
    place.write("policy.json", &map);
    place.placet("check policy.json").yes().says("token reader(user: string)");
    let text = place.placet("fmt --to text policy.json").yes().out;
    place.write("again.placet", &text);
    assert_eq!(place.placet("fmt --to json again.placet").yes().out, map);
    place.write("bad.json", &map.replace("\"ttl\"", "\"tll\""));
    place.placet("check bad.json").no().says("tll");
}

#[test]
fn compile_lists_the_program_beside_its_source() {
    let place = place();
    place
        .placet("compile policy.placet --template no_chat")
        .yes()
        .says("// deny { role: PublishSubscribe }")
        .says("action.in publish..subscribe");
    place.placet("compile policy.placet --template reader --with user=42").yes().says("user/42/");
    place.placet("compile policy.placet").could_not().says("--template").says("`no_chat`");
    place.placet("compile policy.placet --template whole --out whole.bin").yes().prints_nothing();
    let bytes = std::fs::read(place.path("whole.bin")).unwrap();
    let json = place.json("compile policy.placet --template whole");
    assert_eq!(json["bytes"], bytes.len());
}

#[test]
fn vocabularies_are_listed_and_shown() {
    let place = Place::new();
    place.placet("vocabulary list").yes().says("momento 1").says("warp10 1");
    let http = place.placet("vocabulary show http").yes().says("path: path").says("HEAD");
    http.says("host: string lowercase optional").says("headers: labels lowercase optional");
    place.placet("vocabulary show htp").could_not().says("`htp`").says("`http`");
    let print = place.placet("vocabulary fingerprint momento").yes().out;
    place.placet("vocabulary export momento --output momento.vocabulary").yes();
    let bytes = std::fs::read(place.path("momento.vocabulary")).unwrap();
    let read = placet::Vocabulary::from_bytes(&bytes).unwrap();
    assert_eq!(read.fingerprint().to_string(), print.trim(), "the bytes say the same as the file");
    place.placet("vocabulary export momento --form json").yes().says(print.trim()).says("\"action\": \"getBatch\"");
    place.placet("vocabulary export momentum").could_not().says("`momentum`");
    assert_eq!(place.json("vocabulary fingerprint momento")["fingerprint"], print.trim());
}

#[test]
fn a_vocabulary_may_only_grow_at_its_end() {
    let place = Place::new();
    let vocabulary = |members: &str| format!("vocabulary shop 1 {{\n{members}\n}}\n");
    place.write("old", &vocabulary("item: string\nsize: int optional\naction buy, sell\nrole All = [buy, sell]"));
    let check = |members: &str| {
        place.write("new", &vocabulary(members));
        place.placet("vocabulary check old new")
    };
    check("item: string\nsize: int optional\naction buy, sell\naction look")
        .yes()
        .says("added: action `look`")
        .says("tokens made with the old one permit none of the added actions")
        .says("role `All` is gone");
    check("item: string\nsize: int optional\naction buy, sell\nshop: string").yes().says("`shop` is required");
    check("item: string\naction buy, sell").no().says("removed: attribute `size`");
    check("item: string\nsize: string optional\naction buy, sell").no().says("`size` was int, is string");
    check("item: string\nsize: int\naction buy, sell").no().says("`size` was optional, is required");
    check("item: string lowercase\nsize: int optional\naction buy, sell")
        .no()
        .says("`item` was in any case, is `lowercase`");
    check("item: string\nsize: int optional\naction sell, buy").no().says("reordered");
    check("item: string\ncolor: string optional\nsize: int optional\naction buy, sell")
        .no()
        .says("`color` is before `size`");
    let renamed = vocabulary("item: string\nsize: int optional\naction buy, sell").replace("shop", "store");
    place.write("new", &renamed);
    place.placet("vocabulary check old new").no().says("renamed");
    place.placet("vocabulary check old none").could_not().says("`none`");
}

#[test]
fn the_prompt_decides_what_is_typed() {
    let place = Place::new();
    let typed = "use momento\n\
        token reader(user: string) {\n permissions: [{ role: ReadOnly, cache: \"acorns\", item: prefix \"{user}/\" }]\n ttl: 30m\n}\n\
        :token reader(user: \"ann\")\n\
        get { cache: \"acorns\", item: \"ann/1\" }\n\
        get { cache: \"acorns\", item: \"bob/1\" }\n\
        gte { cache: \"acorns\" }\n\
        {\"action\": \"set\", \"cache\": \"acorns\"}\n";
    let ran = place.placet_reading("repl", typed).no();
    let verdicts: Vec<_> = ran
        .out
        .lines()
        .filter_map(|line| line.split_whitespace().next())
        .filter(|word| matches!(*word, "allow" | "not_permitted" | "forbidden" | "refused"))
        .collect();
    assert_eq!(verdicts, ["allow", "not_permitted", "refused", "not_permitted"], "{}", ran.out);
    ran.says("items:3").says("`item` is \"bob/1\"").says("gte");
}

#[test]
fn the_prompt_goes_on_after_every_mistake() {
    let place = place();
    let typed = "get { cache: \"a\" }\n:frob\ntoken bad { }\nuse nowhere\n)))\n}\n:load none\n:token\n:now tomorrow\n:load policy.placet\n\
        :token whole\n:restrict one_item(item: \"x\")\nget { cache: \"a\", item: \"x\" }\nget { cache: \"a\", item: \"y\" }\n:restrict\n\
        get { cache: \"a\", item: \"y\" }\n:policy no_chat\ntopicPublish {\n";
    let ran = place.placet_reading("repl", typed).could_not();
    assert_eq!(ran.out.matches("allow    ").count(), 2, "{}", ran.out);
    ran.says("unknown command `:frob`").says("`none`").says("restriction `one_item` is added");
}

#[test]
fn what_arguments_break_is_shown_like_what_the_checker_finds() {
    let place = Place::new();
    place.write("own.placet", "use http\npolicy own(user: string) {\n  allow { path: \"/{user}/**\" }\n}\n");
    let of_rule =
        |ran: Ran| ran.says("E0511").says("own.placet:3:3").says("allow { path").says("one segment of a path");
    of_rule(place.placet("compile own.placet --with user=a/b").no());
    of_rule(place.placet("try own.placet --with user=a/b").could_not());
    of_rule(place.placet("eval own.placet --with user=a/b --request {}").could_not());
    for (with, code, says) in [("", "E0509", "`user` is missing"), (" --with usr=a", "E0508", "`user`")] {
        let ran = place.placet(&format!("compile own.placet{with}")).could_not();
        ran.says(code).says("own.placet:2:8").says(says).says("--with NAME=VALUE");
    }
    let json = place.json("compile own.placet --with user=a/b");
    assert_eq!((&json[0]["code"], &json[0]["line"]), (&"E0511".into(), &3.into()), "{json}");
}

#[test]
fn the_prompt_shows_a_mistake_where_it_was_typed() {
    let place = Place::new();
    let policy = "use http\npolicy p(user: string) { allow { action: any, path: \"/{user}/**\" } }\n";
    let said = |typed: &str| place.placet_reading("repl", &format!("{policy}:policy p(user: \"ann\")\n{typed}\n"));
    said("GET { path: /a }").could_not().says("input:1:13");
    said("GET { path: \"/a\" } GET { path: \"/b\" }").could_not().says("input:1:20").says("expected the end");
    said("GET { path: \"/a\", time: 2026-11-30T12:00:00Z }").could_not().says("write it as JSON");
    said("GET { path: \"/a\", path: \"/b\" }").could_not().says("`path` is given twice");
    said(":policy p(user: \"ann\"").could_not().says("input:1:2");
    said("GET { path: \"/ann/1\" }").yes();
}

#[test]
fn the_prompt_survives_endless_and_binary_input() {
    let place = Place::new();
    place.placet_reading("repl", &"x".repeat(1 << 20)).could_not().says("too long");
    place.placet_reading("repl", &"{".repeat(1000)).could_not();
    place.placet_reading("repl", "\u{0}\u{202e}\n\u{fffd}\n").could_not();
}

#[test]
fn help_is_complete_and_typos_are_guessed() {
    let place = Place::new();
    let help = place.placet("help").yes().out;
    for command in
        ["check", "fmt", "compile", "keygen", "mint", "inspect", "attenuate", "seal", "revoke", "vocabulary", "repl"]
    {
        assert!(help.contains(&format!("\n  {command} ")), "{command}");
        place.placet(&format!("{command} --help")).yes().says("Usage: placet");
    }
    place.placet("mnt").could_not().says("'mint'");
    place.placet("check --deny-warning x").could_not().says("--deny-warnings");
    place.placet("").could_not().says("Usage");
    place.placet("--version").yes().says("placet ");
}

#[test]
fn manual_pages_name_every_command() {
    let place = Place::new();
    place.placet("completions sh").could_not().says("bash");
    place.placet("man").yes().says(".TH placet");
    place.placet("man mint").yes().says("placet\\-mint");
    place.placet("man mnt").could_not().says("`mnt`");
    place.placet("man --out pages").yes();
    assert!(place.has("pages/placet.1") && place.has("pages/placet-revoke.1"));
}

#[test]
fn no_colour_is_written_where_no_terminal_reads_it() {
    let place = place();
    place.write("bad.placet", "use momento\ntoken t { tll: 5m }\n");
    for set in [false, true] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_placet"));
        command.args(["check", "bad.placet", "policy.placet"]).current_dir(place.path(""));
        if set {
            command.env("NO_COLOR", "1");
        }
        let output = command.output().unwrap();
        assert!(!output.stdout.contains(&0x1b) && !output.stderr.contains(&0x1b));
    }
}

#[test]
fn a_map_for_tokengen_is_a_file_for_every_command() {
    let place = Place::new();
    let map = "{ \"use\": \"momento\", \"ttl\": \"30m\",\n  \"permissions\": [{ \"role\": \"ReadOnly\", \"cache\": \"c\" }] }\n";
    place.write("map.json", map);
    place.placet("check map.json").yes().says("token token: 1 rule");
    place.placet("keygen --local --keyring keys").yes();
    place.placet("mint map.json --keyring keys").yes();
    place.placet("try map.json").says("token token");
    place.write("request", "{ \"action\": \"get\", \"cache\": \"c\" }");
    place.placet("eval map.json --request request").yes();
    place.placet("fmt --to text map.json").yes().says("token token {");
    place.placet("fmt --check map.json").no();
    place.placet("fmt map.json").yes();
    place.placet("fmt --check map.json").yes();
    place.placet("mint map.json --keyring keys").yes();
    assert!(place.read("map.json").starts_with("{\n  \"use\": \"momento\",\n  \"ttl\": \"30m\","));
}

#[test]
fn what_windows_writes_before_a_file_is_called_by_its_name() {
    let place = place();
    place.write("marked.placet", &format!("\u{feff}{POLICY}"));
    place.placet("check marked.placet").yes();
    let marked: Vec<u8> = [0xff, 0xfe].into_iter().chain(POLICY.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    std::fs::write(place.path("wide.placet"), marked).unwrap();
    place.placet("check wide.placet").could_not().says("the byte order mark of UTF-16").says("save the file as UTF-8");
    place.write("map.json", "\u{feff}{ \"use\": \"http\", \"policy\": \"p\", \"allow\": { \"path\": \"/a\" } }");
    place.placet("check map.json").no().says("byte order mark");
    place.placet("fmt --to text map.json").no().says("byte order mark");
    place.write("request", "\u{feff}{ \"action\": \"get\" }");
    let eval = "eval policy.placet --template reader --with user=42 --request request";
    place.placet(eval).could_not().says("begins with a byte order mark (U+FEFF)");
    place.write("keys", "\u{feff}# none\n");
    place
        .placet("mint policy.placet --template whole --keyring keys")
        .could_not()
        .says("begins with a byte order mark");
}

#[test]
fn a_request_that_is_no_json_is_told_with_its_line_and_column() {
    let place = place();
    let eval = "eval policy.placet --template reader --with user=42 --request request";
    place.write("request", "{ \"action\": \"get\" }\n}\n");
    place.placet(eval).could_not().says("trailing characters at line 2, column 1");
    place.write("request", "{ \"action\": \"get\", \"cache\": 1.50 }");
    place.placet(eval).could_not().says("`1.50` is not an integer of 64 bits at line 1, column 29");
    place.write("request", "{ \"action\": \"get\" }\n{ \"action\": \"get\" } x\n");
    place.placet(&format!("{eval} --jsonl")).could_not().says("trailing characters at line 2, column 21");
}

/// Who joins answers and requests by their lines must not give one request the answer of another.
#[test]
fn the_answers_to_a_stream_count_its_blank_lines_too() {
    let place = place();
    place.write("requests", "\n{ \"action\": \"get\" }\n \n\nno request\n");
    let eval = "eval policy.placet --template reader --with user=42 --request requests --jsonl";
    place.placet(eval).could_not().says("at line 5");
    let answers = place.placet(&format!("{eval} --format json")).could_not().out;
    let lines: Vec<_> = answers.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()).collect();
    assert_eq!(lines.iter().map(|line| line["line"].as_u64()).collect::<Vec<_>>(), [Some(2), Some(5)]);
}
