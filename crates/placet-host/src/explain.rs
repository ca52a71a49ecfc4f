//! `EXPLAIN`: the verdict, the rule that gave it, and the smallest change to the request that would
//! be allowed. For an encrypted token only the number of the rule is given: its holder, who may be
//! the script, must not read it.

use serde_json::Value as Json;

use super::Host;
use super::answer::Answer;
use super::authorize::malformed;
use super::error::HostError;
use super::evidence::shown;
use super::function::Function;
use super::value::Value;
use placet::authorize::{Authorizer, Policy};
use placet::explain::{Explainer, Explanation, Sources};

impl Host {
    pub(super) fn explain(&self, who: &Value, request: &Value, evidence: Option<&Value>) -> Result<Value, HostError> {
        let shown = shown(Function::Explain, evidence)?;
        let credentials = self.credentials(Function::Explain, who)?;
        let asked = match self.asked(Function::Explain, &credentials, request)? {
            Ok(asked) => asked,
            Err(bad) => return Ok(malformed(&bad)),
        };
        let trust = self.trust();
        let policies: Vec<Policy> = credentials.policies().cloned().collect();
        let authorizer = Authorizer::with_verifier(trust.verifier(&asked.vocabulary)).with_policies(&policies);
        let sources = Sources::none();
        // A proof that was explained can still be used once.
        let evidence = shown.evidence(None);
        let explainer = Explainer::new(authorizer.with_evidence(&evidence), credentials.text(), &sources);
        let explainer = if credentials.is_encrypted() { explainer.closed() } else { explainer };
        Ok(told(&explainer.explain(&asked.request, asked.time)))
    }
}

/// The explanation as a map, with the keys of `AUTHORIZE`.
fn told(explanation: &Explanation) -> Value {
    let cause = explanation.cause.as_ref();
    Answer::default()
        .with("verdict", explanation.verdict)
        .with("allowed", explanation.verdict == "allow")
        .with_some("decided", explanation.decided.as_ref().map(value_of))
        .with_some("cause", cause.map(|cause| cause.name))
        .with_some("message", cause.map(|cause| cause.message.as_str()))
        .with_some("help", cause.and_then(|cause| cause.help.as_deref()))
        .with_some("nearest", explanation.nearest.as_ref().map(value_of))
        .done()
}

/// Everything with a JSON form has a value.
fn value_of(part: &impl serde::Serialize) -> Value {
    serde_json::to_value(part).unwrap_or(Json::Null).into()
}
