//! Terms and texts with their arguments filled in. If the text becomes a pattern, the pieces stay
//! separate, so that an argument is never read as syntax.

use super::arguments::Argument;
use super::error::TemplateError;
use super::part::{Part, joined, utf8};
use super::{Lowering, path};
use crate::check::tree::{ArgumentNo, Constant, Piece, Term, Text};
use placet_core::model::path::ResourcePath;
use placet_core::model::types::{BytesType, Scalar, Type, Written};

impl<'a> Lowering<'a> {
    /// The value of a term, as a value of type `wanted`.
    pub(super) fn term(&self, term: &Term, wanted: Scalar) -> Result<Constant, TemplateError> {
        match term {
            Term::Constant(constant) => coerce(constant.clone(), wanted).ok_or(TemplateError::Mistyped { wanted }),
            Term::Parameter(number) => match self.argument(*number)? {
                Argument::One(constant) => {
                    coerce(constant.clone(), wanted).ok_or_else(|| self.wrong_type(*number, Type::One(wanted)))
                }
                Argument::Set(_) | Argument::Network(_) => Err(self.wrong_type(*number, Type::One(wanted))),
            },
            Term::Text(text) => self.text(text, wanted),
        }
    }

    /// The elements of a parameter that is a set.
    pub(super) fn elements(&self, number: ArgumentNo, wanted: Scalar) -> Result<Vec<Constant>, TemplateError> {
        let wrong = || self.wrong_type(number, Type::Set(wanted));
        match self.argument(number)? {
            Argument::Set(elements) => {
                elements.iter().map(|element| coerce(element.clone(), wanted).ok_or_else(wrong)).collect()
            }
            Argument::One(_) | Argument::Network(_) => Err(wrong()),
        }
    }

    fn text(&self, text: &Text, wanted: Scalar) -> Result<Constant, TemplateError> {
        let parts = self.parts(text)?;
        match wanted.written() {
            Written::Bytes(BytesType::Bytes) => joined(&parts).map(Constant::Bytes),
            Written::Bytes(BytesType::String) => utf8(&parts).map(Constant::String),
            Written::Bytes(BytesType::Path) => path::exact(&parts).map(Constant::Path),
            Written::Bytes(BytesType::Uuid | BytesType::Ip | BytesType::Url) | Written::Number(_) | Written::Bool => {
                Err(TemplateError::Mistyped { wanted })
            }
        }
    }

    /// A text as a string, whatever attribute it is for.
    pub(super) fn string(&self, text: &Text) -> Result<String, TemplateError> {
        utf8(&self.parts(text)?)
    }

    /// The pieces, with the texts of the arguments.
    pub(super) fn parts<'t>(&self, text: &'t Text) -> Result<Vec<Part<'t>>, TemplateError>
    where
        'a: 't,
    {
        let part = |piece: &'t Piece| match piece {
            Piece::Literal(bytes) => Ok(Part::Literal(bytes)),
            Piece::Parameter(number) => self.argument_text(*number),
            // A text with attributes is a pattern, which `made` compiles.
            Piece::Field(_) => Err(TemplateError::Mistyped { wanted: Scalar::String }),
        };
        text.pieces.iter().map(part).collect()
    }

    /// The pieces of a term that is text; `None` for another term.
    pub(super) fn term_parts<'t>(&self, term: &'t Term) -> Result<Vec<Part<'t>>, TemplateError>
    where
        'a: 't,
    {
        match term {
            Term::Constant(_) => Ok(Vec::new()),
            Term::Parameter(number) => Ok(vec![self.argument_text(*number)?]),
            Term::Text(text) => self.parts(text),
        }
    }

    pub(super) fn argument_text(&self, number: ArgumentNo) -> Result<Part<'a>, TemplateError> {
        let argument = self.argument(number)?;
        let text = match argument {
            Argument::One(constant) => constant.spliced(),
            Argument::Set(_) | Argument::Network(_) => None,
        };
        let refused = || TemplateError::NotText { name: self.name(number).to_owned(), found: argument.type_name() };
        let text = text.ok_or_else(refused)?;
        Ok(Part::Argument { name: self.name(number), text })
    }

    pub(super) fn argument(&self, number: ArgumentNo) -> Result<&'a Argument, TemplateError> {
        self.arguments.get(number).ok_or_else(|| {
            let parameter = self.template.parameters.get(number.0);
            let ty = parameter.map_or(Type::One(Scalar::String).into(), |parameter| parameter.ty);
            TemplateError::MissingArgument { name: self.name(number).to_owned(), ty }
        })
    }

    pub(super) fn name(&self, number: ArgumentNo) -> &'a str {
        self.template.parameters.get(number.0).map_or("?", |parameter| &parameter.name)
    }

    fn wrong_type(&self, number: ArgumentNo, wanted: Type) -> TemplateError {
        let found = self.arguments.get(number).map_or_else(String::new, Argument::type_name);
        TemplateError::WrongType { name: self.name(number).to_owned(), wanted: wanted.into(), found }
    }
}

/// The constant as a value of type `wanted`: a string is accepted as its bytes.
fn coerce(constant: Constant, wanted: Scalar) -> Option<Constant> {
    match (constant, wanted) {
        (Constant::String(text), Scalar::Bytes) => Some(Constant::Bytes(text.into_bytes())),
        (Constant::Path(path), Scalar::Path) => ResourcePath::new(&path).is_ok().then_some(Constant::Path(path)),
        (constant, wanted) => (constant.scalar() == wanted).then_some(constant),
    }
}
