//! The values of a template's parameters. An argument is a value and never a pattern.

use std::collections::BTreeMap;

use super::error::{CompileError, TemplateError};
use crate::check::tree::{ArgumentNo, Constant, Network, Parameter};
use crate::limits::TEXT_BYTES;
use crate::syntax::ast::ParameterType;
use crate::visible::EXCERPT;
use placet_core::model::path::ResourcePath;
use placet_core::model::types::Type;

/// The value given to a parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Argument {
    /// One value.
    One(Constant),
    /// Any number of values of one type.
    Set(Vec<Constant>),
    /// Addresses that share their first bits.
    Network(Network),
}

impl From<Network> for Argument {
    fn from(network: Network) -> Self {
        Self::Network(network)
    }
}

impl From<Constant> for Argument {
    fn from(constant: Constant) -> Self {
        Self::One(constant)
    }
}

impl From<&str> for Argument {
    fn from(text: &str) -> Self {
        Self::One(Constant::String(text.to_owned()))
    }
}

impl Argument {
    fn is_of(&self, ty: ParameterType) -> bool {
        match (self, ty) {
            (Self::One(constant), ParameterType::Value(Type::One(scalar))) => constant.scalar() == scalar,
            (Self::Set(elements), ParameterType::Value(Type::Set(scalar))) => {
                elements.iter().all(|element| element.scalar() == scalar)
            }
            (Self::Network(_), ParameterType::Network) => true,
            (Self::One(_) | Self::Set(_) | Self::Network(_), _) => false,
        }
    }

    /// The name of its type, for messages.
    pub(super) fn type_name(&self) -> String {
        match self {
            Self::One(constant) => constant.scalar().to_string(),
            Self::Set(elements) => match elements.first() {
                Some(first) => format!("set of {}", first.scalar()),
                None => "set".to_owned(),
            },
            Self::Network(_) => ParameterType::NETWORK.to_owned(),
        }
    }

    pub(super) fn values(&self) -> &[Constant] {
        match self {
            Self::One(constant) => std::slice::from_ref(constant),
            Self::Set(elements) => elements,
            Self::Network(_) => &[],
        }
    }
}

/// One argument for every parameter of a template, each of the parameter's type.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Arguments {
    /// By the parameter's number.
    values: Vec<Argument>,
}

impl Arguments {
    /// Assigns named values to the parameters.
    ///
    /// # Errors
    /// All of them: an unknown name, a name given twice, a parameter without a value, a value of
    /// another type, a path that is not canonical, a text that is too long.
    pub fn new<'n>(
        parameters: &[Parameter],
        given: impl IntoIterator<Item = (&'n str, Argument)>,
    ) -> Result<Self, Vec<CompileError>> {
        let mut errors = Vec::new();
        let mut by_name: BTreeMap<&str, Argument> = BTreeMap::new();
        for (name, argument) in given {
            match parameters.iter().find(|parameter| parameter.name == name) {
                None => errors.push(unknown(name, parameters)),
                Some(_) if by_name.contains_key(name) => {
                    errors.push(TemplateError::GivenTwice { name: name.to_owned() });
                }
                Some(parameter) => {
                    errors.extend(check(parameter, &argument).err());
                    by_name.insert(name, argument);
                }
            }
        }
        let mut values = Vec::with_capacity(parameters.len());
        for parameter in parameters {
            match by_name.remove(parameter.name.as_str()) {
                Some(argument) => values.push(argument),
                None => errors.push(TemplateError::MissingArgument { name: parameter.name.clone(), ty: parameter.ty }),
            }
        }
        if errors.is_empty() {
            Ok(Self { values })
        } else {
            Err(errors.into_iter().map(TemplateError::anywhere).collect())
        }
    }

    /// For a template without parameters.
    #[must_use]
    pub const fn none() -> Self {
        Self { values: Vec::new() }
    }

    /// The argument of a parameter.
    #[must_use]
    pub fn get(&self, number: ArgumentNo) -> Option<&Argument> {
        self.values.get(number.0)
    }
}

fn unknown(name: &str, parameters: &[Parameter]) -> TemplateError {
    let near = |parameter: &&Parameter| {
        name.len() <= EXCERPT && strsim::damerau_levenshtein(name, &parameter.name) <= 2.min(name.len() / 2)
    };
    let meant = parameters.iter().find(near).map(|parameter| parameter.name.clone());
    TemplateError::UnknownArgument { name: name.to_owned(), meant }
}

fn check(parameter: &Parameter, argument: &Argument) -> Result<(), TemplateError> {
    let name = || parameter.name.clone();
    if !argument.is_of(parameter.ty) {
        return Err(TemplateError::WrongType { name: name(), wanted: parameter.ty, found: argument.type_name() });
    }
    argument.values().iter().try_for_each(|value| match value {
        Constant::Path(path) => match ResourcePath::new(path) {
            Ok(_) => Ok(()),
            Err(why) => Err(TemplateError::ArgumentNotAPath { name: name(), why }),
        },
        Constant::String(text) if text.len() > TEXT_BYTES => Err(TemplateError::ArgumentTooLong { name: name() }),
        Constant::Bytes(bytes) if bytes.len() > TEXT_BYTES => Err(TemplateError::ArgumentTooLong { name: name() }),
        _ => Ok(()),
    })
}
