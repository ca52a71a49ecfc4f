//! A host of forty lines that speaks JSON, and the calls of its tests.

use std::sync::Mutex;

use placet::model::time::Time;
use placet::token::keyring::{Keyring, MintingKey};
use placet::token::keys::LocalKey;
use placet_host::function::Function;
use placet_host::handle::Handle;
use placet_host::value::Value;
use placet_host::{Builder, Host};
use serde_json::{Value as Json, json};

pub const NOW: i64 = 1_767_225_600_000;
pub const SECRET: [u8; 32] = *b"a secret that no script may see.";

/// The second host: JSON in, JSON out. Handles stay here; a program sees their numbers.
pub struct JsonHost {
    pub host: Host,
    pub handles: Mutex<Vec<Handle>>,
}

impl JsonHost {
    pub fn new(builder: Builder) -> Self {
        Self { host: builder.build().unwrap(), handles: Mutex::default() }
    }

    pub fn call(&self, name: &str, arguments: Json) -> Result<Json, Json> {
        let function = Function::of_name(name).expect("there is such a function");
        let arguments: Vec<Value> = arguments.as_array().unwrap().iter().map(|json| self.inward(json)).collect();
        let answer = self.host.call(function, &arguments);
        answer.map(|value| self.outward(value)).map_err(|error| self.outward(error.to_value()))
    }

    pub fn inward(&self, json: &Json) -> Value {
        match json {
            Json::Object(map) if map.contains_key("handle") => {
                let number = map["handle"].as_u64().unwrap() as usize;
                Value::Handle(self.handles.lock().unwrap()[number].clone())
            }
            Json::Object(map) => Value::Map(map.iter().map(|(key, value)| (key.clone(), self.inward(value))).collect()),
            Json::Array(list) => Value::List(list.iter().map(|value| self.inward(value)).collect()),
            plain => plain.clone().into(),
        }
    }

    pub fn outward(&self, value: Value) -> Json {
        match value {
            Value::Null => Json::Null,
            Value::Bool(truth) => truth.into(),
            Value::Int(number) => number.into(),
            Value::Float(number) => number.into(),
            Value::Text(text) => text.into(),
            Value::Bytes(bytes) => bytes.into(),
            Value::List(list) => list.into_iter().map(|value| self.outward(value)).collect(),
            Value::Map(map) => map.into_iter().map(|(key, value)| (key, self.outward(value))).collect(),
            Value::Handle(handle) => {
                let mut handles = self.handles.lock().unwrap();
                handles.push(handle);
                json!({ "handle": handles.len() - 1 })
            }
        }
    }

    pub fn get(&self, name: &str, arguments: Json) -> Json {
        self.call(name, arguments).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    pub fn error(&self, name: &str, arguments: Json) -> Json {
        self.call(name, arguments).expect_err("the call should have failed")
    }

    pub fn token(&self, map: Json) -> String {
        self.get("TOKENGEN", json!([map]))["token"].as_str().unwrap().to_owned()
    }

    pub fn verdict(&self, who: impl Into<Json>, request: Json) -> String {
        self.get("AUTHORIZE", json!([who.into(), request]))["verdict"].as_str().unwrap().to_owned()
    }
}

pub fn keyring() -> Keyring {
    let mut keyring = Keyring::new();
    keyring.mint_with(MintingKey::Local(LocalKey::from_secret(&SECRET))).unwrap();
    keyring
}

pub fn builder(vocabulary: &str) -> Builder {
    Host::builder(keyring()).vocabulary(vocabulary).minting().clock(|| Time::from_millis(NOW))
}

pub fn momento() -> JsonHost {
    JsonHost::new(builder("momento"))
}

pub fn warp10() -> JsonHost {
    JsonHost::new(builder("warp10"))
}

pub fn reader() -> Json {
    json!({ "permissions": [{ "role": "ReadOnly", "cache": "acorns" }], "ttl": 60_000 })
}

pub fn get(cache: &str) -> Json {
    json!({ "action": "get", "cache": cache, "item": "oak" })
}

pub const ANN: &str = "0d0c2f6e-3f5d-4b2b-9a7e-5a1d2c3b4e5f";

pub fn read_token() -> Json {
    json!({ "type": "READ", "owner": ANN, "application": "grafana", "owners": [ANN], "ttl": 60_000 })
}

pub fn without(mut map: Json, key: &str) -> Json {
    map.as_object_mut().unwrap().shift_remove(key);
    map
}

pub fn with(mut map: Json, key: &str, value: Json) -> Json {
    map.as_object_mut().unwrap().insert(key.to_owned(), value);
    map
}
