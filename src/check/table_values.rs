//! The types of a table, and the bytes of its keys and values.

use std::fmt;

use super::literals;
use crate::limits::{SET_BYTES, SET_ELEMENTS, TABLE_ROWS};
use placet_core::bytecode::table::held;
use placet_core::model::owned::Constant;
use placet_core::model::types::Scalar;

/// The types of a table.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shape {
    pub(super) key: Scalar,
    pub(super) element: Scalar,
    pub(super) is_set: bool,
}

/// The name of a row's values in messages.
pub(super) struct ValueOf<'k>(pub(super) &'k str);

impl fmt::Display for ValueOf<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the row `{}`", self.0)
    }
}

/// The bytes of a key that is written as text.
pub(super) fn key(scalar: Scalar, text: &str) -> Option<Vec<u8>> {
    let constant = match scalar {
        Scalar::String => Constant::String(text.to_owned()),
        Scalar::Uuid => Constant::Uuid(literals::uuid(text)?),
        Scalar::Int => Constant::Int(text.parse().ok().filter(|number: &i64| number.to_string() == text)?),
        Scalar::Bool | Scalar::Bytes | Scalar::Time | Scalar::Duration | Scalar::Ip | Scalar::Path | Scalar::Url => {
            return None;
        }
    };
    bytes(&constant)
}

/// The bytes by which a table holds a value.
pub(super) fn bytes(constant: &Constant) -> Option<Vec<u8>> {
    held(&constant.as_value(), <[u8]>::to_vec)
}

/// Why rows are refused, without their place.
pub(super) fn too_large(rows: usize, elements: usize, bytes: usize) -> Option<String> {
    match () {
        () if rows > TABLE_ROWS => Some(format!("a table has at most {TABLE_ROWS} rows")),
        () if elements > SET_ELEMENTS => Some(format!("a row has at most {SET_ELEMENTS} values")),
        () if bytes > SET_BYTES => Some(format!("the values of a row have at most {SET_BYTES} bytes together")),
        () => None,
    }
}
