//! Malformed requests: another program that decides the same requests has to refuse them, too.

use serde_json::{Value as Json, json};

use placet::document::request;
use placet::explain::example;
use placet::model::time::Time;
use placet::model::types::{Scalar, Type};
use placet::model::vocabulary::Vocabulary;
use placet::program::literal;

/// Requests that differ in one thing from a well-formed one: paths that routers read in two ways,
/// capitals where the vocabulary requires lower case, an unknown attribute or action, a required
/// attribute that is missing or of another type.
pub(super) fn requests(vocabulary: &Vocabulary, time: Time) -> Vec<Json> {
    let mut good = request::to_json(&example(vocabulary), vocabulary);
    good["time"] = literal::time_or_number(time.as_millis()).into();
    let with = |name: &str, value: Json| {
        let mut request = good.clone();
        request[name] = value;
        request
    };
    let mut found = vec![with("no_such_attribute", json!("x")), with("action", json!("no_such_action"))];
    for attribute in vocabulary.attributes().iter().skip(1) {
        let name = &attribute.name;
        match attribute.ty {
            Type::One(Scalar::Path) => found.extend(PATHS.map(|path| with(name, json!(path)))),
            Type::One(Scalar::String) => found.push(with(name, json!(["x", "y"]))),
            Type::One(_) | Type::Set(_) | Type::Labels => found.push(with(name, json!({ "x": 1 }))),
        }
        if attribute.lowercase {
            found.push(match attribute.ty {
                Type::Labels => with(name, json!({ "Example": "x" })),
                Type::One(_) | Type::Set(_) => with(name, json!("Example")),
            });
        }
        if !attribute.optional {
            found.push(with(name, Json::Null));
        }
    }
    found.retain(|request| is_refused(vocabulary, request, time));
    found
}

/// Spellings of a path that are not canonical.
const PATHS: [&str; 13] = [
    "",
    "example",
    "/example/",
    "//example",
    "/a/../example",
    "/./example",
    "/%2e%2e/a",
    "/a%2fb",
    "/caf%C3%A9",
    "/%65xample",
    "/%2565xample",
    "/..;/example",
    "/.. /example",
];

fn is_refused(vocabulary: &Vocabulary, request: &Json, time: Time) -> bool {
    match request::from_json(vocabulary, request) {
        Ok(request) => request.with_request(vocabulary, time, |request| request.check().is_ok()) != Ok(true),
        Err(_) => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use placet::check::library::Library;

    #[test]
    fn what_is_malformed_is_refused() {
        let http = Library::built_in().get("http").unwrap();
        let requests = requests(http, Time::EPOCH);
        assert!(requests.len() >= 10, "{requests:?}");
        assert!(requests.iter().any(|request| request["path"] == "/a/../example"));
        assert!(requests.iter().any(|request| request["path"] == "/caf%C3%A9"));
        assert!(requests.iter().any(|request| request["host"] == "Example"));
    }
}
