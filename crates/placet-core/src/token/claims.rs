//! The authority's claims about its token: TOKENGEN's id, type, owner, producer, application, and
//! two maps of text. They are read in place.

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;
use core::{fmt, iter};

use super::wire::{Reader, put_counted};
use crate::limits::CLAIM_ENTRIES;
use crate::model::claim::{Bearer, Claim, ClaimMap};
use crate::model::verdict::Refusal;

/// The claims of a verified token.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Claims<'b> {
    /// `id: …`
    pub id: Option<&'b str>,
    /// `type: READ`
    pub kind: Option<&'b str>,
    /// `owner: …`
    pub owner: Option<&'b str>,
    /// `producer: …`
    pub producer: Option<&'b str>,
    /// `application: …`
    pub application: Option<&'b str>,
    /// `labels: { … }` of a WRITE token: stamped on what is written.
    pub labels: Entries<'b>,
    /// `attributes: { … }`: returned with the verdict.
    pub attributes: Entries<'b>,
}

/// The section of a block that contains its claims, found to be well formed.
#[derive(Clone, Copy)]
pub(crate) struct ClaimsSection<'b>(&'b [u8]);

impl<'b> ClaimsSection<'b> {
    /// Accepts a section if claims can be read from it.
    pub(super) fn check(section: &'b [u8]) -> Result<Self, Refusal> {
        Claims::read(section).map(|_| Self(section))
    }

    /// A section that was accepted before.
    pub(super) const fn known(section: &'b [u8]) -> Self {
        Self(section)
    }

    /// The claims in it.
    pub(crate) fn read(self) -> Claims<'b> {
        Claims::read(self.0).expect("the section was read before")
    }

    /// One claim, without reading the others.
    pub(super) fn find(self, claim: Claim) -> Option<&'b str> {
        self.numbered(claim.number()).next().and_then(|text| str::from_utf8(text).ok())
    }

    /// One entry, without reading the others.
    pub(super) fn find_entry(self, map: ClaimMap, name: &[u8]) -> Option<&'b str> {
        let value_of = |entry| {
            let mut entry = Reader::new(entry);
            (entry.counted().ok()? == name).then(|| entry.rest())
        };
        self.numbered(map.number()).find_map(value_of).and_then(|text| str::from_utf8(text).ok())
    }

    /// What follows each tag of this number.
    fn numbered(self, number: u8) -> impl Iterator<Item = &'b [u8]> {
        let mut reader = Reader::new(self.0);
        let sections = iter::from_fn(move || Some((reader.byte().ok()?, reader.counted().ok()?)));
        sections.filter(move |(tag, _)| *tag == number).map(|(_, content)| content)
    }
}

/// The identity of a bearer does not belong in a log.
impl fmt::Debug for ClaimsSection<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ClaimsSection({} bytes)", self.0.len())
    }
}

impl<'b> Claims<'b> {
    /// Reads the section of a block; a missing section is the same as an empty one.
    pub(super) fn read(section: &'b [u8]) -> Result<Self, Refusal> {
        let mut claims = Self::default();
        let mut reader = Reader::new(section);
        let mut entries = 0;
        let mut last = 0;
        while !reader.rest().is_empty() {
            let before = reader.rest();
            let tag = reader.byte()?;
            if tag == LABEL || tag == ATTRIBUTE {
                let map = if tag == LABEL { &mut claims.labels } else { &mut claims.attributes };
                entries += 1;
                if tag < last || entries > CLAIM_ENTRIES {
                    return Err(Refusal::NotCanonical);
                }
                map.extend(before, &mut reader)?;
            } else {
                let slot = claims.slot(tag).filter(|_| tag > last).ok_or(Refusal::NotCanonical)?;
                *slot = Some(text(reader.counted()?)?);
            }
            last = tag;
        }
        Ok(claims)
    }

    fn slot(&mut self, tag: u8) -> Option<&mut Option<&'b str>> {
        match tag {
            1 => Some(&mut self.id),
            2 => Some(&mut self.kind),
            3 => Some(&mut self.owner),
            4 => Some(&mut self.producer),
            5 => Some(&mut self.application),
            _ => None,
        }
    }
}

const LABEL: u8 = ClaimMap::Labels.number();
const ATTRIBUTE: u8 = ClaimMap::Attributes.number();

/// A map of text to text, in ascending order of its keys.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Entries<'b> {
    /// The entries, each after its tag.
    bytes: &'b [u8],
    count: usize,
    last: &'b str,
}

impl<'b> Entries<'b> {
    /// Reads the next entry: `before` begins at its tag, `reader` is after the tag.
    fn extend(&mut self, before: &'b [u8], reader: &mut Reader<'b>) -> Result<(), Refusal> {
        let (key, _) = read_entry(reader)?;
        if self.count == 0 {
            self.bytes = before;
        } else if key <= self.last {
            return Err(Refusal::NotCanonical);
        }
        self.count += 1;
        self.last = key;
        Ok(())
    }

    /// The entries, ascending by key.
    pub fn iter(self) -> impl Iterator<Item = (&'b str, &'b str)> + use<'b> {
        let mut reader = Reader::new(self.bytes);
        (0..self.count).map_while(move |_| {
            reader.byte().ok()?;
            read_entry(&mut reader).ok()
        })
    }

    /// The value of a key.
    #[must_use]
    pub fn get(self, key: &str) -> Option<&'b str> {
        self.iter().find(|(name, _)| *name == key).map(|(_, value)| value)
    }

    /// How many entries there are.
    #[must_use]
    pub const fn len(self) -> usize {
        self.count
    }

    /// Whether the map is empty.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.count == 0
    }
}

/// The length of the entry, the key with its length, and the value to the end.
fn read_entry<'b>(reader: &mut Reader<'b>) -> Result<(&'b str, &'b str), Refusal> {
    let mut entry = Reader::new(reader.counted()?);
    let key = text(entry.counted()?)?;
    Ok((key, text(entry.rest())?))
}

fn text(bytes: &[u8]) -> Result<&str, Refusal> {
    str::from_utf8(bytes).map_err(|_| Refusal::NotCanonical)
}

/// The claims of a token to be minted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClaimsDraft {
    /// As [`Claims::id`].
    pub id: Option<String>,
    /// As [`Claims::kind`].
    pub kind: Option<String>,
    /// As [`Claims::owner`].
    pub owner: Option<String>,
    /// As [`Claims::producer`].
    pub producer: Option<String>,
    /// As [`Claims::application`].
    pub application: Option<String>,
    /// As [`Claims::labels`].
    pub labels: BTreeMap<String, String>,
    /// As [`Claims::attributes`].
    pub attributes: BTreeMap<String, String>,
}

impl From<Claims<'_>> for ClaimsDraft {
    fn from(claims: Claims<'_>) -> Self {
        let map = |entries: Entries<'_>| entries.iter().map(|(name, value)| (name.into(), value.into())).collect();
        Self {
            id: claims.id.map(Into::into),
            kind: claims.kind.map(Into::into),
            owner: claims.owner.map(Into::into),
            producer: claims.producer.map(Into::into),
            application: claims.application.map(Into::into),
            labels: map(claims.labels),
            attributes: map(claims.attributes),
        }
    }
}

/// The bearer of the token that would be minted.
impl Bearer for ClaimsDraft {
    fn claim(&self, claim: Claim) -> Option<&str> {
        let text = match claim {
            Claim::Id => &self.id,
            Claim::Type => &self.kind,
            Claim::Owner => &self.owner,
            Claim::Producer => &self.producer,
            Claim::Application => &self.application,
        };
        text.as_deref()
    }

    fn entry(&self, map: ClaimMap, name: &[u8]) -> Option<&str> {
        let entries = match map {
            ClaimMap::Labels => &self.labels,
            ClaimMap::Attributes => &self.attributes,
        };
        entries.get(str::from_utf8(name).ok()?).map(String::as_str)
    }
}

impl ClaimsDraft {
    /// Whether a reader would accept this many entries.
    pub(super) fn fits(&self) -> bool {
        self.labels.len() + self.attributes.len() <= CLAIM_ENTRIES
    }

    /// The section of a block, empty if there are no claims.
    pub(super) fn encode(&self) -> Vec<u8> {
        let mut out = Vec::new();
        let texts = [&self.id, &self.kind, &self.owner, &self.producer, &self.application];
        for (tag, text) in (1..).zip(texts) {
            if let Some(text) = text {
                out.push(tag);
                put_counted(&mut out, text.as_bytes());
            }
        }
        put_entries(&mut out, LABEL, &self.labels);
        put_entries(&mut out, ATTRIBUTE, &self.attributes);
        out
    }
}

fn put_entries(out: &mut Vec<u8>, tag: u8, map: &BTreeMap<String, String>) {
    for (key, value) in map {
        let mut entry = Vec::new();
        put_counted(&mut entry, key.as_bytes());
        entry.extend_from_slice(value.as_bytes());
        out.push(tag);
        put_counted(out, &entry);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft() -> ClaimsDraft {
        let map = |entries: &[(&str, &str)]| entries.iter().map(|&(key, value)| (key.into(), value.into())).collect();
        ClaimsDraft {
            kind: Some("WRITE".into()),
            owner: Some("owner".into()),
            labels: map(&[("dc", "eu-1"), ("", ""), ("host", "web")]),
            attributes: map(&[(".quota", "5")]),
            ..ClaimsDraft::default()
        }
    }

    #[test]
    fn claims_come_back_as_they_were() {
        let section = draft().encode();
        let claims = Claims::read(&section).expect("it was just written");
        assert_eq!((claims.id, claims.kind, claims.owner), (None, Some("WRITE"), Some("owner")));
        let labels: Vec<_> = claims.labels.iter().collect();
        assert_eq!(labels, [("", ""), ("dc", "eu-1"), ("host", "web")]);
        assert_eq!((claims.attributes.len(), claims.attributes.get(".quota")), (1, Some("5")));
    }

    #[test]
    fn claims_have_one_order() {
        for section in [
            &[2, 0, 1, 0][..],
            &[1, 0, 1, 0],
            &[0, 0],
            &[8, 0],
            &[7, 1, 0, 6, 1, 0],
            &[6, 2, 1, b'b', 6, 2, 1, b'a'],
            &[6, 2, 1, b'a', 6, 2, 1, b'a'],
            &[1, 1, 0xff],
            &[6, 3, 1, b'a', 0xff],
        ] {
            assert_eq!(Claims::read(section), Err(Refusal::NotCanonical), "{section:?}");
        }
        assert_eq!(Claims::read(&[6, 1, 5]), Err(Refusal::Truncated));
        assert_eq!(Claims::read(&[6, 1]), Err(Refusal::Truncated));
    }

    #[test]
    fn a_token_carries_no_more_entries_than_a_verdict() {
        let mut draft = ClaimsDraft::default();
        draft.labels.extend((0..CLAIM_ENTRIES).map(|number| (alloc::format!("{number}"), String::new())));
        assert!(draft.fits() && Claims::read(&draft.encode()).is_ok());
        draft.attributes.insert("one".into(), "more".into());
        assert!(!draft.fits());
        assert_eq!(Claims::read(&draft.encode()), Err(Refusal::NotCanonical));
    }
}
