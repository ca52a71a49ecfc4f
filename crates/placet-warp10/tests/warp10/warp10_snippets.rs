//! Lines of configurations and scripts around tokens, as users write them: their settings, and
//! their results.

use crate::scripts;
use placet::model::time::Time;

use placet_warp10::accept::Acceptor;
use placet_warp10::attributes::rules;
use placet_warp10::config::Config;
use placet_warp10::filter::{Against, FilterError, filter};
use placet_warp10::script::output::stack_json;
use placet_warp10::script::{Machine, ScriptCode};
use placet_warp10::token::{Kind, Pairs, Token};
use placet_warp10::trl::{ListName, RevocationList};
use placet_warp10::trl_directory::Directory;

const NOW_MS: i64 = scripts::NOW / 1000;

fn config(text: &str) -> Config {
    Config::read([("warp.conf", text)], []).unwrap()
}

/// The text of a READ token with these attributes.
fn read_token(attributes: &str) -> String {
    let script = format!(
        "{{ 'type' 'READ' 'owner' UUID 'application' 'shop' 'ttl' 1000 'attributes' {attributes} }} TOKENGEN 'token' GET"
    );
    let stack = scripts::run("K1", &script).unwrap();
    stack[0].java_text()
}

/// The attributes of a token after the rules of a configuration.
fn accepted(text: &str, config: &Config) -> Result<Option<Pairs>, String> {
    let (keys, rules) = (scripts::keys("K1"), rules(config).unwrap());
    let acceptor = Acceptor { keys: &keys, revocations: &Directory::none(), attributes: &rules };
    match acceptor.accept(text, Kind::Read, Time::from_millis(NOW_MS)) {
        Ok(Token::Read(token)) => Ok(token.attributes),
        Ok(Token::Write(_)) => Err("a WRITE token".to_owned()),
        Err(rejection) => Err(rejection.message),
    }
}

#[test]
fn every_read_token_gets_the_default_capability() {
    let config = config("warp.token.read.attributes.default = { '.cap:limits' '' }");
    let with = |name: &str, value: &str| Some(vec![(name.to_owned(), value.to_owned())]);
    assert_eq!(accepted(&read_token("{ }"), &config), Ok(with(".cap:limits", "")));
    assert_eq!(accepted(&read_token("{ '.cap:limits' '5' }"), &config), Ok(with(".cap:limits", "5")));
}

#[test]
fn a_line_that_is_a_comment_sets_nothing() {
    let config = config("#warp.token.write.attributes.default = { '.start' 'PT1h' }");
    assert_eq!(config.names().count(), 0);
}

#[test]
fn a_token_with_a_banned_attribute_is_refused() {
    let config = config("warp.token.banned.attributes = .cap:tokengen, .expose");
    for attributes in ["{ '.expose' '' }", "{ '.cap:tokengen' 'x' }"] {
        assert_eq!(accepted(&read_token(attributes), &config), Err("Invalid token attribute.".to_owned()));
    }
    assert!(accepted(&read_token("{ '.cap:tokendump' '' }"), &config).is_ok());
}

#[test]
fn settings_of_the_revocation_lists_are_put_together() {
    let config = config(
        "warp10.home = /opt/warp10\nwarp.trl.dir = ${warp10.home}/etc/trl\nwarp.trl.scan.period = 60000\nwarp.trl.startup.delay = 60000\n",
    );
    assert_eq!(config.get("warp.trl.dir"), Some("/opt/warp10/etc/trl"));
    assert_eq!(config.get("warp.trl.startup.delay"), Some("60000"));
}

#[test]
fn a_revocation_file_revokes_one_token_and_one_application() {
    let name = ListName::parse("plant.full.1700000000000-0123456789abcdef0123456789abcdef.trl");
    assert!(name.is_some());
    let (list, bad) = RevocationList::read("# lost laptop\n6237bb1207f58377\n+shop\n");
    assert!(bad.is_none());
    assert!(list.revokes("6237bb1207f58377".parse().unwrap()) && list.revokes_application(Some("shop")));
    assert!(!list.revokes_application(Some("shops")) && !list.revokes_application(None));
}

#[test]
fn scripts_that_cut_the_tokens_out_of_the_output_find_them() {
    let envelope = "JSONPRETTY { 'type' 'READ' 'owner' UUID 'application' 'a' 'ttl' 1 } TOKENGEN { 'type' 'WRITE' 'owner' UUID 'producer' UUID 'application' 'a' 'ttl' 1 } TOKENGEN";
    let keys = scripts::keys("K1");
    let mut machine = Machine::new(scripts::host(&keys));
    let stack = machine.run(envelope).unwrap();
    let output = stack_json(&stack, machine.json_style());
    let lines: Vec<&str> = output.lines().filter(|line| line.contains("\"token\"")).collect();
    let cut = |line: &str| line.split("\" : \"").nth(1).and_then(|rest| rest.split('"').next()).unwrap().to_owned();
    let (read, write) = (cut(lines.last().unwrap()), cut(lines.first().unwrap()));
    assert!(keys.open_as(&read, Kind::Read).is_ok() && keys.open_as(&write, Kind::Write).is_ok());
}

#[test]
fn a_macro_asserts_that_a_token_is_good_and_takes_its_capabilities() {
    let check = "'rtoken' STORE $rtoken TOKENINFO 'ReadTokenDecodeError' CONTAINSKEY SWAP DROP NOT 'not a valid READ token' ASSERTMSG $rtoken CAPADD 'limit' CAPGET";
    let good = read_token("{ '.cap:limit' '1000' }");
    let stack = scripts::run("K1", &format!("'{good}' {check}")).unwrap();
    assert_eq!(stack[0].java_text(), "1000");
    let other_keys = scripts::run("K2", &format!("'{good}' {check}")).unwrap_err();
    assert!(other_keys.message.contains("not a valid READ token"), "{}", other_keys.message);
}

/// Refuses what is revoked or expired, sets a capability, and hands the others through.
const FILTER: &str = "<%
  'm' STORE
  $m 'token.revoked' GET $m 'token.expired' GET || <% 'refused' MSGFAIL %> IFT
  'maxops' '1000000' 'CAPSET' EVAL
  $m
%> // to the end";

#[test]
fn a_filter_macro_refuses_or_hands_through() {
    let keys = scripts::keys("K1");
    let token = keys.open(&read_token("{ 'a' 'b%20c' }")).unwrap();
    let ask = |text: &str, against: Against| filter(text, &token, against, scripts::host(&keys));
    let filtered = ask(FILTER, Against::default()).unwrap().unwrap();
    assert_eq!(filtered.token, token);
    assert_eq!(filtered.capabilities.get("maxops"), Some("1000000"));
    for against in
        [Against { is_expired: true, ..Against::default() }, Against { is_revoked: true, ..Against::default() }]
    {
        let FilterError::Refused(error) = ask(FILTER, against).unwrap_err() else { panic!("it refuses") };
        assert_eq!(error.message, "refused");
    }
    assert_eq!(ask("<% DROP NULL %>", Against::default()).unwrap(), None);
    for none in ["<% DROP %>", "<% DROP 1 %>", "<% DUP %>", "<% NULL %>"] {
        assert!(matches!(ask(none, Against::default()), Err(FilterError::NoAnswer)), "{none}");
    }
    assert!(matches!(ask("<% DROP { } %>", Against::default()), Err(FilterError::NoToken(_))));
}

#[test]
fn only_a_filter_macro_sets_capabilities() {
    let error = scripts::run("K1", "'maxops' '1' CAPSET").unwrap_err();
    assert_eq!(error.code, ScriptCode::NotPermitted);
}
