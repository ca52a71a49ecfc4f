//! Texts become canonical URLs, as browsers make them (the WHATWG's URL standard), and patterns of
//! URLs. What the deciding half then reads is only what it accepts without a change.

use std::fmt;

use placet_core::model::url::{Parts, Scheme, Url, UrlError, check_segment, is_path_byte, is_unreserved};
use placet_core::model::url_pattern::{HostPattern, PortPattern, UrlPattern};

/// The canonical form of a URL.
///
/// # Errors
/// It is not an absolute `https` or `http` URL, or one that is refused (see [`Url`]).
///
/// ```
/// use placet::document::value::canonical_url;
/// assert_eq!(canonical_url("HTTPS://Bücher.example:443/a/../b").unwrap(), "https://xn--bcher-kva.example/b");
/// assert_eq!(canonical_url("http://0x7f.1").unwrap(), "http://127.0.0.1/");
/// assert!(canonical_url("https://ann@example.com/").is_err());
/// ```
pub fn canonical(text: &str) -> Result<String, UrlTextError> {
    // Only the reader knows whether Punycode is a name.
    if Url::new(text).is_ok() && !text.contains("xn--") {
        return Ok(text.to_owned());
    }
    respelt(text)
}

/// The same for a text that may be in another spelling.
fn respelt(text: &str) -> Result<String, UrlTextError> {
    let is_visible = text.chars().all(|character| !character.is_control()) && text.trim() == text;
    if !is_visible {
        return Err(UrlTextError::Unreadable("there is a blank or a control character around or in it".to_owned()));
    }
    let mut read = ::url::Url::parse(text).map_err(|error| UrlTextError::Unreadable(error.to_string()))?;
    if !matches!(read.scheme(), "http" | "https") {
        return Err(UrlTextError::Refused(UrlError::NotWeb));
    }
    if !read.username().is_empty() || read.password().is_some() || has_user(text) {
        return Err(UrlTextError::Refused(UrlError::UserInfo));
    }
    if let Some(name) = read.domain().and_then(|name| name.strip_suffix('.')).map(str::to_owned) {
        read.set_host(Some(&name)).map_err(|error| UrlTextError::Unreadable(error.to_string()))?;
    }
    let mut out = read[..::url::Position::BeforePath].to_owned();
    out.push_str(&escaped(read.path(), ""));
    if let Some(query) = read.query() {
        out.push('?');
        out.push_str(&escaped(query, "?"));
    }
    if let Some(fragment) = read.fragment() {
        out.push('#');
        out.push_str(&escaped(fragment, "?"));
    }
    // Escapes of dots may have become dots.
    Url::new(&out).map(|_| ()).map_err(UrlTextError::Refused)?;
    Ok(out)
}

/// `https://@example.com/` has an empty user, which the reader drops.
fn has_user(text: &str) -> bool {
    let rest = text.split_once(':').map_or("", |(_, rest)| rest).trim_start_matches(['/', '\\']);
    rest.split(['/', '\\', '?', '#']).next().is_some_and(|authority| authority.contains('@'))
}

/// Each byte by itself or as an escape, as a canonical URL has it. `also` may stay besides those of
/// a path; a slash always may.
fn escaped(text: &str, also: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = String::with_capacity(text.len());
    let mut place = 0;
    while let Some(&byte) = bytes.get(place) {
        let escape = text.get(place + 1..place + 3).filter(|_| byte == b'%');
        let of_escape =
            escape.filter(|digits| !digits.starts_with('+')).and_then(|digits| u8::from_str_radix(digits, 16).ok());
        let meant = of_escape.unwrap_or(byte);
        let stays = is_path_byte(meant) || meant == b'/' || also.as_bytes().contains(&meant);
        if is_unreserved(meant) || (of_escape.is_none() && stays) {
            out.push(char::from(meant));
        } else {
            out.push_str(&format!("%{meant:02X}"));
        }
        place += if of_escape.is_some() { 3 } else { 1 };
    }
    out
}

/// The word for a URL of the public internet.
pub const PUBLIC: &str = "public";

/// Reads a pattern: `scheme://host:port/path`, with a `*` in it somewhere.
///
/// # Errors
/// A part of it is not one that a pattern can have.
pub(super) fn pattern(text: &str) -> Result<UrlPattern, UrlTextError> {
    let (scheme, rest) = text.split_once("://").ok_or(UrlTextError::Refused(UrlError::NotWeb))?;
    let scheme = match scheme {
        "*" => None,
        word => Some(
            Scheme::ALL
                .into_iter()
                .find(|scheme| word.eq_ignore_ascii_case(scheme.word()))
                .ok_or(UrlTextError::Refused(UrlError::NotWeb))?,
        ),
    };
    if rest.contains(['?', '#']) {
        return Err(UrlTextError::QueryInPattern);
    }
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => (host, Some(port)),
        Some(_) | None => (authority, None),
    };
    Ok(UrlPattern { scheme, host: host_pattern(host)?, port: port_pattern(port, scheme)?, path: path_pattern(path)? })
}

fn host_pattern(host: &str) -> Result<HostPattern<String>, UrlTextError> {
    let below = |name: &str| named_host(name).filter(|name| !is_address(name)).ok_or(UrlTextError::HostPattern);
    match (host, host.strip_prefix("**."), host.strip_prefix("*.")) {
        ("**", ..) => Ok(HostPattern::Any),
        (_, Some(name), _) => below(name).map(HostPattern::Within),
        (_, None, Some(name)) => below(name).map(HostPattern::Child),
        (name, None, None) => named_host(name).map(HostPattern::Exact).ok_or(UrlTextError::HostPattern),
    }
}

/// A host in canonical form, if the text is one and nothing else.
fn named_host(text: &str) -> Option<String> {
    let bare = if text.starts_with('[') { "" } else { text };
    if text.contains(['/', '\\', '?', '#', '@', '*', '%']) || bare.contains(':') {
        return None;
    }
    let whole = canonical(&format!("https://{text}/")).ok()?;
    Parts::of(&whole).map(|parts| parts.host.to_owned())
}

fn is_address(host: &str) -> bool {
    host.starts_with('[') || host.parse::<std::net::Ipv4Addr>().is_ok()
}

fn port_pattern(port: Option<&str>, scheme: Option<Scheme>) -> Result<PortPattern, UrlTextError> {
    let Some(port) = port else { return Ok(PortPattern::Default) };
    if port == "*" {
        return Ok(PortPattern::Any);
    }
    let number: u16 = port.parse().map_err(|_| UrlTextError::Refused(UrlError::BadPort))?;
    let is_default = scheme.is_some_and(|scheme| scheme.port() == number);
    Ok(if is_default { PortPattern::Default } else { PortPattern::Number(number) })
}

fn path_pattern(path: &str) -> Result<String, UrlTextError> {
    let Some(rest) = path.strip_prefix('/').filter(|rest| !rest.is_empty()) else { return Ok("/".to_owned()) };
    if rest.ends_with('/') {
        return Err(UrlTextError::SlashAtEnd);
    }
    let mut out = String::new();
    for segment in rest.split('/') {
        out.push('/');
        if segment != "**" && segment.contains("**") {
            return Err(UrlTextError::RunInSegment);
        }
        out.push_str(&segment.split('*').map(part_of_segment).collect::<Result<Vec<_>, _>>()?.join("*"));
        let filled = out.rsplit('/').next().unwrap_or_default().replace('*', "x");
        check_segment(&filled).map_err(UrlTextError::Refused)?;
    }
    Ok(out)
}

/// Between two letters, so that dots are no segment of their own.
fn part_of_segment(part: &str) -> Result<String, UrlTextError> {
    if part.contains('\\') {
        return Err(UrlTextError::Refused(UrlError::EncodedSeparator));
    }
    let whole = canonical(&format!("https://x/x{part}x"))?;
    let inner = whole.strip_prefix("https://x/x").and_then(|rest| rest.strip_suffix('x'));
    inner.map(str::to_owned).ok_or(UrlTextError::Refused(UrlError::BadCharacter))
}

/// Why a text is not a URL, or not a pattern of URLs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UrlTextError {
    /// No browser would take it.
    Unreadable(String),
    /// It is read, and refused.
    Refused(UrlError),
    /// A pattern with a query or a fragment.
    QueryInPattern,
    /// A `*` that is not a whole label at the beginning of the host.
    HostPattern,
    /// A pattern that ends in a slash.
    SlashAtEnd,
    /// `**` within a segment.
    RunInSegment,
}

impl UrlTextError {
    /// What to write instead.
    #[must_use]
    pub fn help(&self) -> String {
        match self {
            Self::Refused(UrlError::UserInfo) => "leave the user out: where it is sent is after the `@`",
            Self::Refused(UrlError::EncodedSeparator) => "some servers read such an escape as a separator",
            Self::Refused(UrlError::EmptySegment) => "write one `/` in place of two",
            Self::QueryInPattern => "leave it out; for one url as it is, write the `*` in it as `%2A`",
            Self::HostPattern => {
                "write `*.example.com` for one label more, `**.example.com` for the name and all below it, `**` for any host"
            }
            Self::SlashAtEnd => "leave the slash out: a path matches with it and without it",
            Self::RunInSegment => "write `*` for a part of a segment",
            Self::Unreadable(_) | Self::Refused(_) => "write it as `https://example.com/hooks`",
        }
        .to_owned()
    }
}

impl fmt::Display for UrlTextError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(why) => f.write_str(why),
            Self::Refused(error) => error.fmt(f),
            Self::QueryInPattern => f.write_str("a pattern does not look at a query or a fragment"),
            Self::HostPattern => f.write_str("its host is not a name, an address or a pattern of names"),
            Self::SlashAtEnd => f.write_str("a pattern does not end in a `/`"),
            Self::RunInSegment => f.write_str("`**` is for whole segments and must be alone between its slashes"),
        }
    }
}

impl std::error::Error for UrlTextError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_becomes_canonical_and_what_is_canonical_stays() {
        for (text, wanted) in [
            ("https://example.com", "https://example.com/"),
            ("HTTP:\\\\Example.COM:80\\a\\..\\b", "http://example.com/b"),
            ("https:example.com", "https://example.com/"),
            ("https://B\u{fc}cher.example/\u{e9}?\u{e9}#\u{e9}", "https://xn--bcher-kva.example/%C3%A9?%C3%A9#%C3%A9"),
            ("https://\u{24db}ocalhost./", "https://localhost/"),
            ("https://\u{ff11}\u{ff12}\u{ff17}.1", "https://127.0.0.1/"),
            ("https://2130706433", "https://127.0.0.1/"),
            ("https://0177.0.0.0x1/", "https://127.0.0.1/"),
            ("https://[0:0::FFFF:127.0.0.1]/", "https://[::ffff:7f00:1]/"),
            ("https://a.de/%7e%2a*%c3%A9%", "https://a.de/~%2A%2A%C3%A9%25"),
            ("https://a.de/?q='*|%zz", "https://a.de/?q=%27%2A%7C%25zz"),
            ("https://a.de/%2e%2E/x/./y", "https://a.de/x/y"),
            ("https://a.de?#", "https://a.de/?#"),
        ] {
            assert_eq!(canonical(text).as_deref(), Ok(wanted), "{text}");
            assert_eq!(canonical(wanted).as_deref(), Ok(wanted), "{text}");
            assert!(Url::new(wanted).is_ok(), "{wanted}");
        }
    }

    #[test]
    fn a_text_that_could_be_read_in_two_ways_is_refused() {
        for text in [
            "",
            "example.com",
            "/a",
            "//example.com/",
            "ftp://example.com/",
            "javascript:alert(1)",
            "https://",
            "https:///",
            "https://@example.com/",
            "https://ann@example.com/",
            "https://ann:x@example.com/",
            "https:\\\\ann@example.com/",
            "https://example.com:65536/",
            "https://256.1/",
            "https://[::1/",
            "https://a.de/x//y",
            "https://a.de/a%2Fb",
            "https://a.de/a%5cb",
            "https://a.de/%00",
            "https://a.de/..;/x",
            "https://a.de/a\tb",
            " https://a.de/",
            "https://a.de/\n",
            "https://a b.de/",
            "https://a.de../",
            "https://xn--a/",
            "https://*.a.de/",
            "https://a.1/",
        ] {
            assert!(canonical(text).is_err(), "{text:?} is {:?}", canonical(text));
        }
    }

    /// What the deciding half takes as it is must be what browsers would make of it.
    #[test]
    fn the_strict_check_takes_only_what_the_reader_leaves_as_it_is() {
        let seeds = [
            "https://example.com:8443/a/b?c=d#e",
            "http://127.0.0.1/%C3%A9/",
            "https://[2001:db8::1:0:0:1]/x;y",
            "https://a-b_c.de/~a",
        ];
        let signs: Vec<char> = "/:@?#[]%.*\\;'|^{}~\"<> -_+&=0123456789aAfFxX\u{e9}\u{ff11}\t".chars().collect();
        let (mut taken, mut state) = (0, 7u64);
        let mut random = |below: usize| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            usize::try_from(state >> 33).unwrap() % below
        };
        for round in 0..40_000 {
            let mut text: Vec<char> = seeds[round % seeds.len()].chars().collect();
            for _ in 0..=random(3) {
                let (place, sign) = (random(text.len()), signs[random(signs.len())]);
                match random(3) {
                    0 => text[place] = sign,
                    1 => text.insert(place, sign),
                    _ => _ = text.remove(place),
                }
            }
            let text: String = text.into_iter().collect();
            if Url::new(&text).is_ok() {
                taken += 1;
                assert_eq!(respelt(&text).as_deref(), Ok(text.as_str()));
            } else if let Ok(url) = respelt(&text) {
                assert_eq!(respelt(&url), Ok(url.clone()), "{text}");
            }
        }
        assert!(taken > 4_000, "{taken}");
    }

    #[test]
    fn a_pattern_is_printed_as_it_is_read() {
        for (text, printed) in [
            ("https://*.Example.com/Hooks/**", "https://*.example.com/Hooks/**"),
            ("*://**.b\u{fc}cher.example:*/", "*://**.xn--bcher-kva.example:*/"),
            ("https://**:443", "https://**/"),
            ("http://**:443/*", "http://**:443/*"),
            ("https://0x7f.1:*/img-*.png", "https://127.0.0.1:*/img-*.png"),
            ("https://[0::1]:*/caf\u{e9}", "https://[::1]:*/caf%C3%A9"),
            ("https://a.de/*/%2a/%7e", "https://a.de/*/%2A/~"),
        ] {
            assert_eq!(pattern(text).map(|read| read.to_string()).as_deref(), Ok(printed), "{text}");
            assert_eq!(pattern(printed), pattern(text), "{text}");
        }
        for text in [
            "ftp://**/",
            "**/a",
            "https://a*.de/",
            "https://*/",
            "https://a.*.de/",
            "https://a.*/",
            "https://*.127.0.0.1/",
            "https://*.1/",
            "https://*.[::1]/",
            "https://ann@*.de/",
            "https://*.de:x/",
            "https://*.de:70000/",
            "https://*.de:/",
            "https://*.de/?x",
            "https://*.de/#x",
            "https://*.de/a/",
            "https://*.de//a",
            "https://*.de/../a",
            "https://*.de/a**",
            "https://*.de/***",
            "https://*.de/a%2Fb",
            "https://*.de/a\\b",
            "https://*.de/.*/%2e",
            "https://*.a.de.example.com@evil.org/",
            "https://%61*.de/",
        ] {
            assert!(pattern(text).is_err(), "{text} is {:?}", pattern(text));
        }
    }
}
