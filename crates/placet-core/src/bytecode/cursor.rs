//! Reads and writes the primitive pieces: bytes, varints in their shortest form, zigzag integers.

use alloc::vec::Vec;
use core::slice;

/// A forward-only position in borrowed bytes. Every read returns `None` if the bytes do not contain
/// the requested item.
#[derive(Clone, Debug)]
pub struct Cursor<'a> {
    /// An iterator, since it advances one pointer, where a slice updates a pointer and a length.
    rest: slice::Iter<'a, u8>,
}

impl<'a> Cursor<'a> {
    /// At the first of `bytes`.
    #[must_use]
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes.iter() }
    }

    /// The unread bytes.
    #[must_use]
    pub fn rest(&self) -> &'a [u8] {
        self.rest.as_slice()
    }

    /// Whether everything has been read.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rest.as_slice().is_empty()
    }

    /// The next byte.
    #[inline(always)]
    pub fn byte(&mut self) -> Option<u8> {
        self.rest.next().copied()
    }

    /// The next `length` bytes.
    #[inline(always)]
    pub fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (head, rest) = self.rest.as_slice().split_at_checked(length)?;
        self.rest = rest.iter();
        Some(head)
    }

    /// The next `N` bytes.
    #[inline]
    pub fn array<const N: usize>(&mut self) -> Option<&'a [u8; N]> {
        let (head, rest) = self.rest.as_slice().split_first_chunk()?;
        self.rest = rest.iter();
        Some(head)
    }

    /// An unsigned LEB128 number that fits `T`, in its shortest form only: two encodings of one
    /// number would be two tokens with one meaning.
    #[inline(always)]
    pub fn varint<T: From<u8> + TryFrom<u64>>(&mut self) -> Option<T> {
        match self.byte()? {
            small @ 0..0x80 => Some(T::from(small)),
            first => {
                // A copy goes to the rare path, so that the cursor itself can stay in registers.
                let mut after = self.clone();
                let value = after.long_varint(u64::from(first & 0x7f))?;
                *self = after;
                T::try_from(value).ok()
            }
        }
    }

    #[cold]
    fn long_varint(&mut self, first: u64) -> Option<u64> {
        let mut value = first;
        for shift in (7..64).step_by(7) {
            let byte = self.byte()?;
            let bits = u64::from(byte & 0x7f);
            if bits.leading_zeros() < shift {
                return None;
            }
            value |= bits << shift;
            if byte & 0x80 == 0 {
                return (byte != 0).then_some(value);
            }
        }
        None
    }

    /// A signed number in zigzag form.
    #[inline]
    pub fn zigzag(&mut self) -> Option<i64> {
        let value: u64 = self.varint()?;
        Some((value >> 1).cast_signed() ^ -(value & 1).cast_signed())
    }

    /// A length and that many bytes.
    #[inline(always)]
    pub fn prefixed(&mut self) -> Option<&'a [u8]> {
        let length: u32 = self.varint()?;
        self.take(length as usize)
    }
}

/// Appends the shortest form of `value`.
pub fn put_varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// Appends the zigzag form of `value`.
pub fn put_zigzag(out: &mut Vec<u8>, value: i64) {
    put_varint(out, ((value << 1) ^ (value >> 63)).cast_unsigned());
}

/// Appends a length and the bytes.
pub fn put_prefixed(out: &mut Vec<u8>, bytes: &[u8]) {
    put_varint(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn varint(value: u64) -> Vec<u8> {
        let mut out = Vec::new();
        put_varint(&mut out, value);
        out
    }

    #[test]
    fn every_width_of_number_reads_back_as_it_was_written() {
        for bits in 0..64 {
            for value in [1u64 << bits, (1u64 << bits) - 1, u64::MAX >> bits] {
                let bytes = varint(value);
                assert_eq!(Cursor::new(&bytes).varint(), Some(value));
                let mut out = Vec::new();
                put_zigzag(&mut out, value.cast_signed());
                assert_eq!(Cursor::new(&out).zigzag(), Some(value.cast_signed()));
            }
        }
    }

    #[test]
    fn a_long_spelling_of_a_number_is_refused() {
        for bytes in [&[0x80, 0x00][..], &[0xff, 0x80, 0x00], &[0x80; 11], &[0xff; 10], &[0x80]] {
            assert_eq!(Cursor::new(bytes).varint::<u64>(), None, "{bytes:?}");
        }
    }
}
