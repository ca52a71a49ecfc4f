//! Parameters that are networks.

use super::check_support::{check, http};
use placet::check::library::Library;
use placet::document::Document;
use placet::document::value::{arguments_from_json, arguments_from_text};
use placet::program::source::ToSource;
use placet::service::Service;
use placet::syntax::ast::BlockKind;
use placet::token::keyring::Keyring;
use placet::token::keys::LocalKey;

fn office(rules: &str) -> String {
    format!("use http\npolicy office(net: network) {{ {rules} }}")
}

/// The rules of a policy with this network, as they are printed.
fn printed(rules: &str, net: &str) -> Result<Vec<String>, String> {
    let document = Document::from_text("office.placet", &office(rules), Library::built_in()).unwrap();
    let template = &document.templates()[0];
    let arguments = arguments_from_text(template, [("net", net)]).map_err(|error| error.to_string())?;
    let json = serde_json::json!({ "net": net });
    assert_eq!(arguments_from_json(template, json.as_object().unwrap()), Ok(arguments.clone()));
    let compiled = document.compile(BlockKind::Policy, None, &arguments).map_err(|error| error.to_string())?;
    Ok(ToSource::new(document.vocabulary()).of_ours().entries_of(compiled.program.bytes()))
}

#[test]
fn a_network_stands_where_a_pattern_on_an_address_may() {
    let rules = "allow { ip: net } deny { ip: [not net, absent] } allow {} when has ip && ip in [net, \"192.0.2.1\"]";
    check(&office(rules)).is_good();
    assert_eq!(printed("allow { ip: net }", "10.0.0.0/8").unwrap(), ["allow { ip: \"10.0.0.0/8\" }"]);
    assert_eq!(printed("allow { ip: net }", "2001:db8::/32").unwrap(), ["allow { ip: \"2001:db8::/32\" }"]);
    assert_eq!(printed("allow { ip: net }", "10.1.2.3").unwrap(), ["allow { ip: \"10.1.2.3\" }"]);
    assert_eq!(printed("allow { ip: net }", "0.0.0.0/0").unwrap(), ["allow { ip: \"0.0.0.0/0\" }"]);
    let not = "deny { ip: [not net, absent] } allow { action: any }";
    assert!(printed(not, "10.0.0.0/8").unwrap()[0].contains("\"10.0.0.0/8\""));
}

#[test]
fn an_argument_that_is_no_network_is_refused() {
    for net in ["10.0.0.1/8", "10.0.0.0/33", "10.0.0.0/08", "office", "", "10.0.0.0/8,10.1.0.0/16", "010.0.0.0/8"] {
        let error = printed("allow { ip: net }", net).unwrap_err();
        assert!(error.starts_with("argument `net`: ") && error.contains("is not a network"), "{error}");
    }
}

#[test]
fn a_network_is_no_value_no_text_and_no_attribute() {
    check(&office("allow { host: net }")).finds(&[("E0308", "net")]);
    check(&office("allow { host: \"{net}\" }")).finds(&[("E0407", "net")]);
    check(&office("allow {} when has ip && ip == net")).finds(&[("E0407", "net")]);
    check(&office("allow { ip: != net }")).finds(&[("E0407", "net")]);
    check("vocabulary v 1 { from: network action get }").finds(&[("E0109", "network")]);
    check("use http\npolicy p(nets: set of network) { allow { ip: nets } }")
        .helps("use one parameter for each network");
    check("use http\npolicy p(ip: network) { allow {} when has ip && ip in ip }").is_refused();
    http("allow { ip: net }").finds(&[("E0205", "net")]);
}

#[test]
fn a_service_mints_for_a_network() {
    let text = "use http\ntoken office(net: network) { allow { path: \"/desk/**\", ip: net } ttl: 1h }";
    let document = Document::from_text("office.placet", text, Library::built_in()).unwrap();
    let mut keyring = Keyring::new();
    keyring.mint_with(LocalKey::from_secret(&[1; 32])).unwrap();
    let service = Service::builder().document(document).keyring(keyring).build().unwrap();
    let token = service.mint("office", [("net", "10.0.0.0/8")]).unwrap();
    let verdict = |ip| service.check(&token, "GET", [("path", "/desk/a"), ("ip", ip)]).is_allow();
    assert!(verdict("10.1.2.3") && !verdict("11.1.2.3") && !verdict("::1"));
    assert!(service.mint("office", [("net", "10.0.0.1/8")]).is_err());
}
