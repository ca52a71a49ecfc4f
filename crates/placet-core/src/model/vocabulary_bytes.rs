//! A vocabulary as bytes, for services that verify and decide but read no policy text.
//!
//! ```text
//!  8 bytes  "placetV" 01
//!  text     the name
//!  4 bytes  the version, big-endian
//!  then one entry for each declaration, in order, and after them one for each role:
//!     01 text shape scalar flags      an attribute (not `time`, which is always the first)
//!     02 text                         an action
//!     03 text count number…           a role; count and numbers have two bytes, big-endian
//! 16 bytes  the fingerprint
//! ```
//!
//! A text is its length in four bytes, big-endian, and as many bytes of UTF-8. Each vocabulary has
//! exactly one encoding: the reader accepts only what the writer would write, and the fingerprint
//! is that of the declarations.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use super::types::{Scalar, Type};
use super::vocabulary::{Attribute, Builder, Vocabulary, VocabularyError};
use crate::limits::VOCABULARY_BYTES;

const MAGIC: &[u8; 8] = b"placetV\x01";
const ATTRIBUTE: u8 = 1;
const ACTION: u8 = 2;
const ROLE: u8 = 3;
/// Bytes of the fingerprint at the end.
const FINGERPRINT: usize = 16;

impl Vocabulary {
    /// Writes the vocabulary with all its states and roles, for [`from_bytes`](Self::from_bytes).
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = MAGIC.to_vec();
        put_text(&mut out, self.name());
        out.extend_from_slice(&self.version().to_be_bytes());
        for declaration in self.declarations() {
            match declaration {
                Declaration::Attribute(attribute) => put_attribute(&mut out, attribute),
                Declaration::Action(name) => {
                    out.push(ACTION);
                    put_text(&mut out, name);
                }
            }
        }
        for role in self.roles() {
            out.push(ROLE);
            put_text(&mut out, &role.name);
            let count = u16::try_from(role.actions.len()).expect("a role has no action twice, and ACTIONS fits");
            out.extend_from_slice(&count.to_be_bytes());
            role.actions.iter().for_each(|action| out.extend_from_slice(&action.0.to_be_bytes()));
        }
        out.extend_from_slice(&self.fingerprint().0);
        out
    }

    /// Reads the output of [`to_bytes`](Self::to_bytes). The fingerprint detects accidents; it is
    /// not a signature, so take the bytes from the same place as the service's own code.
    ///
    /// # Errors
    /// The bytes are not exactly one vocabulary. None of them are used then.
    ///
    /// ```
    /// use placet_core::model::vocabulary::Vocabulary;
    /// let notes = Vocabulary::builder("notes", 1).action("read")?.build();
    /// let read = Vocabulary::from_bytes(&notes.to_bytes())?;
    /// assert_eq!(read.fingerprint(), notes.fingerprint());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, VocabularyBytesError> {
        if bytes.len() > VOCABULARY_BYTES {
            return Err(VocabularyBytesError::TooLarge);
        }
        let rest = bytes.strip_prefix(MAGIC).ok_or(VocabularyBytesError::NotAVocabulary)?;
        let (content, fingerprint) = rest.split_last_chunk::<FINGERPRINT>().ok_or(VocabularyBytesError::Damaged)?;
        let mut reader = Reader(content);
        let name = reader.text()?;
        let mut builder = Self::builder(name, u32::from_be_bytes(*reader.array()?));
        while !reader.0.is_empty() {
            builder = reader.entry(builder)?;
        }
        let vocabulary = builder.build();
        // Entries in another order, or numbers that do not ascend, would be a second encoding.
        if vocabulary.fingerprint().0 == *fingerprint && vocabulary.to_bytes() == bytes {
            Ok(vocabulary)
        } else {
            Err(VocabularyBytesError::Damaged)
        }
    }

    /// The declarations, in order: all except `time`, which every vocabulary has.
    pub fn declarations(&self) -> impl Iterator<Item = Declaration<'_>> {
        let steps = self.states().windows(2);
        steps.filter_map(|step| {
            let [before, after] = step else { return None };
            if after.attributes > before.attributes {
                self.attributes().get(usize::from(before.attributes)).map(Declaration::Attribute)
            } else {
                self.actions().get(usize::from(before.actions)).map(|name| Declaration::Action(name))
            }
        })
    }
}

/// One declaration, as tokens know it: by its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Declaration<'v> {
    /// `item: bytes optional`
    Attribute(&'v Attribute),
    /// `action get`
    Action(&'v str),
}

fn put_text(out: &mut Vec<u8>, text: &str) {
    let length = u32::try_from(text.len()).expect("no name has four thousand million bytes");
    out.extend_from_slice(&length.to_be_bytes());
    out.extend_from_slice(text.as_bytes());
}

fn put_attribute(out: &mut Vec<u8>, attribute: &Attribute) {
    out.push(ATTRIBUTE);
    put_text(out, &attribute.name);
    let (shape, scalar) = match attribute.ty {
        Type::One(scalar) => (0, scalar as u8),
        Type::Set(scalar) => (1, scalar as u8),
        Type::Labels => (2, 0),
    };
    out.extend([shape, scalar, u8::from(attribute.optional) | u8::from(attribute.lowercase) << 1]);
}

struct Reader<'b>(&'b [u8]);

impl<'b> Reader<'b> {
    fn array<const N: usize>(&mut self) -> Result<&'b [u8; N], VocabularyBytesError> {
        let (found, rest) = self.0.split_first_chunk().ok_or(VocabularyBytesError::Damaged)?;
        self.0 = rest;
        Ok(found)
    }

    fn byte(&mut self) -> Result<u8, VocabularyBytesError> {
        self.array().map(|[byte]| *byte)
    }

    fn number(&mut self) -> Result<u16, VocabularyBytesError> {
        self.array().map(|bytes| u16::from_be_bytes(*bytes))
    }

    fn text(&mut self) -> Result<&'b str, VocabularyBytesError> {
        let length = usize::try_from(u32::from_be_bytes(*self.array()?)).map_err(|_| VocabularyBytesError::Damaged)?;
        let (text, rest) = self.0.split_at_checked(length).ok_or(VocabularyBytesError::Damaged)?;
        self.0 = rest;
        core::str::from_utf8(text).map_err(|_| VocabularyBytesError::Damaged)
    }

    fn entry(&mut self, builder: Builder) -> Result<Builder, VocabularyBytesError> {
        let declared = match self.byte()? {
            ATTRIBUTE => {
                let name = self.text()?;
                let ty = self.ty()?;
                match self.byte()? {
                    flags @ (0 | 1) => builder.attribute(name, ty, flags == 1),
                    flags @ (2 | 3) => builder.lowercase_attribute(name, ty, flags == 3),
                    _ => return Err(VocabularyBytesError::Damaged),
                }
            }
            ACTION => builder.action(self.text()?),
            ROLE => {
                let name = self.text()?;
                let actions = self.role_actions(&builder)?;
                builder.role(name, &actions.iter().map(String::as_str).collect::<Vec<_>>())
            }
            _ => return Err(VocabularyBytesError::Damaged),
        };
        declared.map_err(VocabularyBytesError::Declaration)
    }

    fn ty(&mut self) -> Result<Type, VocabularyBytesError> {
        let [shape, scalar] = *self.array()?;
        let scalar_of = || Scalar::ALL.get(usize::from(scalar)).copied().ok_or(VocabularyBytesError::Damaged);
        match (shape, scalar) {
            (0, _) => scalar_of().map(Type::One),
            (1, _) => scalar_of().map(Type::Set),
            (2, 0) => Ok(Type::Labels),
            _ => Err(VocabularyBytesError::Damaged),
        }
    }

    fn role_actions(&mut self, builder: &Builder) -> Result<Vec<String>, VocabularyBytesError> {
        let count = self.number()?;
        let mut actions = Vec::new();
        for _ in 0..count {
            let number = usize::from(self.number()?);
            actions.push(builder.actions().get(number).ok_or(VocabularyBytesError::Damaged)?.clone());
        }
        Ok(actions)
    }
}

/// Why bytes are not a vocabulary.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VocabularyBytesError {
    /// They begin differently.
    NotAVocabulary,
    /// More bytes than [`VOCABULARY_BYTES`].
    TooLarge,
    /// They are cut, altered, or not in the canonical encoding.
    Damaged,
    /// A declaration that no vocabulary can have.
    Declaration(VocabularyError),
}

impl fmt::Display for VocabularyBytesError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAVocabulary => {
                f.write_str("this is not a vocabulary of version 1; `placet vocabulary export` writes one")
            }
            Self::TooLarge => write!(f, "a vocabulary has at most {VOCABULARY_BYTES} bytes"),
            Self::Damaged => f.write_str("the vocabulary is damaged or cut short"),
            Self::Declaration(error) => write!(f, "the vocabulary is damaged: {error}"),
        }
    }
}

impl core::error::Error for VocabularyBytesError {}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn notes() -> Vocabulary {
        let draft = || {
            Vocabulary::builder("notes", 7)
                .attribute("path", Type::One(Scalar::Path), false)?
                .action("read")?
                .lowercase_attribute("tags", Type::Set(Scalar::String), true)?
                .action("write")?
                .attribute("labels", Type::Labels, true)?
                .role("All", &["write", "read"])?
                .role("None", &[])
        };
        draft().expect("every declaration is right").build()
    }

    /// All that a vocabulary says.
    fn said(vocabulary: &Vocabulary) -> impl PartialEq + fmt::Debug {
        (
            alloc::format!("{} {}", vocabulary.name(), vocabulary.version()),
            vocabulary.attributes().to_vec(),
            vocabulary.actions().to_vec(),
            vocabulary.roles().to_vec(),
            vocabulary.states().to_vec(),
        )
    }

    #[test]
    fn a_vocabulary_comes_back_from_its_bytes_with_every_state_and_role() {
        let notes = notes();
        let read = Vocabulary::from_bytes(&notes.to_bytes()).expect("it was just written");
        assert_eq!(said(&read), said(&notes));
    }

    #[test]
    fn a_vocabulary_that_is_cut_or_altered_is_refused() {
        let bytes = notes().to_bytes();
        assert!((0..bytes.len()).all(|end| Vocabulary::from_bytes(&bytes[..end]).is_err()));
        for bit in 0..bytes.len() * 8 {
            let mut flipped = bytes.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            let read = Vocabulary::from_bytes(&flipped);
            // Roles are not part of a fingerprint; a different role name changes the vocabulary for
            // people, not for tokens.
            assert!(read.is_err() || read.is_ok_and(|read| read == notes() && read.to_bytes() == flipped), "bit {bit}");
        }
        let longer: Vec<u8> = bytes.iter().copied().chain([0]).collect();
        assert!(Vocabulary::from_bytes(&longer).is_err());
        assert_eq!(Vocabulary::from_bytes(b"").unwrap_err(), VocabularyBytesError::NotAVocabulary);
        let large = alloc::vec![0; VOCABULARY_BYTES + 1];
        assert_eq!(Vocabulary::from_bytes(&large).unwrap_err(), VocabularyBytesError::TooLarge);
    }

    proptest! {
        #[test]
        fn any_bytes_are_an_error_or_the_one_spelling_of_a_vocabulary(
            entries in proptest::collection::vec((0_u8..5, 0_u8..6, 0_u8..4, 0_u8..11, 0_u8..5), 0..12),
            noise in proptest::option::of((any::<proptest::sample::Index>(), any::<u8>())),
        ) {
            // Entries as a careless writer would put them, with the matching fingerprint if there
            // is one.
            let mut bytes = MAGIC.to_vec();
            put_text(&mut bytes, "v");
            bytes.extend([0, 0, 0, 1]);
            for (tag, name, shape, scalar, flags) in entries {
                bytes.push(tag);
                put_text(&mut bytes, &"abcdef"[usize::from(name)..=usize::from(name)]);
                match tag {
                    ATTRIBUTE => bytes.extend([shape, scalar, flags]),
                    ROLE => bytes.extend([0, 2, 0, shape, 0, flags]),
                    _ => {}
                }
            }
            if let Some((place, byte)) = noise {
                let place = place.index(bytes.len());
                bytes[place] = byte;
            }
            let mut reader = Reader(bytes.get(17..).unwrap_or_default());
            let mut builder = Vocabulary::builder("v", 1);
            while !reader.0.is_empty() {
                match reader.entry(builder) {
                    Ok(next) => builder = next,
                    Err(_) => {
                        builder = Vocabulary::builder("v", 1);
                        break;
                    }
                }
            }
            bytes.extend(builder.build().fingerprint().0);
            if let Ok(read) = Vocabulary::from_bytes(&bytes) {
                prop_assert_eq!(read.to_bytes(), bytes);
            }
        }
    }
}
