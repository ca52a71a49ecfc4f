//! Java properties, the format of Worf's defaults: ISO 8859-1, with `\\uXXXX` for everything else.

/// Reads a file: keys and values in their order. A line that ends in a backslash continues in the
/// next.
#[must_use]
pub fn read(bytes: &[u8]) -> Vec<(String, String)> {
    let text: String = bytes.iter().copied().map(char::from).collect();
    let mut lines = text.split(['\n', '\r']).map(|line| line.trim_start_matches(BLANKS));
    let mut pairs = Vec::new();
    while let Some(line) = lines.next() {
        if line.is_empty() || line.starts_with(['#', '!']) {
            continue;
        }
        let mut whole = line.to_owned();
        while ends_open(&whole) {
            whole.pop();
            let Some(next) = lines.find(|line| !line.is_empty()) else { break };
            whole.push_str(next);
        }
        pairs.push(pair(&whole));
    }
    pairs
}

/// Writes a file, a line for each pair.
#[must_use]
pub fn write(pairs: &[(&str, String)]) -> String {
    pairs.iter().map(|(key, value)| format!("{}={}\n", escaped(key, true), escaped(value, false))).collect()
}

const BLANKS: [char; 3] = [' ', '\t', '\u{c}'];

/// Whether an odd number of backslashes ends the line.
fn ends_open(line: &str) -> bool {
    (line.len() - line.trim_end_matches('\\').len()) % 2 == 1
}

/// Splits at the first `=`, `:` or blank that is not escaped.
fn pair(line: &str) -> (String, String) {
    let mut is_hidden = false;
    let end = line.find(|c| {
        let ends = !is_hidden && (matches!(c, '=' | ':') || BLANKS.contains(&c));
        is_hidden = c == '\\' && !is_hidden;
        ends
    });
    let (key, rest) = line.split_at(end.unwrap_or(line.len()));
    let rest = rest.trim_start_matches(BLANKS);
    let rest = rest.strip_prefix(['=', ':']).unwrap_or(rest).trim_start_matches(BLANKS);
    (unescaped(key), unescaped(rest))
}

fn unescaped(text: &str) -> String {
    let mut units: Vec<u16> = Vec::with_capacity(text.len());
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        let c = match (c, if c == '\\' { rest.next() } else { None }) {
            (_, Some('u')) => {
                let digits: String = rest.clone().take(4).collect();
                match u16::from_str_radix(&digits, 16) {
                    Ok(unit) if digits.len() == 4 => {
                        units.push(unit);
                        rest.by_ref().take(4).for_each(drop);
                        continue;
                    }
                    _ => 'u',
                }
            }
            (_, Some('t')) => '\t',
            (_, Some('n')) => '\n',
            (_, Some('r')) => '\r',
            (_, Some('f')) => '\u{c}',
            (_, Some(other)) => other,
            (c, None) => c,
        };
        units.extend(c.encode_utf16(&mut [0; 2]).iter());
    }
    String::from_utf16_lossy(&units)
}

fn escaped(text: &str, is_key: bool) -> String {
    let mut out = String::with_capacity(text.len());
    for (at, c) in text.chars().enumerate() {
        match c {
            ' ' if is_key || at == 0 => out.push_str("\\ "),
            '\t' => out.push_str("\\t"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\u{c}' => out.push_str("\\f"),
            '=' | ':' | '#' | '!' | '\\' => out.extend(['\\', c]),
            ' '..='~' => out.push(c),
            other => other.encode_utf16(&mut [0; 2]).iter().for_each(|unit| out.push_str(&format!("\\u{unit:04X}"))),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_as_it_was() {
        for value in ["caf\u{e9}", " a b ", "a=b:c#d!e\\f", "\t\n\r\u{c}", "\u{1F600}", "", "50%"] {
            let text = write(&[("option.default.a", value.to_owned()), ("x y", "z".to_owned())]);
            assert!(text.is_ascii());
            let all = [("option.default.a".to_owned(), value.to_owned()), ("x y".to_owned(), "z".to_owned())];
            assert_eq!(read(text.as_bytes()), all, "{text}");
        }
    }

    #[test]
    fn a_file_is_read_as_java_reads_it() {
        let text =
            b"#Mon Nov 30 12:00:00 UTC 2026\n! more\n\n a : caf\\u00e9\nb\tcaf\xe9\nc=one \\\n   two\nd\\ e=\\x\nf";
        let pairs = read(text);
        let shown: Vec<(&str, &str)> = pairs.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
        assert_eq!(shown, [("a", "caf\u{e9}"), ("b", "caf\u{e9}"), ("c", "one two"), ("d e", "x"), ("f", "")]);
        assert_eq!(read(b"a=\\u12"), [("a".to_owned(), "u12".to_owned())]);
    }
}
