//! Worf, as start scripts and templates use it.

use super::{ONE, minted};
use serde_json::Value as Json;

#[test]
fn a_start_script_cuts_both_tokens_out_of_the_json() {
    let place = minted("'type' 'READ'");
    let json = place.placet("warp10 worf -t -a demo -puidg -ttl 3600000 secrets.conf").yes().out;
    let cut = |start: &str| json.split_once(start).unwrap().1.split('"').next().unwrap().to_owned();
    assert!(json.starts_with(r#"{"read":{"token":""#), "{json}");
    for token in [cut(r#"{"read":{"token":""#), cut(r#""write":{"token":""#)] {
        place.placet(&format!("warp10 verify {token} --config secrets.conf")).yes();
    }
}

#[test]
fn a_template_with_tokens_is_written_and_says_how_to_go_on() {
    let place = minted("'type' 'READ'");
    place.write("in.template", "standalone.token = @warp:WriteToken@\n");
    let words = format!("warp10 worf -t -ks secrets.conf -a demo -puid {ONE} -ttl 3600000 -o out.conf in.template");
    let ran = place.placet(&words).yes().prints_nothing();
    let token = place.read("out.conf").trim().rsplit(' ').next().unwrap().to_owned();
    let ident = place.json(&format!("warp10 decode {token} --config secrets.conf"))["ident"].clone();
    ran.says(&format!("Token generated key=standalone.token  ident={}", ident.as_str().unwrap()))
        .says("reload Worf without 'ks' option");
    assert!(!place.has(".out.conf.worf") && !place.has(".in.template.worf"));
}

#[test]
fn defaults_are_java_properties_beside_the_configuration_and_stay() {
    let place = minted("'type' 'READ'");
    let application = |json: &str| serde_json::from_str::<Json>(json).unwrap()["read"]["application"].clone();
    place.placet(&format!("warp10 worf -t -a caf\u{e9} -puid {ONE} -ttl 5 secrets.conf")).yes();
    assert!(place.read(".secrets.conf.worf").contains("option.default.a=caf\\u00E9\n"));
    place.placet("warp10 worf -t -a other -puidg -ttl 5 secrets.conf").yes();
    let json = place.placet("warp10 worf -t -ttl 5 secrets.conf").yes().out;
    assert_eq!(application(&json), "caf\u{e9}");
    let asked = place.placet_reading("warp10 worf -i secrets.conf", "encodeToken\nread\n\n\n\n").yes();
    assert!(asked.err.contains("application name, default (caf\u{e9})>"), "{}", asked.err);
    assert!(asked.err.contains(&format!("default ({ONE})>")), "{}", asked.err);
}

#[test]
fn a_template_with_questions_is_refused_without_anybody_to_ask_and_nothing_is_written() {
    let place = minted("'type' 'READ'");
    place.write("in.template", "warp.hash.token = @key:128:x@\nstandalone.host = @host:127.0.0.1:host@\n");
    let ran = place.placet("warp10 worf -o out.conf in.template").could_not();
    ran.says("you are not in interactive mode").says("standalone.host");
    assert!(!place.has("out.conf"));
    // Whoever stops answering has not answered.
    place.placet_reading("warp10 worf -i -o out.conf in.template", "\n").could_not();
    assert!(!place.has("out.conf"));
}

#[test]
fn an_application_without_a_name_is_none() {
    let place = minted("'type' 'READ'");
    let words: Vec<&str> = ["warp10", "worf", "-t", "-a", "", "-puidg", "-ttl", "5", "secrets.conf"].to_vec();
    place.words(&words).could_not().says("The option 'a' is missing");
}
