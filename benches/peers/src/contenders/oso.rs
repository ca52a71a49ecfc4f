//! oso: Polar; rules whose heads are matched against the request's values in their order.

use oso::{Oso as Machine, PolarValue};

use super::engine::Engine;
use crate::apps::App;
use crate::contender::UnsupportedError;
use crate::question::{Ask, Question, Value};

/// Polar on oso.
#[derive(Clone, Copy)]
pub struct Oso;

/// Without such a rule it prints a warning whenever a policy is loaded; its `allow` itself has three arguments, no more.
const QUIET: &[u8] = b"allow_request(_, _) if false;\n";

impl Engine for Oso {
    type Program = Machine;
    type Request = Vec<PolarValue>;

    const NAME: &'static str = "oso";
    const PACKAGE: &'static str = "oso";
    const ABOUT: &'static str =
        "Polar as text in the native envelope; a logic program, one rule for each class of calls";

    fn policy(self, question: Question) -> Result<Vec<u8>, UnsupportedError> {
        let text = match question {
            Question::S1 => include_str!("../../policies/s1.polar").to_owned(),
            Question::S2 => return Err("it has no regular expressions"),
            Question::S2p => include_str!("../../policies/s2.polar").to_owned(),
            Question::S3 => include_str!("../../policies/s3.polar").to_owned(),
            Question::App(App::Github) => include_str!("../../policies/github.polar").to_owned(),
            Question::App(App::Gdrive) => include_str!("../../policies/gdrive.polar").to_owned(),
            Question::App(App::Tinytodo) => include_str!("../../policies/tinytodo.polar").to_owned(),
            Question::Rules(n) => {
                let rule = |i| format!("granted(\"cache-{i}\", key) if key.starts_with(\"k-{i}/\");\n");
                (0..n).map(rule).collect()
            }
        };
        Ok([text.as_bytes(), QUIET].concat())
    }

    fn load(self, _question: Question, policy: &[u8]) -> Machine {
        let mut machine = Machine::new();
        machine.load_str(std::str::from_utf8(policy).expect("a policy of ours")).expect("a policy of ours");
        machine
    }

    fn request(self, _question: Question, ask: &Ask) -> Vec<PolarValue> {
        let string = |text: &String| PolarValue::String(text.clone());
        let value = |value: &Value| match value {
            Value::Text(text) => string(text),
            Value::Number(number) => PolarValue::Integer(*number),
            Value::Ip(ip) => PolarValue::Integer(i64::from(u32::from(*ip))),
            Value::Labels(labels) => {
                let pair = |(name, value): &(String, String)| PolarValue::List(vec![string(name), string(value)]);
                PolarValue::List(labels.iter().map(pair).collect())
            }
            Value::Set(texts) => PolarValue::List(texts.iter().map(string).collect()),
        };
        ask.fields.iter().map(|(_, given)| value(given)).collect()
    }

    fn decide(self, program: &mut Machine, request: &mut Vec<PolarValue>) -> bool {
        // Arguments are a tuple, whose length a type knows.
        let mut query = match &request[..] {
            [a, b] => program.query_rule("granted", (a.clone(), b.clone())),
            [a, b, c, d] => program.query_rule("granted", (a.clone(), b.clone(), c.clone(), d.clone())),
            [a, b, c, d, e] => program.query_rule("granted", (a.clone(), b.clone(), c.clone(), d.clone(), e.clone())),
            _ => unreachable!("no question has another number of fields"),
        };
        query.as_mut().is_ok_and(|query| matches!(query.next_result(), Some(Ok(_))))
    }
}
