//! A key as text: `hex:…`, `base64:…`, and `argon2id:BITS:…` around another one, from which it is
//! derived.

use argon2::{Algorithm, Argon2, AssociatedData, ParamsBuilder, Version};
use data_encoding::{BASE64, HEXLOWER_PERMISSIVE};
use thiserror::Error;
use zeroize::Zeroizing;

use super::siphash::SipKey;
use crate::limits::{WARP10_KEY_BYTES, WARP10_KEY_DERIVATIONS};

/// Why a key cannot be read. No message repeats the text of a key.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum KeyError {
    /// `warp.aes.token` is not in the configuration.
    #[error("Key {0} MUST be set.")]
    Missing(&'static str),
    /// `warp.hash.token = hex:00`
    #[error("Key {name} MUST be {bits} bits long.")]
    Size {
        /// The key.
        name: &'static str,
        /// Its permitted lengths.
        bits: &'static str,
    },
    /// `warp.aes.token = ${nothing}`
    #[error("it refers to `${{{0}}}`, which is not set")]
    Unresolved(String),
    /// An AES key of another length, given as bytes.
    #[error("Key length not 128/192/256 bits.")]
    AesLength,
    /// A `SipHash` key of less than 16 bytes, given as bytes.
    #[error("a SipHash key has 16 bytes")]
    ShortHash,
    /// `hex:0`, `hex:xy`
    #[error("the key is not hexadecimal text")]
    Hex,
    /// `base64:AAE`: not base64 with its padding. In a configuration file `=` is written `%3D`.
    #[error("the key is not base64 text with padding (in a configuration file, write `=` as `%3D`)")]
    Base64,
    /// `argon2id:x:hex:00`, or more derivations or bits than any key has.
    #[error("the key's derivation is unknown")]
    Argon2,
    /// `wrapped:hex:00`, `plain`
    #[error("a key begins with `hex:`, `base64:` or `argon2id:BITS:`")]
    Form,
}

/// The cost of a derivation; Warp 10 takes it from Java's system properties `argon2.*`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    /// `argon2.iterations`
    pub iterations: u32,
    /// `argon2.memory`, in KiB
    pub memory: u32,
    /// `argon2.parallelism`
    pub parallelism: u32,
}

impl Default for Cost {
    fn default() -> Self {
        Self { iterations: 3, memory: 512 * 1024, parallelism: 1 }
    }
}

/// Reads the text of a key.
pub fn decode_key(text: &str) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    decode_key_at(text, Cost::default())
}

/// Reads the text of a key, with a cost of derivation other than the default.
pub fn decode_key_at(text: &str, cost: Cost) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    decode_nested(text, cost, WARP10_KEY_DERIVATIONS)
}

fn decode_nested(text: &str, cost: Cost, derivations: usize) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    if let Some(digits) = text.strip_prefix("hex:") {
        let digits = without_blanks(digits);
        return HEXLOWER_PERMISSIVE.decode(&digits).map(Zeroizing::new).map_err(|_| KeyError::Hex);
    }
    if let Some(digits) = text.strip_prefix("base64:") {
        let digits = without_blanks(digits);
        return BASE64.decode(&digits).map(Zeroizing::new).map_err(|_| KeyError::Base64);
    }
    let derived = text.strip_prefix("argon2id:").ok_or(KeyError::Form)?;
    let (bits, inner) = derived.split_once(':').ok_or(KeyError::Argon2)?;
    let bytes = bits.parse::<usize>().map_err(|_| KeyError::Argon2)? / 8;
    let derivations = derivations.checked_sub(1).ok_or(KeyError::Argon2)?;
    derive(&decode_nested(inner, cost, derivations)?, bytes, cost)
}

fn without_blanks(text: &str) -> Zeroizing<Vec<u8>> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(text.len()));
    bytes.extend(text.bytes().filter(|byte| !matches!(byte, b' ' | b'\t' | b'\r' | b'\n')));
    bytes
}

/// Argon2id of the key, salted with its own hashes.
fn derive(key: &[u8], bytes: usize, cost: Cost) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    if bytes > WARP10_KEY_BYTES {
        return Err(KeyError::Argon2);
    }
    let hash = |first, second| SipKey::of_halves(first, second).palindromic(key).to_be_bytes();
    let salt = Zeroizing::new([hash(SALT.0, SALT.1), hash(SALT.1, SALT.0)].concat());
    let secret = Zeroizing::new(hash(SECRET.0, SECRET.1));
    let data = AssociatedData::new(&hash(DATA.0, DATA.1)).map_err(|_| KeyError::Argon2)?;
    let mut params = ParamsBuilder::new();
    params.t_cost(cost.iterations).m_cost(cost.memory).p_cost(cost.parallelism).data(data).output_len(bytes);
    let params = params.build().map_err(|_| KeyError::Argon2)?;
    let mut out = Zeroizing::new(vec![0; bytes]);
    Argon2::new_with_secret(&*secret, Algorithm::Argon2id, Version::V0x13, params)
        .and_then(|argon2| argon2.hash_password_into(key, &salt, &mut out))
        .map_err(|_| KeyError::Argon2)?;
    Ok(out)
}

// Keys of the hashes that salt a key's own derivation.
const SALT: (u64, u64) = (0x9D38_769A_E670_64E8, 0x880E_E777_C5AE_EFDD);
const SECRET: (u64, u64) = (0xAD54_4060_0A88_E93F, 0xBF22_99D5_BC38_C882);
const DATA: (u64, u64) = (0x5BCD_AA0E_77F1_4C90, 0x0511_E948_D63E_47B8);
