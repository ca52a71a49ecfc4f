//! Reads and writes the small parts of tokens: varints, times, fixed and counted bytes.

use alloc::vec::Vec;

use crate::model::time::Time;
use crate::model::verdict::Refusal;

/// Reads bytes from the front of a token and knows its position.
#[derive(Clone, Debug)]
pub(super) struct Reader<'b> {
    /// Where the bytes end in the token.
    end: usize,
    rest: &'b [u8],
}

impl<'b> Reader<'b> {
    pub(super) const fn new(bytes: &'b [u8]) -> Self {
        Self { end: bytes.len(), rest: bytes }
    }

    /// Reads the last part of a token, from some place on.
    pub(super) const fn of_end(bytes: &'b [u8], rest: &'b [u8]) -> Self {
        Self { end: bytes.len(), rest }
    }

    /// Reads a part of a token.
    pub(super) fn within(bytes: &'b [u8], place: Place) -> Result<Self, Refusal> {
        Ok(Self { end: place.to, rest: place.of(bytes)? })
    }

    /// The position of the next byte in the token.
    pub(super) const fn at(&self) -> usize {
        self.end - self.rest.len()
    }

    /// The unread bytes.
    pub(super) const fn remaining(&self) -> Place {
        Place { from: self.at(), to: self.end }
    }

    pub(super) const fn rest(&self) -> &'b [u8] {
        self.rest
    }

    #[inline]
    pub(super) fn byte(&mut self) -> Result<u8, Refusal> {
        let (byte, rest) = self.rest.split_first().ok_or(Refusal::Truncated)?;
        self.rest = rest;
        Ok(*byte)
    }

    #[inline]
    pub(super) fn array<const N: usize>(&mut self) -> Result<&'b [u8; N], Refusal> {
        let (array, rest) = self.rest.split_first_chunk::<N>().ok_or(Refusal::Truncated)?;
        self.rest = rest;
        Ok(array)
    }

    #[inline]
    pub(super) fn take(&mut self, length: usize) -> Result<&'b [u8], Refusal> {
        let (taken, rest) = self.rest.split_at_checked(length).ok_or(Refusal::Truncated)?;
        self.rest = rest;
        Ok(taken)
    }

    /// An unsigned LEB128 number, refused unless it is the shortest encoding of a number that fits
    /// 64 bits.
    #[inline]
    pub(super) fn varint(&mut self) -> Result<u64, Refusal> {
        match self.rest {
            [small @ 0..0x80, rest @ ..] => {
                self.rest = rest;
                Ok(u64::from(*small))
            }
            _ => self.long_varint(),
        }
    }

    fn long_varint(&mut self) -> Result<u64, Refusal> {
        let mut number = 0;
        for shift in (0..u64::BITS).step_by(7) {
            let byte = self.byte()?;
            let bits = u64::from(byte & 0x7f);
            if shift == 63 && bits > 1 {
                return Err(Refusal::NotCanonical);
            }
            number |= bits << shift;
            if byte < 0x80 {
                // A last byte without bits adds nothing: the same number has a shorter encoding.
                return if byte == 0 && shift > 0 { Err(Refusal::NotCanonical) } else { Ok(number) };
            }
        }
        Err(Refusal::NotCanonical)
    }

    /// Milliseconds since 1970-01-01T00:00:00Z, never negative.
    #[inline]
    pub(super) fn time(&mut self) -> Result<Time, Refusal> {
        self.array().map(|bytes| time_of(*bytes))
    }

    /// Bytes after their length. A length too large for memory is also too large for the token.
    #[inline]
    pub(super) fn counted(&mut self) -> Result<&'b [u8], Refusal> {
        let length = usize::try_from(self.varint()?).map_err(|_| Refusal::Truncated)?;
        self.take(length)
    }

    /// Nothing may be left over: unread bytes are bytes that two readers may interpret differently.
    pub(super) const fn end(&self) -> Result<(), Refusal> {
        if self.rest.is_empty() { Ok(()) } else { Err(Refusal::NotCanonical) }
    }
}

/// The range of a part in the bytes of its token; stays valid when the bytes move.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) from: usize,
    pub(super) to: usize,
}

impl Place {
    /// The part itself.
    pub(super) fn of(self, bytes: &[u8]) -> Result<&[u8], Refusal> {
        bytes.get(self.from..self.to).ok_or(Refusal::Truncated)
    }
}

/// Appends the shortest encoding of `number`.
pub(super) fn put_varint(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

/// Bytes of a time.
pub(super) const TIME_BYTES: usize = 6;

/// The latest time that has a form, in the year 10889.
pub(super) const LAST: Time = Time::from_millis((1 << 48) - 1);

/// The time that these bytes, the highest first, write.
#[inline]
pub(super) fn time_of(bytes: [u8; TIME_BYTES]) -> Time {
    let mut millis = [0; 8];
    millis[2..].copy_from_slice(&bytes);
    Time::from_millis(i64::from_be_bytes(millis))
}

/// Appends a time. One before 1970 becomes 1970, and one after [`LAST`] becomes that, since every
/// token is read between the two.
pub(super) fn put_time(out: &mut Vec<u8>, time: Time) {
    let [_, _, bytes @ ..] = time.clamp(Time::EPOCH, LAST).as_millis().to_be_bytes();
    out.extend_from_slice(&bytes);
}

/// Appends `bytes` after their length.
pub(super) fn put_counted(out: &mut Vec<u8>, bytes: &[u8]) {
    put_varint(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> Result<u64, Refusal> {
        let mut reader = Reader::new(bytes);
        let number = reader.varint()?;
        reader.end().map(|()| number)
    }

    #[test]
    fn every_number_comes_back_from_its_spelling() {
        for number in (0..64).flat_map(|bit| [1 << bit, (1_u64 << bit) - 1, u64::MAX >> bit]) {
            let mut bytes = Vec::new();
            put_varint(&mut bytes, number);
            assert_eq!(read(&bytes), Ok(number));
        }
    }

    #[test]
    fn a_number_has_one_spelling() {
        assert_eq!(read(&[0x00]), Ok(0));
        assert_eq!(read(&[0x80, 0x00]), Err(Refusal::NotCanonical));
        assert_eq!(read(&[0xff, 0x80, 0x00]), Err(Refusal::NotCanonical));
        assert_eq!(read(&[0x80; 3]), Err(Refusal::Truncated));
    }

    #[test]
    fn a_number_beyond_64_bits_is_refused() {
        let mut bytes = [0xff; 10];
        bytes[9] = 0x01;
        assert_eq!(read(&bytes), Ok(u64::MAX));
        bytes[9] = 0x02;
        assert_eq!(read(&bytes), Err(Refusal::NotCanonical));
        assert_eq!(read(&[0x80; 11]), Err(Refusal::NotCanonical));
    }

    #[test]
    fn a_time_has_six_bytes_and_comes_back_unless_it_is_beyond_them() {
        for (time, read) in [(0, 0), (1, 1), (0x1234_5678_9abc, 0x1234_5678_9abc), (-1, 0), (i64::MIN, 0)] {
            let mut bytes = Vec::new();
            put_time(&mut bytes, Time::from_millis(time));
            assert_eq!((bytes.len(), Reader::new(&bytes).time()), (6, Ok(Time::from_millis(read))));
        }
        let mut bytes = Vec::new();
        put_time(&mut bytes, Time::MAX);
        assert_eq!((bytes.as_slice(), Reader::new(&bytes).time()), (&[0xff; 6][..], Ok(LAST)));
    }

    #[test]
    fn a_length_beyond_the_end_is_refused() {
        assert_eq!(Reader::new(&[3, b'a', b'b']).counted(), Err(Refusal::Truncated));
        let endless = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01];
        assert_eq!(Reader::new(&endless).counted(), Err(Refusal::Truncated));
    }
}
