//! Java behaviour that is visible in tokens: the order of a `HashMap`, the reading of UUIDs, and
//! the reading of invalid UTF-8.

use thiserror::Error;

use super::token::Pairs;

/// Why a text is not a UUID; the words are Java's.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum UuidError {
    /// `aaaaaaaa-1111-4aaa-8aaa-0000000000010`: more than 36 characters.
    #[error("UUID string too large")]
    TooLong,
    /// `a-b-c-d`
    #[error("Invalid UUID string: {0}")]
    NotFiveGroups(String),
    /// `1--3-4-5`, `x-1-1-1-1`
    #[error("Invalid UUID string: {0}: a group is not a hexadecimal number")]
    NotANumber(String),
}

/// Reads a UUID as `java.util.UUID` does: five groups of any length, a short one padded with zeros,
/// a long one cut to its low digits. (Unlike Java, digits of other scripts are refused.)
pub fn uuid_from_text(text: &str) -> Result<[u8; 16], UuidError> {
    if text.encode_utf16().count() > 36 {
        return Err(UuidError::TooLong);
    }
    let groups: Vec<&str> = text.split('-').collect();
    let [one, two, three, four, five] = groups.as_slice() else {
        return Err(UuidError::NotFiveGroups(text.to_owned()));
    };
    let mut number = 0;
    for (group, bits) in [(one, 32), (two, 16), (three, 16), (four, 16), (five, 48)] {
        // Like `Long.parseLong`: a `+` is accepted, 63 bits at most.
        let group = i64::from_str_radix(group, 16).map_err(|_| UuidError::NotANumber(text.to_owned()))?;
        number = number << bits | u128::from(group.cast_unsigned() & ((1 << bits) - 1));
    }
    Ok(number.to_be_bytes())
}

/// Writes a UUID: lower case, all digits.
#[must_use]
pub fn uuid_to_text(uuid: &[u8; 16]) -> String {
    let mut text = String::with_capacity(36);
    for (byte, at) in uuid.iter().zip(0..) {
        if matches!(at, 4 | 6 | 8 | 10) {
            text.push('-');
        }
        let digit = |value: u8| char::from_digit(u32::from(value), 16).unwrap_or_default();
        text.extend([digit(byte >> 4), digit(byte & 0x0f)]);
    }
    text
}

/// `String.hashCode`: over UTF-16 units.
#[must_use]
pub fn string_hash(text: &str) -> i32 {
    text.encode_utf16().fold(0_i32, |hash, unit| hash.wrapping_mul(31).wrapping_add(i32::from(unit)))
}

/// The iteration order of a `HashMap` that was filled in the order of `pairs`.
///
/// In Java a bucket of nine or more keys, in a table of sixty-four or more, becomes a tree, whose
/// order is not reproduced.
#[must_use]
pub fn hash_order(pairs: Pairs) -> Pairs {
    let spreads: Vec<usize> = pairs.iter().map(|(key, _)| spread(key)).collect();
    let mask = table_size(&spreads) - 1;
    let mut placed: Vec<(usize, (String, String))> =
        spreads.into_iter().map(|spread| spread & mask).zip(pairs).collect();
    placed.sort_by_key(|(bucket, _)| *bucket);
    placed.into_iter().map(|(_, pair)| pair).collect()
}

/// The iteration order of a `HashSet` that was filled with values of these hashes, by their
/// numbers; `None` if a bucket would be a tree.
#[must_use]
pub fn set_order(hashes: &[i32]) -> Option<Vec<usize>> {
    let spreads: Vec<usize> = hashes.iter().map(|hash| spread_of(*hash)).collect();
    let mask = table_size(&spreads) - 1;
    let mut placed: Vec<(usize, usize)> = spreads.iter().map(|spread| spread & mask).zip(0..).collect();
    placed.sort_unstable();
    let is_tree = placed.chunk_by(|(a, _), (b, _)| a == b).any(|bucket| bucket.len() > 8);
    (!is_tree).then(|| placed.into_iter().map(|(_, number)| number).collect())
}

/// The order in which a map from a token is shown: Thrift sizes the table for twice as many keys as
/// it reads.
#[must_use]
pub fn read_order(mut pairs: Pairs) -> Pairs {
    let mask = (2 * pairs.len()).next_power_of_two() - 1;
    pairs.sort_by_key(|(key, _)| spread(key) & mask);
    pairs
}

fn spread(key: &str) -> usize {
    spread_of(string_hash(key))
}

fn spread_of(hash: i32) -> usize {
    let hash = hash.cast_unsigned();
    (hash ^ (hash >> 16)) as usize
}

/// The size of a table: it doubles whenever it is over three quarters full, and, while it is small,
/// when a bucket gets its ninth key.
fn table_size(spreads: &[usize]) -> usize {
    let mut buckets = vec![0; 16];
    for (count, spread) in spreads.iter().enumerate() {
        let mask = buckets.len() - 1;
        let bucket = buckets.get_mut(spread & mask).expect("the mask is below the length");
        *bucket += 1;
        let crowded = *bucket > 8 && mask + 1 < 64;
        if crowded {
            buckets = fill(spreads.get(..=count).unwrap_or_default(), 2 * buckets.len());
        }
        if count + 1 > buckets.len() / 4 * 3 {
            buckets = fill(spreads.get(..=count).unwrap_or_default(), 2 * buckets.len());
        }
    }
    buckets.len()
}

fn fill(spreads: &[usize], size: usize) -> Vec<usize> {
    let mut buckets = vec![0; size];
    for spread in spreads {
        *buckets.get_mut(spread & (size - 1)).expect("the mask is below the length") += 1;
    }
    buckets
}

/// Decodes UTF-8 as Java does: invalid bytes become U+FFFD, and so does a surrogate that was
/// encoded like a character.
#[must_use]
pub fn text_from_utf8(bytes: &[u8]) -> String {
    match str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => String::from_utf8_lossy(&without_surrogates(bytes)).into_owned(),
    }
}

/// With one byte that is never UTF-8 in place of each surrogate: Rust would replace a surrogate
/// byte by byte.
fn without_surrogates(bytes: &[u8]) -> Vec<u8> {
    let mut rest = bytes;
    let mut out = Vec::with_capacity(bytes.len());
    while let Some((first, behind)) = rest.split_first() {
        let (byte, behind) = match rest {
            [0xed, 0xa0..=0xbf, 0x80..=0xbf, behind @ ..] | [0xed, 0xa0..=0xbf, behind @ ..] => (0xff, behind),
            _ => (*first, behind),
        };
        out.push(byte);
        rest = behind;
    }
    out
}

/// The lines of a text: LF, CR, or both together end a line.
pub fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines().flat_map(|line| line.split('\r'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(keys: &[&str]) -> Pairs {
        keys.iter().map(|key| ((*key).to_owned(), String::new())).collect()
    }

    fn ordered(keys: &[&str]) -> Vec<String> {
        hash_order(pairs(keys)).into_iter().map(|(key, _)| key).collect()
    }

    #[test]
    fn a_uuid_is_read_as_java_reads_it() {
        let padded = uuid_from_text("1-2-3-4-5").unwrap();
        assert_eq!(uuid_to_text(&padded), "00000001-0002-0003-0004-000000000005");
        let cut = uuid_from_text("123456789ab-12345-1-+1-F").unwrap();
        assert_eq!(uuid_to_text(&cut), "456789ab-2345-0001-0001-00000000000f");
        for none in ["", "1-2-3-4", "1-2-3-4-5-6", "1-2-3-4-", "-1-2-3-4", "1-2-3-4-g", "1-2-3-4-+", "1-2-3-4- 5"] {
            assert!(uuid_from_text(none).is_err(), "{none:?}");
        }
        assert!(
            matches!(uuid_from_text("ffffffffffffffff-1-1-1-1"), Err(UuidError::NotANumber(_))),
            "64 bits are too many"
        );
        assert_eq!(uuid_from_text(&"1-".repeat(19)), Err(UuidError::TooLong));
    }

    #[test]
    fn keys_stand_by_their_hash_and_equal_ones_as_they_came() {
        assert_eq!(string_hash("Aa"), string_hash("BB"));
        assert_eq!(ordered(&["b", "a", "c"]), ["a", "b", "c"]);
        assert_eq!(ordered(&["BB", "Aa"]), ["BB", "Aa"]);
        assert_eq!(ordered(&["Aa", "BB"]), ["Aa", "BB"]);
        assert_eq!(string_hash("𝄞"), i32::from(0xd834_u16) * 31 + i32::from(0xdd1e_u16));
    }

    #[test]
    fn a_crowded_bucket_enlarges_a_small_table() {
        // Nine keys of one hash: the table is doubled at the ninth, and again at the tenth.
        let same = ["AaAaAa", "AaAaBB", "AaBBAa", "AaBBBB", "BBAaAa", "BBAaBB", "BBBBAa", "BBBBBB"];
        let mut spreads: Vec<usize> = same.iter().map(|key| spread(key)).collect();
        assert_eq!(table_size(&spreads), 16);
        spreads.push(spread("AaAaAa"));
        assert_eq!(table_size(&spreads), 32);
        spreads.push(spread("AaAaAa"));
        assert_eq!(table_size(&spreads), 64);
    }

    #[test]
    fn bytes_that_are_no_text_become_replacement_characters() {
        assert_eq!(text_from_utf8("é\u{fffd}".as_bytes()), "é\u{fffd}");
        assert_eq!(text_from_utf8(b"a\xffb\xc3"), "a\u{fffd}b\u{fffd}");
        assert_eq!(text_from_utf8(b"\xed\xa0\x80.\xed\xa0.\xed\xa0"), "\u{fffd}.\u{fffd}.\u{fffd}");
        assert_eq!(text_from_utf8(b"\xe0\x80"), "\u{fffd}\u{fffd}");
    }
}
