//! Scripts: what Warp 10 leaves on its stack, and what it says of mistakes; and that nothing
//! hostile gets out of bounds.

#[path = "functions.rs"]
mod functions;
use crate::scripts;

use placet_warp10::capabilities::Capabilities;
use placet_warp10::script::functions::TABLE;
use placet_warp10::script::{Host, Machine, Mode, ScriptCode, TimeUnit, Value};
use proptest::prelude::*;
use scripts::{NOW, assert_refused, host, keys, keyset, run, section, typed};
use serde_json::Value as Json;

/// Cases whose outcome differs from the recorded one, and why.
const DIFFERENT: &[(&str, &str)] = &[];

fn holds(case: &Json) {
    let id = case["id"].as_str().unwrap();
    if DIFFERENT.iter().any(|(known, _)| *known == id) {
        return;
    }
    let outcome = run(keyset(case), case["script"].as_str().unwrap());
    if case["ok"] == true {
        let stack = outcome.unwrap_or_else(|error| panic!("{id}: {:?}", error.messages));
        assert_eq!(Json::from(stack.iter().map(typed).collect::<Vec<_>>()), case["stack_bottom_to_top"], "{id}");
    } else {
        assert_refused(case, &outcome.expect_err(id));
    }
}

#[test]
fn every_recorded_script_leaves_the_same_stack_or_the_same_message() {
    section("warpscript").iter().for_each(holds);
}

#[test]
fn every_recorded_use_of_capabilities_is_the_same() {
    section("capabilities_and_tokeninfo").iter().for_each(holds);
}

/// Runs a script and shows its stack as WarpScript.
fn gives(script: &str, wanted: &str) {
    let stack = run("K1", script).unwrap_or_else(|error| panic!("{script}: {:?}", error.messages));
    let shown: Vec<String> = stack.iter().map(Value::to_warpscript).collect();
    assert_eq!(shown.join(" "), wanted, "{script}");
}

fn fails(script: &str, code: ScriptCode, message: &str) {
    let error = run("K1", script).expect_err(script);
    assert_eq!((error.code, error.message.as_str()), (code, message), "{script}");
}

/// The cost of an expression has little to do with its length: `{50}` twice is two thousand five
/// hundred states.
#[test]
fn a_regular_expression_is_paid_for_by_the_machine_that_it_makes() {
    let different = |count: usize| -> String {
        (0..count).map(|number| format!("'a' '(?:[a-z]{{50}}){{50}}{number}' MATCH DROP ")).collect()
    };
    gives(&different(5), "");
    let error = run("K1", &different(60)).expect_err("sixty machines are too many");
    assert_eq!(error.code, ScriptCode::TooMuch, "{}", error.message);
    gives("1 500 <% DROP 'a' '(?:[a-z]{50}){50}' MATCH DROP %> FOR", "");
    let long = format!("'{}' '(?:[a-z]?){{500}}b' MATCH", "a".repeat(100_000));
    let error = run("K1", &long).expect_err("each byte of a text may visit each place");
    assert_eq!(error.code, ScriptCode::TooMuch, "{}", error.message);
}

#[test]
fn the_stack_words_move_values() {
    gives("1 2 SWAP 3 1 ROT", "2 3 1 1");
    gives("1 2 3 3 ROLL 3 ROLLD", "1 2 3");
    gives("1 2 3 2 PICK DEPTH", "1 2 3 2 4");
    gives("1 2 2 DUPN 2 DROPN CLEAR DEPTH", "0");
    gives("[ 1 2 COUNTTOMARK ]", "[ 1 2 2 ]");
}

#[test]
fn lists_and_maps_are_references_and_plus_makes_new_ones() {
    gives("{ } 'm' STORE $m 1 'a' PUT DROP $m", "{ 'a' 1 }");
    gives("[ 1 ] 'l' STORE $l 2 + DROP $l $l 3 +! DROP $l", "[ 1 3 ] [ 1 3 ]");
    gives("[ 1 ] 'l' STORE $l CLONE 2 +! $l", "[ 1 ] [ 1 2 ] [ 1 ]");
    gives("[ 0 [ 1 2 ] ] [ 1 -1 ] GET { 'a' 1 } [ 'a' ] GET", "2 NULL");
}

#[test]
fn collections_answer_questions() {
    gives("{ 'a' 1 } 'a' CONTAINSKEY SWAP DROP", "true");
    gives("[ 1 2 ] 3 CONTAINS", "[ 1 2 ] false");
    gives("{ 'a' 1 'b' 2 } DUP KEYLIST SWAP VALUELIST", "[ 'a' 'b' ] [ 1 2 ]");
    gives("[ 0 1 2 3 ] [ 1 -1 ] SUBLIST", "[ 1 2 3 ]");
    gives("[ 'b' 'a' ] LSORT [ 1 1 2 ] UNIQUE [ 1 [ 2 [ 3 ] ] ] FLATTEN", "[ 'a' 'b' ] [ 1 2 ] [ 1 2 3 ]");
    gives("{ 1 'long' 1.0 'double' } SIZE", "2");
    gives("{ 'a' 1 'b' 2 } 'a' REMOVE", "{ 'b' 2 } 1");
}

#[test]
fn loops_and_conditions_run_macros() {
    gives("0 1 10 <% DUP 5 > <% DROP BREAK %> IFT + %> FOR", "15");
    gives("[ 1 2 3 ] <% DUP 2 == <% DROP CONTINUE %> IFT %> FOREACH", "1 3");
    gives("[ 1 2 ] <% DROP 1 + %> LMAP [ 1 2 ] <% 2 * %> false LMAP", "[ 2 3 ] [ 2 4 ]");
    gives("0 <% DUP 3 < %> <% 1 + %> WHILE", "3");
    gives("<% 1 RETURN 2 %> EVAL 3 STOP 4", "1 3");
    gives("3 'x' STORE <% $x 1 == %> <% 'one' %> <% $x 3 == %> <% 'three' %> <% 'more' %> 2 SWITCH", "'three'");
    gives("[ true <% 1 2 < %> ] && [ false true ] ||", "true true");
    gives("{ 'a' 1 } <% %> FOREACH", "'a' 1");
    gives("'1 2 +' EVAL", "3");
}

#[test]
fn texts_are_cut_joined_and_replaced() {
    gives("[ 'a' 1 ] ',' JOIN 'a' 'b' '-' 2 JOIN", "'a,1' 'a-b'");
    gives("'a,b,,c' ',' SPLIT", "[ 'a' 'b' '' 'c' ]");
    gives("'Hello' 2 SUBSTRING 'Hello' 1 3 SUBSTRING", "'llo' 'ell'");
    gives(r"'a1b2' '[0-9]' '<$0>' REPLACEALL 'a.b' '\Q.\E' '-' REPLACE", "'a<1>b<2>' 'a-b'");
    gives("'k=v' '(.)=(.)' MATCH 'k=vv' '(.)=(.)' MATCH", "[ 'k=v' 'k' 'v' ] [ ]");
    gives("'  x ' TRIM TOUPPER 'É' TOLOWER", "'X' 'é'");
    gives("'a+b%25' 'a b&' URLENCODE DUP URLDECODE", "'a+b%25' 'a%2520b%2526' 'a b&'");
}

#[test]
fn bytes_have_spellings_and_digests() {
    gives("'Hi' ->B64 DUP B64-> 'UTF-8' BYTES->", "'SGk=' 'Hi'");
    gives("'Hi' 'UTF-8' ->BYTES ->OPB64 OPB64-> ->HEX", "'4869'");
    gives("'abc' 'UTF-8' ->BYTES SHA1 ->HEX", "'a9993e364706816aba3e25717850c26c9cd0d89d'");
}

#[test]
fn time_is_counted_in_units_of_the_platform() {
    gives(
        "1 w 1 d 1 h 1 m 1 s 1 ms 1 us 1499 ns 1 ps",
        "604800000000 86400000000 3600000000 60000000 1000000 1000 1 1 0",
    );
    gives("1.5 s MSTU STU", "1500000 1000 1000000");
    gives("NOW ISO8601 DUP TOTIMESTAMP", "'2023-11-14T22:13:20.000000Z' 1700000000000000");
    gives("NOW TSELEMENTS DUP TSELEMENTS->", "[ 2023 11 14 22 13 20 0 318 2 46 ] 1700000000000000");
    gives("[ 2024 2 29 ] TSELEMENTS-> 1 ADDYEARS ISO8601", "'2025-02-28T00:00:00.000000Z'");
    gives("0 'P1M1DT1S' ADDDURATION ISO8601 90 s ISODURATION", "'1970-02-02T00:00:01.000000Z' 'PT1M30S'");
    gives("'2024-01-01T02:00:00+02:00' TOTIMESTAMP", "1704067200000000");
    gives("[ 2020 1 1 0 0 0 123456 ] TSELEMENTS-> ISO8601", "'2020-01-01T00:00:00.123456Z'");
}

#[test]
fn the_unit_of_the_platform_is_the_hosts() {
    for (unit, wanted) in [(TimeUnit::Milliseconds, 1_000), (TimeUnit::Nanoseconds, 1_000_000_000)] {
        let mut host = Host::new(0, String::new);
        host.unit = unit;
        assert_eq!(Machine::new(host).run("1 s").unwrap(), [Value::Long(wanted)]);
    }
}

#[test]
fn a_mistake_is_told_with_its_line_its_word_and_a_way_out() {
    let error = run("K1", "1\n  2 'a' -\n").unwrap_err();
    assert_eq!((error.line, &"1\n  2 'a' -\n"[error.at.start..error.at.end]), (2, "-"));
    assert_eq!(error.messages[..2], ["Line #2", "Exception at '2 'a' =>-<=' in section [TOP]"]);
    let error = run("K1", "{'a' 1}").unwrap_err();
    assert!(error.help.unwrap().contains("blanks"));
    let error = run("K1", "tokengen").unwrap_err();
    assert!(error.help.unwrap().contains("TOKENGEN"));
    // The place is the innermost word; Warp 10's text names the outer one.
    let script = "<%\n 1 0 /\n%>\nEVAL";
    let error = run("K1", script).unwrap_err();
    assert_eq!((error.line, &script[error.at.start..error.at.end]), (2, "/"));
    assert_eq!(error.messages[0], "Line #4");
    let report = miette::NarratableReportHandler::new();
    let mut text = String::new();
    report.render_report(&mut text, &error).unwrap();
    assert!(text.contains("/ by zero"), "{text}");
}

#[test]
fn every_code_has_a_script_that_triggers_it() {
    for code in ScriptCode::ALL {
        let error = run("K1", code.example()).expect_err(code.id());
        assert_eq!(error.code, *code, "{}", error.message);
    }
}

#[test]
fn a_variable_in_a_macro_is_looked_up_when_it_runs_or_at_once() {
    gives("1 'x' STORE <% $x !$x <% !$x %> EVAL %> 2 'x' STORE EVAL", "2 1 1");
    fails("<% !$nope %>", ScriptCode::UnknownName, "Unknown symbol 'nope'");
    fails("@nope", ScriptCode::UnknownName, "Unknown macro 'nope'");
    let nested = "<% %> 'm' STORE 0 99 <% DROP '<%25 !$m %25>' EVAL 'm' STORE %> FOR";
    fails(nested, ScriptCode::TooMuch, "more than 32 nested macros");
    fails("1 <' 2", ScriptCode::Unreadable, "Can only start multiline strings by using <' on a line by itself.");
    fails("DROP", ScriptCode::StackTooShort, "Empty stack.");
    fails("%>", ScriptCode::Unreadable, "Not inside a macro definition.");
    fails("<% FOO %>", ScriptCode::UnknownFunction, "Unknown function 'FOO'");
}

#[test]
fn lines_may_end_as_on_windows_and_unclosed_things_say_nothing() {
    gives("1 // one\r\n2\r\n<'\r\na\r\nb\r\n'>\r\n", "1 2 'a%0Ab'");
    gives("1 /* 2\n3 */ 4 /* 5\n6", "1 4");
    gives("1 <% 2 3", "1");
    gives("<'\n\n\na\n\nb\n'>", "'a%0A%0Ab'");
}

#[test]
fn a_service_needs_capabilities_for_its_keys() {
    let keys = keys("K1");
    let parameters = "{ 'type' 'READ' 'owner' UUID 'application' 'a' 'ttl' 1 }";
    let run = |capabilities: Capabilities, script: &str| {
        let mut host = host(&keys);
        (host.mode, host.capabilities) = (Mode::Server, capabilities);
        Machine::new(host).run(script)
    };
    let none = Capabilities::default;
    let with = |name: &str| Capabilities::with_defaults([(name.to_owned(), String::new())]);
    let script = format!("{parameters} TOKENGEN");
    assert_eq!(run(none(), &script).unwrap_err().message, "TOKENGEN missing capability.");
    let stack = run(with("tokengen"), &script).unwrap();
    let token = stack[0].get("token").unwrap().to_warpscript();
    let dump = format!("{token} TOKENDUMP");
    assert_eq!(run(none(), &dump).unwrap_err().message, "TOKENDUMP missing capability.");
    assert!(run(with("tokendump"), &dump).is_ok());
    // A service refuses what is over, unless the keys are given.
    let old = scripts::run(
        "K1",
        "{ 'type' 'READ' 'owner' UUID 'application' 'a' 'issuance' 0 'ttl' 1 } TOKENGEN 'token' GET",
    )
    .unwrap();
    let old = old[0].to_warpscript();
    let error = run(with("tokendump"), &format!("{old} TOKENDUMP")).unwrap_err();
    assert_eq!(error.messages[2], "TOKENDUMP invalid token.");
    let keys = "'000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f' HEX-> '000102030405060708090a0b0c0d0e0f' HEX->";
    assert!(run(none(), &format!("{old} {keys} TOKENDUMP")).is_ok());
    assert!(run(none(), &format!("{parameters} {keys} TOKENGEN")).is_ok());
}

#[test]
fn capabilities_are_listed_and_taken_away() {
    let keys = keys("K1");
    let mut host = host(&keys);
    host.capabilities = Capabilities::with_defaults([("a".to_owned(), "1".to_owned())]);
    let mut machine = Machine::new(host);
    let stack =
        machine.run("NULL CAPGET [ 'a' 'b' ] CAPGET 'a' CAPDEL [ 'a' 'b' ] CAPDEL NULL CAPDEL 'b' CAPGET").unwrap();
    assert_eq!(stack.iter().map(Value::to_warpscript).collect::<Vec<_>>(), ["{ 'a' '1' }", "{ 'a' '1' }", "NULL"]);
}

/// Runs a script that wants too much, in memory that a service can bear. That it ends is the other
/// half of the promise.
fn is_bounded(script: &str) {
    let keys = keys("K1");
    let memory = allocation_counter::measure(|| {
        let _ = Machine::new(host(&keys)).run(script);
    });
    let start: String = script.chars().take(80).collect();
    assert!(memory.bytes_max < 512 * 1024 * 1024, "{} bytes: {start}", memory.bytes_max);
}

#[test]
fn scripts_that_want_too_much_are_stopped() {
    for script in [
        "'a' 0 1000 <% DROP DUP + %> FOR",
        "0 MAXLONG <% %> FOR",
        "0 MAXLONG <% DROP %> FOR",
        "MINLONG MAXLONG <% DROP 'x' DROP %> FOR",
        "<% @x %> 'x' STORE @x",
        "<% true %> <% %> WHILE",
        "<% %> 'm' STORE 0 MAXLONG <% DROP '<%25 !$m %25>' EVAL 'm' STORE %> FOR",
        "<% %> 'm' STORE 0 MAXLONG <% DROP [ $m ] 'm' STORE '<%25 !$m %25>' EVAL 'm' STORE %> FOR",
        "<% %> 'm' STORE 0 40 <% DROP $m $m + 'm' STORE %> FOR $m EVAL",
        "<% %> <% false %> UNTIL",
        "'EVAL' 'x' STORE '$x EVAL' 'x' STORE $x EVAL",
        "'$x EVAL' 'x' STORE $x EVAL",
        "[ 1 ] 'l' STORE $l $l 0 PUT ->JSON",
        "[ 1 ] 'l' STORE $l $l 0 PUT",
        "[ 1 ] 'l' STORE $l $l 0 PUT $l ==",
        "[ 1 ] 'l' STORE $l $l 0 PUT TOSTRING",
        "[ 1 ] 'l' STORE $l $l 0 PUT FLATTEN",
        "[ 1 ] 'l' STORE { $l $l } DROP $l $l 0 PUT DROP { $l 1 }",
        "[ 1 ] 0 60 <% DROP 'l' STORE [ $l $l ] %> FOR TOSTRING",
        "[ 1 ] 0 40 <% DROP 'l' STORE [ $l $l ] %> FOR",
        "[ 1 ] 0 40 <% DROP 'l' STORE [ $l $l ] %> FOR $l ==",
        "[ 1 ] 0 60 <% DROP DUP APPEND %> FOR",
        "[ 1 ] 0 60 <% DROP 'l' STORE [ $l $l ] %> FOR FLATTEN",
        "{ } 'm' STORE 0 MAXLONG <% 'i' STORE $m $i $i PUT DROP %> FOR",
        "0 MAXLONG <% DUP TOSTRING STORE %> FOR",
        "'a' 0 20 <% DROP DUP + %> FOR 'x' STORE 0 100000 <% DROP $x TOUPPER DROP %> FOR",
        "'a' 0 18 <% DROP DUP + %> FOR 'x' STORE 0 100000 <% DROP $x '(a|aa)+$b' 'c' REPLACEALL DROP %> FOR",
        "'x' '((a{100}){100}){100}' MATCH",
        "1 2 3 MAXLONG ROLL",
        "1e999999999 10 ** 2 MAXLONG **",
        "1 9999999 ADDYEARS",
        "MINLONG -1 / MINLONG -1 % MINLONG ABS MINLONG MINLONG w",
        "MINLONG ISO8601",
        "MAXLONG MAXLONG ADDDAYS",
        "'P99999999999999999999D' DURATION",
        "'PT9223372036854775807H' DURATION",
        "[ MAXLONG MAXLONG MAXLONG ] TSELEMENTS->",
        "[ 2020 1 1 0 0 0 MAXLONG ] TSELEMENTS->",
        "MAXLONG SWITCH",
        "MINLONG DROPN",
        "1 MAXLONG DUPN",
        "[ 1 ] MINLONG GET",
        "MINLONG ISODURATION",
        "'abc' MAXLONG SUBSTRING 'abc' 1 MAXLONG SUBSTRING",
    ] {
        is_bounded(script);
    }
}

#[test]
fn texts_that_nest_or_never_end_are_stopped() {
    for word in
        ["<% ", "[ ", "{ ", "<'\n", "/* ", "'a ", "%> ", "<%\n", "'a' ", "'", "\"", "$", "@", "!$", "%", "0x", "1e"]
    {
        is_bounded(&word.repeat(60_000));
    }
    is_bounded(&format!("{}{}EVAL", "<% ".repeat(1000), "%> ".repeat(1000)));
    is_bounded(&format!("'{}' JSON->", "[".repeat(100_000)));
    is_bounded(&"x".repeat(2_000_000));
    is_bounded(&" ".repeat(1_000_000));
}

#[test]
fn the_page_lists_every_function_and_code() {
    let page = include_str!("../../../../docs/warpscript.md");
    for function in TABLE {
        let row = format!("| `{}` | {} |", function.name.replace('|', "\\|"), function.effect.replace('|', "\\|"));
        assert!(page.contains(&row), "missing:\n{row}");
    }
    for code in ScriptCode::ALL {
        let row = format!("| {} | {} | `{}` |", code.id(), code.title(), code.example());
        assert!(page.contains(&row), "missing:\n{row}");
    }
    assert_eq!(page.matches("\n| `").count(), TABLE.len(), "the page lists a function that is not there");
}

/// Words that do something, and some that do not.
fn words() -> impl Strategy<Value = String> {
    let names: Vec<String> = TABLE.iter().map(|function| function.name.to_owned()).collect();
    let literals = [
        "1",
        "0",
        "-1",
        "2.5",
        "NaN",
        "'a'",
        "'1'",
        "''",
        "true",
        "<% %>",
        "<% DROP %>",
        "<%",
        "%>",
        "$x",
        "'x'",
        "!$x",
        "@x",
        "NOW",
        "MINLONG",
        "[ 1 'a' ]",
        "{ 'a' 1 }",
        "'UTF-8'",
        "'P1D'",
        "'(.)'",
        "3",
        "[ 'a' 'b' ]",
        "'{\"a\":1}'",
        "'00ff' HEX->",
    ];
    let literals: Vec<String> = literals.iter().map(|word| (*word).to_owned()).collect();
    let word = prop_oneof![
        prop::sample::select(names),
        prop::sample::select(literals.clone()),
        prop::sample::select(literals)
    ];
    prop::collection::vec(word, 0..24).prop_map(|words| words.join(" "))
}

#[test]
fn a_key_behind_a_lone_carriage_return_is_a_key_of_the_token() {
    let map = "{ 'type' 'READ' 'owner' '11111111-2222-3333-4444-555555555555' 'application' 'grafana' 'issuance' 0 'expiry' 3600000 \
               // only our own series:\n'owners' [ '11111111-2222-3333-4444-555555555555' ]
               // 'producers' [] 'applications' [ 'a' ] }";
    let minted = |map: &str| run("K1", &format!("{map} TOKENGEN")).unwrap()[0].to_warpscript();
    assert_eq!(minted(&map.replace('\n', "\r")), minted(map));
}

proptest! {
    #[test]
    fn no_words_panic(script in words()) {
        let keys = keys("K1");
        let _ = Machine::new(host(&keys)).run(&script);
    }

    #[test]
    fn no_text_panics(script in "[ \n'\"<%>/*#$@!0-9a-zé\\[\\]{}.-]{0,80}") {
        let mut machine = Machine::new(Host::new(NOW, String::new));
        if let Err(error) = machine.run(&script) {
            prop_assert!(script.get(error.at.start..error.at.end).is_some(), "{:?}", error.at);
        }
    }

    #[test]
    fn what_is_written_as_warpscript_reads_back(text in any::<String>(), number in any::<i64>(), real in any::<f64>()) {
        let value = Value::List(vec![Value::text(text), Value::Long(number), Value::Double(real), Value::Bytes(vec![1, 2])]);
        let stack = run("K1", &value.to_warpscript()).unwrap();
        prop_assert_eq!(stack[0].to_warpscript(), value.to_warpscript());
    }
}
