//! regorus: Rego, compiled for its register VM; the serialized program travels.

use std::collections::BTreeMap;
use std::sync::Arc;

use regorus::languages::rego::compiler::Compiler;
use regorus::rvm::RegoVM;
use regorus::rvm::program::{DeserializationResult, Program};
use regorus::{PolicyModule, Value as Rego};

use super::engine::Engine;
use crate::apps::App;
use crate::contender::UnsupportedError;
use crate::question::{Ask, Question, Value};

/// Rego on regorus.
#[derive(Clone, Copy)]
pub struct Regorus;

const ENTRY: &str = "data.policy.allow";

impl Engine for Regorus {
    type Program = RegoVM;
    type Request = Rego;

    const NAME: &'static str = "regorus";
    const PACKAGE: &'static str = "regorus";
    const ABOUT: &'static str = "Rego compiled beforehand; the serialized program of its VM in the native envelope";

    fn policy(self, question: Question) -> Result<Vec<u8>, UnsupportedError> {
        let text = match question {
            Question::S1 => include_str!("../../policies/s1.rego").to_owned(),
            Question::S2 => {
                include_str!("../../policies/s2.rego").replace("{dc}", r#"regex.match("^eu-.*$", input.labels.dc)"#)
            }
            Question::S2p => {
                include_str!("../../policies/s2.rego").replace("{dc}", r#"startswith(input.labels.dc, "eu-")"#)
            }
            Question::S3 => include_str!("../../policies/s3.rego").to_owned(),
            Question::App(App::Github) => include_str!("../../policies/github.rego").to_owned(),
            Question::App(App::Gdrive) => include_str!("../../policies/gdrive.rego").to_owned(),
            Question::App(App::Tinytodo) => include_str!("../../policies/tinytodo.rego").to_owned(),
            Question::Rules(n) => {
                let rule =
                    |i| format!("allow if {{\n input.cache == \"cache-{i}\"\n startswith(input.key, \"k-{i}/\")\n}}\n");
                let rules: String = (0..n).map(rule).collect();
                format!("package policy\nimport rego.v1\ndefault allow := false\n{rules}")
            }
        };
        compile(&text).ok_or("its compiler has a limit below so many rules")
    }

    fn load(self, _question: Question, policy: &[u8]) -> RegoVM {
        let Ok(DeserializationResult::Complete(program)) = Program::deserialize_binary(policy) else {
            panic!("a program of ours is whole")
        };
        let mut vm = RegoVM::new();
        vm.load_program(Arc::new(program));
        vm.set_data(Rego::new_object()).expect("no data");
        vm
    }

    fn request(self, _question: Question, ask: &Ask) -> Rego {
        let value = |value: &Value| match value {
            Value::Text(text) => Rego::from(text.as_str()),
            Value::Number(number) => Rego::from(*number),
            Value::Ip(ip) => Rego::from(ip.to_string()),
            Value::Labels(labels) => {
                let pairs = labels.iter().map(|(name, value)| (Rego::from(name.as_str()), Rego::from(value.as_str())));
                Rego::from(pairs.collect::<BTreeMap<_, _>>())
            }
            Value::Set(texts) => Rego::from(texts.iter().map(|text| Rego::from(text.as_str())).collect::<Vec<_>>()),
        };
        let pairs = ask.fields.iter().map(|(name, given)| (Rego::from(*name), value(given)));
        Rego::from(pairs.collect::<BTreeMap<_, _>>())
    }

    fn decide(self, vm: &mut RegoVM, request: &mut Rego) -> bool {
        vm.set_input(request.clone());
        vm.execute_entry_point_by_index(0).is_ok_and(|answer| answer == Rego::from(true))
    }
}

fn compile(text: &str) -> Option<Vec<u8>> {
    let module = PolicyModule { id: "policy.rego".into(), content: text.into() };
    let policy = regorus::compile_policy_with_entrypoint(Rego::new_object(), &[module], ENTRY.into()).ok()?;
    Compiler::compile_from_policy(&policy, &[ENTRY]).ok()?.serialize_binary().ok()
}
