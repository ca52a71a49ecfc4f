//! cel: an expression, parsed when the token arrives.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use cel::{Context, Env, Program, Value as Given};

use super::engine::Engine;
use crate::apps::App;
use crate::contender::UnsupportedError;
use crate::question::{Ask, Question, Value};

/// The Common Expression Language.
#[derive(Clone, Copy)]
pub struct Cel;

static ENV: LazyLock<Arc<Env>> = LazyLock::new(|| Arc::new(Env::stdlib()));

impl Engine for Cel {
    type Program = Program;
    type Request = Context<'static, 'static>;

    const NAME: &'static str = "cel";
    const PACKAGE: &'static str = "cel";
    const ABOUT: &'static str = "one expression as text in the native envelope; evaluated on its tree";

    fn policy(self, question: Question) -> Result<Vec<u8>, UnsupportedError> {
        let text = match question {
            Question::S1 => include_str!("../../policies/s1.cel").to_owned(),
            Question::S2 => include_str!("../../policies/s2.cel").replace("{dc}", r#"labels["dc"].matches("^eu-.*$")"#),
            Question::S2p => include_str!("../../policies/s2.cel").replace("{dc}", r#"labels["dc"].startsWith("eu-")"#),
            Question::S3 => include_str!("../../policies/s3.cel").to_owned(),
            Question::App(App::Github) => include_str!("../../policies/github.cel").to_owned(),
            Question::App(App::Gdrive) => include_str!("../../policies/gdrive.cel").to_owned(),
            Question::App(App::Tinytodo) => include_str!("../../policies/tinytodo.cel").to_owned(),
            Question::Rules(n) => {
                let rule = |i| format!("(cache == \"cache-{i}\" && key.startsWith(\"k-{i}/\"))");
                let text = (0..n).map(rule).collect::<Vec<_>>().join(" ||\n");
                Program::compile(&text).map_err(|_| "its parser refuses an expression of so many rules")?;
                text
            }
        };
        Ok(text.into_bytes())
    }

    fn load(self, _question: Question, policy: &[u8]) -> Program {
        let text = std::str::from_utf8(policy).expect("a policy of ours");
        Program::compile(text).expect("a policy of ours")
    }

    fn request(self, _question: Question, ask: &Ask) -> Context<'static, 'static> {
        let mut context = Context::with_env(Arc::clone(&ENV));
        for (name, value) in &ask.fields {
            let value = match value {
                Value::Text(text) => Given::from(text.as_str()),
                Value::Number(number) => Given::Int(*number),
                Value::Ip(ip) => Given::Int(i64::from(u32::from(*ip))),
                Value::Labels(labels) => Given::from(
                    labels.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect::<HashMap<_, _>>(),
                ),
                Value::Set(texts) => Given::from(texts.iter().map(String::as_str).collect::<Vec<_>>()),
            };
            context.add_variable_from_value(*name, value);
        }
        context
    }

    fn decide(self, program: &mut Program, request: &mut Context<'static, 'static>) -> bool {
        program.execute(request).is_ok_and(|answer| answer == Given::Bool(true))
    }
}
