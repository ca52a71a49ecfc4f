//! Holders of minted tokens, and the proofs and approvals that come with their requests.

use fastrand::Rng;
use placet::check::tree::{Approver, Condition, Quorum};
use placet::compile::Compiled;
use placet::model::vocabulary::Vocabulary;
use placet::token::attenuate::BlockDraft;
use placet::token::audience::Audience;
use placet::token::envelope::Token;
use placet::token::evidence::Evidence;
use placet::token::keys::{PublicKey, SigningKey};
use placet::token::mint::NewHolder;
use placet::token::proof::{Approval, HolderKey, HolderProof, ProofScope};

use super::{Asked, Time, filling};

/// Everybody who signs something, and the holder that a token has at present.
pub struct People {
    keys: Vec<SigningKey>,
    holder: Option<usize>,
}

impl People {
    /// A librarian, and three others.
    pub fn new() -> Self {
        Self { keys: (7..11).map(|seed| SigningKey::from_seed(&[seed; 32])).collect(), holder: None }
    }

    pub fn librarian(&self) -> &SigningKey {
        &self.keys[0]
    }

    /// Conditions that name keys name theirs.
    pub fn sign_for(&self, condition: &mut Condition) {
        match condition {
            Condition::Vouched(key) if *key == [7; 32] => *key = *self.librarian().public().as_bytes(),
            Condition::Approved(Quorum { needed, keys }) => {
                *keys = self.keys[..3].iter().map(|key| Approver::Key(*key.public().as_bytes())).collect();
                *needed = (*needed).min(2);
            }
            Condition::Not(inner) => self.sign_for(inner),
            Condition::All(list) | Condition::AnyOf(list) => list.iter_mut().for_each(|one| self.sign_for(one)),
            _ => {}
        }
    }

    /// Gives some tokens a holder.
    pub fn bind(&mut self, authority: &mut Compiled, random: &mut Rng) {
        if random.u8(..4) == 0 {
            authority.holder = Some(self.name(random).clone());
        }
    }

    /// Hands some tokens over.
    pub fn hand_over(&mut self, token: &Token, draft: &mut BlockDraft<'_>, random: &mut Rng) {
        if random.u8(..4) > 0 {
            return;
        }
        let before = self.holder;
        let next = self.name(random).clone();
        draft.holder = Some(match before {
            None => NewHolder::first(&next),
            Some(before) => {
                let consent = HolderKey::from(&self.keys[before]).hand_over(token, &next);
                NewHolder::after(&next, consent.expect("it signs"))
            }
        });
    }

    fn name(&mut self, random: &mut Rng) -> &PublicKey {
        let holder = random.usize(1..3);
        self.holder = Some(holder);
        self.keys[holder].public()
    }
}

/// What comes with a request.
pub struct Sent {
    pub proof: Option<HolderProof>,
    pub approvals: Vec<Approval>,
}

impl Sent {
    /// Mostly what the token needs; now and then nothing, by somebody else, or of another time.
    pub fn new(
        people: &People,
        token: &Token,
        asked: &Asked,
        (vocabulary, audience): (&Vocabulary, Audience),
        random: &mut Rng,
    ) -> Self {
        let scope = ProofScope::of(token, vocabulary, audience).expect("a token of this vocabulary");
        let digest = asked.with(vocabulary, |request| request.digest());
        let at = |random: &mut Rng, window: i64| {
            let ahead = *random.choice(&[0, 0, 0, 0, 0, 60_000, 60_001, -window, -window - 1]).unwrap();
            Time::from_millis(asked.time.saturating_add(ahead))
        };
        let by = if random.u8(..12) == 0 { Some(3) } else { people.holder };
        let proof = by.filter(|_| random.u8(..12) > 0).and_then(|by| {
            let time = at(random, 60_000);
            HolderKey::from(&people.keys[by]).prove(&scope, digest, time, &mut filling(random)).ok()
        });
        let approvals = (0..random.usize(..4)).filter_map(|_| {
            let time = if random.u8(..4) > 0 { Time::from_millis(asked.time) } else { at(random, 900_000) };
            let key = HolderKey::from(random.choice(&people.keys).unwrap());
            key.approve(&scope, digest, time, &mut filling(random)).ok()
        });
        let approvals = approvals.collect();
        Self { proof, approvals }
    }

    pub fn evidence(&self) -> Evidence<'_> {
        self.proof.as_ref().map_or(Evidence::NONE, Evidence::of_holder).with_approvals(&self.approvals)
    }
}
