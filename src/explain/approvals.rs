//! What came with a request besides the token, and whose approval is missing.

use super::answer::Cause;
use super::search::Program;
use super::sources::BlockSource;
use super::{Explainer, Sources};
use crate::document::request::OwnedRequest;
use crate::program::{Condition, Quorum, Test};
use placet_core::model::time::Time;
use placet_core::model::verdict::{Origin, Refusal};
use placet_core::token::evidence::Accepted;
use placet_core::token::keys::PublicKey;
use placet_core::token::verify::Scratch;

impl Explainer<'_> {
    /// Verifies once what came with a request. Other requests, which are only tried, are then
    /// decided as if its signers had signed them too.
    pub(super) fn accept(
        &self,
        request: &OwnedRequest,
        time: Time,
        scratch: &mut Scratch,
    ) -> Result<Accepted, Refusal> {
        let accepted = request.with_request(self.authorizer.vocabulary(), time, |request| match self.token {
            Some(text) => {
                let token = self.authorizer.verifier().verify(text, time, scratch)?;
                self.authorizer.accept(Some(&token), request)
            }
            None => self.authorizer.accept(None, request),
        });
        accepted.unwrap_or_else(|malformed| Err(Refusal::Request(malformed)))
    }

    /// Whose approval is missing, if the request would be allowed with it and nothing else.
    pub(super) fn unapproved(
        &self,
        request: &OwnedRequest,
        time: Time,
        accepted: &Accepted,
        scratch: &mut Scratch,
    ) -> Option<Cause> {
        let wanted = self.with_programs(time, |programs, _| missing(programs, accepted))?;
        let together = wanted.iter().flat_map(|(_, quorum)| needed_keys(quorum, accepted)).collect::<Vec<_>>();
        let mut with = |keys: &[[u8; 32]]| {
            let assumed = Accepted::assumed(accepted.approvers().iter().chain(keys).copied());
            let authorizer = self.authorizer.with_accepted(&assumed);
            Explainer { authorizer, ..*self }.decide(request, time, scratch).is_allow()
        };
        let one = wanted.iter().position(|(_, quorum)| with(&needed_keys(quorum, accepted)));
        let lacking = match one {
            Some(one) => wanted.get(one..=one)?,
            None if wanted.len() > 1 && with(&together) => wanted.as_slice(),
            None => return None,
        };
        let told = lacking.iter().filter_map(|(origin, quorum)| tell(quorum, accepted, self.sources, *origin));
        let message = told.collect::<Vec<_>>().join(", and ");
        let help = "they approve it with `placet approve`, and it is sent again with their approvals".to_owned();
        Some(Cause { name: "unapproved", message: format!("it is not approved: {message}"), help: Some(help) })
    }
}

/// Every `approved` that does not hold, once.
fn missing(programs: &[Program], accepted: &Accepted) -> Vec<(Origin, Quorum)> {
    let mut found: Vec<(Origin, Quorum)> = Vec::new();
    for program in programs {
        let tests = program.rules.iter().flat_map(|rule| &rule.tests);
        for test in tests {
            let Test::When(condition) = test else { continue };
            let mut open = vec![condition];
            while let Some(condition) = open.pop() {
                open.extend(condition.inner());
                let Condition::Approved(quorum) = condition else { continue };
                let is_known = found.iter().any(|(_, other)| other == quorum);
                if !is_known && quorum.missing(accepted.approvers()).is_some() {
                    found.push((program.origin, quorum.clone()));
                }
            }
        }
    }
    found
}

/// As many keys as are missing.
fn needed_keys(quorum: &Quorum, accepted: &Accepted) -> Vec<[u8; 32]> {
    quorum.missing(accepted.approvers()).map_or(Vec::new(), |(more, keys)| keys.take(more).copied().collect())
}

/// `1 more approval is needed, of ann or bob`
fn tell(quorum: &Quorum, accepted: &Accepted, sources: &Sources<'_>, origin: Origin) -> Option<String> {
    let (more, keys) = quorum.missing(accepted.approvers())?;
    let mut names: Vec<String> = keys.map(|key| named(key, sources.get(origin))).collect();
    names.sort_unstable();
    let all = names.len() == more;
    let names = match names.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} {} {last}", others.join(", "), if all { "and" } else { "or" }),
        None => String::new(),
    };
    let needed = if more == 1 { "1 more approval is".to_owned() } else { format!("{more} more approvals are") };
    Some(format!("{needed} needed, of {names}"))
}

/// The name of a key in the source, or its text.
fn named(key: &[u8; 32], source: Option<&BlockSource<'_>>) -> String {
    let Ok(key) = PublicKey::from_bytes(key) else { return "an invalid key".to_owned() };
    let text = key.to_string();
    let name = source.and_then(|source| source.name_of(&text)).map(str::to_owned);
    format!("`{}`", name.unwrap_or(text))
}
