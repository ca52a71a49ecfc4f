//! TOKENINFO: the content of a valid token; for an invalid one, the reason. Never an error.

use super::script::host::Acceptance;
use super::script::value::Value;
use super::token::{Kind, Token};
use super::tokendump::{map, of_pairs};
use placet::model::time::Time;

/// Opens the token as READ, then as WRITE. Attributes are shown only with the capability
/// `tokeninfo.attr`.
#[must_use]
pub fn tokeninfo(text: &str, acceptance: &dyn Acceptance, now: Time, shows_attributes: bool) -> Value {
    let read = match acceptance.accept(text, Kind::Read, now) {
        Ok(token) => return info(&token, shows_attributes),
        Err(rejection) => rejection.message,
    };
    match acceptance.accept(text, Kind::Write, now) {
        Ok(token) => info(&token, shows_attributes),
        Err(rejection) => map([
            ("ReadTokenDecodeError", Value::String(read)),
            ("WriteTokenDecodeError", Value::String(rejection.message)),
        ]),
    }
}

fn info(token: &Token, shows_attributes: bool) -> Value {
    let application = |name: Option<&str>| name.map_or(Value::Null, Value::text);
    let (kind, issuance, expiry, application, apps, attributes, labels) = match token {
        Token::Read(read) => {
            let apps: Vec<Value> = read.applications.iter().map(Value::text).collect();
            let name = application(read.application.as_deref());
            ("READ", read.issuance, read.expiry, name, apps, &read.attributes, &read.labels)
        }
        Token::Write(write) => {
            let name = application(Some(&write.application));
            ("WRITE", write.issuance, write.expiry, name, Vec::new(), &write.attributes, &write.labels)
        }
    };
    let mut entries = vec![
        ("type", Value::text(kind)),
        ("issuance", Value::Long(issuance)),
        ("expiry", Value::Long(expiry)),
        ("application", application),
    ];
    if !apps.is_empty() {
        entries.push(("apps", Value::List(apps)));
    }
    if shows_attributes {
        entries.extend(attributes.as_deref().and_then(of_pairs).map(|pairs| ("attributes", pairs)));
    }
    entries.extend(labels.as_deref().and_then(of_pairs).map(|pairs| ("labels", pairs)));
    map(entries)
}
