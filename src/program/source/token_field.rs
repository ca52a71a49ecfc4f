//! Fields of the token as the language writes them.

use crate::program::tree::Value;
use crate::syntax::ast::TokenField;
use placet_core::model::claim::ClaimPath;

/// `token.owner`
pub(super) fn field_of_token(value: &Value) -> Option<TokenField> {
    match value {
        Value::Issuance => Some(token_field("issuance", None)),
        Value::Expiry => Some(token_field("expiry", None)),
        Value::Claim(path) => Some(claim(path)),
        Value::Field(_)
        | Value::Label(..)
        | Value::Constant(_)
        | Value::Local(..)
        | Value::Row(..)
        | Value::Compute(..)
        | Value::Call(..)
        | Value::Size(_) => None,
    }
}

/// `token.labels["dc"]`
pub(super) fn claim(path: &ClaimPath) -> TokenField {
    match path {
        ClaimPath::One(claim) => token_field(claim.word(), None),
        ClaimPath::Entry(map, name) => token_field(map.word(), Some(name)),
    }
}

/// `token.expiry`
pub(super) fn token_field(name: &str, key: Option<&str>) -> TokenField {
    TokenField { name: name.to_owned(), key: key.map(str::to_owned) }
}
