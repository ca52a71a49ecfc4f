//! Reads the lines of a stream, each up to a limit: the rest of a longer one is skipped instead of
//! held in memory.

use std::io::{self, BufRead, Read};

/// A line as it came, or the beginning of one that is too long.
#[derive(Debug)]
pub struct Line {
    bytes: Vec<u8>,
    limit: usize,
    /// How many bytes of the stream it took, including the line end and skipped bytes.
    pub length: usize,
}

/// The next line; `None` at the end of the stream.
///
/// # Errors
/// Those of the reader.
pub fn next_line(reader: &mut impl BufRead, limit: usize) -> io::Result<Option<Line>> {
    let mut bytes = Vec::new();
    let mut length = reader.by_ref().take(limit as u64 + 1).read_until(b'\n', &mut bytes)?;
    if bytes.pop_if(|last| *last == b'\n').is_none() && length > limit {
        length += reader.skip_until(b'\n')?;
    }
    Ok((length > 0).then_some(Line { bytes, limit, length }))
}

impl Line {
    /// Whether it is longer than the limit.
    #[must_use]
    pub const fn is_too_long(&self) -> bool {
        self.bytes.len() > self.limit
    }

    /// Whether it is blank.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        !self.is_too_long() && self.bytes.trim_ascii().is_empty()
    }

    /// The text, without its line end.
    ///
    /// # Errors
    /// It is too long, or not UTF-8.
    pub fn text(&self) -> Result<&str, String> {
        if self.is_too_long() {
            return Err(format!("the line has more than {} bytes", self.limit));
        }
        let text = str::from_utf8(&self.bytes).map_err(|error| format!("the line is not UTF-8: {error}"))?;
        Ok(text.trim_end_matches('\r'))
    }

    /// The text, with a replacement character for each byte that is not UTF-8.
    #[must_use]
    pub fn lossy(&self) -> String {
        String::from_utf8_lossy(&self.bytes).trim_end_matches('\r').to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_is_too_long_is_skipped_and_the_next_one_is_whole() {
        let mut stream = &b"one\r\n12345\n123456\n\n\xff\nlast"[..];
        let mut next = || next_line(&mut stream, 5).unwrap().map(|line| line.text().map(str::to_owned));
        assert_eq!(next(), Some(Ok("one".to_owned())));
        assert_eq!(next(), Some(Ok("12345".to_owned())));
        assert_eq!(next(), Some(Err("the line has more than 5 bytes".to_owned())));
        assert_eq!(next(), Some(Ok(String::new())));
        assert!(next().is_some_and(|line| line.is_err()), "no UTF-8");
        assert_eq!(next(), Some(Ok("last".to_owned())));
        assert_eq!(next(), None);
    }
}
