//! Constants other than text: networks and action sets. Their layout, and how each is matched in
//! place in the pool.

use alloc::vec::Vec;

use crate::model::value::Address;
use crate::model::vocabulary::ActionNo;

/// The prefix of IPv4 addresses in the space of all addresses: the first 96 bits.
const V4_PREFIX: [u8; 12] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff];

/// Marks an IPv4 network: this number plus its bits, 0 to 32. An IPv6 network has its bits alone, 0
/// to 128.
const V4_MARK: u8 = 192;

/// A network of addresses. An IPv6 network contains no IPv4 address: `::/0` is IPv6. On the wire:
/// its bits (192 more for IPv4), and as many bytes as the bits need.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct NetworkBits {
    /// The first address; later bits are zero.
    pub first: Address,
    /// 0 to 128, in the space where IPv4 is mapped.
    pub bits: u8,
}

impl NetworkBits {
    /// Reads a whole constant; `None` for any encoding that [`write`](Self::write) would not
    /// choose.
    #[must_use]
    pub fn read(constant: &[u8]) -> Option<Self> {
        let (&mark, prefix) = constant.split_first()?;
        let (skip, bits) = match mark {
            0..=128 => (0, mark),
            V4_MARK..=224 => (12, mark - V4_MARK),
            _ => return None,
        };
        let spare = bits.wrapping_neg() % 8;
        let ends_in_zeros = prefix.last().is_none_or(|last| last.trailing_zeros() >= u32::from(spare));
        if prefix.len() != usize::from(bits.div_ceil(8)) || !ends_in_zeros {
            return None;
        }
        let mut octets = [0; 16];
        if skip > 0 {
            octets[..12].copy_from_slice(&V4_PREFIX);
        }
        octets.get_mut(skip..skip + prefix.len())?.copy_from_slice(prefix);
        let spelt_as_v6 = skip == 0 && bits >= 96 && octets.starts_with(&V4_PREFIX);
        (!spelt_as_v6).then_some(Self { first: Address::from_octets(octets), bits: bits + skip as u8 * 8 })
    }

    /// Appends the network.
    pub fn write(self, out: &mut Vec<u8>) {
        let octets = self.first.octets();
        let skip = if self.bits >= 96 && octets.starts_with(&V4_PREFIX) { 12 } else { 0 };
        let bits = self.bits - skip as u8 * 8;
        out.push(if skip > 0 { V4_MARK + bits } else { bits });
        out.extend_from_slice(&octets[skip..skip + usize::from(bits.div_ceil(8))]);
    }

    /// The same network with all later bits zero.
    #[must_use]
    pub fn truncated(self) -> Self {
        let bits = self.bits.min(128);
        let first = u128::from_be_bytes(self.first.octets()) & mask(bits);
        Self { first: Address::from_octets(first.to_be_bytes()), bits }
    }

    /// Whether the network contains the address.
    #[must_use]
    pub fn contains(self, address: Address) -> bool {
        let differing = u128::from_be_bytes(self.first.octets()) ^ u128::from_be_bytes(address.octets());
        // With fewer bits it is an IPv6 network, which surrounds the mapped addresses and contains
        // none of them.
        differing & mask(self.bits.min(128)) == 0 && (self.bits >= 96 || !address.is_v4())
    }
}

fn mask(bits: u8) -> u128 {
    u128::MAX.checked_shl(128 - u32::from(bits)).unwrap_or(0)
}

/// Whether the network, canonically encoded, contains the address. The same as
/// [`NetworkBits::contains`], on the bytes in the pool.
#[must_use]
pub fn network_contains(network: &[u8], address: Address) -> Option<bool> {
    let (&mark, prefix) = network.split_first()?;
    let octets = address.octets();
    let (octets, bits) = match mark.checked_sub(V4_MARK) {
        None if octets.starts_with(&V4_PREFIX) => return Some(false),
        None => (&octets[..], mark),
        Some(bits) if octets.starts_with(&V4_PREFIX) => (&octets[12..], bits),
        Some(_) => return Some(false),
    };
    // All bits of all bytes but the last must agree, and the remaining bits of the last one.
    let Some((last, before)) = prefix.split_last() else { return Some(true) };
    let (octets, rest) = octets.split_at_checked(before.len())?;
    let spare = bits.wrapping_neg() % 8;
    Some((last ^ rest.first()?) >> spare == 0 && before.iter().zip(octets).all(|(a, b)| a == b))
}

/// Appends the set of actions: one bit each, lowest bit first, without trailing zero bytes.
pub fn write_actions(actions: &[ActionNo], out: &mut Vec<u8>) {
    let start = out.len();
    for action in actions {
        let place = start + usize::from(action.0 / 8);
        if out.len() <= place {
            out.resize(place + 1, 0);
        }
        out[place] |= 1 << (action.0 % 8);
    }
}

/// Whether the action's bit is set.
#[must_use]
#[inline]
pub fn has_action(set: &[u8], action: ActionNo) -> bool {
    set.get(usize::from(action.0 / 8)).is_some_and(|bits| bits >> (action.0 % 8) & 1 == 1)
}

/// The actions of a set, ascending.
pub fn actions_of(set: &[u8]) -> impl Iterator<Item = ActionNo> + '_ {
    (0..=u16::MAX).take(set.len() * 8).map(ActionNo).filter(|&action| has_action(set, action))
}

/// How many approvals are needed, and the keys of those who may approve: a constant of `approved`.
#[must_use]
#[inline]
pub fn quorum_of(constant: &[u8]) -> Option<(usize, &[[u8; 32]])> {
    let (needed, keys) = constant.split_first()?;
    match keys.as_chunks() {
        (keys, []) => Some((usize::from(*needed), keys)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use core::net::IpAddr;

    #[test]
    fn a_v4_mapped_address_does_not_escape_its_network() {
        let mut bytes = Vec::new();
        let ten = NetworkBits { first: "10.0.0.0".parse::<IpAddr>().unwrap().into(), bits: 104 };
        ten.write(&mut bytes);
        assert_eq!(bytes, [200, 10]);
        assert_eq!(NetworkBits::read(&bytes), Some(ten));
        for (address, inside) in [("10.1.2.3", true), ("::ffff:10.1.2.3", true), ("11.0.0.1", false), ("::1", false)] {
            let address = address.parse::<IpAddr>().unwrap().into();
            assert_eq!(ten.contains(address), inside, "{address:?}");
            assert_eq!(network_contains(&bytes, address), Some(inside), "{address:?}");
        }
        let all_of_v6 = NetworkBits { first: Address::from_octets([0; 16]), bits: 0 };
        for (address, inside) in [("10.0.0.1", false), ("::ffff:10.0.0.1", false), ("::10.0.0.1", true)] {
            let address = address.parse::<IpAddr>().unwrap().into();
            assert_eq!(all_of_v6.contains(address), inside, "{address:?}");
            assert_eq!(network_contains(&[0], address), Some(inside), "{address:?}");
        }
    }

    #[test]
    fn a_network_holds_the_same_addresses_spelt_or_read() {
        let near: Address = "10.170.85.195".parse::<IpAddr>().unwrap().into();
        let octets = near.octets();
        for bits in 0..=128 {
            let network = NetworkBits { first: near, bits }.truncated();
            let mut spelt = Vec::new();
            network.write(&mut spelt);
            for flipped in 0..128 {
                let mut other = octets;
                other[flipped / 8] ^= 0x80 >> (flipped % 8);
                let other = Address::from_octets(other);
                let inside = flipped >= usize::from(bits) && (bits >= 96 || !other.is_v4());
                assert_eq!(network_contains(&spelt, other), Some(inside), "{bits} {flipped}");
                assert_eq!(network.contains(other), inside, "{bits} {flipped}");
            }
        }
    }

    #[test]
    fn a_network_has_one_spelling() {
        for bytes in [
            &[200, 10, 0][..],
            &[200],
            &[9, 10, 0x81],
            &[129],
            &[225, 1, 2, 3, 4, 5],
            &[104, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 10],
        ] {
            assert_eq!(NetworkBits::read(bytes), None, "{bytes:?}");
        }
    }

    #[test]
    fn an_action_set_holds_what_was_put_in() {
        let mut set = Vec::new();
        let actions = [ActionNo(0), ActionNo(9), ActionNo(1023)];
        write_actions(&actions, &mut set);
        assert_eq!(actions_of(&set).collect::<Vec<_>>(), actions);
        assert!(!has_action(&set, ActionNo(1)) && !has_action(&set, ActionNo(60_000)));
    }
}
