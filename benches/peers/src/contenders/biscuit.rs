//! biscuit-auth: Datalog in a token, Ed25519; the service adds the request as facts and has one policy.

use std::sync::LazyLock;
use std::time::Duration;

use biscuit_auth::builder::{Fact, Term, fact};
use biscuit_auth::{Algorithm, AuthorizerBuilder, AuthorizerLimits, BlockBuilder, KeyPair, PrivateKey};

use super::SECRET;
use crate::contender::{Contender, Service, UnsupportedError};
use crate::question::{Ask, Question, Value};
use crate::workloads::EXPIRY;

/// Biscuits.
pub struct Biscuit;

static ROOT: LazyLock<KeyPair> =
    LazyLock::new(|| KeyPair::from(&PrivateKey::from_bytes(&SECRET, Algorithm::Ed25519).expect("a key has 32 bytes")));

/// Its own limits are a thousand facts and a millisecond of wall-clock time; a busy machine would turn an allow into a deny.
const LIMITS: AuthorizerLimits =
    AuthorizerLimits { max_facts: 100_000, max_iterations: 100, max_time: Duration::from_secs(60) };

impl Contender for Biscuit {
    fn name(&self) -> &'static str {
        "biscuit"
    }

    fn package(&self) -> Option<&'static str> {
        Some("biscuit-auth")
    }

    fn about(&self) -> &'static str {
        "rules in Datalog in the token, Ed25519; the request is facts, made with the builder, nothing parsed"
    }

    fn open(&self, question: Question) -> Result<Box<dyn Service>, UnsupportedError> {
        let token = match question {
            Question::S1 => include_str!("../../policies/s1.datalog").to_owned(),
            Question::S2 => include_str!("../../policies/s2.datalog").replace("{dc}", r#"$dc.matches("^eu-.*$")"#),
            Question::S2p => include_str!("../../policies/s2.datalog").replace("{dc}", r#"$dc.starts_with("eu-")"#),
            Question::S3 => include_str!("../../policies/s3.datalog").to_owned(),
            Question::Rules(n) => {
                let rights = (0..n).map(|i| format!("right(\"cache-{i}\", \"k-{i}/\");\n")).collect();
                let policy = "allow if cache($cache), right($cache, $prefix), key($key), $key.starts_with($prefix);";
                return Ok(Box::new(Held { base: authorizer(rights, policy), asks: question.asks() }));
            }
            Question::App(_) => return Err("rules of a service are not what a biscuit is for"),
        };
        let policy = "deny if denied(true); allow if granted(true);";
        let verified = build(&token);
        Ok(Box::new(Minted { token, base: authorizer(String::new(), policy), verified, asks: question.asks() }))
    }
}

fn authorizer(facts: String, policy: &str) -> AuthorizerBuilder {
    let code = format!("{facts}{policy}");
    AuthorizerBuilder::new().code(code).expect("a policy of ours").set_limits(LIMITS)
}

fn build(code: &str) -> biscuit_auth::Biscuit {
    let builder = biscuit_auth::Biscuit::builder().code(code).expect("a policy of ours");
    builder.build(&ROOT).expect("a token of ours")
}

/// The request as facts: `cache("acorns")`, `label("dc", "eu-west")`.
fn with_facts(base: &AuthorizerBuilder, ask: &Ask) -> AuthorizerBuilder {
    let add = |builder: AuthorizerBuilder, fact: Fact| builder.fact(fact).expect("a fact of ours");
    ask.fields.iter().fold(base.clone(), |builder, (name, value)| match value {
        Value::Labels(labels) => labels.iter().fold(builder, |builder, (name, value)| {
            add(builder, fact("label", &[Term::Str(name.clone()), Term::Str(value.clone())]))
        }),
        Value::Text(text) => add(builder, fact(name, &[Term::Str(text.clone())])),
        Value::Number(now) if *name == "now" => {
            add(builder, fact("time", &[Term::Date((*now / 1000).cast_unsigned())]))
        }
        Value::Number(number) => add(builder, fact(name, &[Term::Integer(*number)])),
        Value::Ip(ip) => add(builder, fact(name, &[Term::Integer(i64::from(u32::from(*ip)))])),
        Value::Set(_) => builder,
    })
}

fn allows(token: &biscuit_auth::Biscuit, builder: AuthorizerBuilder) -> bool {
    builder.build(token).is_ok_and(|mut authorizer| authorizer.authorize().is_ok())
}

struct Minted {
    token: String,
    base: AuthorizerBuilder,
    verified: biscuit_auth::Biscuit,
    asks: Vec<Ask>,
}

impl Service for Minted {
    fn rows(&self) -> usize {
        self.asks.len()
    }

    fn mint(&mut self) -> Option<String> {
        build(&self.token).to_base64().ok()
    }

    fn cold(&mut self, text: &str, row: usize) -> bool {
        let token = biscuit_auth::Biscuit::from_base64(text, ROOT.public());
        token.is_ok_and(|token| allows(&token, with_facts(&self.base, &self.asks[row])))
    }

    fn warm(&mut self, row: usize) -> bool {
        allows(&self.verified, with_facts(&self.base, &self.asks[row]))
    }

    fn attenuate(&mut self, text: &str, nth: usize) -> Option<String> {
        let token = biscuit_auth::UnverifiedBiscuit::from_base64(text).ok()?;
        let until = EXPIRY / 1000 + nth as i64;
        // As text: the builder of a check is no shorter, and a holder does this once.
        let block = BlockBuilder::new().code(format!("check if time($time), $time < {}", date(until))).ok()?;
        token.append(block).ok()?.to_base64().ok()
    }
}

/// A time of the first minute of 2027.
fn date(seconds: i64) -> String {
    format!("2027-01-01T00:00:{:02}Z", seconds - EXPIRY / 1000)
}

struct Held {
    base: AuthorizerBuilder,
    asks: Vec<Ask>,
}

impl Service for Held {
    fn rows(&self) -> usize {
        self.asks.len()
    }

    fn warm(&mut self, row: usize) -> bool {
        let authorizer = with_facts(&self.base, &self.asks[row]).build_unauthenticated();
        authorizer.is_ok_and(|mut authorizer| authorizer.authorize().is_ok())
    }
}
