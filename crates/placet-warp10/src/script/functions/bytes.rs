//! Bytes, their text encodings, and digests.

use data_encoding::{BASE64, BASE64_NOPAD, BASE64URL, BASE64URL_NOPAD, Encoding, HEXLOWER, HEXLOWER_PERMISSIVE};
use sha2::Digest;

use super::super::error::{Stop, UnplacedError};
use super::super::heap::Item;
use super::super::machine::Machine;
use super::{bad, wrong};
use crate::opb64;

type Done = Result<(), Stop>;

/// Bytes, or the UTF-8 of a text.
fn bytes(m: &mut Machine<'_>, name: &str) -> Result<std::rc::Rc<[u8]>, UnplacedError> {
    match m.pop()? {
        Item::Bytes(bytes) => Ok(bytes),
        Item::Text(text) => {
            m.heap.work(text.len())?;
            Ok(text.as_bytes().into())
        }
        found => Err(wrong(name, "BYTES or a text", &found)),
    }
}

fn give(m: &mut Machine<'_>, bytes: impl Into<std::rc::Rc<[u8]>>) -> Done {
    let bytes = m.heap.new_bytes(bytes)?;
    m.give(bytes)
}

pub(super) fn to_bytes(m: &mut Machine<'_>) -> Done {
    let charset = m.text("->BYTES", "the name of a charset")?;
    let text = m.text("->BYTES", "a text below the charset")?;
    let narrow = |limit: u32| text.chars().map(|c| if u32::from(c) < limit { c as u8 } else { b'?' }).collect();
    let bytes: Vec<u8> = match charset.to_ascii_uppercase().as_str() {
        "UTF-8" | "UTF8" => text.as_bytes().to_vec(),
        "US-ASCII" | "ASCII" => narrow(0x80),
        "ISO-8859-1" | "LATIN1" => narrow(0x100),
        _ => return Err(unknown_charset(&charset, &text).into()),
    };
    give(m, bytes)
}

/// The two operands are easily swapped.
fn unknown_charset(charset: &str, other: &str) -> UnplacedError {
    let failure = bad(format!("the charset `{charset}` is unknown"));
    match other.to_ascii_uppercase().as_str() {
        "UTF-8" | "US-ASCII" | "ISO-8859-1" => {
            failure.help("the text comes first, then the charset: `'text' 'UTF-8' ->BYTES`")
        }
        _ => failure.help("charsets are `UTF-8`, `US-ASCII` and `ISO-8859-1`"),
    }
}

pub(super) fn from_bytes(m: &mut Machine<'_>) -> Done {
    let charset = m.text("BYTES->", "the name of a charset")?;
    let bytes = match m.pop()? {
        Item::Bytes(bytes) => bytes,
        found => return Err(wrong("BYTES->", "BYTES below the charset", &found).into()),
    };
    m.heap.work(bytes.len())?;
    let text = match charset.to_ascii_uppercase().as_str() {
        "UTF-8" | "UTF8" => String::from_utf8_lossy(&bytes).into_owned(),
        "US-ASCII" | "ASCII" => {
            bytes.iter().map(|&byte| if byte < 0x80 { char::from(byte) } else { '\u{fffd}' }).collect()
        }
        "ISO-8859-1" | "LATIN1" => bytes.iter().copied().map(char::from).collect(),
        _ => return Err(unknown_charset(&charset, "").into()),
    };
    m.give_text(text)
}

fn encoded(m: &mut Machine<'_>, name: &str, encoding: &Encoding) -> Done {
    let bytes = bytes(m, name)?;
    m.heap.work(bytes.len())?;
    m.give_text(encoding.encode(&bytes))
}

fn decoded(m: &mut Machine<'_>, name: &str, encoding: &Encoding) -> Done {
    let text = m.text(name, "a text")?;
    let bytes =
        encoding.decode(text.as_bytes()).map_err(|error| bad(format!("{name} cannot read `{text}`: {error}")))?;
    give(m, bytes)
}

pub(super) fn to_hex(m: &mut Machine<'_>) -> Done {
    encoded(m, "->HEX", &HEXLOWER)
}

pub(super) fn from_hex(m: &mut Machine<'_>) -> Done {
    decoded(m, "HEX->", &HEXLOWER_PERMISSIVE)
}

pub(super) fn to_base64(m: &mut Machine<'_>) -> Done {
    encoded(m, "->B64", &BASE64)
}

pub(super) fn from_base64(m: &mut Machine<'_>) -> Done {
    let is_padded = matches!(m.stack.last(), Some(Item::Text(text)) if text.ends_with('='));
    if is_padded { decoded(m, "B64->", &BASE64) } else { decoded(m, "B64->", &BASE64_NOPAD) }
}

pub(super) fn to_base64_url(m: &mut Machine<'_>) -> Done {
    encoded(m, "->B64URL", &BASE64URL)
}

pub(super) fn from_base64_url(m: &mut Machine<'_>) -> Done {
    let is_padded = matches!(m.stack.last(), Some(Item::Text(text)) if text.ends_with('='));
    if is_padded { decoded(m, "B64URL->", &BASE64URL) } else { decoded(m, "B64URL->", &BASE64URL_NOPAD) }
}

pub(super) fn to_opb64(m: &mut Machine<'_>) -> Done {
    let bytes = bytes(m, "->OPB64")?;
    m.heap.work(2 * bytes.len())?;
    m.give_text(opb64::encode(&bytes))
}

pub(super) fn from_opb64(m: &mut Machine<'_>) -> Done {
    let text = m.text("OPB64->", "a text")?;
    let bytes = opb64::decode(&text).map_err(|error| bad(error.to_string()))?;
    give(m, bytes)
}

fn digested<D: Digest>(m: &mut Machine<'_>, name: &str) -> Done {
    let bytes = match m.pop()? {
        Item::Bytes(bytes) => bytes,
        found => {
            let failure = wrong(name, "BYTES", &found);
            return Err(failure.help("turn a text into bytes first: `'UTF-8' ->BYTES`").into());
        }
    };
    m.heap.work(bytes.len())?;
    give(m, D::digest(&bytes).to_vec())
}

pub(super) fn md5(m: &mut Machine<'_>) -> Done {
    digested::<md5::Md5>(m, "MD5")
}

pub(super) fn sha1(m: &mut Machine<'_>) -> Done {
    digested::<sha1::Sha1>(m, "SHA1")
}

pub(super) fn sha256(m: &mut Machine<'_>) -> Done {
    digested::<sha2::Sha256>(m, "SHA256")
}
