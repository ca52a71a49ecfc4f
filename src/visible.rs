//! Characters that a reader does not see, and the escapes that are shown in their place.
//!
//! Requests, arguments and tokens hold texts that strangers chose. Shown raw, they could reverse
//! the direction of a line, hide a part of it, forge a line of a log, or send commands to the
//! terminal. So every message shows them through this module, which has the only table of such
//! characters:
//!
//! | | for |
//! |---|---|
//! | [`escaped`] | a text within a line |
//! | [`excerpt`] | the same, of which a message needs only the beginning |
//! | [`brief`] | a message with quotes in backticks |
//! | [`quoted`] | a text in quotes |
//! | [`json`] | JSON, whose value stays the same |
//! | [`screened`] | whole pages, which have lines and colours of their own |

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::String;
use core::fmt;
use core::fmt::Write as _;

/// How many characters of a stranger's text a message quotes: enough to recognise it, too few to
/// fill a log.
pub const EXCERPT: usize = 64;

/// Whether a character is invisible, looks like a space without being one, or acts instead of being
/// shown. Line ends and tabs do not count: their effect is visible.
///
/// These are the categories Cc, Cf, Zl, Zp and Zs of Unicode, what it calls ignorable by default,
/// the characters that have no picture in spite of their category (fillers, the empty Braille
/// pattern, the null notehead), and noncharacters.
#[must_use]
pub const fn hides(character: char) -> bool {
    turns(character)
        || is_control(character)
        || is_other_space(character)
        || is_format(character)
        || is_filler(character)
        || (character as u32) & 0xfffe == 0xfffe
}

/// The same for the text of a policy, in which people write spaces of their own script (U+3000) as
/// they are.
#[must_use]
pub const fn hides_in_source(character: char) -> bool {
    hides(character) && !is_other_space(character)
}

/// Whether a character turns the direction of the text after it, so that a reader sees something
/// other than what is there.
#[must_use]
pub const fn turns(character: char) -> bool {
    matches!(character, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

const fn is_control(character: char) -> bool {
    matches!(character, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{7f}'..='\u{9f}')
}

/// Spaces that are not U+0020.
const fn is_other_space(character: char) -> bool {
    matches!(character, '\u{2000}'..='\u{200a}')
        || matches!(character, '\u{a0}' | '\u{1680}' | '\u{202f}' | '\u{205f}' | '\u{2800}' | '\u{3000}')
}

/// Separators of lines and paragraphs, format characters, joiners, variation selectors, tags.
const fn is_format(character: char) -> bool {
    matches!(character,
        '\u{ad}' | '\u{34f}' | '\u{600}'..='\u{605}' | '\u{6dd}' | '\u{70f}' | '\u{890}'..='\u{891}' | '\u{8e2}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200d}' | '\u{2028}' | '\u{2029}' | '\u{2060}'..='\u{206f}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{fff0}'..='\u{fffc}' | '\u{110bd}' | '\u{110cd}'
        | '\u{13430}'..='\u{1343f}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e0fff}')
}

/// Letters and marks without a picture, and noncharacters that are not at the end of a plane.
const fn is_filler(character: char) -> bool {
    matches!(character, '\u{fdd0}'..='\u{fdef}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}')
        || matches!(character, '\u{3164}' | '\u{ffa0}' | '\u{16fe4}' | '\u{1d159}')
}

/// A text within a line: line ends and hidden characters are written as the language's escapes.
#[must_use]
pub const fn escaped(text: &str) -> Escaped<'_> {
    Escaped { text, most: usize::MAX }
}

/// The first [`EXCERPT`] characters of a text, [`escaped`]; with `…` for the rest.
#[must_use]
pub const fn excerpt(text: &str) -> Escaped<'_> {
    Escaped { text, most: EXCERPT }
}

/// See [`escaped`] and [`excerpt`].
#[derive(Clone, Copy, Debug)]
pub struct Escaped<'t> {
    text: &'t str,
    most: usize,
}

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, character) in self.text.chars().enumerate() {
            if number == self.most {
                return f.write_char('…');
            }
            put(character, f)?;
        }
        Ok(())
    }
}

/// Writes a character, or its escape.
///
/// # Errors
/// Those of `out`.
pub fn put(character: char, out: &mut impl fmt::Write) -> fmt::Result {
    match character {
        '\n' => out.write_str("\\n"),
        '\r' => out.write_str("\\r"),
        '\t' => out.write_str("\\t"),
        hidden if hides(hidden) => write!(out, "\\u{{{:x}}}", u32::from(hidden)),
        seen => out.write_char(seen),
    }
}

/// A text in quotes, on one line.
#[must_use]
pub fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for character in text.chars() {
        if matches!(character, '"' | '\\') {
            out.push('\\');
        }
        // Writing to a string does not fail.
        let _ = put(character, &mut out);
    }
    out.push('"');
    out
}

/// A key of a map as a part of a path: `["x-auth"]`. A long one is cut to its beginning.
#[must_use]
pub fn key(key: &str) -> String {
    let cut = key.char_indices().nth(EXCERPT).map_or(key.len(), |(at, _)| at);
    let rest = if cut < key.len() { "…" } else { "" };
    format!("[{}{rest}]", quoted(&key[..cut]))
}

/// A message whose author has put quotes into backticks: each quote is cut to an [`excerpt`], and
/// the whole is [`escaped`].
#[must_use]
pub fn brief(message: &str) -> String {
    let mut out = String::with_capacity(message.len().min(MESSAGE));
    let mut most = MESSAGE;
    for (number, part) in message.split('`').enumerate() {
        if number > 0 {
            out.push('`');
        }
        // A quote may contain backticks itself, so the whole is bounded too.
        let shown = Escaped { text: part, most: if number % 2 == 1 { most.min(EXCERPT) } else { most } };
        let _ = write!(out, "{shown}");
        most = most.saturating_sub(part.chars().count().min(EXCERPT));
        if most == 0 {
            break;
        }
    }
    out
}

/// How many characters a whole message has at most.
const MESSAGE: usize = 512;

/// JSON text with `\u` escapes for hidden characters. They occur only in strings, so the value
/// stays the same.
#[must_use]
pub fn json(text: &str) -> Cow<'_, str> {
    if !text.contains(hides) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 64);
    for character in text.chars() {
        if hides(character) {
            for unit in character.encode_utf16(&mut [0; 2]) {
                let _ = write!(out, "\\u{unit:04x}");
            }
        } else {
            out.push(character);
        }
    }
    Cow::Owned(out)
}

/// A page for a terminal: its lines and tabs stay, and with `colour` the sequences that only set
/// colours.
///
/// This is the second line of defence, after the code that quotes.
#[must_use]
pub fn screened(page: &str, colour: bool) -> Cow<'_, str> {
    let is_wanted = |character: char| hides(character) || character == '\r';
    if !page.contains(is_wanted) {
        return Cow::Borrowed(page);
    }
    let mut out = String::with_capacity(page.len() + 64);
    let mut rest = page;
    while let Some(at) = rest.find(is_wanted) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let kept = if colour { colours(rest) } else { 0 };
        if kept > 0 {
            out.push_str(&rest[..kept]);
            rest = &rest[kept..];
        } else if let Some(character) = rest.chars().next() {
            let _ = put(character, &mut out);
            rest = &rest[character.len_utf8()..];
        }
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// Length of the sequence at the beginning that sets a colour; 0 if there is none. Concealing (8)
/// is not a colour.
fn colours(text: &str) -> usize {
    let Some(inner) = text.strip_prefix("\x1b[") else { return 0 };
    let Some(end) = inner.find(|character: char| !character.is_ascii_digit() && character != ';') else { return 0 };
    let is_colour = inner[end..].starts_with('m') && inner[..end].split(';').next() != Some("8");
    if is_colour { "\x1b[m".len() + end } else { 0 }
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use super::*;

    #[test]
    fn no_character_that_a_reader_does_not_see_is_shown_raw() {
        let hidden = "\0\u{7}\u{1b}\u{7f}\u{85}\u{9b}\u{a0}\u{ad}\u{34f}\u{61c}\u{115f}\u{1160}\u{1680}\u{17b4}\u{180b}\u{180e}\
            \u{2003}\u{200b}\u{200d}\u{200f}\u{2028}\u{2029}\u{202e}\u{202f}\u{205f}\u{2060}\u{2066}\u{2069}\u{2800}\u{3000}\
            \u{3164}\u{fdd0}\u{fe0f}\u{feff}\u{ffa0}\u{fff9}\u{fffc}\u{fffe}\u{16fe4}\u{1bca0}\u{1d159}\u{1d173}\u{1ffff}\
            \u{e0001}\u{e0041}\u{e0100}\u{10ffff}";
        assert!(hidden.chars().all(hides));
        for shown in [escaped(hidden).to_string(), quoted(hidden), json(hidden).into_owned(), key(hidden)] {
            assert!(shown.chars().all(|c| c.is_ascii_graphic() || c == '…'), "{shown}");
        }
        assert!(screened(hidden, true).is_ascii() && !screened(hidden, true).contains('\u{1b}'));
        assert!(!"\u{a0}\u{3000}".contains(hides_in_source));
        assert!("\u{2028}\u{3164}\u{200b}\u{85}".chars().all(hides_in_source));
        assert!(!"Zoë, Зоя, 日本, ا, ﷺ, é, 👍, \u{fffd}, \u{e000}\n\t".contains(hides));
    }

    #[test]
    fn a_message_quotes_the_beginning_on_one_line() {
        assert_eq!(excerpt("a\r\n\tb").to_string(), "a\\r\\n\\tb");
        assert_eq!(excerpt(&"é".repeat(64)).to_string(), "é".repeat(64));
        assert_eq!(excerpt(&"é".repeat(65)).to_string(), format!("{}…", "é".repeat(64)));
        assert_eq!(key(&"k".repeat(80)), format!("[\"{}\"…]", "k".repeat(64)));
    }

    #[test]
    fn a_message_quotes_the_beginning_of_each_quote() {
        let long = "z".repeat(500);
        let shown = brief(&format!("`{long}` is not `{long}`\n"));
        assert_eq!(shown, format!("`{0}…` is not `{0}…`\\n", "z".repeat(64)));
        let evading = "zz`".repeat(5000);
        assert!(brief(&format!("`{evading}` is not a name")).chars().count() < 1100);
        let ours =
            "a percent escape is two upper-case digits, of a byte that needs one: write `%C3%A9`, or the character";
        assert_eq!(brief(ours), ours);
    }

    #[test]
    fn json_stays_the_same_value_and_pages_keep_their_colours() {
        assert_eq!(json("{\"a\": \"\u{202e}\u{e0041}\"}"), "{\"a\": \"\\u202e\\udb40\\udc41\"}");
        let page = "\x1b[1;31mred\x1b[0m\n\x1b[8mx\x1b[2J\r\u{202e}";
        assert_eq!(screened(page, true), "\x1b[1;31mred\x1b[0m\n\\u{1b}[8mx\\u{1b}[2J\\r\\u{202e}");
        assert_eq!(screened(page, false).matches("\\u{1b}").count(), 4);
    }
}
