//! From the target of an HTTP request to the canonical path: cut at `?`, decoded once, checked.
//!
//! This is the one right way from a server's request to the path that a policy decides about. Use
//! it on the target by which the application routes. Nothing is repaired: a target that is not
//! canonical once it is decoded is an error, to be answered with 400. Unicode normalisation is left
//! to the caller, since file systems and databases differ in it.

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec;

use super::path::{PathError, ResourcePath, hex};

/// The parts of an origin-form target (RFC 9112, section 3.2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Target<'a> {
    /// The part before the first `?`, decoded.
    pub path: ResourcePath<'a>,
    /// The part after the first `?`, unchanged.
    pub query: Option<&'a str>,
}

impl<'a> Target<'a> {
    /// Reads a target. `buffer` holds the decoded path, and needs as many bytes as the path before
    /// it is decoded; a target without escapes needs none. Never allocates; costs one look at each
    /// byte.
    ///
    /// # Errors
    /// The path is not absolute, has an invalid escape, is not canonical once it is decoded, or
    /// does not fit the buffer.
    ///
    /// ```
    /// use placet_core::model::path::PathError;
    /// use placet_core::model::target::Target;
    /// let mut buffer = [0; 64];
    /// let target = Target::read("/caf%C3%A9/100%25?size=2", &mut buffer)?;
    /// assert_eq!(target.path.as_str(), "/café/100%25");
    /// assert_eq!(target.query, Some("size=2"));
    /// assert_eq!(Target::read("/a%2F..%2Fb", &mut [0; 64]), Err(PathError::EncodedSeparator));
    /// assert_eq!(Target::read("/%2e%2e/b", &mut [0; 64]), Err(PathError::DotSegment));
    /// # Ok::<(), PathError>(())
    /// ```
    pub fn read(target: &'a str, buffer: &'a mut [u8]) -> Result<Self, PathError> {
        if target.contains('#') {
            return Err(PathError::NotAPath);
        }
        let (path, query) = match target.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (target, None),
        };
        Ok(Self { path: ResourcePath::new(decode(path, buffer)?)?, query })
    }
}

/// The canonical spelling of a path that may be written either way, as in a policy.
///
/// # Errors
/// The text is not a path in either spelling.
///
/// ```
/// use placet_core::model::target::canonical;
/// assert_eq!(canonical("/caf%c3%a9").as_deref(), Ok("/café"));
/// assert_eq!(canonical("/café").as_deref(), Ok("/café"));
/// ```
pub fn canonical(text: &str) -> Result<String, PathError> {
    let path = decoded(text)?;
    ResourcePath::new(&path)?;
    Ok(path)
}

/// The text without its escapes, except for the three that stay. This does not check that it is
/// (part of) a path.
pub fn decoded(text: &str) -> Result<String, PathError> {
    let mut buffer = vec![0; text.len()];
    decode(text, &mut buffer).map(ToOwned::to_owned)
}

fn decode<'a>(text: &'a str, buffer: &'a mut [u8]) -> Result<&'a str, PathError> {
    if !text.contains('%') {
        return Ok(text);
    }
    let mut length = 0;
    let mut put = |bytes: &[u8]| {
        let end = length + bytes.len();
        buffer.get_mut(length..end).ok_or(PathError::TooLong)?.copy_from_slice(bytes);
        length = end;
        Ok(())
    };
    let mut rest = text.as_bytes();
    loop {
        rest = match rest {
            [] => break,
            [b'%', high, low, after @ ..] => {
                match hex(*high).zip(hex(*low)).map(|(high, low)| high << 4 | low).ok_or(PathError::BadEscape)? {
                    b'/' | b'\\' => return Err(PathError::EncodedSeparator),
                    b'%' => put(b"%25")?,
                    b'?' => put(b"%3F")?,
                    b'#' => put(b"%23")?,
                    byte => put(&[byte])?,
                }
                after
            }
            [b'%', ..] => return Err(PathError::BadEscape),
            [byte, after @ ..] => {
                put(&[*byte])?;
                after
            }
        };
    }
    core::str::from_utf8(buffer.get(..length).unwrap_or_default()).map_err(|_| PathError::NotUtf8)
}
