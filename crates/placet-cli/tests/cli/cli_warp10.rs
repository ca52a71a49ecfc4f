//! Warp 10 tokens on the command line.

use crate::cli_support;
#[path = "cli_warp10/messages.rs"]
mod messages;
#[path = "cli_warp10/revocation.rs"]
mod revocation;
#[path = "cli_warp10/selectors.rs"]
mod selectors;
#[path = "cli_warp10/worf.rs"]
mod worf;

use std::collections::BTreeSet;
use std::os::unix::fs::PermissionsExt;

use cli_support::Place;
use serde_json::Value as Json;

const ONE: &str = "7a1c3f7e-6a52-4a9e-8a43-0d1f5a3b9c11";

fn with_keys() -> Place {
    let place = Place::new();
    place.placet("warp10 keys new --out secrets.conf").yes().prints_nothing();
    place.write(
        "reader.placet",
        &format!(
            "use warp10\ntoken reader {{\n    type: READ\n    owner: \"{ONE}\"\n    application: \"plant\"\n    owners: [\"{ONE}\"]\n    \
             producers: any\n    applications: [\"plant\"]\n    labels: {{ site: ~\"no.*\" }}\n    ttl: 1h\n}}\n"
        ),
    );
    let token = place.placet("warp10 export reader.placet --config secrets.conf").yes().out;
    place.write("token", &token);
    place
}

#[test]
fn keys_are_for_their_owner_and_never_overwritten_or_printed() {
    let place = with_keys();
    let mode = std::fs::metadata(place.path("secrets.conf")).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode, 0o600);
    let before = place.read("secrets.conf");
    assert_eq!(before.lines().count(), 5);
    place.placet("warp10 keys new --out secrets.conf").could_not().says("exists already").says("--force");
    assert_eq!(place.read("secrets.conf"), before);
    place.placet("warp10 keys new --out -").could_not().says("standard output");
    place.write("key", "hex:000102030405060708090a0b0c0d0e0f");
    place.placet("warp10 keys convert key --to base64 --out key64").yes();
    assert_eq!(place.read("key64"), "base64:AAECAwQFBgcICQoLDA0ODw%3D%3D\n");
    place.write("bad", "secret words");
    let ran = place.placet("warp10 keys convert bad --out other").could_not();
    assert!(!ran.err.contains("secret"));
}

#[test]
fn a_token_goes_out_comes_back_and_decides() {
    let place = with_keys();
    let shown = place.json("warp10 decode token --config secrets.conf");
    assert_eq!(shown["type"], "READ");
    assert_eq!(shown["selectors"]["site"], "~(?s)no.*");
    place.placet("warp10 decode token --config secrets.conf").yes().says("reads the series of all producers");
    place.placet("warp10 verify token --config secrets.conf").yes().says("ACCEPTED");
    place.placet("warp10 verify token --config secrets.conf --now 2999-01-01T00:00:00Z").no().says("Token Expired.");
    let request = |site: &str| {
        format!(
            "{{\"action\":\"fetch\",\"class\":\"t\",\"owner\":\"{ONE}\",\"application\":\"plant\",\"labels\":{{\"site\":\"{site}\"}}}}"
        )
    };
    place.placet(&format!("warp10 eval token --config secrets.conf --request {}", request("north"))).yes();
    place.placet(&format!("warp10 eval token --config secrets.conf --request {}", request("south"))).no();
    place
        .placet(&format!("warp10 explain token --config secrets.conf --request {}", request("south")))
        .no()
        .says("site");
    place.placet("warp10 import token --config secrets.conf --out back.placet").yes();
    place.placet("check back.placet").yes();
    let again = place.placet("warp10 export back.placet --config secrets.conf").yes().out;
    assert_eq!(again, place.read("token"));
}

#[test]
fn what_can_not_be_exported_is_listed_and_nothing_is_minted() {
    let place = with_keys();
    let text = place.read("reader.placet").replace("ttl: 1h", "ttl: 1h\n not_before: 5\n deny { class: \"x\" }");
    place.write("more.placet", &text);
    let ran = place.placet("warp10 export more.placet --config secrets.conf").could_not().prints_nothing();
    assert_eq!(ran.err.lines().filter(|line| line.contains("cannot express it")).count(), 2, "{}", ran.err);
}

#[test]
fn a_token_that_is_none_is_refused_and_missing_keys_are_said() {
    let place = with_keys();
    place.placet("warp10 decode nonsense --config secrets.conf").no().says("Invalid token.");
    place.placet("warp10 eval n*nsense --config secrets.conf --request {}").no().says("Invalid OPB64 character");
    place.write("empty.conf", "# nothing\n");
    place.placet("warp10 decode token --config empty.conf").could_not().says("warp.aes.token");
    place.placet("warp10 decode token").could_not().says("--config");
}

#[test]
fn a_revocation_takes_effect_and_lists_only_grow() {
    let place = with_keys();
    std::fs::create_dir(place.path("trl")).unwrap();
    place.placet("warp10 verify token --config secrets.conf --trl trl").yes();
    let add = "warp10 trl add --dir trl --name plant --now 5 --config secrets.conf --token token";
    let file = place.placet(add).yes().says("plant.full.5-").out;
    place.placet("warp10 verify token --config secrets.conf --trl trl").no().says("Token revoked.");
    // A clock that has gone back hides nothing.
    place.placet("warp10 trl add --dir trl --name plant --now 1 --application shop").yes().says("plant.full.6-");
    let listed = place.placet("warp10 trl list trl").yes().out;
    assert_eq!(listed.lines().count(), 2, "{listed} {file}");
    assert!(listed.contains("+shop"));
    place.placet("warp10 eval token --config secrets.conf --trl trl --request {}").no().says("Token revoked.");
    place.write("bad", "6237bb1207f58377\nnot hex\n");
    place.placet("warp10 trl write --dir trl --name other bad").could_not().says(":2:");
}

#[test]
fn worf_fills_a_template_and_mints_a_pair() {
    let place = Place::new();
    place.write("conf.template", "warp.aes.token = @key:256:hex@\nwarp.hash.token = @key:128:hex@\n");
    let words = "warp10 worf -q -a com.example.boot -puidg -t -ttl 3153600000000 conf.template -o my.conf";
    let ran = place.placet(words).yes();
    let pair: Json = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(ran.out.lines().count(), 1);
    place.placet(&format!("warp10 verify {} --config my.conf", pair["read"]["token"].as_str().unwrap())).yes();
    assert!(place.has(".my.conf.worf") && !place.has(".conf.template.worf"));
    place.placet(words).could_not().says("exists already");
    place.placet("warp10 worf my.conf -t -tt x -a shop -puidg -ttl 1000").could_not().says("Invalid token type: x");
    let more = place.placet("warp10 worf my.conf -t -a shop -puidg -ttl 1000 -tt r").yes().out;
    assert!(more.contains("\"read\"") && !more.contains("\"write\""));
    place.placet("warp10 worf -h").yes().says("usage: worf");
    place.placet("warp10 worf").could_not().says("Config or template file missing.");
    let talk = "encodeToken\nwrite\nshop\nuuidgen\n\n1000\na=b\ngenerate\nquit\n";
    let said = place.placet_reading("warp10 worf -i my.conf", talk).yes().out;
    assert!(said.contains("\nlabels={a=b}\nttl=1000\n"), "{said}");
}

/// A place with keys, and the token that an envelope's map makes, in `token`.
fn minted(map: &str) -> Place {
    let place = Place::new();
    place.write("secrets.conf", RECORDED);
    mint(&place, "token", map);
    place
}

/// Mints another token there. What the map does not say is said for it.
fn mint(place: &Place, name: &str, map: &str) {
    let envelope = format!("{{ 'application' 'a' 'owner' '{ONE}' 'ttl' 3600000 {map} }} TOKENGEN");
    let ran = place.placet_reading("warp10 tokengen - --config secrets.conf", &envelope).yes();
    let stack: Json = serde_json::from_str(&ran.out).unwrap();
    place.write(name, stack[0]["token"].as_str().unwrap());
}

/// The keys of the recorded envelopes.
const RECORDED: &str = "warp.aes.token = hex:000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\n\
                        warp.hash.token = hex:000102030405060708090a0b0c0d0e0f\nwarp.timeunits = us\n";

#[test]
fn envelopes_give_what_the_original_tool_gave() {
    let place = Place::new();
    let vectors: Json = serde_json::from_str(include_str!("../../../placet-warp10/tests/warp10/vectors.json")).unwrap();
    let mut count = 0;
    let mut key_sets = BTreeSet::new();
    for section in ["mint", "snippets"] {
        for vector in vectors[section].as_array().unwrap() {
            let (Some(script), Some(stdout)) = (vector["script"].as_str(), vector["cli_stdout"].as_str()) else {
                continue;
            };
            let keys = &vectors["keysets"][vector["keys"].as_str().unwrap_or("K1")];
            let key = |name: &str| keys[name].as_str().unwrap();
            let [aes, hash] = ["aes_token", "siphash_token"].map(key);
            place.write(
                "secrets.conf",
                &format!("warp.aes.token = hex:{aes}\nwarp.hash.token = hex:{hash}\nwarp.timeunits = us\n"),
            );
            key_sets.insert(aes);
            place.write("envelope", script);
            let words = "warp10 tokengen envelope --config secrets.conf --now 1700000000000 --uuid 11111111-2222-4333-8444-555555555555";
            let ran = place.placet(words).yes();
            assert_eq!(ran.out.trim_end(), stdout.trim_end(), "{}", vector["id"]);
            count += 1;
        }
    }
    assert!(count > 50 && key_sets.len() > 3, "{count} with {key_sets:?}");
}

#[test]
fn an_envelope_with_an_error_prints_nothing_and_mistakes_are_warned_of() {
    let place = Place::new();
    place.write("secrets.conf", RECORDED);
    place.write("bad", "1 2\n{ 'type' 'read' } TOKENGEN\n");
    let ran = place.placet("warp10 tokengen bad --config secrets.conf").no().prints_nothing().says("bad:2");
    assert!(ran.err.contains("TOKENGEN expects a key 'type' with value READ or WRITE in the parameter map."));
    place.placet("warp10 tokengen bad --config secrets.conf --warp10-messages").no().prints_nothing().says("Line #2");
    let far =
        format!("{{ 'id' 'F' 'type' 'READ' 'owner' '{ONE}' 'application' 'a' 'expiry' NOW 1 ADDYEARS }} TOKENGEN");
    let ran = place.placet_reading("warp10 tokengen - --config secrets.conf", &far).yes();
    assert!(ran.err.contains("MSTU /") && ran.err.contains("`F`") && ran.err.contains("everything"), "{}", ran.err);
    let token: Json = serde_json::from_str(&ran.out).unwrap();
    place.write("tokens", &format!("{}\n\n", token[0]["token"].as_str().unwrap()));
    place.placet("warp10 tokendump tokens --config secrets.conf").yes().says("'type' 'READ'");
    assert_eq!(place.json("warp10 tokendump tokens --config secrets.conf")["params"]["application"], "a");
}

#[test]
fn the_attributes_of_a_configuration_hold_for_every_token() {
    let place = with_keys();
    let keys = place.read("secrets.conf");
    place.write("more.conf", &format!("{keys}warp.token.banned.attributes = .cap:tokengen, .expose\n"));
    let text = place.read("reader.placet").replace("ttl: 1h", "ttl: 1h attributes: { \".expose\": \"\" }");
    place.write("exposing.placet", &text);
    let token = place.placet("warp10 export exposing.placet --config secrets.conf").yes().out;
    place.write("exposing", &token);
    place.placet("warp10 verify exposing --config secrets.conf").yes();
    place.placet("warp10 verify exposing --config more.conf").no().says("Invalid token attribute.");
    place.placet("warp10 verify token --config more.conf").yes();
    place.write("bad.conf", &format!("{keys}warp.token.read.attributes.default = 7\n"));
    place.placet("warp10 verify token --config bad.conf").could_not().says("is not a map");
    place.write("none.conf", &format!("{keys}warp.token.read.attributes.default = {{ '.nofetch' '' }}\n"));
    let request = format!(
        "{{\"action\":\"fetch\",\"owner\":\"{ONE}\",\"application\":\"plant\",\"labels\":{{\"site\":\"north\"}}}}"
    );
    place.placet(&format!("warp10 eval token --config secrets.conf --request {request}")).yes();
    place.placet(&format!("warp10 eval token --config none.conf --request {request}")).no();
}

#[test]
fn a_static_token_comes_first_and_a_bad_line_of_its_file_is_told() {
    let place = with_keys();
    let text = place.read("token");
    let spec = |id: &str, more: &str| {
        format!("token.spec = {{ 'id' '{id}' 'type' 'READ' 'owner' '{ONE}' 'application' 'file' {more} }}\n")
    };
    let lines = [
        spec("Reader", "'owners' [ '7a1c3f7e-6a52-4a9e-8a43-0d1f5a3b9c11' ]"),
        spec("Old", "'expiry' 1000"),
        "token.spec = { 'id' 'Bad' 'type' 'READ' }\n".to_owned(),
        spec(text.trim(), "'attributes' { '.nofetch' '' }"),
    ];
    place.write("tokens", &lines.concat());
    let with = "--config secrets.conf --tokens tokens";
    let ran = place.placet(&format!("warp10 verify Reader {with}")).yes().says("ACCEPTED");
    assert!(ran.err.contains("line 3") && ran.err.contains("missing 'owner'"), "{}", ran.err);
    place.placet(&format!("warp10 verify Old {with}")).no().says("Token Expired.");
    place.placet(&format!("warp10 verify reader {with}")).no();
    place.placet("warp10 verify Reader --config secrets.conf").no();
    place.placet("warp10 verify Reader --config secrets.conf --tokens nowhere").could_not().says("nowhere");
    let request = format!(
        "{{\"action\":\"fetch\",\"owner\":\"{ONE}\",\"application\":\"plant\",\"labels\":{{\"site\":\"north\"}}}}"
    );
    place.placet(&format!("warp10 eval Reader {with} --request {request}")).yes();
    // The text of a real token stands in the file as well: what the file says counts.
    place.placet(&format!("warp10 eval token --config secrets.conf --request {request}")).yes();
    place.placet(&format!("warp10 eval token {with} --request {request}")).no();
}

#[test]
fn bounds_of_the_data_stand_beside_the_verdict() {
    let place = with_keys();
    let text = place.read("reader.placet");
    let bounded = |name: &str, attributes: &str| {
        place.write("bounded.placet", &text.replace("ttl: 1h", &format!("ttl: 1h attributes: {{ {attributes} }}")));
        let token = place.placet("warp10 export bounded.placet --config secrets.conf").yes().out;
        place.write(name, &token);
    };
    bounded("good", r#"".end": "2020-01-02T00:00:00Z", ".start": "P1D", ".count": "7""#);
    bounded("broken", r#"".count": "-1""#);
    let request = format!(
        "{{\"action\":\"fetch\",\"owner\":\"{ONE}\",\"application\":\"plant\",\"labels\":{{\"site\":\"north\"}}}}"
    );
    let eval = |token: &str| format!("warp10 eval {token} --config secrets.conf --request {request}");
    for words in [eval("good"), "warp10 verify good --config secrets.conf".to_owned()] {
        place.placet(&words).yes().says("data .start: 2020-01-01T00:00:00Z").says("data .count: 7");
        let bounds = &place.json(&words)["bounds"];
        assert_eq!((bounds[".end"].as_str(), bounds[".count"].as_i64()), (Some("2020-01-02T00:00:00Z"), Some(7)));
    }
    assert_eq!(place.json(&eval("token"))["bounds"], Json::Null);
    place.placet(&eval("broken")).no().says("Invalid count specification.");
    place.placet("warp10 verify broken --config secrets.conf").yes().says("Invalid count specification.");
}

#[test]
fn a_default_attribute_of_a_configuration_restricts_writers_too() {
    let place = with_keys();
    let writer = format!(
        "use warp10\ntoken writer {{ type: WRITE owner: \"{ONE}\" producer: \"{ONE}\" application: \"plant\" ttl: 1h }}\n"
    );
    place.write("writer.placet", &writer);
    let token = place.placet("warp10 export writer.placet --config secrets.conf").yes().out;
    place.write("writer", &token);
    let keys = place.read("secrets.conf");
    let default = "warp.token.write.attributes.default = { '.noupdate' '' '.maxpast' '0' }\n";
    place.write("none.conf", &format!("{keys}{default}"));
    let request = |action: &str| {
        format!("{{\"action\":\"{action}\",\"class\":\"x\",\"owner\":\"{ONE}\",\"application\":\"plant\"}}")
    };
    place.placet(&format!("warp10 eval writer --config secrets.conf --request {}", request("update"))).yes();
    place.placet(&format!("warp10 eval writer --config none.conf --request {}", request("update"))).no();
    place.placet(&format!("warp10 eval writer --config none.conf --request {}", request("meta"))).yes();
    // Readers have a setting of their own: what bounds reading does nothing here, and nothing to them.
    place.write("read.conf", &format!("{keys}warp.token.write.attributes.default = {{ '.start' 'PT1h' }}\n"));
    place.placet(&format!("warp10 eval writer --config read.conf --request {}", request("update"))).yes();
    place.placet("warp10 verify token --config none.conf").yes();
    assert_eq!(place.json("warp10 verify token --config read.conf")["bounds"], Json::Null);
}
