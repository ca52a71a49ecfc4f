//! The value of a term as the text that a splice makes of it.

use super::tree::{Constant, Piece, Term, Text};
use placet_core::model::value::UuidText;

pub(super) fn as_text(term: Term) -> Text {
    let piece = match term {
        Term::Text(text) => return text,
        Term::Parameter(argument) => Piece::Parameter(argument),
        Term::Constant(constant) => Piece::Literal(constant_text(&constant)),
    };
    let is_empty = matches!(&piece, Piece::Literal(bytes) if bytes.is_empty());
    Text { pieces: if is_empty { Vec::new() } else { vec![piece] } }
}

/// The text of a constant, as it would be spliced.
fn constant_text(constant: &Constant) -> Vec<u8> {
    match constant {
        Constant::String(text) | Constant::Path(text) => text.as_bytes().to_vec(),
        Constant::Bytes(bytes) => bytes.clone(),
        Constant::Uuid(uuid) => UuidText(*uuid).to_string().into_bytes(),
        Constant::Int(number) | Constant::Time(number) | Constant::Duration(number) => number.to_string().into_bytes(),
        Constant::Bool(truth) => truth.to_string().into_bytes(),
        Constant::Ip(address) => std::net::IpAddr::from(*address).to_string().into_bytes(),
    }
}
