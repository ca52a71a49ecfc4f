//! The maps that are returned to a script: answers, and errors as a script catches them.

use super::error::HostError;
use super::value::Value;

/// An output map, written key by key.
#[derive(Debug, Default)]
pub struct Answer {
    entries: Vec<(String, Value)>,
}

impl Answer {
    /// Adds a key.
    #[must_use]
    pub fn with(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.put(key, value);
        self
    }

    /// Adds a key if there is a value.
    #[must_use]
    pub fn with_some(mut self, key: &str, value: Option<impl Into<Value>>) -> Self {
        if let Some(value) = value {
            self.put(key, value);
        }
        self
    }

    /// The same keys, after those of `other`.
    #[must_use]
    pub fn after(self, mut other: Self) -> Self {
        other.entries.extend(self.entries);
        other
    }

    /// Adds a key.
    pub fn put(&mut self, key: &str, value: impl Into<Value>) {
        self.entries.push((key.to_owned(), value.into()));
    }

    /// The finished map.
    #[must_use]
    pub fn done(self) -> Value {
        Value::Map(self.entries)
    }
}

impl HostError {
    /// The map that a script catches: `{ code, message, path, line?, column?, help?, cause?,
    /// errors? }`.
    #[must_use]
    pub fn to_value(&self) -> Value {
        let mut answer = self.own_entries();
        if !self.others.is_empty() {
            let others = self.others.iter().map(|error| error.own_entries().done());
            answer.put("errors", std::iter::once(self.own_entries().done()).chain(others).collect::<Vec<_>>());
        }
        answer.done()
    }

    fn own_entries(&self) -> Answer {
        let number = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
        Answer::default()
            .with("code", self.code)
            .with("message", self.message.as_str())
            .with("path", self.path.as_str())
            .with_some("line", self.line.map(|(line, _)| number(line)))
            .with_some("column", self.line.map(|(_, column)| number(column)))
            .with_some("help", self.help.as_deref())
            .with_some("cause", self.cause)
    }
}
