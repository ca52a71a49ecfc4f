//! Literals, and texts with splices.

use serde_json::Value;

use super::Reader;
use super::pattern::operator;
use crate::diag::code::Code;
use crate::limits;
use crate::syntax::ast::{Literal, Piece, Text};
use crate::syntax::foreign::{self, Place};
use crate::syntax::map::operators;
use crate::syntax::parse::{literal, nearest};
use crate::syntax::text::normal_pattern;
use crate::visible::excerpt;

impl Reader {
    pub(super) fn literal(&mut self, value: &Value) -> Option<Literal> {
        match value {
            Value::Bool(value) => Some(Literal::Bool(*value)),
            Value::Number(number) => match whole(number) {
                Some(int) => Some(Literal::Int(int)),
                None => {
                    self.report(
                        Code::BadLiteral,
                        format!("`{number}` is not an integer of 64 bits"),
                        "numbers are whole; write others as strings",
                    );
                    None
                }
            },
            Value::String(text) => self.plain(text).map(|text| Literal::Text(Text::plain(text))),
            other => self.expected("a literal", other),
        }
    }

    pub(super) fn literal_operator(&mut self, key: &str, value: &Value) -> Option<Literal> {
        if key == "$text" {
            return self.text_list(value).map(Literal::Text);
        }
        let known: Vec<String> = operators().collect();
        if !known.iter().any(|known| known == key) {
            let foreign = key.strip_prefix('$').and_then(|word| foreign::help(Place::MapKey, word));
            let help = match nearest(key, known.iter().map(String::as_str)) {
                _ if foreign.is_some() => foreign.unwrap_or_default(),
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("a key that begins with `$` is written `${key}`"),
            };
            self.report(Code::Map, format!("`{}` is not a pattern", excerpt(key)), help);
            return None;
        }
        if !["$string", "$bytes", "$duration", "$time"].contains(&key) {
            self.report(
                Code::Map,
                format!("`{}` is not a literal", excerpt(key)),
                "write a string, a number or a name",
            );
            return None;
        }
        let Value::String(text) = value else { return self.expected("a string", value) };
        let read = match key {
            "$string" => return self.plain(text).map(|text| Literal::Text(Text::plain(text))),
            "$bytes" => literal::bytes(text).map(Literal::Bytes),
            "$duration" => literal::duration(text).map(Literal::Duration),
            _ => literal::time(text).map(Literal::Time),
        };
        match read {
            Ok(literal) => Some(literal),
            Err(bad) => {
                self.report(Code::BadLiteral, bad.message, bad.help);
                None
            }
        }
    }

    fn plain<'t>(&mut self, text: &'t str) -> Option<&'t str> {
        if text.len() > limits::TEXT_BYTES {
            let message = format!("a string has {} bytes, more than {}", text.len(), limits::TEXT_BYTES);
            self.report(Code::TooLarge, message, "no value of a request is that long");
            return None;
        }
        Some(text)
    }

    /// `["user/", {"$name": "user"}]`
    fn text_list(&mut self, value: &Value) -> Option<Text> {
        let Value::Array(list) = value else { return self.expected("a list of strings and names", value) };
        let mut text = Text::default();
        for piece in self.each(list, Self::piece) {
            match (text.pieces.last_mut(), piece) {
                (_, Piece::Text(empty)) if empty.is_empty() => {}
                (Some(Piece::Text(before)), Piece::Text(more)) => before.push_str(&more),
                (_, piece) => text.pieces.push(piece),
            }
        }
        Some(text)
    }

    fn piece(&mut self, value: &Value) -> Option<Piece> {
        match (value, value.as_object().and_then(operator)) {
            (Value::String(text), _) => self.plain(text).map(|text| Piece::Text(text.to_owned())),
            // A splice is always a parameter, whatever its name.
            (_, Some(("$name", name))) => self.below("$name", |reader| reader.word(name)).map(Piece::Splice),
            (other, _) => self.expected("a string or a name", other),
        }
    }

    /// The text of a glob or a regular expression.
    pub(super) fn pattern_text(&mut self, value: &Value) -> Option<Text> {
        let mut text = match (value, value.as_object().and_then(operator)) {
            (Value::String(text), _) => Text::plain(self.plain(text)?),
            (_, Some(("$text", list))) => self.below("$text", |reader| reader.text_list(list))?,
            (other, _) => return self.expected("a string", other),
        };
        for piece in &mut text.pieces {
            if let Piece::Text(raw) = piece {
                match normal_pattern(raw) {
                    Some(normal) => *raw = normal,
                    None => {
                        let message = "the pattern contains an invisible character, or ends in a backslash";
                        self.report(
                            Code::BadLiteral,
                            message,
                            "write such characters as escapes of the regular expression, like `\\x{a0}`",
                        );
                        return None;
                    }
                }
            }
        }
        Some(text)
    }
}

/// A number that is exactly an integer.
fn whole(number: &serde_json::Number) -> Option<i64> {
    /// Up to here every integer is a float of its own.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    number.as_i64().or_else(|| {
        let float = number.as_f64().filter(|float| number.is_f64() && float.fract() == 0.0 && float.abs() <= EXACT)?;
        #[expect(clippy::cast_possible_truncation, reason = "it is an integer of at most 53 bits")]
        Some(float as i64)
    })
}
