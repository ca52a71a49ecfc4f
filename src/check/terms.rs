//! The value of a term as the text that a splice makes of it.

use super::tree::{Piece, Term, Text};

pub(super) fn as_text(term: Term) -> Text {
    let piece = match term {
        Term::Text(text) => return text,
        Term::Parameter(argument) => Piece::Parameter(argument),
        Term::Constant(constant) => Piece::Literal(constant.text()),
    };
    let is_empty = matches!(&piece, Piece::Literal(bytes) if bytes.is_empty());
    Text { pieces: if is_empty { Vec::new() } else { vec![piece] } }
}
