//! The part of Thrift's compact protocol that tokens need: writing fields, reading them, skipping
//! unknown ones.
//!
//! All bytes are treated as hostile: nothing is allocated by a size that is only claimed, every
//! element costs at least a byte of the input, and nesting is bounded. Numbers in a longer encoding
//! than necessary are refused, while Warp 10 accepts them and cuts off the excess.

use thiserror::Error;

use crate::limits::WARP10_SKIP_DEPTH;
use placet::bytecode::cursor::{Cursor, put_prefixed, put_varint, put_zigzag};

/// The bytes are not a structure of the compact protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the data is cut off or malformed")]
pub struct ThriftError;

/// The content of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    /// A bool that is true; it has no bytes of its own.
    True,
    /// A bool that is false.
    False,
    /// One byte.
    Byte,
    /// A zigzag number of 16 bits.
    I16,
    /// A zigzag number of 32 bits; an enum.
    I32,
    /// A zigzag number of 64 bits.
    I64,
    /// Eight bytes.
    Double,
    /// A length and bytes: binary and text.
    Binary,
    /// A header and elements.
    List,
    /// Like a list.
    Set,
    /// A size, two types, and pairs.
    Map,
    /// Fields up to a stop.
    Struct,
}

impl Type {
    const fn of(code: u8) -> Option<Self> {
        Some(match code {
            1 => Self::True,
            2 => Self::False,
            3 => Self::Byte,
            4 => Self::I16,
            5 => Self::I32,
            6 => Self::I64,
            7 => Self::Double,
            8 => Self::Binary,
            9 => Self::List,
            10 => Self::Set,
            11 => Self::Map,
            12 => Self::Struct,
            _ => return None,
        })
    }

    const fn code(self) -> u8 {
        match self {
            Self::True => 1,
            Self::False => 2,
            Self::Byte => 3,
            Self::I16 => 4,
            Self::I32 => 5,
            Self::I64 => 6,
            Self::Double => 7,
            Self::Binary => 8,
            Self::List => 9,
            Self::Set => 10,
            Self::Map => 11,
            Self::Struct => 12,
        }
    }
}

/// Reads the fields of one structure, one after the other.
#[derive(Debug)]
pub struct Reader<'a> {
    bytes: Cursor<'a>,
    last: i16,
}

impl<'a> Reader<'a> {
    /// At the first field.
    #[must_use]
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { bytes: Cursor::new(bytes), last: 0 }
    }

    /// The next field's number and type; `None` at the stop. Its content has to be read or
    /// [skipped](Self::skip).
    pub fn field(&mut self) -> Result<Option<(i16, Type)>, ThriftError> {
        let header = self.byte()?;
        if header == 0 {
            return Ok(None);
        }
        let id = match header >> 4 {
            0 => i16::try_from(self.bytes.zigzag().ok_or(ThriftError)?).map_err(|_| ThriftError)?,
            ahead => self.last.checked_add(i16::from(ahead)).ok_or(ThriftError)?,
        };
        self.last = id;
        Ok(Some((id, Type::of(header & 0x0f).ok_or(ThriftError)?)))
    }

    /// A number of 32 bits.
    pub fn i32(&mut self) -> Result<i32, ThriftError> {
        i32::try_from(self.i64()?).map_err(|_| ThriftError)
    }

    /// A number of 64 bits.
    pub fn i64(&mut self) -> Result<i64, ThriftError> {
        self.bytes.zigzag().ok_or(ThriftError)
    }

    /// A length and that many bytes.
    pub fn binary(&mut self) -> Result<&'a [u8], ThriftError> {
        self.bytes.prefixed().ok_or(ThriftError)
    }

    /// A list of elements of this type, each read by `read`.
    pub fn list<T>(
        &mut self,
        of: Type,
        mut read: impl FnMut(&mut Self) -> Result<T, ThriftError>,
    ) -> Result<Vec<T>, ThriftError> {
        let (size, element) = self.list_header()?;
        if size > 0 && element != Some(of) {
            return Err(ThriftError);
        }
        let mut elements = Vec::new();
        for _ in 0..size {
            elements.push(read(self)?);
        }
        Ok(elements)
    }

    /// A map of binary to binary: each pair, in order.
    pub fn binary_map(&mut self) -> Result<Vec<(&'a [u8], &'a [u8])>, ThriftError> {
        let (size, types) = self.map_header()?;
        if types.is_some_and(|types| types != (Some(Type::Binary), Some(Type::Binary))) {
            return Err(ThriftError);
        }
        let mut pairs = Vec::new();
        for _ in 0..size {
            pairs.push((self.binary()?, self.binary()?));
        }
        Ok(pairs)
    }

    /// Skips the content of a field.
    pub fn skip(&mut self, of: Type) -> Result<(), ThriftError> {
        match of {
            Type::True | Type::False => Ok(()),
            other => self.skip_value(other, WARP10_SKIP_DEPTH),
        }
    }

    /// Skips an element of a collection: there a bool has a byte.
    fn skip_value(&mut self, of: Type, depth: usize) -> Result<(), ThriftError> {
        let depth = depth.checked_sub(1).ok_or(ThriftError)?;
        match of {
            Type::True | Type::False | Type::Byte => self.byte().map(drop),
            Type::I16 | Type::I32 | Type::I64 => self.i64().map(drop),
            Type::Double => self.bytes.take(8).map(drop).ok_or(ThriftError),
            Type::Binary => self.binary().map(drop),
            Type::List | Type::Set => self.skip_list(depth),
            Type::Map => self.skip_map(depth),
            Type::Struct => self.skip_struct(depth),
        }
    }

    fn skip_list(&mut self, depth: usize) -> Result<(), ThriftError> {
        let (size, element) = self.list_header()?;
        for _ in 0..size {
            self.skip_value(element.ok_or(ThriftError)?, depth)?;
        }
        Ok(())
    }

    fn skip_map(&mut self, depth: usize) -> Result<(), ThriftError> {
        let (size, types) = self.map_header()?;
        for _ in 0..size {
            let (Some(key), Some(value)) = types.ok_or(ThriftError)? else { return Err(ThriftError) };
            self.skip_value(key, depth)?;
            self.skip_value(value, depth)?;
        }
        Ok(())
    }

    fn skip_struct(&mut self, depth: usize) -> Result<(), ThriftError> {
        let outer = std::mem::take(&mut self.last);
        while let Some((_, of)) = self.field()? {
            if !matches!(of, Type::True | Type::False) {
                self.skip_value(of, depth)?;
            }
        }
        self.last = outer;
        Ok(())
    }

    fn list_header(&mut self) -> Result<(u32, Option<Type>), ThriftError> {
        let header = self.byte()?;
        let size = match header >> 4 {
            15 => self.bytes.varint().ok_or(ThriftError)?,
            small => u32::from(small),
        };
        Ok((size, Type::of(header & 0x0f)))
    }

    fn map_header(&mut self) -> Result<(u32, Option<(Option<Type>, Option<Type>)>), ThriftError> {
        let size = self.bytes.varint().ok_or(ThriftError)?;
        if size == 0 {
            return Ok((0, None));
        }
        let types = self.byte()?;
        Ok((size, Some((Type::of(types >> 4), Type::of(types & 0x0f)))))
    }

    fn byte(&mut self) -> Result<u8, ThriftError> {
        self.bytes.byte().ok_or(ThriftError)
    }
}

/// Writes the fields of one structure, in the order of their numbers.
#[derive(Debug, Default)]
pub struct Writer {
    out: Vec<u8>,
    last: u8,
}

impl Writer {
    /// A bool.
    pub fn bool(&mut self, id: u8, value: bool) {
        self.header(id, if value { Type::True } else { Type::False });
    }

    /// A number of 32 bits.
    pub fn i32(&mut self, id: u8, value: i32) {
        self.header(id, Type::I32);
        put_zigzag(&mut self.out, i64::from(value));
    }

    /// A number of 64 bits.
    pub fn i64(&mut self, id: u8, value: i64) {
        self.header(id, Type::I64);
        put_zigzag(&mut self.out, value);
    }

    /// Bytes or text.
    pub fn binary(&mut self, id: u8, value: &[u8]) {
        self.header(id, Type::Binary);
        put_prefixed(&mut self.out, value);
    }

    /// A list of bytes or texts.
    pub fn binaries<T: AsRef<[u8]>>(&mut self, id: u8, values: &[T]) {
        self.list_header(id, Type::Binary, values.len());
        values.iter().for_each(|value| put_prefixed(&mut self.out, value.as_ref()));
    }

    /// A list of numbers.
    pub fn i64s(&mut self, id: u8, values: &[i64]) {
        self.list_header(id, Type::I64, values.len());
        values.iter().for_each(|value| put_zigzag(&mut self.out, *value));
    }

    /// A map of text to text.
    pub fn map(&mut self, id: u8, pairs: &[(String, String)]) {
        self.header(id, Type::Map);
        put_varint(&mut self.out, pairs.len() as u64);
        if !pairs.is_empty() {
            self.out.push(Type::Binary.code() << 4 | Type::Binary.code());
        }
        for (key, value) in pairs {
            put_prefixed(&mut self.out, key.as_bytes());
            put_prefixed(&mut self.out, value.as_bytes());
        }
    }

    /// The bytes, with the stop.
    #[must_use]
    pub fn finish(mut self) -> Vec<u8> {
        self.out.push(0);
        self.out
    }

    fn header(&mut self, id: u8, of: Type) {
        match id.wrapping_sub(self.last) {
            ahead @ 1..=15 => self.out.push(ahead << 4 | of.code()),
            _ => {
                self.out.push(of.code());
                put_zigzag(&mut self.out, i64::from(id));
            }
        }
        self.last = id;
    }

    fn list_header(&mut self, id: u8, of: Type, size: usize) {
        self.header(id, Type::List);
        match size {
            0..15 => self.out.push((size as u8) << 4 | of.code()),
            _ => {
                self.out.push(0xf0 | of.code());
                put_varint(&mut self.out, size as u64);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn skipped(of: Type, bytes: &[u8]) -> Result<usize, ThriftError> {
        let mut reader = Reader::new(bytes);
        reader.skip(of)?;
        Ok(bytes.len() - reader.bytes.rest().len())
    }

    #[test]
    fn what_is_unknown_is_passed_over() {
        assert_eq!(skipped(Type::True, &[9]), Ok(0));
        assert_eq!(skipped(Type::Byte, &[9, 9]), Ok(1));
        assert_eq!(skipped(Type::Double, &[0; 9]), Ok(8));
        assert_eq!(skipped(Type::List, &[0x31, 1, 2, 1, 9]), Ok(4));
        assert_eq!(skipped(Type::Map, &[1, 0x85, 1, b'a', 4, 9]), Ok(5));
        assert_eq!(skipped(Type::Map, &[0, 9]), Ok(1));
        assert_eq!(skipped(Type::Struct, &[0x11, 0x15, 4, 0x0c, 2, 0x11, 0, 0, 9]), Ok(8));
    }

    #[test]
    fn a_claimed_size_is_not_believed() {
        let bomb = [0xf8, 0xff, 0xff, 0xff, 0xff, 0x0f];
        assert_eq!(skipped(Type::List, &bomb), Err(ThriftError));
        assert_eq!(Reader::new(&bomb).list(Type::Binary, Reader::binary), Err(ThriftError));
        assert_eq!(skipped(Type::Binary, &[0xff, 0xff, 0xff, 0xff, 0x0f]), Err(ThriftError));
        assert_eq!(skipped(Type::Map, &[0xff, 0xff, 0xff, 0xff, 0x0f, 0x88]), Err(ThriftError));
    }

    #[test]
    fn what_nests_too_deep_is_refused() {
        let nested = |depth: usize| [vec![0x19; depth], vec![0x08]].concat();
        assert!(skipped(Type::List, &nested(WARP10_SKIP_DEPTH - 1)).is_ok());
        assert_eq!(skipped(Type::List, &nested(WARP10_SKIP_DEPTH)), Err(ThriftError));
        assert_eq!(skipped(Type::Struct, &[0x1c; 10_000]), Err(ThriftError));
    }

    #[test]
    fn field_numbers_stay_in_their_range() {
        let mut reader = Reader::new(&[0x05, 0xfe, 0xff, 0x03, 0, 0x15]);
        assert_eq!(reader.field(), Ok(Some((i16::MAX, Type::I32))));
        assert_eq!(reader.i32(), Ok(0));
        assert_eq!(reader.field(), Err(ThriftError));
        assert_eq!(Reader::new(&[0x1f]).field(), Err(ThriftError));
        assert_eq!(Reader::new(&[0x10]).field(), Err(ThriftError));
    }
}
