//! Configurations with fields to fill in: `warp.aes.token = @key:256:hex@`.

use data_encoding::HEXLOWER;
use zeroize::Zeroizing;

use super::WorfError;
use placet::token::keys::Randomness;

/// The values for the fields.
pub trait Fields {
    /// The token of `@warp:ReadToken@` or `@warp:WriteToken@`.
    ///
    /// # Errors
    /// There are no keys or options for minting.
    fn token(&mut self, setting: &str, write: bool) -> Result<String, WorfError>;

    /// The answer to `@path:…@`, `@host:…@` or `@int:…@`; `None` without an answer.
    fn ask(&mut self, setting: &str, kind: &str, hint: &str) -> Option<String>;
}

/// Fills in a template. A value that is a field from its first `@` to its last is replaced;
/// everything else is unchanged.
///
/// # Errors
/// A field cannot be filled in, or has no answer: a configuration may not have fields left.
pub fn fill(
    text: &str,
    fields: &mut impl Fields,
    random: &mut impl Randomness,
) -> Result<Zeroizing<String>, WorfError> {
    let mut out = Zeroizing::new(String::with_capacity(text.len()));
    for line in text.split_inclusive('\n') {
        match field(line) {
            Some((before, inside, after)) => {
                out.push_str(before);
                out.push_str(&value(before, inside, fields, random)?);
                out.push_str(after);
            }
            None => out.push_str(line),
        }
    }
    Ok(out)
}

/// Whether a text has fields.
#[must_use]
pub fn is_template(text: &str) -> bool {
    text.lines().any(|line| field(line).is_some())
}

/// The default name of a filled-in template.
#[must_use]
pub fn output_name(template: &str) -> String {
    template.replace("template", "conf")
}

/// `name = `, the text between the `@`, and the rest of the line.
fn field(line: &str) -> Option<(&str, &str, &str)> {
    let start = line.trim_start();
    if ["#", "//", "--"].iter().any(|comment| start.starts_with(comment)) {
        return None;
    }
    let (name, value) = line.split_once('=')?;
    let body = value.trim();
    let inside = body.strip_prefix('@')?.strip_suffix('@')?;
    let before = name.len() + 1 + (value.len() - value.trim_start().len());
    let after = before + body.len();
    Some((line.get(..before)?, inside, line.get(after..)?))
}

fn value(
    before: &str,
    inside: &str,
    fields: &mut impl Fields,
    random: &mut impl Randomness,
) -> Result<Zeroizing<String>, WorfError> {
    let (kind, rest) = inside.split_once(':').unwrap_or((inside, ""));
    let setting = before.trim_end().trim_end_matches('=').trim();
    match (kind, rest) {
        ("key", rest) => key(setting, rest, random),
        ("warp", "ReadToken" | "WriteToken") => fields.token(setting, rest == "WriteToken").map(Zeroizing::new),
        ("path" | "host" | "int", hint) => fields.ask(setting, kind, hint).map(Zeroizing::new).ok_or_else(|| {
            let message = "Unable the update template, you are not in interactive mode";
            WorfError::new(format!("{message}: `{setting}` asks for `{inside}` (-i)"))
        }),
        _ => Err(WorfError::new(format!("Read template error key={setting} t=@{inside}@"))),
    }
}

/// `128:hex`: a random key of this many bits.
fn key(setting: &str, rest: &str, random: &mut impl Randomness) -> Result<Zeroizing<String>, WorfError> {
    let bad = || WorfError::new(format!("`{setting}`: write a key as `@key:BITS:hex@`, with 128, 192 or 256 bits"));
    let (bits, _) = rest.split_once(':').ok_or_else(bad)?;
    let bits: usize = bits.parse().map_err(|_| bad())?;
    if !matches!(bits, 128 | 192 | 256) {
        return Err(bad());
    }
    let mut bytes = Zeroizing::new(vec![0; bits / 8]);
    random.fill(&mut bytes).map_err(|error| WorfError::new(error.to_string()))?;
    Ok(Zeroizing::new(format!("hex:{}", *Zeroizing::new(HEXLOWER.encode(&bytes)))))
}
