//! Which hosts of URLs are of the public internet.

use core::net::{Ipv4Addr, Ipv6Addr};

use super::url::is_numeric;

/// Whether a canonical host is one of the public internet: no address of this computer, of a private
/// network, of a cloud's metadata or of another special use, and no name that is for such.
///
/// A name of the public internet may have a private address: the client that follows the URL
/// has to look at the address that it connects to.
#[must_use]
pub fn is_public(host: &str) -> bool {
    if let Some(address) = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')) {
        return address.parse().is_ok_and(is_public_v6);
    }
    if is_numeric(host) {
        return host.parse().is_ok_and(is_public_v4);
    }
    let is_special = |name: &&str| host.strip_suffix(*name).is_some_and(|rest| rest.ends_with('.'));
    host.contains('.') && !SPECIAL_NAMES.iter().any(is_special)
}

/// Names below which nothing is public: RFC 6761 and 6762, RFC 8375, ICANN's `internal`, and those
/// that home and company networks use.
const SPECIAL_NAMES: [&str; 15] = [
    "localhost",
    "internal",
    "local",
    "localdomain",
    "arpa",
    "test",
    "example",
    "invalid",
    "onion",
    "alt",
    "lan",
    "intranet",
    "corp",
    "home",
    "private",
];

/// The networks of IPv4 that are for special use (RFC 6890 and its registry), and one address of a
/// cloud's metadata that is not in any of them.
const SPECIAL_V4: [([u8; 4], u32); 16] = [
    ([0, 0, 0, 0], 8),
    ([10, 0, 0, 0], 8),
    ([100, 64, 0, 0], 10),
    ([127, 0, 0, 0], 8),
    ([168, 63, 129, 16], 32),
    ([169, 254, 0, 0], 16),
    ([172, 16, 0, 0], 12),
    ([192, 0, 0, 0], 24),
    ([192, 0, 2, 0], 24),
    ([192, 88, 99, 0], 24),
    ([192, 168, 0, 0], 16),
    ([198, 18, 0, 0], 15),
    ([198, 51, 100, 0], 24),
    ([203, 0, 113, 0], 24),
    ([224, 0, 0, 0], 4),
    ([240, 0, 0, 0], 4),
];

fn is_public_v4(address: Ipv4Addr) -> bool {
    let bits = u32::from(address);
    !SPECIAL_V4.iter().any(|(first, length)| (bits ^ u32::from(Ipv4Addr::from(*first))) >> (32 - length) == 0)
}

/// Only the addresses that are assigned, `2000::/3`, and of those neither protocols, examples nor
/// the tunnels in which an address of IPv4 is. A mapped address is the one of IPv4. One that a
/// gateway translates (`64:ff9b::/96`) is not assigned: which network it leads to, its gateway knows.
fn is_public_v6(address: Ipv6Addr) -> bool {
    if let Some(v4) = address.to_ipv4_mapped() {
        return is_public_v4(v4);
    }
    match address.segments() {
        [0x2001, second, ..] => second >= 0x200 && second != 0xdb8,
        [0x2002, ..] => false,
        [0x3fff, second, ..] => second >= 0x1000,
        [first, ..] => first >> 13 == 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_for_special_use_are_not_public() {
        for host in [
            "localhost",
            "a.localhost",
            "intranet",
            "metadata.google.internal",
            "printer.local",
            "127.0.0.1",
            "0.0.0.0",
            "10.1.2.3",
            "100.100.100.200",
            "169.254.169.254",
            "172.31.0.1",
            "192.168.1.1",
            "192.0.0.192",
            "198.19.0.1",
            "168.63.129.16",
            "224.0.0.1",
            "255.255.255.255",
            "[::1]",
            "[::]",
            "[::ffff:7f00:1]",
            "[::7f00:1]",
            "[64:ff9b::7f00:1]",
            "[64:ff9b:1::1]",
            "[fd00:ec2::254]",
            "[fe80::1]",
            "[ff02::1]",
            "[2001:db8::1]",
            "[2002:7f00:1::]",
            "[2001::1]",
            "[3fff::1]",
        ] {
            assert!(!is_public(host), "{host}");
        }
        for host in [
            "example.com",
            "localhost.example.com",
            "8.8.8.8",
            "172.32.0.1",
            "100.128.0.1",
            "[2606:4700::1111]",
            "[::ffff:808:808]",
            "[2001:4860::8888]",
        ] {
            assert!(is_public(host), "{host}");
        }
    }
}
