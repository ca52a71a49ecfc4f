//! A page of text for a terminal: lines of at most [`WIDTH`] columns.

use super::ui::{GREEN, RED, YELLOW, paint};

/// No line is wider, so that a page also fits beside an editor.
pub const WIDTH: usize = 100;

/// Text on one line, cut where it would be too long.
#[must_use]
pub fn cut(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return text.to_owned();
    }
    let kept: String = text.chars().take(width.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end())
}

/// Text broken at blanks, behind a first line that begins at column `indent`; the other lines are indented as far.
#[must_use]
pub fn wrap(text: &str, indent: usize) -> String {
    let width = WIDTH.saturating_sub(indent);
    let mut lines: Vec<String> = vec![String::new()];
    for word in text.split(' ') {
        let line = lines.last_mut().expect("there is always a line");
        if line.is_empty() {
            line.push_str(word);
        } else if line.chars().count() + 1 + word.chars().count() <= width {
            line.push(' ');
            line.push_str(word);
        } else {
            lines.push(word.to_owned());
        }
    }
    lines.join(&format!("\n{}", " ".repeat(indent)))
}

/// The text of a token without its middle.
#[must_use]
pub fn elided(text: &str) -> String {
    match (text.get(..24), text.len().checked_sub(8).and_then(|from| text.get(from..))) {
        (Some(head), Some(tail)) if text.len() > 40 => format!("{head}…{tail}"),
        _ => text.to_owned(),
    }
}

/// A verdict's word in its colour, as wide as the longest one.
#[must_use]
pub fn verdict(word: &str, colour: bool) -> String {
    let code = match word {
        "allow" => GREEN,
        "refused" => YELLOW,
        _ => RED,
    };
    paint(colour, code, format_args!("{word:<13}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_line_is_wider_than_the_page() {
        let text = "a word ".repeat(40);
        assert!(wrap(&text, 12).lines().all(|line| line.chars().count() <= WIDTH));
        assert_eq!(cut("abcdef", 4), "abc…");
        assert_eq!(cut("abcd", 4), "abcd");
        assert_eq!(elided("short"), "short");
    }
}
