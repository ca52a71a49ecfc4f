//! The content of the tokens of a run, the tokens, and the JSON that scripts read.

use serde_json::{Map, Value as Json};

use super::defaults::Defaults;
use super::options::{Kinds, Options};
use super::{WorfError, random_uuid, uuid_texts};
use crate::java_compat::{hash_order, uuid_to_text};
use crate::keys::TokenKeys;
use crate::token::{Pairs, ReadToken, Token, WriteToken};
use placet::model::time::Time;
use placet::token::keys::{Randomness, RandomnessError};

/// All that is needed to mint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// Which tokens to mint.
    pub kinds: Kinds,
    /// The application of the tokens.
    pub application: String,
    /// The applications that the READ token reads; an empty list means all.
    pub applications: Vec<String>,
    /// The producer of the series.
    pub producer: [u8; 16],
    /// The producers whose series the READ token reads; an empty list means all.
    pub producers: Vec<[u8; 16]>,
    /// The owner of the series.
    pub owner: [u8; 16],
    /// The owners whose series the READ token reads; an empty list means all.
    pub owners: Vec<[u8; 16]>,
    /// In ms.
    pub ttl: i64,
    /// Labels of both.
    pub labels: Pairs,
}

impl Order {
    /// The defaults that it leaves to later runs.
    #[must_use]
    pub fn to_defaults(&self) -> Defaults {
        Defaults { application: Some(self.application.clone()), producer: Some(self.producer), owner: Some(self.owner) }
    }

    /// Fills the options up with defaults and random UUIDs.
    ///
    /// # Errors
    /// An option is missing, the lifetime exceeds the clock, or the random source failed.
    pub fn of(
        options: &Options,
        defaults: &Defaults,
        now: Time,
        random: &mut impl Randomness,
    ) -> Result<Self, WorfError> {
        let missing = |option: &str| WorfError::new(format!("The option '{option}' is missing"));
        // An empty name counts as absent.
        let names = [&options.application, &defaults.application].into_iter().flatten();
        let application = names.into_iter().find(|name| !name.is_empty()).cloned().ok_or_else(|| missing("a"))?;
        let producer =
            if options.new_producer { Some(new_uuid(random)?) } else { options.producer.or(defaults.producer) };
        let producer = producer.ok_or_else(|| missing("puid"))?;
        // If the producer is not the default one, the default owner does not apply.
        let by_default = if producer == defaults.producer.unwrap_or(producer) { defaults.owner } else { None };
        let owner =
            if options.new_owner { new_uuid(random)? } else { options.owner.or(by_default).unwrap_or(producer) };
        let ttl = options.ttl.ok_or_else(|| missing("ttl"))?;
        check_ttl(ttl, now)?;
        Ok(Self {
            kinds: options.kinds,
            applications: options.applications.clone().unwrap_or_else(|| vec![application.clone()]),
            application,
            producer,
            producers: options.producers.clone().unwrap_or_default(),
            owner,
            owners: options.owners.clone().unwrap_or_else(|| vec![owner]),
            ttl,
            labels: options.labels.clone(),
        })
    }

    /// The READ token.
    #[must_use]
    pub fn read(&self, now: Time) -> Token {
        Token::Read(ReadToken {
            issuance: now.as_millis(),
            expiry: now.as_millis().saturating_add(self.ttl),
            application: Some(self.application.clone()),
            applications: self.applications.clone(),
            owners: self.owners.iter().map(|id| id.to_vec()).collect(),
            producers: self.producers.iter().map(|id| id.to_vec()).collect(),
            billed: self.producer.to_vec(),
            labels: some(&self.labels),
            ..ReadToken::default()
        })
    }

    /// The WRITE token.
    #[must_use]
    pub fn write(&self, now: Time) -> Token {
        Token::Write(WriteToken {
            issuance: now.as_millis(),
            expiry: now.as_millis().saturating_add(self.ttl),
            producer: self.producer.to_vec(),
            owner: self.owner.to_vec(),
            application: self.application.clone(),
            labels: some(&self.labels),
            ..WriteToken::default()
        })
    }

    /// Mints, and returns the result in Worf's JSON.
    #[must_use]
    pub fn mint(&self, keys: &TokenKeys, now: Time) -> Json {
        let mut all = Map::new();
        if self.kinds != Kinds::Write {
            let mut one = self.entry(keys, &self.read(now));
            one.insert("applications".to_owned(), self.applications.clone().into());
            one.insert("owners".to_owned(), uuid_texts(&self.owners).into());
            one.insert("producer".to_owned(), uuid_to_text(&self.producer).into());
            one.insert("producers".to_owned(), uuid_texts(&self.producers).into());
            self.label(&mut one);
            all.insert("read".to_owned(), one.into());
        }
        if self.kinds != Kinds::Read {
            let mut one = self.entry(keys, &self.write(now));
            one.insert("owner".to_owned(), uuid_to_text(&self.owner).into());
            one.insert("producer".to_owned(), uuid_to_text(&self.producer).into());
            self.label(&mut one);
            all.insert("write".to_owned(), one.into());
        }
        all.into()
    }

    fn entry(&self, keys: &TokenKeys, token: &Token) -> Map<String, Json> {
        let text = keys.mint(token);
        let mut entry = Map::new();
        // The token comes first: start scripts cut it out by its place.
        let ident = keys.ident(&text).to_string();
        entry.insert("token".to_owned(), text.into());
        entry.insert("tokenIdent".to_owned(), ident.into());
        entry.insert("ttl".to_owned(), self.ttl.into());
        entry.insert("application".to_owned(), self.application.clone().into());
        entry
    }

    /// Labels as Java writes a map.
    fn label(&self, entry: &mut Map<String, Json>) {
        if !self.labels.is_empty() {
            entry.insert("labels".to_owned(), self.labels_text().into());
        }
    }

    /// `{site=north}`
    pub(super) fn labels_text(&self) -> String {
        let pairs: Vec<_> = hash_order(self.labels.clone()).iter().map(|(k, v)| format!("{k}={v}")).collect();
        format!("{{{}}}", pairs.join(", "))
    }
}

/// A lifetime must end before the clock does.
pub(super) fn check_ttl(ttl: i64, now: Time) -> Result<(), WorfError> {
    let last = i128::from(i64::MAX) - i128::from(now.as_millis());
    if i128::from(ttl) < last { Ok(()) } else { Err(WorfError::new(format!("TTL can not be upper than {last} ms"))) }
}

pub(super) fn new_uuid(random: &mut impl Randomness) -> Result<[u8; 16], WorfError> {
    let mut bytes = [0; 16];
    random.fill(&mut bytes).map_err(|RandomnessError| WorfError::new(RandomnessError.to_string()))?;
    Ok(random_uuid(bytes))
}

fn some(labels: &Pairs) -> Option<Pairs> {
    (!labels.is_empty()).then(|| hash_order(labels.clone()))
}
