//! The values that pass between a script and Placet: those that every scripting language has, and
//! [handles](Handle).
//!
//! A binding turns its language's values into [`Value`] and back, and counts them with a [`Meter`]
//! while it does, so that a hostile value is refused before it is copied. All other differences
//! between languages are settled here, once: which floats are integers, what NULL means, and that
//! duplicate keys are refused.

use data_encoding::HEXLOWER;
use serde_json::{Map, Value as Json};

use super::Limits;
use super::error::{Code, HostError};
use super::handle::Handle;
use super::path::KeyPath;
use placet::model::time::Time;
use placet::syntax::map::{NULL_HELP, null_is_absent};

/// A value of a script.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// NULL, nil, None, unit.
    Null,
    /// `true`
    Bool(bool),
    /// `42`
    Int(i64),
    /// `42.0`: accepted if it is a whole number.
    Float(f64),
    /// `"text"`: always literal, never a pattern.
    Text(String),
    /// Bytes that need not be text.
    Bytes(Vec<u8>),
    /// `[a, b]`
    List(Vec<Value>),
    /// `{ key: value }`, in the language's order. A duplicate key is refused.
    Map(Vec<(String, Value)>),
    /// A document, a policy or a token that Placet keeps for the script.
    Handle(Handle),
}

impl Value {
    /// Its name in messages: `a map`.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "a bool",
            Self::Int(_) => "an int",
            Self::Float(_) => "a float",
            Self::Text(_) => "a string",
            Self::Bytes(_) => "bytes",
            Self::List(_) => "a list",
            Self::Map(_) => "a map",
            Self::Handle(_) => "a handle",
        }
    }

    /// The value of a key of a map.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Self> {
        match self {
            Self::Map(entries) => entries.iter().find(|(name, _)| name == key).map(|(_, value)| value),
            _ => None,
        }
    }

    /// The text, if it is one.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }
}

macro_rules! value_from {
    ($( $from:ty => $value:expr; )*) => {
        $( impl From<$from> for Value {
            fn from(from: $from) -> Self {
                $value(from)
            }
        } )*
    };
}

value_from! {
    bool => Value::Bool;
    i64 => Value::Int;
    Time => |time: Time| Value::Int(time.as_millis());
    String => Value::Text;
    &str => |text: &str| Value::Text(text.to_owned());
    Vec<Value> => Value::List;
    Handle => Value::Handle;
}

/// JSON from outside: `{"$bytes": …}` stays the map it is, and is read where bytes are expected.
impl From<Json> for Value {
    fn from(json: Json) -> Self {
        match json {
            Json::Null => Self::Null,
            Json::Bool(truth) => Self::Bool(truth),
            Json::Number(number) => {
                number.as_i64().map_or_else(|| Self::Float(number.as_f64().unwrap_or(f64::NAN)), Self::Int)
            }
            Json::String(text) => Self::Text(text),
            Json::Array(elements) => Self::List(elements.into_iter().map(Self::from).collect()),
            Json::Object(entries) => {
                Self::Map(entries.into_iter().map(|(key, value)| (key, Self::from(value))).collect())
            }
        }
    }
}

/// The remaining budget of one call: nesting depth, number of values, bytes.
#[derive(Clone, Debug)]
pub struct Meter {
    depth: usize,
    values: usize,
    bytes: usize,
}

impl Meter {
    /// The whole budget of a call.
    #[must_use]
    pub const fn new(limits: &Limits) -> Self {
        Self { depth: limits.depth, values: limits.values, bytes: limits.bytes }
    }

    /// Counts one value with this many bytes of text; a key counts as one too.
    ///
    /// # Errors
    /// The budget is exhausted.
    pub fn count(&mut self, bytes: usize) -> Result<(), HostError> {
        let left = (self.values.checked_sub(1), self.bytes.checked_sub(bytes));
        let (Some(values), Some(bytes)) = left else {
            return Err(HostError::new(Code::TooLarge, "", "the call has more values or text than this host allows"));
        };
        (self.values, self.bytes) = (values, bytes);
        Ok(())
    }

    /// Enters a list or map.
    ///
    /// # Errors
    /// It is nested too deep.
    pub fn enter(&mut self) -> Result<(), HostError> {
        let deeper = self.depth.checked_sub(1);
        self.depth = deeper.ok_or_else(|| {
            HostError::new(Code::TooDeep, "", "lists and maps are nested deeper than this host allows")
        })?;
        Ok(())
    }

    /// Leaves it.
    pub const fn leave(&mut self) {
        self.depth += 1;
    }
}

/// The meaning of NULL as the value of a key.
#[derive(Clone, Copy, Debug)]
pub(super) enum Nulls {
    /// For the outermost keys, absence: in requests, whose missing attributes match only `absent`.
    Absent,
    /// For these outermost keys, absence; an error elsewhere, since a rule without one of its keys
    /// allows more.
    AbsentIf(&'static [&'static str]),
    /// For the outermost keys, its meaning in a token; an error elsewhere.
    OfToken,
    /// Undecided here: the reader of the map knows which of its maps is a token.
    Kept,
}

/// Turns a map of a script into the map form, and refuses ambiguous values.
pub(super) fn to_json(value: &Value, nulls: Nulls, limits: &Limits) -> Result<Json, HostError> {
    Reader { meter: Meter::new(limits), path: KeyPath::default(), nulls }.read(value)
}

struct Reader {
    meter: Meter,
    path: KeyPath,
    nulls: Nulls,
}

impl Reader {
    fn read(&mut self, value: &Value) -> Result<Json, HostError> {
        match value {
            Value::Null => self.count(0, Json::Null),
            Value::Bool(truth) => self.count(0, Json::Bool(*truth)),
            Value::Int(number) => self.count(0, Json::from(*number)),
            Value::Float(number) => {
                let whole = whole(*number).ok_or_else(|| self.refuse(Code::NotWhole, "is not a whole number"))?;
                self.count(0, Json::from(whole))
            }
            Value::Text(text) => self.count(text.len(), Json::from(text.as_str())),
            Value::Bytes(bytes) => self.count(bytes.len(), serde_json::json!({ "$bytes": HEXLOWER.encode(bytes) })),
            Value::List(elements) => self.list(elements),
            Value::Map(entries) => self.map(entries),
            Value::Handle(_) => Err(self.refuse(Code::NotData, "is a handle, which is not data")),
        }
    }

    fn count(&mut self, bytes: usize, json: Json) -> Result<Json, HostError> {
        self.meter.count(bytes).map_err(|error| error.at(self.path.as_str()))?;
        Ok(json)
    }

    fn list(&mut self, elements: &[Value]) -> Result<Json, HostError> {
        self.enter()?;
        let mut list = Vec::with_capacity(elements.len().min(64));
        for (number, element) in elements.iter().enumerate() {
            let mark = self.path.push_index(number);
            if matches!(element, Value::Null) && !matches!(self.nulls, Nulls::Kept) {
                return Err(self.refuse(Code::Null, "is null").help(NULL_HELP));
            }
            list.push(self.read(element)?);
            self.path.cut(mark);
        }
        self.meter.leave();
        Ok(Json::Array(list))
    }

    fn map(&mut self, entries: &[(String, Value)]) -> Result<Json, HostError> {
        self.enter()?;
        let mut map = Map::new();
        for (key, value) in entries {
            let mark = self.path.push_key(key);
            self.count(key.len(), Json::Null)?;
            if matches!(value, Value::Null) && !matches!(self.nulls, Nulls::Kept) {
                self.null(key, entries)?;
            } else {
                let value = self.read(value)?;
                if map.insert(key.clone(), value).is_some() {
                    return Err(self.refuse(Code::Twice, "is given twice"));
                }
            }
            self.path.cut(mark);
        }
        self.meter.leave();
        Ok(Json::Object(map))
    }

    fn null(&self, key: &str, beside: &[(String, Value)]) -> Result<(), HostError> {
        let given = |key: &str| beside.iter().any(|(name, value)| name == key && *value != Value::Null);
        let is_absent = match self.nulls {
            Nulls::Absent => true,
            Nulls::AbsentIf(keys) => keys.contains(&key),
            Nulls::OfToken => null_is_absent(key, given),
            Nulls::Kept => false,
        };
        if is_absent && self.path.is_top(key) {
            return Ok(());
        }
        Err(self.refuse(Code::Null, "is null").help(NULL_HELP))
    }

    fn enter(&mut self) -> Result<(), HostError> {
        self.meter.enter().map_err(|error| error.at(self.path.as_str()))
    }

    fn refuse(&self, code: Code, what: &str) -> HostError {
        HostError::new(code, self.path.as_str(), format!("`{}` {what}", self.path.shown()))
    }
}

/// The integer that a float represents. Above 2^53 neighbouring integers share a float, so no float
/// there represents one.
pub(super) fn whole(number: f64) -> Option<i64> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    #[expect(clippy::cast_possible_truncation, reason = "a whole number below 2^53 in both directions")]
    (number.fract().abs() < f64::EPSILON && number.abs() < EXACT).then_some(number as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(value: &Value) -> Result<Json, HostError> {
        to_json(value, Nulls::OfToken, &Limits::default())
    }

    fn map(entries: &[(&str, Value)]) -> Value {
        Value::Map(entries.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect())
    }

    #[test]
    fn a_float_is_taken_where_it_is_a_whole_number() {
        assert_eq!(whole(3600.0), Some(3600));
        assert_eq!(whole(-0.0), Some(0));
        for no in [0.5, f64::NAN, f64::INFINITY, 1e300, 9_007_199_254_740_992.0] {
            assert_eq!(whole(no), None, "{no}");
        }
        let error = read(&map(&[("ttl", Value::Float(1.5))])).unwrap_err();
        assert_eq!((error.path.as_str(), error.message.as_str()), ("ttl", "`ttl` is not a whole number"));
    }

    #[test]
    fn null_is_absent_only_where_tokengen_says_so() {
        let (null, text) = (Value::Null, Value::Text("READ".to_owned()));
        assert_eq!(
            read(&map(&[("ttl", null.clone()), ("type", text.clone())])),
            Ok(serde_json::json!({ "type": "READ" }))
        );
        assert_eq!(
            read(&map(&[("ttl", null.clone()), ("expiry", Value::Int(1))])),
            Ok(serde_json::json!({ "expiry": 1 }))
        );
        assert_eq!(
            read(&map(&[("ttl", null.clone()), ("expiry", null)])).unwrap_err().path,
            "ttl",
            "it would never end"
        );
        let nested = map(&[("permissions", Value::List(vec![map(&[("ttl", Value::Null)])]))]);
        assert_eq!(read(&nested).unwrap_err().path, "permissions[0].ttl");
        assert_eq!(read(&map(&[("deny", Value::Null)])).unwrap_err().path, "deny");
        assert_eq!(read(&map(&[("owners", Value::List(vec![Value::Null]))])).unwrap_err().path, "owners[0]");
    }

    #[test]
    fn a_key_given_twice_is_refused() {
        let twice = map(&[("ttl", Value::Int(1)), ("ttl", Value::Int(2))]);
        assert_eq!(read(&twice).unwrap_err().message, "`ttl` is given twice");
    }

    #[test]
    fn bytes_travel_as_hexadecimal_digits() {
        assert_eq!(read(&Value::Bytes(vec![0, 255])), Ok(serde_json::json!({ "$bytes": "00ff" })));
    }

    #[test]
    fn depth_number_and_bytes_are_bounded() {
        let deep = (0..1000).fold(Value::Int(1), |value, _| Value::List(vec![value]));
        assert_eq!(read(&deep).unwrap_err().code, Code::TooDeep.id());
        let wide = Value::List(vec![Value::Int(1); Limits::default().values + 1]);
        assert_eq!(read(&wide).unwrap_err().code, Code::TooLarge.id());
        let long = Value::Text("x".repeat(Limits::default().bytes + 1));
        assert_eq!(read(&long).unwrap_err().code, Code::TooLarge.id());
    }
}
