//! rhai: a script that is one expression, parsed when the token arrives; many rules are one `switch`.

use std::sync::LazyLock;

use rhai::{AST, Array, Dynamic, Engine as Machine, Map, Scope};

use super::engine::Engine;
use crate::apps::App;
use crate::contender::UnsupportedError;
use crate::question::{Ask, Question, Value};

/// Rhai.
#[derive(Clone, Copy)]
pub struct Rhai;

static MACHINE: LazyLock<Machine> = LazyLock::new(|| {
    let mut machine = Machine::new();
    // Its limit is below ten permissions in one expression.
    machine.set_max_expr_depths(0, 0);
    machine
});

impl Engine for Rhai {
    type Program = AST;
    type Request = Scope<'static>;

    const NAME: &'static str = "rhai";
    const PACKAGE: &'static str = "rhai";
    const ABOUT: &'static str =
        "a script as text in the native envelope; evaluated on its tree; many rules as one `switch`";

    fn policy(self, question: Question) -> Result<Vec<u8>, UnsupportedError> {
        let text = match question {
            Question::S1 => include_str!("../../policies/s1.rhai").to_owned(),
            Question::S2 => return Err("it has no regular expressions"),
            Question::S2p => {
                include_str!("../../policies/s2.rhai").replace("{dc}", r#"labels["dc"].starts_with("eu-")"#)
            }
            Question::S3 => include_str!("../../policies/s3.rhai").to_owned(),
            Question::App(App::Github) => include_str!("../../policies/github.rhai").to_owned(),
            Question::App(App::Gdrive) => include_str!("../../policies/gdrive.rhai").to_owned(),
            Question::App(App::Tinytodo) => include_str!("../../policies/tinytodo.rhai").to_owned(),
            Question::Rules(n) => {
                let rule = |i| format!("\"cache-{i}\" => key.starts_with(\"k-{i}/\"),\n");
                format!("switch cache {{\n{}_ => false\n}}", (0..n).map(rule).collect::<String>())
            }
        };
        Ok(text.into_bytes())
    }

    fn load(self, _question: Question, policy: &[u8]) -> AST {
        let text = std::str::from_utf8(policy).expect("a policy of ours");
        MACHINE.compile(text).expect("a policy of ours")
    }

    fn request(self, _question: Question, ask: &Ask) -> Scope<'static> {
        let mut scope = Scope::new();
        for (name, value) in &ask.fields {
            let value = match value {
                Value::Text(text) => Dynamic::from(text.clone()),
                Value::Number(number) => Dynamic::from(*number),
                Value::Ip(ip) => Dynamic::from(i64::from(u32::from(*ip))),
                Value::Labels(labels) => {
                    let pairs = labels.iter().map(|(name, value)| (name.as_str().into(), value.clone().into()));
                    Dynamic::from(pairs.collect::<Map>())
                }
                Value::Set(texts) => Dynamic::from(texts.iter().map(|text| text.clone().into()).collect::<Array>()),
            };
            scope.push_constant_dynamic(*name, value);
        }
        scope
    }

    fn decide(self, program: &mut AST, request: &mut Scope<'static>) -> bool {
        MACHINE.eval_ast_with_scope(request, program).unwrap_or(false)
    }
}
