//! The text form of a revocation list, which people read and edit.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::String;
use core::fmt::{self, Write as _};
use core::time::Duration;

use crate::model::lines::breaks_line;
use crate::model::time::{Time, length, millis};
use crate::token::header::{KeyName, RevocationId};

/// A revocation list in memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RevocationList {
    pub(super) issued: Time,
    pub(super) max_age: Duration,
    pub(super) keys: BTreeMap<KeyName, Time>,
    pub(super) ids: BTreeSet<RevocationId>,
}

impl RevocationList {
    /// An empty list, issued at that time and usable for `max_age`. Times before 1970 become 1970.
    #[must_use]
    pub fn new(issued: Time, max_age: Duration) -> Self {
        let (keys, ids) = (BTreeMap::new(), BTreeSet::new());
        Self { issued: issued.max(Time::EPOCH), max_age: length(millis(max_age)), keys, ids }
    }

    /// Revokes every token that has this block.
    pub fn revoke(&mut self, id: RevocationId) {
        self.ids.insert(id);
    }

    /// Revokes every token of this key that was issued before that time. Revocations are never
    /// undone: of two times the later one applies.
    pub fn revoke_key(&mut self, key: KeyName, before: Time) {
        let entry = self.keys.entry(key).or_insert(Time::EPOCH);
        *entry = before.max(*entry);
    }

    /// Removes an id. Says whether it was there.
    pub fn restore(&mut self, id: RevocationId) -> bool {
        self.ids.remove(&id)
    }

    /// Marks the list as issued now.
    pub fn reissue(&mut self, issued: Time) {
        self.issued = issued.max(Time::EPOCH);
    }

    /// Reads the text of a list.
    ///
    /// # Errors
    /// Names the first line that is wrong; a list without its last line `end` is cut short.
    pub fn from_text(text: &str) -> Result<Self, ListError> {
        let mut lines = (1..).zip(text.lines().map(str::trim_end));
        let (_, first) = lines.next().unwrap_or_default();
        if first != FIRST_LINE {
            let is_marked = first.starts_with('\u{feff}');
            let fault = if is_marked { ListLineError::ByteOrderMark } else { ListLineError::NotAList };
            return Err(ListError { line: 1, fault });
        }
        let mut draft = Draft::default();
        let mut last = 1;
        for (line, text) in lines.filter(|(_, text)| !text.is_empty()) {
            if text.starts_with('#') {
                if text.contains(breaks_line) {
                    return Err(ListError { line, fault: ListLineError::LineBreak });
                }
                continue;
            }
            draft.read(text).map_err(|fault| ListError { line, fault })?;
            last = line;
        }
        draft.finish().map_err(|fault| ListError { line: last, fault })
    }

    /// Writes the text of the list.
    ///
    /// # Panics
    /// Never: a string takes what is written to it.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut text = String::new();
        self.write(&mut text).expect("a string takes what is written to it");
        text
    }

    fn write(&self, out: &mut String) -> fmt::Result {
        writeln!(out, "{FIRST_LINE}\nissued: {}\nmax-age: {}", self.issued.as_millis(), millis(self.max_age))?;
        self.keys.iter().try_for_each(|(key, before)| writeln!(out, "key {key} before {}", before.as_millis()))?;
        self.ids.iter().try_for_each(|id| writeln!(out, "{id}"))?;
        writeln!(out, "end")
    }
}

const FIRST_LINE: &str = "# placet revocations 1";

/// A partly read list.
#[derive(Default)]
struct Draft {
    issued: Option<i64>,
    max_age: Option<i64>,
    keys: BTreeMap<KeyName, Time>,
    ids: BTreeSet<RevocationId>,
    ended: bool,
}

impl Draft {
    fn read(&mut self, line: &str) -> Result<(), ListLineError> {
        if self.ended {
            return Err(ListLineError::BehindTheEnd);
        }
        if line == "end" {
            self.ended = true;
            Ok(())
        } else if let Some(time) = line.strip_prefix("issued:") {
            set_once(&mut self.issued, time)
        } else if let Some(time) = line.strip_prefix("max-age:") {
            set_once(&mut self.max_age, time)
        } else if let Some(rule) = line.strip_prefix("key ") {
            self.read_key(rule)
        } else {
            let id = RevocationId::parse(line).ok_or(ListLineError::NotAnEntry)?;
            if self.ids.insert(id) { Ok(()) } else { Err(ListLineError::Twice) }
        }
    }

    fn read_key(&mut self, rule: &str) -> Result<(), ListLineError> {
        let (key, before) = rule.split_once(" before ").ok_or(ListLineError::NotAnEntry)?;
        let key = KeyName::parse(key).ok_or(ListLineError::NotAnEntry)?;
        if self.keys.insert(key, Time::from_millis(read_number(before)?)).is_none() {
            Ok(())
        } else {
            Err(ListLineError::Twice)
        }
    }

    fn finish(self) -> Result<RevocationList, ListLineError> {
        let (Some(issued), Some(max_age)) = (self.issued, self.max_age) else { return Err(ListLineError::NoAge) };
        if !self.ended {
            return Err(ListLineError::CutShort);
        }
        Ok(RevocationList {
            issued: Time::from_millis(issued),
            max_age: length(max_age),
            keys: self.keys,
            ids: self.ids,
        })
    }
}

fn set_once(slot: &mut Option<i64>, text: &str) -> Result<(), ListLineError> {
    if slot.is_some() {
        return Err(ListLineError::Twice);
    }
    *slot = Some(read_number(text.trim_start())?);
    Ok(())
}

fn read_number(digits: &str) -> Result<i64, ListLineError> {
    // `parse` would accept a sign.
    let number = digits.bytes().all(|digit| digit.is_ascii_digit()).then(|| digits.parse().ok());
    number.flatten().ok_or(ListLineError::NotANumber)
}

/// A line of a revocation list that cannot be read. The list is not used without it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListError {
    /// Counted from 1.
    pub line: usize,
    /// The fault in it.
    pub fault: ListLineError,
}

impl fmt::Display for ListError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.fault)
    }
}

impl core::error::Error for ListError {}

/// Possible faults of a line in a revocation list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListLineError {
    /// The text begins with U+FEFF.
    ByteOrderMark,
    /// The first line is not `# placet revocations 1`.
    NotAList,
    /// `revoke 00112233`
    NotAnEntry,
    /// A comment with a carriage return or another character at which an editor shows a new line:
    /// the text after it looks like an entry and is still a comment.
    LineBreak,
    /// `issued: yesterday`
    NotANumber,
    /// The same line again.
    Twice,
    /// A line after `end`.
    BehindTheEnd,
    /// No line `issued:` or `max-age:`.
    NoAge,
    /// No line `end`.
    CutShort,
}

impl fmt::Display for ListLineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ByteOrderMark => f.write_str("the text begins with a byte order mark (U+FEFF); save it without one"),
            Self::NotAList => write!(f, "a revocation list begins with the line `{FIRST_LINE}`"),
            Self::NotAnEntry => f.write_str("write 32 hexadecimal digits, or `key local:DIGITS before MILLISECONDS`"),
            Self::LineBreak => f.write_str(
                "a comment contains a line break other than a line feed; text after it would not be read as an entry",
            ),
            Self::NotANumber => f.write_str("write milliseconds, with digits only"),
            Self::Twice => f.write_str("this is already in the list"),
            Self::BehindTheEnd => f.write_str("`end` must be the last line"),
            Self::NoAge => f.write_str("the list must give both `issued:` and `max-age:`"),
            Self::CutShort => f.write_str("the list is cut short: its last line is not `end`"),
        }
    }
}

impl core::error::Error for ListLineError {}

#[cfg(test)]
mod tests {
    use super::*;

    const fn at(millis: i64) -> Time {
        Time::from_millis(millis)
    }
    use crate::token::header::{KeyHash, Purpose};
    use alloc::format;

    const BEGIN: &str = "# placet revocations 1\nissued: 5\nmax-age: 7\n";

    fn key(purpose: Purpose, byte: u8) -> KeyName {
        KeyName { purpose, hash: KeyHash([byte; 16]) }
    }

    fn fault(lines: &str) -> ListLineError {
        RevocationList::from_text(&format!("{BEGIN}{lines}")).expect_err(lines).fault
    }

    #[test]
    fn a_list_comes_back_from_its_text() {
        let mut list = RevocationList::new(at(5), Duration::from_millis(7));
        list.revoke(RevocationId([0xab; 16]));
        list.revoke_key(key(Purpose::Public, 1), at(99));
        let text = list.to_text();
        assert_eq!(text, format!("{BEGIN}key public:{} before 99\n{}\nend\n", "01".repeat(16), "ab".repeat(16)));
        assert_eq!(RevocationList::from_text(&text), Ok(list));
    }

    #[test]
    fn an_unreadable_list_is_an_error_and_never_an_empty_list() {
        let id = "ab".repeat(16);
        assert_eq!(fault(""), ListLineError::CutShort);
        assert_eq!(fault(&format!("{id}\n")), ListLineError::CutShort);
        assert_eq!(fault("en"), ListLineError::NotAnEntry);
        assert_eq!(fault(&format!("{}\nend", &id[1..])), ListLineError::NotAnEntry);
        assert_eq!(fault(&format!("{}\nend", id.to_uppercase())), ListLineError::NotAnEntry);
        assert_eq!(fault(&format!("{id}\n{id}\nend")), ListLineError::Twice);
        assert_eq!(fault(&format!("end\n{id}")), ListLineError::BehindTheEnd);
        assert_eq!(fault("issued: 6\nend"), ListLineError::Twice);
        let key = key(Purpose::Local, 1);
        assert_eq!(fault(&format!("key {key} before -1\nend")), ListLineError::NotANumber);
        assert_eq!(fault(&format!("key {key} after 1\nend")), ListLineError::NotAnEntry);
        assert_eq!(fault(&format!("key {key} before 1\nkey {key} before 2\nend")), ListLineError::Twice);
        assert_eq!(fault("key 01020304 before 1\nend"), ListLineError::NotAnEntry);
        let error = RevocationList::from_text("").expect_err("it is empty");
        assert_eq!((error.line, error.fault), (1, ListLineError::NotAList));
        let ageless = RevocationList::from_text("# placet revocations 1\nissued: 5\nend\n");
        assert_eq!(ageless.map_err(|error| error.fault), Err(ListLineError::NoAge));
    }

    #[test]
    fn a_list_may_have_comments_and_empty_lines() {
        let id = "ab".repeat(16);
        let list = RevocationList::from_text(&format!("{BEGIN}\n# of Tuesday\n{id}\n\n# and no more\nend\n"));
        let mut same = RevocationList::new(at(5), Duration::from_millis(7));
        same.revoke(RevocationId([0xab; 16]));
        assert_eq!(list, Ok(same));
    }

    #[test]
    fn what_is_restored_is_not_revoked_and_what_is_reissued_is_of_that_time() {
        let mut list = RevocationList::new(at(5), Duration::from_millis(7));
        list.revoke(RevocationId([1; 16]));
        assert!(list.restore(RevocationId([1; 16])) && !list.restore(RevocationId([1; 16])));
        list.reissue(at(9));
        assert_eq!(list, RevocationList::new(at(9), Duration::from_millis(7)));
    }

    #[test]
    fn of_two_times_of_a_key_the_later_holds() {
        let mut list = RevocationList::new(at(0), Duration::from_millis(0));
        list.revoke_key(key(Purpose::Local, 1), at(9));
        list.revoke_key(key(Purpose::Local, 1), at(3));
        assert!(list.to_text().contains("before 9"));
    }
}
