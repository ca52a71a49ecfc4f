//! What a table of a hundred thousand rows costs: reading, compiling and proving it, and a decision
//! that looks into it.
//!
//! `cargo bench --bench tables`

use std::fmt::Write as _;
use std::hint::black_box;
use std::time::{Duration, Instant};

use placet::authorize::{Authorizer, Policy};
use placet::check::library::Library;
use placet::check::table_files::TableFiles;
use placet::compile::arguments::Arguments;
use placet::document::Document;
use placet::document::mint::policy;
use placet::model::request::Request;
use placet::model::time::Time;
use placet::model::value::Value;
use placet::model::vocabulary::{ActionNo, FieldNo, Vocabulary};
use placet::syntax::ast::BlockKind;
use placet::token::keyring::Keyring;

const ROWS: usize = 100_000;
const ROUNDS: usize = 2_000_000;

const VOCABULARY: &str = "vocabulary v 1 { user: string, owner: string, team: string, action get }\n";

#[derive(Debug)]
struct File(String);

impl TableFiles for File {
    fn read(&self, _: &str) -> Result<String, String> {
        Ok(self.0.clone())
    }
}

fn held(rules: &str, file: &str) -> (Policy, std::sync::Arc<Vocabulary>, Duration) {
    let start = Instant::now();
    let library = Library::built_in().clone().with_table_files(File(file.to_owned()));
    let document = Document::from_text("p", &format!("{VOCABULARY}{rules}"), &library).unwrap();
    let compiled = document.compile(BlockKind::Policy, None, &Arguments::none()).unwrap();
    let held = policy("p", &compiled, document.vocabulary()).unwrap();
    let took = start.elapsed();
    println!("{:>9} bytes, {:?} from the file to a proved policy", compiled.program.bytes().len(), took);
    (held, document.vocabulary().clone(), took)
}

fn user(number: usize) -> String {
    format!("user-{number:06}@example.com")
}

/// Nanoseconds of a decision, the best of several rounds over users in no order.
fn decide(policy: Policy, vocabulary: &Vocabulary, users: &[(String, String)]) -> f64 {
    let (keyring, policies) = (Keyring::default(), [policy]);
    let authorizer = Authorizer::new(&keyring, vocabulary).with_policies(&policies);
    let mut best = f64::MAX;
    for _ in 0..5 {
        let start = Instant::now();
        let mut allowed = 0;
        for round in 0..ROUNDS / users.len() {
            for (user, owner) in users {
                let mut request = Request::new(vocabulary, ActionNo(0), Time::from_millis(round as i64));
                request.set(FieldNo(1), Value::String(user)).unwrap();
                request.set(FieldNo(2), Value::String(owner)).unwrap();
                request.set(FieldNo(3), Value::String("team-3")).unwrap();
                allowed += usize::from(black_box(authorizer.decide_alone(black_box(&request))).is_allow());
            }
        }
        black_box(allowed);
        best = best.min(start.elapsed().as_nanos() as f64 / ROUNDS as f64);
    }
    best
}

fn main() {
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let (mut one, mut many) = (String::from("{"), String::from("{"));
    for number in 0..ROWS {
        let comma = if number == 0 { "" } else { "," };
        let _ = write!(one, "{comma}\n\"{}\": \"{}\"", user(number), user(number / 10));
        let _ = write!(many, "{comma}\n\"{}\": [\"team-{}\", \"team-{}\"]", user(number), number % 7, number % 11 + 7);
    }
    (one.push('}'), many.push('}'));
    let users: Vec<_> = (0..10_000).map(|step| step * 61_843 % ROWS).map(|at| (user(at / 10), user(at))).collect();
    let rules = |table: &str, when: &str| {
        format!("table t: string -> {table} from \"t\"\npolicy p {{ allow {{}} when {when} }}")
    };
    let plain =
        decide_named("without a table", "policy p { allow {} when owner == user || team == \"x\" }", "", &users);
    let value = decide_named("a value, `t[owner] == user`", &rules("string", "t[owner] == user"), &one, &users);
    let set = decide_named("a set, `team in t[owner]`", &rules("set of string", "team in t[owner]"), &many, &users);
    println!("a look-up costs {:.0} ns (value), {:.0} ns (set) more", value - plain, set - plain);
}

fn decide_named(name: &str, rules: &str, file: &str, users: &[(String, String)]) -> f64 {
    println!("{name}");
    let (policy, vocabulary, _) = held(rules, file);
    let took = decide(policy, &vocabulary, users);
    println!("{took:>9.1} ns a decision\n");
    took
}
