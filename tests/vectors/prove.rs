//! Proofs of holders and approvals: made, and read again.

use placet::authorize::Authorizer;
use placet::document::request;
use placet::model::owned::OwnedRequest;
use placet::model::time::Time;
use placet::token::audience::Audience;
use placet::token::envelope::Token;
use placet::token::evidence::Evidence;
use placet::token::keys::SigningKey;
use placet::token::proof::{Approval, HolderKey, HolderProof, ProofScope};
use placet::token::verify::{Scratch, Verifier};
use serde_json::{Value, json};

use super::make::{NOW, Templates, good, hex, holder, keyring, librarian, seeds, signing, words};
use super::page::json_of;

/// What is signed, and when.
struct Signing<'s> {
    templates: &'s Templates,
    token: Token,
    request: &'s str,
}

impl Signing<'_> {
    fn request(&self) -> OwnedRequest {
        request::from_json(self.templates.vocabulary(), &json_of("requests.json")[self.request]).expect("a request")
    }

    fn digest(&self) -> placet::model::digest::RequestDigest {
        let digest = self.request().with_request(self.templates.vocabulary(), NOW, |request| request.digest());
        digest.expect("its values fit")
    }

    fn scope(&self) -> ProofScope {
        ProofScope::of(&self.token, self.templates.vocabulary(), Audience::NONE).expect("a token")
    }

    fn proof(&self, key: &SigningKey, at: Time) -> HolderProof {
        HolderKey::from(key).prove(&self.scope(), self.digest(), at, &mut seeds("proof")).expect("it signs")
    }

    fn approval(&self, key: &SigningKey, at: Time) -> Approval {
        HolderKey::from(key).approve(&self.scope(), self.digest(), at, &mut seeds("approval")).expect("it signs")
    }

    /// An entry of `proofs.json`, with what this build says.
    fn entry(&self, name: &str, proof: Option<HolderProof>, approvals: &[Approval]) -> Value {
        let mut entry = json!({
            "name": name,
            "token": self.token.text(),
            "request": self.request,
            "at": NOW.as_millis(),
            "digest": hex(&self.digest().0),
            "approvals": approvals.iter().map(Approval::text).collect::<Vec<_>>(),
        });
        if let Some(proof) = proof {
            entry["proof"] = json!(proof.text());
            entry["id"] = json!(hex(&proof.id().0));
        }
        let verdict = decide(self.templates, &entry);
        entry.as_object_mut().expect("a map").extend(verdict);
        entry
    }
}

/// `proofs.json`
pub fn proofs() -> Value {
    let templates = Templates::read();
    let ours = |name: &str| good(&templates).into_iter().find(|good| good.name == name).expect("a good token").token;
    let (minute, moment) = (std::time::Duration::from_secs(60), std::time::Duration::from_millis(1));
    let mut entries = Vec::new();
    for word in ["local", "public"] {
        let of = |name: &str, request| {
            let token = ours(&format!("{word}, {name}"));
            Signing { templates: &templates, token, request }
        };
        let (read, remove) = (of("of a holder", "read"), of("of a holder", "remove"));
        let handed = of("handed over", "read");
        let named = |name: &str| format!("{word}, {name}");
        let proved = |signing: &Signing<'_>| Some(signing.proof(&holder(), NOW));
        let both = [remove.approval(&librarian(), NOW), remove.approval(&signing(), NOW)];
        let old = NOW - std::time::Duration::from_secs(15 * 60);
        entries.extend([
            read.entry(&named("without a proof"), None, &[]),
            read.entry(&named("with a proof"), proved(&read), &[]),
            read.entry(&named("with the proof of a stranger"), Some(read.proof(&signing(), NOW)), &[]),
            read.entry(&named("with the proof of another request"), proved(&remove), &[]),
            read.entry(&named("a minute old"), Some(read.proof(&holder(), NOW - minute)), &[]),
            read.entry(&named("older"), Some(read.proof(&holder(), NOW - minute - moment)), &[]),
            read.entry(&named("dated a minute ahead"), Some(read.proof(&holder(), NOW + minute)), &[]),
            read.entry(&named("dated further ahead"), Some(read.proof(&holder(), NOW + minute + moment)), &[]),
            handed.entry(
                &named("handed over, with the proof of the new holder"),
                Some(handed.proof(&librarian(), NOW)),
                &[],
            ),
            handed.entry(&named("handed over, with the proof of the old one"), proved(&handed), &[]),
            remove.entry(&named("not approved"), proved(&remove), &[]),
            remove.entry(&named("approved by one"), proved(&remove), &both[..1]),
            remove.entry(&named("approved by one, twice"), proved(&remove), &[both[0], both[0]]),
            remove.entry(&named("approved by two"), proved(&remove), &both),
            remove.entry(&named("approved by two, without a proof"), None, &both),
            remove.entry(
                &named("approved by a stranger too"),
                proved(&remove),
                &[both[0], remove.approval(&holder(), NOW)],
            ),
            remove.entry(
                &named("approved fifteen minutes ago"),
                proved(&remove),
                &[both[0], remove.approval(&signing(), old)],
            ),
            remove.entry(&named("approved before that"), proved(&remove), &[remove.approval(&signing(), old - moment)]),
            remove.entry(&named("approved for another request"), proved(&remove), &[read.approval(&signing(), NOW)]),
        ]);
    }
    entries.into()
}

/// What this build says to an entry, read as another implementation would.
fn decide(templates: &Templates, entry: &Value) -> serde_json::Map<String, Value> {
    let text = |key: &str| entry[key].as_str().expect("a text");
    let (keyring, vocabulary) = (keyring(), templates.vocabulary());
    let authorizer = Authorizer::with_verifier(Verifier::new(&keyring, vocabulary));
    let proof = entry["proof"].as_str().map(|text| HolderProof::parse(text).expect("a proof"));
    let approvals = entry["approvals"].as_array().expect("a list").iter();
    let approvals: Vec<_> =
        approvals.map(|one| Approval::parse(one.as_str().expect("a text")).expect("an approval")).collect();
    let evidence = proof.as_ref().map_or(Evidence::NONE, Evidence::of_holder).with_approvals(&approvals);
    let request = request::from_json(vocabulary, &json_of("requests.json")[text("request")]).expect("a request");
    let at = Time::from_millis(entry["at"].as_i64().expect("a time"));
    let verdict = request.with_request(vocabulary, at, |request| {
        authorizer.authorize_with_proof(text("token"), request, &evidence, &mut Scratch::new()).verdict()
    });
    words(verdict.expect("its values fit"))
}

#[test]
fn every_proof_has_its_verdict() {
    let templates = Templates::read();
    let entries = json_of("proofs.json");
    let entries = entries.as_array().expect("a list");
    for entry in entries {
        for (key, value) in decide(&templates, entry) {
            assert_eq!(entry[&key], value, "{}: {key}", entry["name"]);
        }
    }
    let of = |word: &str| entries.iter().filter(|entry| entry["verdict"] == word).count();
    assert_eq!([of("allow"), of("not_permitted"), of("refused")], [12, 8, 18]);
}
