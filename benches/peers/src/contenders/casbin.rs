//! casbin: a model whose matcher is run for every line of the policy; classes of calls are roles.

use casbin::{CoreApi, DefaultModel, Enforcer, StringAdapter};

use super::engine::Engine;
use crate::contender::CanNot;
use crate::question::{Ask, Field, Question, Value};

/// Casbin.
#[derive(Clone, Copy)]
pub struct Casbin;

/// What stands between model and lines.
const AND: &str = "\n---\n";

impl Engine for Casbin {
    type Program = Enforcer;
    type Request = Vec<String>;

    const NAME: &'static str = "casbin";
    const PACKAGE: &'static str = "casbin";
    const ABOUT: &'static str = "model and policy lines as text in the native envelope; the matcher runs for each line";

    fn policy(self, question: Question) -> Result<Vec<u8>, CanNot> {
        let text = match question {
            Question::S1 => include_str!("../../policies/s1.casbin").to_owned(),
            Question::S2 | Question::S2p => return Err("its requests are tuples of texts, without labels"),
            Question::S3 => {
                return Err(
                    "it finds no address in a network without a feature, nor an hour between two others in texts",
                );
            }
            Question::App(_) => return Err("it keeps groups by itself, and takes no sets with a request"),
            Question::Rules(n) => {
                let rule = |i| format!("p, cache-{i}, k-{i}/*\n");
                let lines: String = (0..n).map(rule).collect();
                let model = "[request_definition]\nr = cache, key\n[policy_definition]\np = cache, key\n\
                             [policy_effect]\ne = some(where (p.eft == allow))\n\
                             [matchers]\nm = r.cache == p.cache && keyMatch(r.key, p.key)";
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

    fn request(self, _question: Question, ask: &Ask) -> Vec<String> {
        let text = |(_, value): &Field| match value {
            Value::Text(text) => Some(text.clone()),
            // Its numbers have 32 bits; a text of as many digits is compared alike.
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        };
        ask.fields.iter().filter_map(text).collect()
    }

    fn decide(self, program: &mut Enforcer, request: &mut Vec<String>) -> bool {
        program.enforce(request.clone()).unwrap_or(false)
    }
}
