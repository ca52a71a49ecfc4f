//! A program that mints with a key that it does not have: `cargo run --example remote_signer`.
//!
//! The private key is kept by a vault, here a thread of its own that only signs messages of 47 bytes. A key management
//! service or a hardware module in its place answers over a socket. An attacker in this program can have tokens
//! signed while he is there, and cannot take the key with him.

use std::error::Error;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::Duration;

use ed25519_dalek::{Signer as _, SigningKey};
use placet::check::library::Library;
use placet::compile::arguments::Arguments;
use placet::document::Document;
use placet::document::mint::{Wrapping, mint};
use placet::model::time::Time;
use placet::model::vocabulary::Vocabulary;
use placet::syntax::ast::BlockKind;
use placet::token::audience::Audience;
use placet::token::keyring::Keyring;
use placet::token::keys::{PublicKey, Randomness, SystemRandom};
use placet::token::signer::{Minter, Signer, SignerError};
use placet::token::verify::{Scratch, Verifier};

fn main() -> Result<(), Box<dyn Error>> {
    let mut seed = [0; 32];
    SystemRandom.fill(&mut seed)?;
    println!("{}", run(seed)?);
    Ok(())
}

/// Mints a token with a key in a vault, and verifies it with the public half; returns its text.
pub fn run(seed: [u8; 32]) -> Result<String, Box<dyn Error>> {
    let vault = Vault::open(seed)?;
    let now = 1_767_225_600_000; // In earnest the clock says so.
    let text = "use momento\ntoken reader { permissions: [{ role: ReadOnly, cache: \"acorns\" }] ttl: 30m }";
    let document = Document::from_text("reader.placet", text, Library::built_in())?;
    let compiled = document.compile(BlockKind::Token, None, &Arguments::none())?;
    let orders = Audience::new("orders")?;

    let minter = Minter::signer(&vault).audience(orders);
    let token =
        mint(&compiled, document.vocabulary(), minter, Time::from_millis(now), Wrapping::default(), &mut SystemRandom)?
            .text();

    verify(&token, vault.public(), document.vocabulary(), orders, now)?;
    Ok(token)
}

/// The service: it has the public half, and says for whom tokens must be.
fn verify(
    token: &str,
    key: &PublicKey,
    vocabulary: &Vocabulary,
    audience: Audience,
    now: i64,
) -> Result<(), Box<dyn Error>> {
    let mut keyring = Keyring::new();
    keyring.accept_public(key.clone())?;
    let verifier = Verifier::new(&keyring, vocabulary).for_audience(audience);
    verifier.verify(token, Time::from_millis(now), &mut Scratch::new())?;
    Ok(())
}

/// What this program knows of the vault: the public key, and where to send what is to be signed.
pub struct Vault {
    public: PublicKey,
    requests: Sender<Order>,
}

/// A message, and where its signature goes.
type Order = ([u8; 47], Sender<[u8; 64]>);

impl Vault {
    /// Starts the vault, which takes the key along.
    pub fn open(seed: [u8; 32]) -> Result<Self, Box<dyn Error>> {
        let key = SigningKey::from_bytes(&seed);
        let public = PublicKey::from_bytes(key.verifying_key().as_bytes())?;
        let (requests, orders) = channel();
        thread::spawn(move || serve(&key, &orders));
        Ok(Self { public, requests })
    }
}

/// Signs until nobody can ask any more. A real vault decides here whether it likes what the first 15 bytes say.
fn serve(key: &SigningKey, orders: &Receiver<Order>) {
    for (message, answer) in orders {
        // Whoever asked may have given up by now.
        let _ = answer.send(key.sign(&message).to_bytes());
    }
}

impl Signer for Vault {
    fn public(&self) -> &PublicKey {
        &self.public
    }

    fn sign(&self, message: &[u8; 47]) -> Result<[u8; 64], SignerError> {
        let (answer, signature) = channel();
        self.requests.send((*message, answer)).map_err(|_| SignerError)?;
        // A vault that does not answer must not hold the program up for ever.
        signature.recv_timeout(Duration::from_secs(5)).map_err(|_| SignerError)
    }
}
