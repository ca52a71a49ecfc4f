//! casbin: a model whose matcher is run for every line of the policy; classes of calls are roles.

use casbin::{CoreApi, DefaultModel, Enforcer, StringAdapter};
use rhai::{Array, Dynamic, Map};

use super::engine::Engine;
use crate::apps::App;
use crate::contender::UnsupportedError;
use crate::question::{Ask, Field, Question, Value};

/// Casbin.
#[derive(Clone, Copy)]
pub struct Casbin;

/// What stands between model and lines.
const AND: &str = "---\n";

impl Engine for Casbin {
    type Program = Enforcer;
    type Request = Vec<Dynamic>;

    const NAME: &'static str = "casbin";
    const PACKAGE: &'static str = "casbin";
    const ABOUT: &'static str = "model and policy lines as text in the native envelope; the matcher runs for each line";

    fn policy(self, question: Question) -> Result<Vec<u8>, UnsupportedError> {
        let text = match question {
            Question::S1 => include_str!("../../policies/s1.casbin").to_owned(),
            Question::S2 => {
                include_str!("../../policies/s2.casbin").replace("{dc}", r#"regexMatch(r.labels["dc"], "^eu-.*$")"#)
            }
            Question::S2p => {
                include_str!("../../policies/s2.casbin").replace("{dc}", r#"keyMatch(r.labels["dc"], "eu-*")"#)
            }
            Question::S3 => include_str!("../../policies/s3.casbin").to_owned(),
            Question::App(App::Github) => include_str!("../../policies/github.casbin").to_owned(),
            Question::App(App::Gdrive) => include_str!("../../policies/gdrive.casbin").to_owned(),
            Question::App(App::Tinytodo) => include_str!("../../policies/tinytodo.casbin").to_owned(),
            Question::Rules(n) => {
                let rule = |i| format!("p, cache-{i}, k-{i}/*\n");
                let lines: String = (0..n).map(rule).collect();
                let model = "[request_definition]\nr = cache, key\n[policy_definition]\np = cache, key\n\
                             [policy_effect]\ne = some(where (p.eft == allow))\n\
                             [matchers]\nm = r.cache == p.cache && keyMatch(r.key, p.key)\n";
                format!("{model}{AND}{lines}")
            }
        };
        Ok(text.into_bytes())
    }

    fn load(self, _question: Question, policy: &[u8]) -> Enforcer {
        let text = std::str::from_utf8(policy).expect("a policy of ours");
        let (model, lines) = text.split_once(AND).expect("a model and lines");
        pollster::block_on(async {
            let model = DefaultModel::from_str(model).await?;
            Enforcer::new(model, StringAdapter::new(lines)).await
        })
        .expect("a policy of ours")
    }

    fn request(self, _question: Question, ask: &Ask) -> Vec<Dynamic> {
        let value = |(_, value): &Field| match value {
            Value::Text(text) => Dynamic::from(text.clone()),
            // Its numbers have 32 bits; of an instant, the text of as many digits is compared alike.
            Value::Number(number) => {
                i32::try_from(*number).map_or_else(|_| Dynamic::from(number.to_string()), Dynamic::from)
            }
            Value::Ip(ip) => Dynamic::from(ip.to_string()),
            Value::Labels(labels) => {
                let pairs = labels.iter().map(|(name, value)| (name.as_str().into(), value.clone().into()));
                Dynamic::from(pairs.collect::<Map>())
            }
            Value::Set(texts) => Dynamic::from(texts.iter().map(|text| text.clone().into()).collect::<Array>()),
        };
        ask.fields.iter().map(value).collect()
    }

    fn decide(self, program: &mut Enforcer, request: &mut Vec<Dynamic>) -> bool {
        program.enforce(request.clone()).unwrap_or(false)
    }
}
