//! What comes with a request besides the token: `{ proof: "…", approvals: ["…"] }`.

use super::error::{Code, HostError};
use super::function::Function;
use super::value::Value;
use placet::token::evidence::Evidence;
use placet::token::proof::{Approval, HolderProof, ProofError};
use placet::token::replays::ReplayGuard;

/// The proof and the approvals that a script passes on.
#[derive(Debug, Default)]
pub(super) struct Shown {
    proof: Option<HolderProof>,
    approvals: Vec<Approval>,
}

impl Shown {
    pub(super) fn evidence<'s>(&'s self, replays: Option<&'s ReplayGuard>) -> Evidence<'s> {
        let evidence = self.proof.as_ref().map_or(Evidence::NONE, Evidence::of_holder).with_approvals(&self.approvals);
        replays.map_or(evidence, |guard| evidence.refusing_replays(guard))
    }
}

/// Reads the evidence of a call. A NULL or a missing key is nothing.
pub(super) fn shown(function: Function, evidence: Option<&Value>) -> Result<Shown, HostError> {
    let entries = match evidence {
        None | Some(Value::Null) => return Ok(Shown::default()),
        Some(Value::Map(entries)) => entries,
        Some(other) => return Err(function.expects("evidence, which is a map", other)),
    };
    let mut shown = Shown::default();
    for (key, value) in entries {
        match (key.as_str(), value) {
            (_, Value::Null) => {}
            ("proof", Value::Text(text)) => {
                shown.proof = Some(HolderProof::parse(text).map_err(|error| wrong(error).at("proof"))?);
            }
            ("approvals", Value::List(list)) => {
                for (number, one) in list.iter().enumerate() {
                    let approval =
                        approval(function, one).map_err(|error| error.at(&format!("approvals[{number}]")))?;
                    shown.approvals.push(approval);
                }
            }
            ("proof", other) => return Err(function.expects("a proof, a string", other).at("proof")),
            ("approvals", other) => return Err(function.expects("a list of approvals", other).at("approvals")),
            (key, _) => {
                let message = format!("{} knows no evidence of this name", function.name());
                return Err(HostError::new(Code::Argument, "", message)
                    .help("there are `proof` and `approvals`")
                    .at(key));
            }
        }
    }
    Ok(shown)
}

fn approval(function: Function, value: &Value) -> Result<Approval, HostError> {
    match value {
        Value::Text(text) => Approval::parse(text).map_err(wrong),
        other => Err(function.expects("an approval, a string", other)),
    }
}

fn wrong(error: ProofError) -> HostError {
    HostError::new(Code::Argument, "", error.to_string())
}
