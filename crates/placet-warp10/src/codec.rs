//! Converts a token to the bytes of its Thrift structure, and back.
//!
//! The input is bytes that were protected by the token keys, so a legitimate minter wrote them. As
//! in Warp 10, fields that are unknown or have another type are skipped, the last one of duplicate
//! fields or map keys counts, bytes after the end are ignored, and invalid UTF-8 is replaced.
//! Refused is everything that Warp 10 refuses (a missing required field, an unknown kind, truncated
//! data), and lists and maps whose elements are of another type.

use thiserror::Error;

use super::java_compat::text_from_utf8;
use super::thrift::{Reader, ThriftError, Type, Writer};
use super::token::{Kind, Pairs, ReadToken, Token, WriteToken};

/// Why bytes are not a token of a kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum CodecError {
    /// Not a structure, or one without a field that the kind requires.
    #[error(transparent)]
    Malformed(#[from] ThriftError),
    /// The structure of this kind, naming the other kind.
    #[error("the structure is not of the kind that it names")]
    OtherKind,
}

/// Writes a token.
#[must_use]
pub fn encode(token: &Token) -> Vec<u8> {
    match token {
        Token::Read(token) => encode_read(token),
        Token::Write(token) => encode_write(token),
    }
}

/// Reads a token of this kind.
pub fn decode(bytes: &[u8], kind: Kind) -> Result<Token, CodecError> {
    match kind {
        Kind::Read => decode_read(bytes).map(Token::Read),
        Kind::Write => decode_write(bytes).map(Token::Write),
    }
}

fn encode_read(token: &ReadToken) -> Vec<u8> {
    let mut out = Writer::default();
    out.i64(1, token.issuance);
    out.i64(2, token.expiry);
    out.i32(3, number(Kind::Read));
    if let Some(lookup) = token.lookup {
        out.bool(4, lookup);
    }
    if let Some(groovy) = token.groovy {
        out.bool(5, groovy);
    }
    if let Some(size) = token.max_fetch_size {
        out.i64(6, size);
    }
    if let Some(application) = &token.application {
        out.binary(7, application.as_bytes());
    }
    out.binaries(8, &token.applications);
    out.binaries(9, &token.owners);
    out.binaries(10, &token.producers);
    out.binary(11, &token.billed);
    if let Some(hooks) = &token.hooks {
        out.map(12, hooks);
    }
    if let Some(attributes) = &token.attributes {
        out.map(13, attributes);
    }
    if let Some(labels) = &token.labels {
        out.map(14, labels);
    }
    if let Some(dataviz) = token.dataviz {
        out.bool(100, dataviz);
    }
    out.finish()
}

fn encode_write(token: &WriteToken) -> Vec<u8> {
    let mut out = Writer::default();
    out.i64(1, token.issuance);
    out.i64(2, token.expiry);
    out.i32(3, number(Kind::Write));
    if let Some(lookup) = token.lookup {
        out.bool(4, lookup);
    }
    out.binary(5, &token.producer);
    out.binary(6, &token.owner);
    out.binary(7, token.application.as_bytes());
    if let Some(indices) = &token.indices {
        out.i64s(8, indices);
    }
    if let Some(labels) = &token.labels {
        out.map(9, labels);
    }
    if let Some(attributes) = &token.attributes {
        out.map(10, attributes);
    }
    out.finish()
}

/// The required fields of both kinds.
#[derive(Default)]
struct Head {
    issuance: Option<i64>,
    expiry: Option<i64>,
    kind: Option<Kind>,
}

impl Head {
    fn checked(&self, wanted: Kind) -> Result<(i64, i64), CodecError> {
        match (self.issuance, self.expiry, self.kind) {
            (Some(issuance), Some(expiry), Some(kind)) if kind == wanted => Ok((issuance, expiry)),
            (Some(_), Some(_), Some(_)) => Err(CodecError::OtherKind),
            _ => Err(CodecError::Malformed(ThriftError)),
        }
    }
}

fn decode_read(bytes: &[u8]) -> Result<ReadToken, CodecError> {
    let mut reader = Reader::new(bytes);
    let mut head = Head::default();
    let mut token = ReadToken::default();
    let (mut applications, mut owners, mut producers, mut billed) = (None, None, None, None);
    while let Some((id, of)) = reader.field()? {
        match (id, of) {
            (1, Type::I64) => head.issuance = Some(reader.i64()?),
            (2, Type::I64) => head.expiry = Some(reader.i64()?),
            (3, Type::I32) => head.kind = kind(reader.i32()?),
            (4, Type::True | Type::False) => token.lookup = Some(of == Type::True),
            (5, Type::True | Type::False) => token.groovy = Some(of == Type::True),
            (6, Type::I64) => token.max_fetch_size = Some(reader.i64()?),
            (7, Type::Binary) => token.application = Some(text(&mut reader)?),
            (8, Type::List) => applications = Some(reader.list(Type::Binary, text)?),
            (9, Type::List) => owners = Some(reader.list(Type::Binary, id_bytes)?),
            (10, Type::List) => producers = Some(reader.list(Type::Binary, id_bytes)?),
            (11, Type::Binary) => billed = Some(id_bytes(&mut reader)?),
            (12, Type::Map) => token.hooks = Some(pairs(&mut reader)?),
            (13, Type::Map) => token.attributes = Some(pairs(&mut reader)?),
            (14, Type::Map) => token.labels = Some(pairs(&mut reader)?),
            (100, Type::True | Type::False) => token.dataviz = Some(of == Type::True),
            _ => reader.skip(of)?,
        }
    }
    token.applications = applications.ok_or(ThriftError)?;
    token.owners = owners.ok_or(ThriftError)?;
    token.producers = producers.ok_or(ThriftError)?;
    token.billed = billed.ok_or(ThriftError)?;
    (token.issuance, token.expiry) = head.checked(Kind::Read)?;
    Ok(token)
}

fn decode_write(bytes: &[u8]) -> Result<WriteToken, CodecError> {
    let mut reader = Reader::new(bytes);
    let mut head = Head::default();
    let mut token = WriteToken::default();
    let (mut producer, mut owner, mut application) = (None, None, None);
    while let Some((id, of)) = reader.field()? {
        match (id, of) {
            (1, Type::I64) => head.issuance = Some(reader.i64()?),
            (2, Type::I64) => head.expiry = Some(reader.i64()?),
            (3, Type::I32) => head.kind = kind(reader.i32()?),
            (4, Type::True | Type::False) => token.lookup = Some(of == Type::True),
            (5, Type::Binary) => producer = Some(id_bytes(&mut reader)?),
            (6, Type::Binary) => owner = Some(id_bytes(&mut reader)?),
            (7, Type::Binary) => application = Some(text(&mut reader)?),
            (8, Type::List) => token.indices = Some(reader.list(Type::I64, Reader::i64)?),
            (9, Type::Map) => token.labels = Some(pairs(&mut reader)?),
            (10, Type::Map) => token.attributes = Some(pairs(&mut reader)?),
            _ => reader.skip(of)?,
        }
    }
    token.producer = producer.ok_or(ThriftError)?;
    token.owner = owner.ok_or(ThriftError)?;
    token.application = application.ok_or(ThriftError)?;
    (token.issuance, token.expiry) = head.checked(Kind::Write)?;
    Ok(token)
}

fn text(reader: &mut Reader<'_>) -> Result<String, ThriftError> {
    reader.binary().map(text_from_utf8)
}

fn id_bytes(reader: &mut Reader<'_>) -> Result<Vec<u8>, ThriftError> {
    reader.binary().map(<[u8]>::to_vec)
}

/// A map of text to text: a duplicate key keeps its place and takes the last value.
fn pairs(reader: &mut Reader<'_>) -> Result<Pairs, ThriftError> {
    let read = reader.binary_map()?.into_iter().map(|(key, value)| (text_from_utf8(key), text_from_utf8(value)));
    let pairs: Pairs = read.collect();
    // With so few, a linear search costs less than a table.
    let is_known = |(at, (key, _)): (usize, &(String, String))| pairs.iter().take(at).any(|(known, _)| known == key);
    if pairs.len() <= FEW && !pairs.iter().enumerate().any(is_known) {
        return Ok(pairs);
    }
    Ok(pairs.into_iter().collect::<indexmap::IndexMap<_, _>>().into_iter().collect())
}

/// Labels and attributes of nearly every token.
const FEW: usize = 16;

/// If the kind appears twice the last one counts, and an unknown one counts as absent.
const fn kind(number: i32) -> Option<Kind> {
    match number {
        1 => Some(Kind::Read),
        2 => Some(Kind::Write),
        _ => None,
    }
}

const fn number(kind: Kind) -> i32 {
    match kind {
        Kind::Read => 1,
        Kind::Write => 2,
    }
}
