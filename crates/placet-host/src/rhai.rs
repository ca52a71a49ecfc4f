//! Rhai: the first host. [`register`] adds the functions to an engine; the rest is conversion.
//!
//! ```
//! use std::sync::Arc;
//! use placet_host::{self, Host};
//! use placet::token::keyring::Keyring;
//!
//! let host = Arc::new(Host::builder(Keyring::new()).vocabulary("momento").build()?);
//! let mut engine = rhai::Engine::new();
//! placet_host::rhai::register(&mut engine, &host);
//! let code: String = engine.eval("let said = (); try { TOKENGEN(#{ ttl: 1 }) } catch (error) { said = error.message; } said")?;
//! assert_eq!(code, "TOKENGEN missing capability.");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use std::sync::Arc;

use ::rhai::{Array, Blob, Dynamic, Engine, EvalAltResult, FuncRegistration, ImmutableString, Map, Position};

use super::Host;
use super::error::{Code, HostError};
use super::function::Function;
use super::handle::Handle;
use super::path::KeyPath;
use super::value::{Meter, Value};

type Answer = Result<Dynamic, Box<EvalAltResult>>;

/// Registers the functions that `host` offers with an engine. How long a script may run is up to
/// the engine: `set_max_operations`, `set_max_call_levels`, `set_max_string_size` and the like.
pub fn register(engine: &mut Engine, host: &Arc<Host>) {
    register_handle(engine);
    for function in host.functions().iter().copied() {
        for arity in function.arity() {
            register_function(engine, host, function, arity);
        }
    }
}

fn register_handle(engine: &mut Engine) {
    engine
        .register_type_with_name::<Handle>("PlacetHandle")
        .register_get("kind", |handle: &mut Handle| handle.kind())
        .register_fn("to_string", |handle: &mut Handle| handle.to_string())
        .register_fn("to_debug", |handle: &mut Handle| handle.to_string())
        .register_fn("==", |one: &mut Handle, other: Handle| *one == other)
        .register_fn("!=", |one: &mut Handle, other: Handle| *one != other);
}

fn register_function(engine: &mut Engine, host: &Arc<Host>, function: Function, arity: usize) {
    let host = Arc::clone(host);
    // Volatile: no optimizer may call a function early, or once instead of twice.
    let named = FuncRegistration::new(function.name()).with_volatility(true);
    match arity {
        1 => named.register_into_engine(engine, move |one: Dynamic| call(&host, function, &[one])),
        2 => named.register_into_engine(engine, move |one: Dynamic, two: Dynamic| call(&host, function, &[one, two])),
        _ => named.register_into_engine(engine, move |one: Dynamic, two: Dynamic, three: Dynamic| {
            call(&host, function, &[one, two, three])
        }),
    };
}

fn call(host: &Host, function: Function, arguments: &[Dynamic]) -> Answer {
    let mut reader = Reader { meter: Meter::new(host.limits()), path: KeyPath::default() };
    let arguments = arguments.iter().map(|argument| reader.read(argument)).collect::<Result<Vec<_>, _>>();
    arguments.and_then(|arguments| host.call(function, &arguments)).map(to_dynamic).map_err(|error| raise(&error))
}

/// The error as a map that a script can catch; the engine adds the position of the call.
#[expect(clippy::unnecessary_box_returns, reason = "the engine's errors are boxed")]
fn raise(error: &HostError) -> Box<EvalAltResult> {
    Box::new(EvalAltResult::ErrorRuntime(to_dynamic(error.to_value()), Position::NONE))
}

/// Reads the values of one call, counting before copying.
struct Reader {
    meter: Meter,
    path: KeyPath,
}

impl Reader {
    fn read(&mut self, value: &Dynamic) -> Result<Value, HostError> {
        if let Ok(list) = value.as_array_ref() {
            return self.list(&list);
        }
        if let Ok(map) = value.as_map_ref() {
            return self.map(&map);
        }
        self.scalar(value)
    }

    fn list(&mut self, list: &Array) -> Result<Value, HostError> {
        self.meter.enter().map_err(|error| error.at(self.path.as_str()))?;
        let mut elements = Vec::new();
        for (number, element) in list.iter().enumerate() {
            let mark = self.path.push_index(number);
            elements.push(self.read(element)?);
            self.path.cut(mark);
        }
        self.meter.leave();
        Ok(Value::List(elements))
    }

    fn map(&mut self, map: &Map) -> Result<Value, HostError> {
        self.meter.enter().map_err(|error| error.at(self.path.as_str()))?;
        let mut entries = Vec::new();
        for (key, value) in map {
            let mark = self.path.push_key(key);
            self.count(key.len())?;
            entries.push((key.to_string(), self.read(value)?));
            self.path.cut(mark);
        }
        self.meter.leave();
        Ok(Value::Map(entries))
    }

    fn scalar(&mut self, value: &Dynamic) -> Result<Value, HostError> {
        if let Ok(text) = value.as_immutable_string_ref() {
            self.count(text.len())?;
            return Ok(Value::Text(text.to_string()));
        }
        if let Ok(bytes) = value.as_blob_ref() {
            self.count(bytes.len())?;
            return Ok(Value::Bytes(bytes.to_vec()));
        }
        self.count(0)?;
        if value.is_unit() {
            return Ok(Value::Null);
        }
        let plain = value.as_bool().map(Value::Bool).or_else(|_| value.as_int().map(Value::Int));
        let plain = plain.or_else(|_| value.as_float().map(Value::Float));
        let plain = plain.or_else(|_| value.as_char().map(|letter| Value::Text(letter.to_string())));
        let handle = || value.read_lock::<Handle>().map(|handle| Value::Handle(handle.clone()));
        plain.ok().or_else(handle).ok_or_else(|| self.no_data(value.type_name()))
    }

    fn count(&mut self, bytes: usize) -> Result<(), HostError> {
        self.meter.count(bytes).map_err(|error| error.at(self.path.as_str()))
    }

    fn no_data(&self, type_name: &str) -> HostError {
        let message = format!("`{}` is a {type_name}, which is not data", self.path.shown());
        let error = HostError::new(Code::NotData, self.path.as_str(), message);
        if type_name == "timestamp" {
            return error.help("Rhai's timestamp is a stopwatch; write times as milliseconds since 1970, or as text");
        }
        error
    }
}

fn to_dynamic(value: Value) -> Dynamic {
    match value {
        Value::Null => Dynamic::UNIT,
        Value::Bool(truth) => truth.into(),
        Value::Int(number) => number.into(),
        Value::Float(number) => number.into(),
        Value::Text(text) => ImmutableString::from(text).into(),
        Value::Bytes(bytes) => Dynamic::from_blob(Blob::from(bytes)),
        Value::List(elements) => Dynamic::from_array(elements.into_iter().map(to_dynamic).collect::<Array>()),
        Value::Map(entries) => {
            let entries = entries.into_iter().map(|(key, value)| (key.into(), to_dynamic(value)));
            Dynamic::from_map(entries.collect::<Map>())
        }
        Value::Handle(handle) => Dynamic::from(handle),
    }
}
