//! Requests in the names of a Warp 10: `.app`, `.owner` and `.producer` are labels of a series
//! there, and attributes here.

use serde_json::Value as Json;

/// The request with its own labels as the attributes that they are.
///
/// # Errors
/// A label and an attribute contradict each other, or a key is spelt as in a label.
pub fn of_series(mut request: Json) -> Result<Json, String> {
    for (label, attribute) in OWN {
        let Some(object) = request.as_object_mut() else { return Ok(request) };
        let word = label.trim_start_matches('.');
        if word != attribute && object.contains_key(word) {
            return Err(format!("`{word}` is not an attribute of a series, did you mean `{attribute}`?"));
        }
        let labels = object.get_mut("labels").and_then(Json::as_object_mut);
        let Some(value) = labels.and_then(|labels| labels.remove(label)) else { continue };
        match object.get(attribute) {
            Some(other) if *other != value => {
                return Err(format!("the label `{label}` and `{attribute}` mean the same and have different values"));
            }
            _ => drop(object.insert(attribute.to_owned(), value)),
        }
    }
    Ok(request)
}

/// Whether the request is to write values.
pub fn is_update(request: Option<&Json>) -> bool {
    request.and_then(|request| request.get("action")).and_then(Json::as_str) == Some("update")
}

const OWN: [(&str, &str); 3] = [(".app", "application"), (".owner", "owner"), (".producer", "producer")];
