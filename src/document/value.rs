//! Single values from text and from JSON, as arguments and requests have them: the expected type
//! decides how the text is read. Unlike in a policy, an `int` or a `bool` may come as text too: a
//! command line has nothing else.

use std::fmt;

use data_encoding::HEXLOWER_PERMISSIVE;
use serde_json::Value as Json;

use crate::check::literals;
use crate::check::tree::{Parameter, Template};
use crate::check::url;
pub use crate::check::url::{UrlTextError, canonical as canonical_url};
pub use crate::compile::arguments::{Argument, Arguments};
use crate::diag::Diagnostic;
use crate::diag::code::Code;
use crate::syntax::ast::ParameterType;
use crate::syntax::parse::literal;
use crate::visible::excerpt;
use placet_core::model::owned::{Constant, Held};
use placet_core::model::path::ResourcePath;
use placet_core::model::target::canonical;
use placet_core::model::types::{NumberType, Scalar, Type};
use placet_core::model::url::Url;
use placet_core::model::value::Value;

/// Reads `text` as a value of type `scalar`.
///
/// # Errors
/// The text is not one.
///
/// ```
/// use placet::document::value::from_text;
/// use placet::model::types::Scalar;
/// assert!(from_text(Scalar::Duration, "1h30m").is_ok());
/// assert_eq!(from_text(Scalar::Int, "ten").unwrap_err().to_string(), "`ten` is not an int");
/// ```
pub fn from_text(scalar: Scalar, text: &str) -> Result<Constant, ValueError> {
    let refused = ValueError::new(text, Type::One(scalar));
    if scalar == Scalar::Url {
        return url::canonical(text).map(Constant::Url).map_err(|bad| refused.instead(bad.to_string()));
    }
    let read = typed(scalar, text).map(|value| Constant::of(&value));
    match read {
        Ok(Some(constant)) => Ok(constant),
        Ok(None) | Err(None) => Err(refused),
        Err(Some(help)) => Err(refused.instead(help)),
    }
}

/// The same without a copy. The error is what to write instead, if the reader knows more than the
/// type says; nothing else allocates.
pub(crate) fn typed(scalar: Scalar, text: &str) -> Result<Value<'_>, Option<String>> {
    let read = match scalar {
        Scalar::Bool => text.parse().ok().map(Value::Bool),
        Scalar::Int => int(text).map(Value::Int),
        Scalar::String => Some(Value::String(text)),
        Scalar::Bytes => Some(Value::Bytes(text.as_bytes())),
        Scalar::Uuid => literals::uuid(text).map(Value::Uuid),
        Scalar::Time => return literal::time(text).map(|at| NumberType::Time.value(at)).map_err(|bad| Some(bad.help)),
        Scalar::Duration => return literal::duration(text).map(Value::Duration).map_err(|bad| Some(bad.help)),
        Scalar::Ip => text.parse::<std::net::IpAddr>().ok().map(|address| Value::Ip(address.into())),
        Scalar::Path => ResourcePath::new(text).ok().map(Value::Path),
        Scalar::Url => return Url::new(text).map(Value::Url).map_err(|bad| Some(bad.to_string())),
    };
    read.ok_or(None)
}

/// An int in its one spelling: `+1` and `01` could be cut from something else.
fn int(text: &str) -> Option<i64> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let is_canonical = text == "0" || digits.starts_with(|first: char| matches!(first, '1'..='9'));
    is_canonical.then(|| text.parse().ok()).flatten()
}

/// Reads `text` as an argument of type `scalar`: as [`from_text`], but a path may be written with
/// escapes or without. In a request it may not, since the caller has to know exactly which path is
/// decided.
///
/// # Errors
/// The text is not one.
pub(super) fn argued(scalar: Scalar, text: &str) -> Result<Constant, ValueError> {
    match scalar {
        Scalar::Path => match canonical(text) {
            Ok(path) => Ok(Constant::Path(path)),
            Err(_) => Err(ValueError::new(text, Type::One(scalar))),
        },
        _ => from_text(scalar, text),
    }
}

fn argument_from_json(scalar: Scalar, json: &Json) -> Result<Constant, ValueError> {
    match (scalar, json) {
        (Scalar::Path, Json::String(text)) => argued(scalar, text),
        _ => from_json(scalar, json),
    }
}

/// Reads JSON as a value of type `scalar`: text as [`from_text`], numbers as ints or milliseconds,
/// `{"$bytes": "00ff"}` as bytes.
///
/// # Errors
/// The JSON is not one.
pub fn from_json(scalar: Scalar, json: &Json) -> Result<Constant, ValueError> {
    let refused = || ValueError::new(json, Type::One(scalar));
    match (scalar, json) {
        (Scalar::Bool, Json::Bool(truth)) => Ok(Constant::Bool(*truth)),
        (Scalar::Bool | Scalar::Int, Json::String(_)) => Err(refused()),
        (_, Json::String(text)) => from_text(scalar, text),
        (Scalar::Int, Json::Number(number)) => number.as_i64().map(Constant::Int).ok_or_else(refused),
        (Scalar::Time, Json::Number(number)) => number.as_i64().map(Constant::Time).ok_or_else(refused),
        (Scalar::Duration, Json::Number(number)) => number.as_i64().map(Constant::Duration).ok_or_else(refused),
        (Scalar::Bytes, Json::Object(object)) if object.len() == 1 => {
            let digits = object.get("$bytes").and_then(Json::as_str).ok_or_else(refused)?;
            HEXLOWER_PERMISSIVE.decode(digits.as_bytes()).map(Constant::Bytes).map_err(|_| refused())
        }
        _ => Err(refused()),
    }
}

/// A value as [`from_json`] reads it. Bytes that are not UTF-8 become `{"$bytes": "00ff"}`.
#[must_use]
pub fn to_json(constant: &Constant) -> Json {
    match constant.held() {
        Held::Bool(truth) => Json::from(truth),
        Held::Number(number) => Json::from(number),
        Held::Bytes(_) | Held::Address(_) => match String::from_utf8(constant.text()) {
            Ok(text) => Json::from(text),
            Err(not_text) => serde_json::json!({ "$bytes": HEXLOWER_PERMISSIVE.encode(not_text.as_bytes()) }),
        },
    }
}

/// Reads an argument: one value, or a set, whose elements are separated by commas (`\,` is a comma
/// within one, `\\` a backslash) or are a JSON list.
///
/// # Errors
/// The text is not a value of the type. An element without text could be a comma too many, so it is
/// only taken from JSON.
///
/// ```
/// use placet::document::value::argument_from_text;
/// use placet::model::types::{Scalar, Type};
/// let ints = argument_from_text(Type::Set(Scalar::Int), "1, 2");
/// assert_eq!(ints, argument_from_text(Type::Set(Scalar::Int), "[1, 2]"));
/// assert!(argument_from_text(Type::Set(Scalar::String), "a,").is_err());
/// ```
pub fn argument_from_text(ty: impl Into<ParameterType>, text: &str) -> Result<Argument, ValueError> {
    match ty.into() {
        ParameterType::Value(ty) => value_argument(ty, text),
        ParameterType::Network => network(text),
    }
}

/// `10.0.0.0/8`, or one address.
pub(super) fn network(text: &str) -> Result<Argument, ValueError> {
    literals::network_of(text).map(Argument::Network).ok_or_else(|| {
        let refused = ValueError::new(text, ParameterType::Network);
        refused.instead("write its first address and the number of bits, such as `10.0.0.0/8`")
    })
}

fn value_argument(ty: Type, text: &str) -> Result<Argument, ValueError> {
    match ty {
        Type::One(scalar) => argued(scalar, text).map(Argument::One),
        Type::Set(scalar) if text.trim_start().starts_with('[') => {
            let json = crate::syntax::map::from_json_text(text).ok();
            match json.as_ref().and_then(Json::as_array) {
                Some(elements) => {
                    elements.iter().map(|element| argument_from_json(scalar, element)).collect::<Result<_, _>>()
                }
                None => Err(ValueError::new(text, ty)
                    .instead("a text that begins with `[` is a JSON list; `\\[` is the bracket itself")),
            }
            .map(Argument::Set)
        }
        Type::Set(scalar) => between_commas(text)
            .into_iter()
            .map(|element| match element.trim() {
                "" => Err(ValueError::new(text, ty)
                    .instead("an element is empty; write JSON if that is meant: `[\"\"]`, `[]`")),
                element => argued(scalar, element),
            })
            .collect::<Result<_, _>>()
            .map(Argument::Set),
        Type::Labels => Err(ValueError::new(text, ty)),
    }
}

/// The parts between commas. A comma, a bracket or a backslash after a backslash is taken
/// literally.
fn between_commas(text: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            ',' => parts.push(String::new()),
            '\\' => {
                let escaped = characters.next_if(|next| matches!(next, ',' | '[' | '\\'));
                parts.last_mut().into_iter().for_each(|part| part.push(escaped.unwrap_or('\\')));
            }
            other => parts.last_mut().into_iter().for_each(|part| part.push(other)),
        }
    }
    parts
}

/// Reads arguments for `template` from pairs of name and text, as [`argument_from_text`] does.
///
/// # Errors
/// A text is not a value of its parameter's type. Unknown and missing names are found when the
/// template is compiled.
pub fn arguments_from_text<'a>(
    template: &Template,
    pairs: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> Result<Arguments, ArgumentError> {
    read_arguments(template, pairs, |ty, text| argument_from_text(ty, text))
}

/// Reads arguments for `template` from a JSON object; a set is a list.
///
/// # Errors
/// As [`arguments_from_text`].
pub fn arguments_from_json(
    template: &Template,
    object: &serde_json::Map<String, Json>,
) -> Result<Arguments, ArgumentError> {
    let pairs = object.iter().map(|(name, value)| (name.as_str(), value));
    read_arguments(template, pairs, |ty, json| match (ty, json) {
        (ParameterType::Network, Json::String(text)) => network(text),
        (ParameterType::Network, json) => Err(ValueError::new(json, ty)),
        (ParameterType::Value(ty), json) => value_argument_from_json(ty, json),
    })
}

fn value_argument_from_json(ty: Type, json: &Json) -> Result<Argument, ValueError> {
    match (ty, json) {
        (Type::Set(scalar), Json::Array(elements)) => elements
            .iter()
            .map(|element| argument_from_json(scalar, element))
            .collect::<Result<_, _>>()
            .map(Argument::Set),
        (Type::One(scalar), json) => argument_from_json(scalar, json).map(Argument::One),
        (Type::Set(_) | Type::Labels, json) => Err(ValueError::new(json, ty)),
    }
}

pub(super) fn read_arguments<'a, V: 'a>(
    template: &Template,
    pairs: impl IntoIterator<Item = (&'a str, V)>,
    read: impl Fn(ParameterType, &V) -> Result<Argument, ValueError>,
) -> Result<Arguments, ArgumentError> {
    let mut given = Vec::new();
    for (name, value) in pairs {
        let parameter = template.parameters.iter().find(|parameter: &&Parameter| parameter.name == name);
        let ty = parameter.ok_or_else(|| ArgumentError::unknown(template, name))?.ty;
        let argument = read(ty, &value).map_err(|error| ArgumentError {
            name: name.to_owned(),
            code: Code::BadArgument,
            why: error.to_string(),
        })?;
        given.push((name, argument));
    }
    Arguments::new(&template.parameters, given).map_err(|errors| ArgumentError {
        name: String::new(),
        code: errors.first().map_or(Code::BadArgument, |error| error.cause.code()),
        why: errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "),
    })
}

/// Text or JSON that is not a value of the expected type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ValueError {
    found: String,
    wanted: ParameterType,
    /// The text to write instead, if the reader knows more than the type says.
    instead: Option<String>,
}

impl ValueError {
    pub(super) fn new(found: impl fmt::Display, wanted: impl Into<ParameterType>) -> Self {
        Self { found: found.to_string(), wanted: wanted.into(), instead: None }
    }

    fn instead(self, instead: impl Into<String>) -> Self {
        Self { instead: Some(instead.into()), ..self }
    }

    /// The text to write instead, if known.
    #[must_use]
    pub fn help(&self) -> Option<&str> {
        self.instead.as_deref()
    }
}

impl fmt::Display for ValueError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let found = excerpt(&self.found);
        match self.wanted {
            ParameterType::Value(Type::One(scalar)) => write!(f, "`{found}` is not {}", scalar.with_article()),
            ParameterType::Value(Type::Set(_) | Type::Labels) | ParameterType::Network => {
                write!(f, "`{found}` is not a {}", self.wanted)
            }
        }?;
        self.instead.iter().try_for_each(|instead| write!(f, "; {instead}"))
    }
}

impl std::error::Error for ValueError {}

/// An argument that does not fit its parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArgumentError {
    /// The parameter; empty if several things are wrong.
    pub name: String,
    /// Which kind of mistake it is.
    pub code: Code,
    /// The mistake.
    pub why: String,
}

impl ArgumentError {
    /// The same as a diagnostic in the source of `template`, at the block's name.
    #[must_use]
    pub fn diagnostic(&self, template: &Template) -> Diagnostic {
        Diagnostic::new(self.code, template.at, self.to_string())
    }

    fn unknown(template: &Template, name: &str) -> Self {
        let known: Vec<_> = template.parameters.iter().map(|parameter| parameter.name.as_str()).collect();
        let why = match known.as_slice() {
            [] => format!("`{}` has no parameters", template.name),
            known => format!("`{}` has no such parameter; it has `{}`", template.name, known.join("`, `")),
        };
        Self { name: name.to_owned(), code: Code::UnknownArgument, why }
    }
}

impl fmt::Display for ArgumentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.name.is_empty() {
            f.write_str(&self.why)
        } else {
            write!(f, "argument `{}`: {}", excerpt(&self.name), self.why)
        }
    }
}

impl std::error::Error for ArgumentError {}
