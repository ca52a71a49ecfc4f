//! What is not known of revocation, of static tokens or of the filter macro is never taken for nothing.

use super::cli_support::Place;
use super::{ONE, mint, minted};

/// A place with a token that the lists in `trl` revoke, and a second configuration with more lines.
fn revoked(more: &str) -> Place {
    let place = minted("'type' 'READ'");
    std::fs::create_dir(place.path("trl")).unwrap();
    place.placet("warp10 trl add --dir trl --name prod --token token --config secrets.conf").yes();
    place.write("more.conf", &format!("{}{more}\n", place.read("secrets.conf")));
    place
}

#[test]
fn a_list_directory_that_refers_to_nothing_is_an_error() {
    let place = revoked("here = .\nwarp.trl.dir = ${here}/trl");
    place.placet("warp10 verify token --config more.conf").no().says("Token revoked.");
    let place = revoked("warp.trl.dir = ${warp10.home}/trl");
    for command in ["verify token", "eval token --request {}", "explain token --request {}"] {
        let ran = place.placet(&format!("warp10 {command} --config more.conf")).could_not();
        ran.says("more.conf:4: `warp.trl.dir` refers to `${warp10.home}`, which is not set");
    }
    place.placet("warp10 verify token --config more.conf --trl trl").no().says("Token revoked.");
}

#[test]
fn every_setting_that_takes_tokens_away_is_an_error_where_it_refers_to_nothing() {
    for setting in [
        "warp.trl.startup.delay",
        "warp.token.file",
        "warp.token.filter.macro",
        "warp.token.banned.attributes",
        "warp.token.read.attributes.default",
        "warp.hash.app",
        "warp.timeunits",
    ] {
        let place = revoked(&format!("{setting} = ${{nothing}}"));
        place.placet("warp10 verify token --config more.conf").could_not().says(setting).says("${nothing}");
    }
}

#[test]
fn without_a_list_past_the_startup_delay_every_token_is_refused() {
    let place = revoked("warp.trl.dir = empty\nwarp.trl.startup.delay = 60000");
    std::fs::create_dir(place.path("empty")).unwrap();
    let unavailable = "No TRL available past the startup delay";
    place.placet("warp10 verify token --config more.conf").no().says(unavailable).says("has no revocation list");
    place.placet("warp10 eval token --config more.conf --request {}").no().says(unavailable);
    place.placet("warp10 verify token --config secrets.conf --trl empty").yes().says("nothing is revoked");
    // A delay without any directory is one past which nothing is known.
    let place = revoked("warp.trl.startup.delay = 0");
    place.placet("warp10 verify token --config more.conf").no().says(unavailable);
    let place = revoked("warp.trl.startup.delay = soon");
    place.placet("warp10 verify token --config more.conf").could_not().says("warp.trl.startup.delay");
}

#[test]
fn a_list_whose_name_no_warp_10_reads_is_warned_of() {
    let place = revoked("");
    std::fs::create_dir(place.path("other")).unwrap();
    for name in ["revoked.trl", "prod.full.1700000000000-deadbeef.trl", "PROD.FULL.TRL", ".prod.trl"] {
        place.write(&format!("other/{name}"), "2c4b8b67ed3c7ed6\n");
    }
    place.write("other/README", "");
    let listed = place.placet("warp10 trl list other").no().says("NAME.full.MS-MD5.trl");
    assert_eq!(listed.err.matches("revokes nothing").count(), 3, "{}", listed.err);
    place.placet("warp10 verify token --config secrets.conf --trl other").yes().says("`revoked.trl` revokes nothing");
}

#[test]
fn the_static_tokens_of_a_configuration_are_accepted_and_decoded() {
    let place = minted("'type' 'READ'");
    place.write("static", &format!("token.read.0.name = mystatic\ntoken.read.0.owner = {ONE}\ntoken.read.0.app = a\n"));
    place.write("more.conf", &format!("{}warp.token.file = static\n", place.read("secrets.conf")));
    place.placet("warp10 verify mystatic --config more.conf").yes().says("ACCEPTED");
    place.placet("warp10 decode mystatic --config more.conf").yes().says("applications: [\"a\"]");
    place.placet("warp10 decode mystatic --config secrets.conf --tokens static").yes();
    place.placet("warp10 verify mystatic --config secrets.conf").no();
    place.write("none.conf", &format!("{}warp.token.file = nowhere\n", place.read("secrets.conf")));
    place.placet("warp10 verify token --config none.conf").could_not().says("nowhere");
    place.placet("warp10 decode token --config none.conf").yes().says("no static token is known here");
}

#[test]
fn the_filter_macro_of_a_configuration_is_run_or_nothing_is_said_of_the_token() {
    let place = minted("'type' 'READ' 'applications' [ 'a' ]");
    let with = |more: &str| place.write("more.conf", &format!("{}{more}\n", place.read("secrets.conf")));
    with("warp.token.filter.macro = filters/deny");
    place.placet("warp10 verify token --config more.conf").could_not().says("warpscript.repository.directory");
    std::fs::create_dir_all(place.path("macros/filters")).unwrap();
    let with =
        |name: &str| with(&format!("warpscript.repository.directory = macros\nwarp.token.filter.macro = {name}"));
    place.write("macros/filters/deny.mc2", "<% 'not today' MSGFAIL %>\n");
    with("filters/deny");
    place
        .placet("warp10 verify token --config more.conf")
        .no()
        .says("not today")
        .says("MacroFilterAuthenticationPlugin");
    place.placet("warp10 eval token --config more.conf --request {}").no().says("not today");
    place.write("macros/filters/leave.mc2", "<% DROP NULL %>\n");
    with("filters/leave");
    place.placet("warp10 verify token --config more.conf").yes();
    place.write("macros/filters/other.mc2", "// Another application.\n<% [ 'b' ] 'applications' PUT %>\n");
    with("filters/other");
    let request = |app: &str| {
        let words = "warp10 eval token --config more.conf --request";
        place.placet(&format!("{words} {{\"action\":\"fetch\",\"class\":\"c\",\"application\":\"{app}\"}}"))
    };
    request("b").yes();
    request("a").no();
    for name in ["filters/missing", "../macros/filters/leave", "/filters/leave"] {
        with(name);
        place.placet("warp10 verify token --config more.conf").could_not();
    }
}

#[test]
fn an_update_whose_bounds_cannot_be_read_is_refused_and_readable_ones_are_shown() {
    let write = |attributes: &str| format!("'type' 'WRITE' 'producer' '{ONE}' 'attributes' {{ {attributes} }}");
    let place = minted(&write("'.maxpast' '5000' '.maxsize' '64' '.ignoor' 'T'"));
    let eval = |token: &str, action: &str| {
        format!("warp10 eval {token} --config secrets.conf --request {{\"action\":\"{action}\",\"class\":\"c\"}}")
    };
    let shown = place.json(&eval("token", "update"));
    assert_eq!(shown["verdict"], "allow");
    assert_eq!(shown["bounds"], serde_json::json!({ ".maxsize": 64, ".maxpast": 5000, ".ignoor": true }));
    for (name, attribute) in [("past", "'.maxpast' '-1'"), ("future", "'.maxfuture' 'abc'"), ("size", "'.maxsize' ''")]
    {
        mint(&place, name, &write(attribute));
        place.placet(&eval(name, "update")).no().says("token attribute");
        // What bounds an update is read by an update.
        place.placet(&eval(name, "meta")).yes().says("refuses updates");
    }
}

#[test]
fn what_an_attribute_says_never_makes_a_token_undecidable() {
    let long = "x".repeat(40_000);
    let place =
        minted(&format!("'type' 'READ' 'applications' [ 'a' ] 'attributes' {{ 'note' '{long}' '.nofetch' 'x' }}"));
    let eval = |action: &str| {
        let request = format!("{{\"action\":\"{action}\",\"class\":\"c\",\"application\":\"a\"}}");
        place.placet(&format!("warp10 eval token --config secrets.conf --request {request}"))
    };
    eval("find").yes();
    eval("fetch").no();
    // A label of such a length is asked, and cannot be: that is no verdict.
    mint(&place, "token", &format!("'type' 'READ' 'labels' {{ 'site' '={long}' }}"));
    eval("find").could_not().says("can not be decided here");
}
