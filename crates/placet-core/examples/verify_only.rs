//! A service that only verifies: the deciding half alone, without a parser, with a built-in
//! vocabulary.
//!
//! The files that it includes were made once, by the minter:
//!
//! ```text
//! placet keygen --public --keyring notes.keys --verifier verify.keys   # the first file stays with the minter
//! placet vocabulary export examples/service/notes.placet --output notes.vocabulary
//! placet mint examples/service/notes.placet --template guest --keyring notes.keys > guest.token
//! ```
//!
//! `cargo run -p placet-core --example verify_only -- TOKEN` decides with another token.

use std::error::Error;

use placet_core::authorize::Authorizer;
use placet_core::model::path::ResourcePath;
use placet_core::model::{request::Request, time::Time, vocabulary::Vocabulary};
use placet_core::token::keyring::Keyring;
use placet_core::token::verify::Scratch;

/// Written by `placet vocabulary export`; its fingerprint is that of the file.
const VOCABULARY: &[u8] = include_bytes!("verify_only/notes.vocabulary");
/// `accept placet_public_…`: a key that cannot mint.
const KEYS: &str = include_str!("verify_only/verify.keys");
const TOKEN: &str = include_str!("verify_only/guest.token");

fn main() -> Result<(), Box<dyn Error>> {
    let vocabulary = Vocabulary::from_bytes(VOCABULARY)?;
    let keyring = Keyring::from_text(KEYS)?;
    let given = std::env::args().nth(1);
    let token = given.as_deref().unwrap_or(TOKEN).trim();

    let authorizer = Authorizer::new(&keyring, &vocabulary);
    let mut scratch = Scratch::new(); // one for each thread; nothing else is allocated
    let mut statuses = Vec::new();
    for (action, path) in [("read", "/notes/shared/1"), ("write", "/notes/shared/1"), ("read", "/notes/ann/1")] {
        let mut request = Request::named(&vocabulary, action, Time::now())?;
        request.set_named("path", ResourcePath::new(path)?)?;
        let decision = authorizer.authorize(token, &request, &mut scratch);
        println!("{action} {path}: {} ({})", decision.verdict().word(), decision.verdict().http_status());
        statuses.push(decision.verdict().http_status());
    }
    if given.is_none() && statuses != [200, 403, 403] {
        return Err("the guest's token allows reading shared notes, and nothing else".into());
    }
    Ok(())
}
