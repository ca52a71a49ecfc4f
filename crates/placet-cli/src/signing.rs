//! What `prove` and `approve` share: the request, the key, and what the signature is for.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::asked::Asked;
use super::block::Reading;
use super::inputs;
use super::project::Project;
use super::spelled::Typed;
use super::time_args::read_time;
use super::tokens::UNKNOWN_VOCABULARY;
use super::trust::read_audience;
use super::ui::{Failure, Ui};
use placet::model::digest::RequestDigest;
use placet::model::time::Time;
use placet::model::vocabulary::{Hint, Vocabulary};
use placet::token::audience::Audience;
use placet::token::keyring::MintingKey;
use placet::token::keys::SigningKey;
use placet::visible::excerpt;

/// A request, and the key that signs it.
#[derive(clap::Args, Debug)]
pub struct Signing {
    #[command(flatten)]
    asked: Asked,

    /// The keyring whose `mint` key signs; it must be made with `keygen --public`
    #[arg(long, value_name = "FILE")]
    key: PathBuf,

    /// The service that will decide, if it names an audience
    #[arg(long, value_name = "NAME", value_parser = read_audience)]
    audience: Option<Audience>,

    #[command(flatten)]
    reading: Reading,

    /// The time of the signature, instead of now
    #[arg(long, value_name = "TIME", value_parser = read_time)]
    now: Option<Time>,
}

impl Signing {
    /// The audience of the service: as given, or that of the project.
    ///
    /// # Errors
    /// The project's file cannot be read.
    pub fn audience(&self) -> Result<Audience, Failure> {
        let project = Project::of(None)?;
        Ok(self.audience.or_else(|| project?.audience()).unwrap_or_default())
    }

    /// The time of the signature.
    #[must_use]
    pub fn now(&self) -> Time {
        inputs::now(self.now)
    }

    /// Lends the key.
    ///
    /// # Errors
    /// The file is not a keyring with a key that signs.
    pub fn with_key<R>(&self, ui: &Ui, use_it: impl FnOnce(&SigningKey) -> R) -> Result<R, Failure> {
        signing_key(ui, &self.key, use_it)
    }

    /// The vocabulary of a token. `None`: a file of vocabularies has errors, which have been shown.
    ///
    /// # Errors
    /// The vocabulary is not known here.
    pub fn vocabulary(&self, ui: &Ui, hint: Hint) -> Result<Option<Arc<Vocabulary>>, Failure> {
        let Some(known) = self.known(ui)? else { return Ok(None) };
        let found = known.into_iter().find(|vocabulary| vocabulary.hinted(hint).next().is_some());
        found.map(Some).ok_or_else(|| {
            let message = format!(
                "the token was made with a vocabulary that is not known here: its fingerprint begins with {hint}"
            );
            Failure::new(message).help(UNKNOWN_VOCABULARY)
        })
    }

    /// The vocabulary of this name, for a request without a token.
    ///
    /// # Errors
    /// There is none.
    pub fn named(&self, ui: &Ui, name: &str) -> Result<Option<Arc<Vocabulary>>, Failure> {
        let Some(known) = self.known(ui)? else { return Ok(None) };
        let found = known.into_iter().find(|vocabulary| vocabulary.name() == name);
        found.map(Some).ok_or_else(|| Failure::new(format!("there is no vocabulary `{}`", excerpt(name))))
    }

    fn known(&self, ui: &Ui) -> Result<Option<Vec<Arc<Vocabulary>>>, Failure> {
        Ok(self.reading.library(ui, None)?.map(|library| inputs::vocabularies(&library)))
    }

    /// The digest of the request.
    ///
    /// # Errors
    /// It is not a request of the vocabulary.
    pub fn digest(&self, vocabulary: &Vocabulary) -> Result<RequestDigest, Failure> {
        let written = self.asked.one()?.map_err(|error| {
            let failure = Failure::new(error.message);
            error.help.map_or(failure.clone(), |help| failure.help(help))
        })?;
        let Typed { read, .. } = written.typed(vocabulary);
        let (request, _) = read.map_err(|bad| Failure::new(format!("the request is malformed: {bad}")))?;
        let digest = request.with_request(vocabulary, self.now(), |request| request.check().map(|()| request.digest()));
        digest
            .and_then(|digest| digest)
            .map_err(|bad| Failure::new(format!("the request is malformed: {}", bad.describe(vocabulary))))
    }
}

/// Lends the key of a keyring that signs.
///
/// # Errors
/// The file is not a keyring with such a key.
pub fn signing_key<R>(ui: &Ui, path: &Path, use_it: impl FnOnce(&SigningKey) -> R) -> Result<R, Failure> {
    let keyring = inputs::keyring(ui, path)?;
    match keyring.minting() {
        Some(MintingKey::Signing(key)) => Ok(use_it(key)),
        Some(MintingKey::Local(_)) | None => Err(Failure::new(format!("no key in `{}` can sign", path.display()))
            .help("make one with `placet keygen --public`")),
    }
}
