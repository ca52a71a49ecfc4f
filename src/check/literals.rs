//! Literals become constants: the expected type decides how text is read.

use std::net::IpAddr;

use data_encoding::HEXLOWER_PERMISSIVE;
use ipnet::IpNet;

use super::expected::Expected;
use super::lowercase;
use super::report::Report;
use super::tree::{Constant, Network, UrlPattern};
use super::url::{self, UrlTextError};
use crate::diag::Diagnostic;
use crate::diag::code::Code;
use crate::limits::TEXT_BYTES;
use crate::span::Span;
use crate::syntax::ast::Literal;
use crate::syntax::parse::literal::{self, LiteralError};
use placet_core::model::target::canonical;
use placet_core::model::types::{NumberType, Scalar, Written};
use placet_core::model::value::Address;

/// The type that a literal has by itself.
pub(super) const fn natural(literal: &Literal) -> Scalar {
    match literal {
        Literal::Bool(_) => Scalar::Bool,
        Literal::Int(_) => Scalar::Int,
        Literal::Text(_) => Scalar::String,
        Literal::Bytes(_) => Scalar::Bytes,
        Literal::Duration(_) => Scalar::Duration,
        Literal::Time(_) => Scalar::Time,
    }
}

/// A literal without splices as a value of the expected type.
pub(super) fn constant(report: &Report, literal: &Literal, at: Span, expected: Expected<'_>) -> Option<Constant> {
    match (expected.scalar, literal) {
        (Scalar::Bool, Literal::Bool(truth)) => Some(Constant::Bool(*truth)),
        (Scalar::Int, Literal::Int(number)) => Some(Constant::Int(*number)),
        (Scalar::Time, Literal::Time(millis)) => Some(Constant::Time(*millis)),
        (Scalar::Time, Literal::Int(millis)) if expected.millis => Some(Constant::Time(*millis)),
        (Scalar::Duration, Literal::Duration(millis)) => Some(Constant::Duration(*millis)),
        (Scalar::Duration, Literal::Int(millis)) if expected.millis => Some(Constant::Duration(*millis)),
        (Scalar::Bytes, Literal::Bytes(bytes)) => {
            check_length(report, bytes.len(), at).then(|| Constant::Bytes(bytes.clone()))
        }
        (_, Literal::Text(text)) => match text.as_plain() {
            Some(text) => read(report, text, at, expected),
            None => report.fail(spliced(at, expected)),
        },
        (wanted, found) => report.fail(explain(wanted, found, expected.mismatch(at, natural(found).with_article()))),
    }
}

/// The diagnostic for text with splices in the place of a type that cannot have them.
pub(super) fn spliced(at: Span, expected: Expected<'_>) -> Diagnostic {
    let message =
        format!("{} is {}, which cannot be put together from pieces", expected.what, expected.scalar.with_article());
    Diagnostic::new(Code::SpliceType, at, message)
        .help(format!("declare a parameter of type `{}` and write its name without quotes", expected.scalar))
}

/// Text as a value of the expected type.
pub(super) fn read(report: &Report, text: &str, at: Span, expected: Expected<'_>) -> Option<Constant> {
    if !check_length(report, text.len(), at) {
        return None;
    }
    match expected.scalar {
        Scalar::Bool | Scalar::Int => {
            let is_int = expected.scalar == Scalar::Int;
            let plain = if is_int { text.parse::<i64>().is_ok() } else { text.parse::<bool>().is_ok() };
            let found = expected.mismatch(at, "a string");
            let is_comparison = is_int && text.starts_with(['<', '>', '=', '!']);
            report.fail(match () {
                () if plain => found.help(format!("write `{text}`, without quotes")),
                () if is_comparison => found.help(COMPARISON_IN_QUOTES),
                () => found,
            })
        }
        Scalar::String => {
            lowercase::check(report, text, at, expected)?;
            Some(Constant::String(text.to_owned()))
        }
        Scalar::Bytes => Some(Constant::Bytes(text.as_bytes().to_vec())),
        Scalar::Uuid => uuid(text).map(Constant::Uuid).or_else(|| report.fail(not_a_uuid(text, at))),
        Scalar::Time => written(report, literal::time(text), at).map(Constant::Time),
        Scalar::Duration => written(report, literal::duration(text), at).map(Constant::Duration),
        Scalar::Ip => address(report, text, at),
        Scalar::Path => path(report, text, at),
        Scalar::Url => one_url(report, text, at),
    }
}

fn explain(wanted: Scalar, found: &Literal, mismatch: Diagnostic) -> Diagnostic {
    match (wanted, found) {
        (Scalar::String, Literal::Bytes(_)) => mismatch.help("`x\"…\"` is for attributes of type `bytes`"),
        (Scalar::Duration, Literal::Int(number)) => mismatch.help(format!("write the unit, such as `{number}s`")),
        (wanted, _) => match wanted.written() {
            Written::Bytes(_) => mismatch.help("write it in quotes"),
            Written::Number(NumberType::Time) => mismatch.help("write a point in time, such as `2027-01-01T00:00:00Z`"),
            Written::Bool => mismatch.help("write `true` or `false`"),
            Written::Number(NumberType::Int | NumberType::Duration) => mismatch,
        },
    }
}

fn check_length(report: &Report, length: usize, at: Span) -> bool {
    if length > TEXT_BYTES {
        let message = format!("this text has {length} bytes; a value has at most {TEXT_BYTES}");
        report.add(Diagnostic::new(Code::TooLarge, at, message).help("no request can hold it, so nothing would match"));
    }
    length <= TEXT_BYTES
}

fn not_a_uuid(text: &str, at: Span) -> Diagnostic {
    Diagnostic::new(Code::NotAUuid, at, format!("`{text}` is not a uuid"))
        .help("write 32 hexadecimal digits in groups of 8-4-4-4-12")
}

fn written(report: &Report, read: Result<i64, LiteralError>, at: Span) -> Option<i64> {
    read.map_err(|bad| report.add(Diagnostic::new(Code::NotATime, at, bad.message).help(bad.help))).ok()
}

/// `0d0c2f6e-3f5d-4b2b-9a7e-5a1d2c3b4e5f`, in either case.
pub(crate) fn uuid(text: &str) -> Option<[u8; 16]> {
    let mut groups = text.split('-');
    let fits = text.len() == 36 && [8, 4, 4, 4, 12].iter().all(|&n| groups.next().is_some_and(|g| g.len() == n));
    if !fits {
        return None;
    }
    let (mut digits, mut bytes) = ([0; 32], [0; 16]);
    let places = digits.iter_mut().zip(text.bytes().filter(|byte| *byte != b'-'));
    places.for_each(|(place, digit)| *place = digit);
    HEXLOWER_PERMISSIVE.decode_mut(&digits, &mut bytes).ok().map(|_| bytes)
}

fn address(report: &Report, text: &str, at: Span) -> Option<Constant> {
    if let Ok(address) = text.parse::<IpAddr>() {
        return Some(Constant::Ip(address.into()));
    }
    let is_network = parse_network(text).is_some();
    let message = if is_network {
        format!("`{text}` is a network, and one address is expected here")
    } else {
        format!("`{text}` is not an address")
    };
    let help = match () {
        () if is_network => "use `in`, or a pattern in the rule's map",
        () if has_leading_zero(text) => LEADING_ZERO,
        () => "write it as `10.1.2.3` or `2001:db8::1`",
    };
    report.fail(Diagnostic::new(Code::NotAnAddress, at, message).help(help))
}

const COMPARISON_IN_QUOTES: &str = "a comparison is not a text: write `>= 3`, and in a map `{\"$ge\": 3}`";
const LEADING_ZERO: &str = "write numbers without leading zeros: some programs read `010` as 8, others as 10";

/// Whether one of the decimal numbers begins with a zero: those of IPv4, and the number of bits.
/// Groups of IPv6 may.
fn has_leading_zero(text: &str) -> bool {
    let (address, bits) = text.split_once('/').unwrap_or((text, ""));
    let v4 = address.rsplit(':').next().filter(|end| end.contains('.')).unwrap_or_default();
    v4.split('.').chain([bits]).any(begins_with_zero)
}

fn begins_with_zero(number: &str) -> bool {
    number.len() > 1 && number.starts_with('0') && number.bytes().all(|byte| byte.is_ascii_digit())
}

/// Stricter than the parser of networks, which takes numbers with leading zeros.
fn parse_network(text: &str) -> Option<IpNet> {
    let (first, bits) = text.split_once('/')?;
    let first = first.parse::<IpAddr>().ok()?;
    let is_plain = bits.bytes().all(|byte| byte.is_ascii_digit()) && !begins_with_zero(bits);
    IpNet::new(first, bits.parse().ok().filter(|_| is_plain)?).ok()
}

/// The way out of bits after the first ones. A mapped address means the IPv4 network, and the same
/// number of bits of IPv6 would be a network of IPv6.
fn without_host_bits(net: IpNet) -> String {
    let bits = net.prefix_len();
    match (net.addr(), net.trunc()) {
        (IpAddr::V6(mapped), first) if bits < 96 => match mapped.to_ipv4_mapped() {
            Some(v4) => match IpNet::new(v4.into(), bits) {
                Ok(net) => {
                    format!("write `{}` for the network of IPv4: a mapped one has 96 bits more", net.trunc())
                }
                Err(_) => format!(
                    "write `0.0.0.0/0` for all of IPv4; `{first}` is an IPv6 network and contains no IPv4 address"
                ),
            },
            None => format!("write `{first}` for the network, or `{mapped}` for the one address"),
        },
        (address, first) => format!("write `{first}` for the network, or `{address}` for the one address"),
    }
}

/// `10.0.0.0/8`, or one address, as an argument; `None` for anything else, also if bits are set after
/// the first ones.
pub fn network_of(text: &str) -> Option<Network> {
    let net = match text.parse::<IpAddr>() {
        Ok(address) => IpNet::from(address),
        Err(_) => parse_network(text)?,
    };
    let bits = if matches!(net, IpNet::V4(_)) { net.prefix_len() + 96 } else { net.prefix_len() };
    (net.trunc() == net).then(|| Network { first: Address::from(net.addr()), bits })
}

/// `10.0.0.0/8`: IPv4 networks are stored mapped. `Err` is one address alone.
pub(super) fn network(report: &Report, text: &str, at: Span) -> Option<Result<Network, Address>> {
    let Some(net) = parse_network(text) else {
        let message = format!("`{text}` is not a network");
        let plain = "write the first address and the number of bits: `10.0.0.0/8`, `2001:db8::/32`";
        let help = if has_leading_zero(text) { LEADING_ZERO } else { plain };
        return report.fail(Diagnostic::new(Code::NotAnAddress, at, message).help(help));
    };
    let first = net.trunc();
    if first != net {
        let message = format!("`{text}` has bits set after the first {}", net.prefix_len());
        let label = "an address inside a network, not a network";
        return report.fail(Diagnostic::new(Code::HostBits, at, message).label(label).help(without_host_bits(net)));
    }
    let bits = if matches!(net, IpNet::V4(_)) { net.prefix_len() + 96 } else { net.prefix_len() };
    let first = Address::from(net.addr());
    Some(if bits == 128 { Err(first) } else { Ok(Network { first, bits }) })
}

fn path(report: &Report, text: &str, at: Span) -> Option<Constant> {
    if text.contains('*') {
        return report.fail(wildcard(text, at));
    }
    match canonical(text) {
        Ok(path) => Some(Constant::Path(path)),
        Err(error) => report.fail(not_a_path(text, at, &error.to_string())),
    }
}

fn one_url(report: &Report, text: &str, at: Span) -> Option<Constant> {
    if text.contains('*') {
        let message = format!("`{text}` is a pattern, and one url is expected here");
        let help = "use `in`, or a pattern in the rule's map; write `%2A` if the `*` itself is meant";
        return report.fail(Diagnostic::new(Code::NotAUrl, at, message).help(help));
    }
    match url::canonical(text) {
        Ok(url) => Some(Constant::Url(url)),
        Err(error) => report.fail(not_a_url(text, at, &error)),
    }
}

/// `"https://*.example.com/hooks/**"`
pub(super) fn url_pattern(report: &Report, text: &str, at: Span) -> Option<UrlPattern> {
    if !check_length(report, text.len(), at) {
        return None;
    }
    url::pattern(text).map_err(|error| report.add(not_a_url(text, at, &error))).ok()
}

/// The diagnostic for text that is not a URL or a pattern of URLs.
fn not_a_url(text: &str, at: Span, error: &UrlTextError) -> Diagnostic {
    let what = if text.contains('*') { "a pattern of urls" } else { "a url" };
    Diagnostic::new(Code::NotAUrl, at, format!("`{text}` is not {what}: {error}")).help(error.help())
}

/// The diagnostic for a path pattern in the place of one path.
pub(super) fn wildcard(text: &str, at: Span) -> Diagnostic {
    Diagnostic::new(Code::NotAPath, at, format!("`{text}` is a pattern, and one path is expected here"))
        .help("use `in`, or a pattern in the rule's map")
}

/// The diagnostic for text that is not a path or a path pattern.
pub(super) fn not_a_path(text: &str, at: Span, why: &str) -> Diagnostic {
    Diagnostic::new(Code::NotAPath, at, format!("`{text}` is not a canonical path: {why}"))
        .help("write it as the router sees it, decoded: absolute, without `.`, `..`, `//`, `;` and a slash at its end")
}

#[cfg(test)]
mod tests {
    use super::uuid;

    #[test]
    fn a_uuid_has_its_groups_and_no_others() {
        assert_eq!(uuid("00000000-0000-0000-0000-0000000000FF").map(|bytes| bytes[15]), Some(255));
        for text in ["", "00000000000000000000000000000000", "0-0-0-0-0", "00000000-0000-0000-0000-0000000000fg"] {
            assert_eq!(uuid(text), None, "{text}");
        }
    }
}
