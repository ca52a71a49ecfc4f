//! What the commands say of configurations, envelopes and requests.

use super::{ONE, minted};

#[test]
fn a_key_that_is_wrong_is_named_with_its_file_and_line() {
    let place = minted("'type' 'READ'");
    let keys = place.read("secrets.conf");
    let with = |line: &str| {
        place.write("bad.conf", &format!("{keys}{line}\n"));
        place.placet("warp10 verify token --config bad.conf").could_not()
    };
    with("warp.hash.app = hex:xyz").says("bad.conf:4: `warp.hash.app`: the key is not hexadecimal text");
    with("warp.aes.token = hex:00").says("bad.conf:4: Key warp.aes.token MUST be 128, 192 or 256 bits long.");
    with("warp.hash.token = ${secret}").says("bad.conf:4: `warp.hash.token`: it refers to `${secret}`");
    let more = "warp.key.warp.siphash.appid = plain";
    with(more).says("bad.conf:4: `warp.key.warp.siphash.appid`: a key begins with `hex:`");
}

#[test]
fn several_configurations_follow_one_flag_or_lie_in_a_directory() {
    let place = minted("'type' 'READ'");
    std::fs::create_dir(place.path("conf.d")).unwrap();
    place.write("conf.d/00.conf", &place.read("secrets.conf").replace("warp.timeunits = us", ""));
    place.write("conf.d/10.conf", "warp.timeunits = ms\n");
    place.write("conf.d/README", "no = configuration = at all\n");
    place.write("envelope", "MSTU");
    for files in ["conf.d/00.conf conf.d/10.conf", "conf.d", "conf.d/00.conf --config conf.d/10.conf"] {
        let ran = place.placet(&format!("warp10 tokengen --config {files} envelope")).yes();
        assert_eq!(ran.out, "[1]\n", "{files}");
    }
    std::fs::create_dir(place.path("empty")).unwrap();
    place.placet("warp10 tokengen --config empty envelope").could_not().says(".conf");
}

#[test]
fn keys_that_tokengen_ignores_are_named() {
    let place = minted("'type' 'READ'");
    let map =
        "{ 'id' 'x' 'type' 'READ' 'application' 'a' 'owner' 'O' 'ttl' 1000 'Owners' [ 'O' ] 'apps' [ 'a' ] 'note' 1 }";
    let map = map.replace("'O'", &format!("'{ONE}'"));
    let ran = place.placet_reading("warp10 tokengen - --config secrets.conf", &format!("{map} TOKENGEN")).yes();
    let named = "`x`: TOKENGEN ignores unknown keys: `Owners` (did you mean `owners`?), \
                 `apps` (did you mean `applications`?), `note`";
    assert!(ran.err.contains(named) && ran.err.contains("reads everything"), "{}", ran.err);
    place.write("static", &format!("token.spec = {map}\n"));
    place.placet("warp10 verify x --config secrets.conf --tokens static").yes().says("line 1: TOKENGEN ignores");
}

#[test]
fn a_label_that_says_who_has_the_series_is_the_attribute() {
    let place = minted("'type' 'READ' 'applications' [ 'lab' ]");
    let eval = |more: &str| {
        place.placet(&format!(
            "warp10 eval token --config secrets.conf --request {{\"action\":\"fetch\",\"class\":\"t\",{more}}}"
        ))
    };
    eval(r#""labels":{".app":"lab"}"#).yes();
    eval(r#""labels":{".app":"other"}"#).no();
    eval(r#""application":"lab","labels":{".app":"lab"}"#).yes();
    eval(r#""application":"lab","labels":{".app":"other"}"#).could_not().says("have different values");
    eval(r#""app":"lab""#).could_not().says("did you mean `application`?");
}

#[test]
fn two_identical_envelopes_in_one_millisecond_are_one_token() {
    let place = minted("'type' 'READ'");
    let mint =
        |now: u64| place.placet(&format!("warp10 tokengen envelope --config secrets.conf --now {now}")).yes().out;
    place.write("envelope", &format!("{{ 'type' 'READ' 'application' 'a' 'owner' '{ONE}' 'ttl' 1000 }} TOKENGEN"));
    assert_eq!(mint(1_700_000_000_000), mint(1_700_000_000_000));
    assert_ne!(mint(1_700_000_000_000), mint(1_700_000_000_001));
}
