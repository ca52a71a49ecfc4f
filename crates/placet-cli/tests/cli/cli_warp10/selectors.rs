//! Selectors as the platform asks them: its shortcut before an expression, and lists of applications before 2.4.0.

use super::cli_support::{Place, Ran};
use super::{mint, minted};

fn find(place: &Place, more: &str, attributes: &str) -> Ran {
    let request = format!("{{\"action\":\"find\",\"class\":\"t\",{attributes}}}");
    place.placet(&format!("warp10 eval token --config secrets.conf {more} --request {request}"))
}

#[test]
fn what_the_shortcut_of_the_platform_does_not_find_is_denied_and_said() {
    let cases = [
        ("~r11?", "r1", "r11"),
        ("~r1z*", "r1", "r1z"),
        ("~(?i)R1", "r1", "R1"),
        ("~r1{0,1}", "r", "r1"),
        ("~colou?r", "color", "colour"),
        ("~[r]1y?", "r1", "r1y"),
    ];
    let place = minted("'type' 'READ'");
    for (selector, denied, allowed) in cases {
        mint(&place, "token", &format!("'type' 'READ' 'labels' {{ 'room' '{selector}' }}"));
        let on = |value: &str| find(&place, "", &format!("\"labels\":{{\"room\":\"{value}\"}}"));
        on(denied).no().says("before it runs the expression");
        on(allowed).yes();
        place.placet("warp10 decode token --config secrets.conf").yes().says("before it runs the expression");
        place
            .placet("warp10 import token --config secrets.conf")
            .yes()
            .says("deny")
            .says("before it runs the expression");
    }
    for quiet in ["~nor.*", "~.*", "~^(a|b)$", "=r1"] {
        mint(&place, "token", &format!("'type' 'READ' 'labels' {{ 'room' '{quiet}' }}"));
        let ran = place.placet("warp10 decode token --config secrets.conf").yes();
        assert!(!ran.err.contains("before it runs"), "{quiet}: {}", ran.err);
    }
}

#[test]
fn everything_is_found_with_a_line_end_in_it_too() {
    let place = minted("'type' 'READ' 'labels' { 'room' '~.*' }");
    find(&place, "", r#""labels":{"room":"a\nb"}"#).yes();
    let place = minted("'type' 'READ' 'labels' { 'room' '~a.*' }");
    find(&place, "", r#""labels":{"room":"a\nb"}"#).no();
}

#[test]
fn several_applications_are_expressions_before_2_4_0() {
    let place = minted("'type' 'READ' 'applications' [ 'a.b' 'zz' ]");
    let on = |more: &str, app: &str| find(&place, more, &format!("\"application\":\"{app}\""));
    for new in ["", "--platform 2.4.0", "--platform 3.5.0-30"] {
        on(new, "a.b").yes();
        on(new, "aXb").no();
    }
    for old in ["--platform 2.3.0", "--platform 1.2.20"] {
        on(old, "aXb").yes();
        on(old, "zz").yes();
        on(old, "zza").no();
        let shown = place.json(&format!("warp10 decode token --config secrets.conf {old}"));
        assert_eq!(shown["selectors"][".app"], "~^(a.b|zz)$");
    }
    on("--platform new", "a.b").could_not().says("2.3.0");
    // One application is no list.
    let place = minted("'type' 'READ' 'applications' [ 'a.b' ]");
    find(&place, "--platform 2.3.0", "\"application\":\"aXb\"").no();
}

#[test]
fn a_selector_is_imported_and_exported_as_it_was_with_what_the_platform_does() {
    let place = minted("'type' 'READ'");
    for selector in ["~", "~.*", "~r11?", "~nor.*", "~(a|b)c?", "=", "~^(a|b)$"] {
        mint(&place, "token", &format!("'type' 'READ' 'labels' {{ 'wing' '{selector}' }}"));
        place.placet("warp10 import token --config secrets.conf --out back.placet").yes();
        let back = place.placet("warp10 export back.placet --config secrets.conf").yes().out;
        assert_eq!(back.trim(), place.read("token"), "{selector}");
    }
}

#[test]
fn an_expression_of_ours_is_exported_so_that_the_platform_finds_all_of_it() {
    let place = minted("'type' 'READ'");
    let one = super::ONE;
    place.write(
        "t.placet",
        &format!(
            "use warp10\ntoken t {{ type: READ owner: \"{one}\" application: \"a\" owners: any producers: any \
             applications: any labels: {{ room: ~\"colou?r\" }} ttl: 1h }}\n"
        ),
    );
    place.write("token", place.placet("warp10 export t.placet --config secrets.conf").yes().out.trim());
    let shown = place.json("warp10 decode token --config secrets.conf");
    assert_eq!(shown["selectors"]["room"], "~(colou?r)");
    for value in ["color", "colour"] {
        find(&place, "", &format!("\"labels\":{{\"room\":\"{value}\"}}")).yes();
    }
}

#[test]
fn an_expression_that_cannot_be_carried_is_no_verdict() {
    let place = minted("'type' 'READ'");
    for selector in ["~.*(?<!9)", "~(?x)r%201"] {
        mint(&place, "token", &format!("'type' 'READ' 'labels' {{ 'room' '{selector}' }}"));
        find(&place, "", r#""labels":{"room":"r1"}"#).could_not().says("can not be decided here");
    }
}
