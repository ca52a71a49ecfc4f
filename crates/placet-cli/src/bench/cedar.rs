//! The same requests, decided by Cedar's own command: whether both allow the same, and how long
//! Cedar says it took.
//!
//! A request becomes one of Cedar: `subject` is the principal (`Principal::"ada"`, or
//! `Principal::"anonymous"`), the action is `Action::"GET"`, `path` is the resource
//! (`Resource::"/a"`, or `Resource::"none"`), and every attribute is in the context, `time` too: an
//! address as `ip("…")`, times and durations as ms, a set as a set, labels as a record, everything
//! else as text. There are no entities.
//!
//! It fails if the command `cedar` is missing, or does not take the policy.

use std::fs::{self, DirBuilder};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Map, Value as Json, json};

use crate::inputs;
use crate::ui::{Failure, progress};
use placet::check::tree::Constant;
use placet::document::request::OwnedValue;
use placet::document::value::to_json;
use placet::model::owned::Held;
use placet::model::types::Scalar;
use placet::model::vocabulary::Vocabulary;
use placet::token::keys::{Randomness, SystemRandom};
use placet_tools::bench::{Query, Workload};

/// What Cedar said.
pub struct Cedar {
    /// The policy file.
    pub name: String,
    /// Whether it allowed each of the first requests.
    pub allowed: Vec<bool>,
    /// How long each took, in µs, as Cedar's command measures it.
    pub micros: Vec<u64>,
}

/// A process for each request is slow; this many tell whether two policies are the same.
const REQUESTS: usize = 200;

/// Cedar's exit codes.
const ALLOW: i32 = 0;
const DENY: i32 = 2;

/// Asks the requests of a workload.
///
/// # Errors
/// The command is missing, or does not take the policy or a request.
pub fn decide(path: &Path, workload: &Workload) -> Result<Cedar, Failure> {
    let files = Files::new()?;
    let mut cedar = Cedar { name: inputs::name(path), allowed: Vec::new(), micros: Vec::new() };
    let bar = progress(Some(workload.queries.len().min(REQUESTS) as u64), "{pos} of {len} requests to Cedar");
    for query in workload.queries.iter().take(REQUESTS) {
        let Some(fixture) = workload.fixtures.get(query.fixture) else { continue };
        files.write("request.json", &request(query, fixture.vocabulary()))?;
        let mut command = Command::new("cedar");
        command.args(["authorize", "--timing", "--policies"]).arg(path);
        command.arg("--entities").arg(files.path("entities.json"));
        command.arg("--request-json").arg(files.path("request.json"));
        let ran = command.output().map_err(|error| {
            Failure::new(format!("cannot run `cedar`: {error}"))
                .help("`cargo install cedar-policy-cli` installs it; to compare with a policy in Placet, name a `.placet` file")
        })?;
        let out = String::from_utf8_lossy(&ran.stdout);
        cedar.allowed.push(match ran.status.code() {
            Some(ALLOW) => true,
            Some(DENY) => false,
            _ => {
                let said = format!("{out}{}", String::from_utf8_lossy(&ran.stderr));
                return Err(Failure::new(format!("`cedar` does not decide with `{}`: {}", cedar.name, said.trim())));
            }
        });
        let took = out.lines().find_map(|line| line.strip_prefix("Authorization Time (micro seconds) :"));
        cedar.micros.extend(took.and_then(|took| took.trim().parse::<u64>().ok()));
        bar.inc(1);
    }
    bar.finish_and_clear();
    cedar.micros.sort_unstable();
    Ok(cedar)
}

impl Cedar {
    /// Whether it said the same of a request.
    pub fn agrees(&self, place: usize, verdict: &str) -> bool {
        self.allowed.get(place).is_none_or(|allowed| *allowed == (verdict == "allow"))
    }

    /// Notes for the reader.
    pub fn notes(&self, verdicts: &[&'static str]) -> Vec<String> {
        let asked = self.allowed.len();
        let same = verdicts.iter().take(asked).enumerate().filter(|(place, verdict)| self.agrees(*place, verdict));
        let mut notes = vec![format!(
            "Cedar gives the same answer, yes or no, to {} of {asked} requests with {}",
            same.count(),
            self.name
        )];
        if let (Some(median), Some(most)) = (self.micros.get(self.micros.len() / 2), self.micros.last()) {
            notes.push(format!(
                "Cedar's own time of a decision: median {median} µs, at most {most} µs; it measures each once, in whole µs, in a \
                 process of its own, after reading policies and request"
            ));
        }
        notes
    }

    /// The results as JSON.
    pub fn as_json(&self) -> Json {
        json!({ "policy": self.name, "allowed": self.allowed, "micros": self.micros })
    }
}

/// Makes a directory for its owner alone, if the system has owners.
fn private() -> DirBuilder {
    #[cfg_attr(not(unix), expect(unused_mut, reason = "there is no mode to set"))]
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
}

/// A directory for what Cedar reads from files.
struct Files {
    directory: PathBuf,
}

impl Files {
    fn new() -> Result<Self, Failure> {
        let mut number = [0; 16];
        SystemRandom.fill(&mut number).map_err(|error| Failure::new(error.to_string()))?;
        let name = format!("placet-bench-{}", data_encoding::HEXLOWER.encode(&number));
        let files = Self { directory: std::env::temp_dir().join(name) };
        // Never an existing one: in a directory that everybody shares, it could be another user's.
        private().create(&files.directory).map_err(|error| files.failed(&error))?;
        files.write("entities.json", &json!([]))?;
        Ok(files)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.join(name)
    }

    fn write(&self, name: &str, json: &Json) -> Result<(), Failure> {
        fs::write(self.path(name), json.to_string()).map_err(|error| self.failed(&error))
    }

    fn failed(&self, error: &std::io::Error) -> Failure {
        Failure::new(format!("cannot write in `{}`: {error}", self.directory.display()))
    }
}

impl Drop for Files {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.directory);
    }
}

fn request(query: &Query, vocabulary: &Vocabulary) -> Json {
    let named = |wanted: &str| {
        let field = vocabulary.field(wanted)?;
        let value = query.request.values.iter().find_map(|(other, value)| (*other == field).then_some(value))?;
        match value {
            OwnedValue::One(Constant::String(text) | Constant::Path(text)) => Some(text.clone()),
            _ => None,
        }
    };
    let entity = |kind: &str, name: &str| format!("{kind}::{}", Json::from(name));
    let attributes = query
        .request
        .values
        .iter()
        .filter_map(|(field, value)| Some((vocabulary.attribute(*field)?.name.clone(), of_value(value))));
    let mut context: Map<String, Json> = attributes.collect();
    context.insert("time".to_owned(), query.now.as_millis().into());
    json!({
        "principal": entity("Principal", named("subject").as_deref().unwrap_or("anonymous")),
        "action": entity("Action", vocabulary.action_name(query.request.action).unwrap_or_default()),
        "resource": entity("Resource", named("path").as_deref().unwrap_or("none")),
        "context": context,
    })
}

fn of_value(value: &OwnedValue) -> Json {
    match value {
        OwnedValue::One(constant) => of_constant(constant),
        OwnedValue::Set(elements) => elements.iter().map(of_constant).collect(),
        OwnedValue::Labels(labels) => {
            Json::Object(labels.iter().map(|(name, value)| (name.clone(), Json::from(value.as_str()))).collect())
        }
    }
}

fn of_constant(constant: &Constant) -> Json {
    match constant.held() {
        Held::Address(_) => json!({ "__extn": { "fn": "ip", "arg": to_json(constant) } }),
        Held::Bytes(bytes) if constant.scalar() == Scalar::Bytes => Json::from(data_encoding::HEXLOWER.encode(bytes)),
        Held::Bytes(_) | Held::Bool(_) | Held::Number(_) => to_json(constant),
    }
}
