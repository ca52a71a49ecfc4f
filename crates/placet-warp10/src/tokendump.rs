//! TOKENDUMP: a token becomes the map of parameters from which it could be minted again.
//!
//! Parts that TOKENGEN cannot set (hooks, indices, flags) are lost.

use super::java_compat;
use super::keys::TokenKeys;
use super::script::value::Value;
use super::token::Token;

/// The map with `token`, `ident` and `params`.
#[must_use]
pub fn dumped(text: &str, token: &Token, keys: &TokenKeys) -> Value {
    let ident = keys.ident(text).to_string();
    map([("token", Value::text(text)), ("ident", Value::String(ident)), ("params", parameters(token))])
}

/// The parameters of a token, in the order of the original.
#[must_use]
pub fn parameters(token: &Token) -> Value {
    let (fixed, free, attributes, labels) = match token {
        Token::Read(read) => {
            let application = read.application.as_ref().map_or(Value::Null, Value::text);
            let fixed = vec![
                ("type", Value::text("READ")),
                ("owner", uuid(&read.billed)),
                ("application", application),
                ("issuance", Value::Long(read.issuance)),
                ("expiry", Value::Long(read.expiry)),
            ];
            let uuids = |list: &[Vec<u8>]| list.iter().map(|id| uuid(id)).collect();
            let applications = read.applications.iter().map(Value::text).collect();
            let lists: [(&str, Vec<Value>); 3] = [
                ("owners", uuids(&read.owners)),
                ("producers", uuids(&read.producers)),
                ("applications", applications),
            ];
            (fixed, lists.to_vec(), &read.attributes, &read.labels)
        }
        Token::Write(write) => {
            let fixed = vec![
                ("type", Value::text("WRITE")),
                ("owner", uuid(&write.owner)),
                ("producer", uuid(&write.producer)),
                ("application", Value::text(&write.application)),
                ("issuance", Value::Long(write.issuance)),
                ("expiry", Value::Long(write.expiry)),
            ];
            (fixed, Vec::new(), &write.attributes, &write.labels)
        }
    };
    let lists = free.into_iter().filter(|(_, list)| !list.is_empty()).map(|(key, list)| (key, Value::List(list)));
    let maps = [("attributes", attributes), ("labels", labels)].into_iter();
    let maps = maps.filter_map(|(key, pairs)| Some((key, of_pairs(pairs.as_deref()?)?)));
    map(fixed.into_iter().chain(lists).chain(maps))
}

/// The text of an identifier, from its first 16 bytes. A shorter one is shown as it is, in
/// hexadecimal.
fn uuid(bytes: &[u8]) -> Value {
    Value::String(bytes.first_chunk().map_or_else(|| super::script::value::hex(bytes), java_compat::uuid_to_text))
}

/// A map of texts, in the order in which Warp 10 shows it after reading; none if it is empty.
pub(super) fn of_pairs(pairs: &[(String, String)]) -> Option<Value> {
    let entry = |(key, value)| (Value::String(key), Value::String(value));
    (!pairs.is_empty()).then(|| Value::Map(java_compat::read_order(pairs.to_vec()).into_iter().map(entry).collect()))
}

/// A map with texts as its keys.
pub(super) fn map<'k>(entries: impl IntoIterator<Item = (&'k str, Value)>) -> Value {
    Value::Map(entries.into_iter().map(|(key, value)| (Value::text(key), value)).collect())
}
