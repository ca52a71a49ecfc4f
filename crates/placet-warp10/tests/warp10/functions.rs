//! A function that is here gives what a Warp 10 gives, or an error by its name, and never another
//! value.

use placet_warp10::script::functions::find;
use placet_warp10::script::{Machine, ScriptCode, TimeUnit};

use super::scripts::{host, keys, run};
use super::{fails, gives};

/// Fails with an error that names the function, or what it is about.
fn refuses(script: &str, named: &str) {
    let error = run("K1", script).expect_err(script);
    assert!(error.messages[2..].join(" ").contains(named), "{script}: {:?}", error.messages);
}

#[test]
fn a_function_that_no_warp_10_has_is_not_here() {
    for name in ["OVER", "DEF?", "STARTSWITH", "ENDSWITH", "ADDWEEKS", "SORT"] {
        assert!(find(name).is_none(), "{name}");
    }
    fails("'abc' 'ab' STARTSWITH", ScriptCode::UnknownFunction, "Unknown function 'STARTSWITH'");
    let error = run("K1", "[ 2 1 ] SORT").unwrap_err();
    assert!(error.help.unwrap().contains("LSORT"));
}

#[test]
fn conversions_read_what_java_reads() {
    gives("[ 'false' TOBOOLEAN '' TOBOOLEAN 0.5 TOBOOLEAN -1 TOBOOLEAN ]", "[ true false false true ]");
    gives("'010' TOLONG '0x1f' TOLONG '-#A' TOLONG ' 7 ' TOLONG '0' TOLONG", "8 31 -10 7 0");
    gives(
        "'-9223372036854775808' TOLONG 'ff80' HEX-> TOLONG '7f' HEX-> TOLONG '' HEX-> TOLONG",
        "-9223372036854775808 -128 127 0",
    );
    for text in ["0b1", "08", "0x", "--1", "0x-1", "", "1.5", "9223372036854775808", "0xffffffffffffffff"] {
        refuses(&format!("'{text}' TOLONG"), "TOLONG");
    }
    gives("' 1.5e3 ' TODOUBLE '1f' TODOUBLE '.5d' TODOUBLE '-Infinity' TODOUBLE", "1500.0 1.0 0.5 -Infinity");
    for text in ["-inf", "infinity", "+nan", "1_0", "0x1p3", "f", "."] {
        refuses(&format!("'{text}' TODOUBLE"), "TODOUBLE");
    }
    gives("1.5 FLOOR 2 FLOOR -1.5 CEIL 2.5 ROUND -2.5 ROUND 7 ROUND", "1.0 2.0 -1.0 3 -2 7");
    gives("[ 1 2 ] TOSTRING true TOSTRING", "'[1, 2]' 'true'");
    refuses("'00' HEX-> TOSTRING", "TOSTRING");
    refuses("[ '00' HEX-> ] TOSTRING", "TOSTRING");
    refuses("'00' HEX-> ->JSON", "->JSON");
}

#[test]
fn texts_are_what_java_makes_of_them() {
    gives("'a+b%252B' URLDECODE 'caf%C3%A9' URLDECODE", "'a b+' 'café'");
    gives("'a' 'UTF-8' ->BYTES ->B64URL", "'YQ=='");
    gives("'baac' 'a*' '-' REPLACEALL 'abc' 'x*' '-' REPLACEALL", "'-b--c-' '-a-b-c-'");
    gives("'baac' 'a*' '-' REPLACE 'éa' '' '.' REPLACEALL", "'-baac' '.é.a.'");
    gives("[ '' 'a' '' 'b' ] ',' JOIN '' 'a' ',' 2 JOIN", "'a,,b' ',a'");
    refuses("'a' NULL ',' 2 JOIN", "JOIN");
    gives("'Hello' -3 SUBSTRING 'Hello' -4 2 SUBSTRING", "'llo' 'el'");
    refuses("'abc' 3 SUBSTRING", "SUBSTRING");
    refuses("'' 0 SUBSTRING", "SUBSTRING");
    refuses("'\u{1d11e}' 1 SUBSTRING", "SUBSTRING");
    refuses("'a--b' '--' SPLIT", "SPLIT");
    refuses("'\u{1d11e}' REVERSE", "REVERSE");
}

#[test]
fn collections_are_what_java_makes_of_them() {
    gives("[ 0 1 2 3 4 ] 1 2 SUBLIST [ 0 1 2 3 4 ] 3 1 SUBLIST [ 0 1 2 ] -2 SUBLIST", "[ 1 2 ] [ 3 2 1 ] [ 1 2 ]");
    gives("[ 0 1 2 3 4 5 6 7 ] -5 9 3 SUBLIST [ 0 1 2 3 4 5 6 7 ] 9 -9 -3 SUBLIST", "[ 3 6 ] [ 6 3 0 ]");
    gives("[ 0 1 2 ] 5 9 SUBLIST [ 0 1 2 ] [ 2 9 ] SUBLIST [ 0 1 2 ] [ 5 9 ] SUBLIST", "[ ] [ 2 ] [ ]");
    gives("[ 0 1 2 ] [ -1 0 ] SUBLIST [ 0 1 2 ] [ 2 2 0 ] SUBLIST [ ] [ 0 1 ] SUBLIST", "[ 0 1 2 ] [ 2 2 0 ] [ ]");
    refuses("[ 0 1 ] 0 1 0 SUBLIST", "SUBLIST");
    refuses("[ 0 1 ] 1 0 1 SUBLIST", "SUBLIST");
    refuses("[ 0 1 ] [ 0 1 2 ] SUBLIST", "SUBLIST");
    refuses("1 2 3 4 SUBLIST", "SUBLIST");
    gives(
        "[ 3 1 2 ] LSORT [ 'b' 'a' ] LSORT [ 0.0 -0.0 NaN -1.0 ] LSORT",
        "[ 1 2 3 ] [ 'a' 'b' ] [ -1.0 -0.0 0.0 NaN ]",
    );
    refuses("[ 1 2.0 ] LSORT", "LSORT");
    gives(
        "[ 'b' 'a' 'b' ] UNIQUE [ 33 17 1 2 ] UNIQUE [ 1 1.0 true NULL ] UNIQUE",
        "[ 'a' 'b' ] [ 33 17 1 2 ] [ 1.0 NULL 1 true ]",
    );
    refuses("[ [ 1 ] [ 2 ] ] UNIQUE", "UNIQUE");
    gives("[ 1 ] CLONE { 'a' 1 } CLONE", "[ 1 ] [ 1 ] { 'a' 1 } { 'a' 1 }");
    refuses("'a' CLONE", "CLONE");
    gives("[ 1 2 ] 5 REMOVE [ 1 2 ] -1 REMOVE [ 1 2 ] -3 REMOVE", "[ 1 2 ] NULL [ 1 ] 2 [ 1 2 ] NULL");
    refuses("{ 1 2 } 1 REMOVE", "REMOVE");
    gives("{ 'a' 1 'b' 2 'c' 3 } [ 'c' 'a' ] SUBMAP", "{ 'a' 1 'c' 3 }");
    gives("1 FLATTEN", "1");
    let nested = |levels: usize| format!("{}1 {}FLATTEN", "[ ".repeat(levels), "] ".repeat(levels));
    gives(&nested(15), "[ 1 ]");
    refuses(&nested(16), "FLATTEN");
}

#[test]
fn comparisons_are_of_exact_values() {
    gives("9007199254740993 9007199254740992.0 == 1 1.0 == 0.0 -0.0 ==", "false true false");
    gives("NaN NaN == NaN NaN != NaN NaN <= NaN 1 != NaN 1 ==", "true false true true false");
    gives("1 1.5 < -1 -1.5 > 9223372036854775807 1e19 < MINLONG -1e19 >", "true true true true");
    gives("'a' 1 == [ 1 ] [ 1 ] == 'b' 'a' > '01' HEX-> 'ff' HEX-> <", "false true true true");
    gives("1.0 2 -1.5 ~= NaN NaN 0 ~= NaN 1 9 ~= 1.0 2 1 ~=", "true true false false");
    gives("1 'a' == NULL NULL == NULL 1 != [ 1 ] [ 1 ] != 1 true ==", "false true true false false");
    for script in ["1 2 5 ~=", "1 Infinity <", "true false <", "1 'a' <", "<% %> <% %> =="] {
        run("K1", script).expect_err(script);
    }
}

#[test]
fn conditions_and_loops_take_what_the_original_takes() {
    gives("true <% 1 %> IFT <% false %> <% 2 %> <% 3 %> IFTE", "1 3");
    refuses("true 1 IFT", "IFT");
    refuses("true 1 <% %> IFTE", "IFTE");
    refuses("true <% 1 %> <% 2 %> 1 SWITCH", "SWITCH");
    gives("<% 'no' %> <% 1 %> <% 2 %> 1 SWITCH", "2");
    gives("0.5 2 <% %> FOR 1 3 <% %> false FOR 3 1 <% %> FOR", "0.5 1.5");
    gives("3 1 <% 1 - %> <% %> FORSTEP 0 1.0 <% 0.5 + %> <% %> FORSTEP", "3 2 1 0.0 0.5 1.0");
    gives("[ 'a' ] <% %> true FOREACH { 'k' 'v' } <% %> true FOREACH 'xy' <% %> FOREACH", "'a' 0 'k' 'v' 0 'x' 'y'");
    refuses("'\u{1d11e}' <% %> FOREACH", "FOREACH");
    gives("NULL 7 STORE 1 7 CSTORE 7 LOAD 2 7 CSTORE 7 LOAD", "1 1");
}

#[test]
fn a_section_names_what_follows_and_macros_have_no_configuration() {
    let error = run("K1", "'part one' SECTION 1 'a' -").unwrap_err();
    assert!(error.messages[1].ends_with("in section [part one]"), "{:?}", error.messages);
    fails("'key' MACROCONFIG", ScriptCode::BadValue, "MACROCONFIG can only be used from named macro.");
}

#[test]
fn time_is_counted_as_java_counts_it() {
    gives("0 ISODURATION 90 s ISODURATION 1 d ISODURATION 1500 ms ISODURATION", "'PT0S' 'PT1M30S' 'PT24H' 'PT1.500S'");
    gives("-90 s ISODURATION -500 ms ISODURATION 999 us ISODURATION", "'PT-1M-30S' 'PT-0.500S' 'PT0S'");
    refuses("'2024-02-29' TOTIMESTAMP", "TOTIMESTAMP");
    refuses("'2024-02-29 00:00:00Z' TOTIMESTAMP", "TOTIMESTAMP");
    gives("'2024-02-29T00:00:00Z' TOTIMESTAMP 'P1Y1M' ADDDURATION ISO8601", "'2025-03-28T00:00:00.000000Z'");
    gives("'-PT5M' DURATION 'PT-1.5S' DURATION", "-300000000 -1500000");
    refuses("'PT-0.5S' DURATION", "DURATION");
    gives("[ 2020 1 1 0 0 0 1500000 ] TSELEMENTS-> ISO8601", "'2020-01-01T00:00:00.500000Z'");
    gives("-1 TSELEMENTS -1 ISO8601", "[ 1969 12 31 23 59 59 999999 365 3 1 ] '1969-12-31T23:59:59.999999Z'");
    gives("9007199254740993 us 2.5 us -2.5 us MINLONG w 1 ps", "9007199254740992 3 -2 -9223372036854775808 0");
    let keys = keys("K1");
    let mut host = host(&keys);
    host.unit = TimeUnit::Milliseconds;
    assert_eq!(Machine::new(host).run("3600000 ISODURATION").unwrap()[0].java_text(), "PT1H");
}

#[test]
fn a_placeholder_and_a_secret_of_an_older_version_are_explained() {
    let help = |script: &str| run("K1", script).unwrap_err().help.unwrap_or_default();
    assert!(help("{ } {{secret}} TOKENGEN").contains("start script"));
    assert!(help("{ 'type' 'READ' } 'letmein' TOKENGEN").contains("token.secret"));
}
