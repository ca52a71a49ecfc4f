//! What decides in `eval` and `explain`: a policy file, from which a token is minted, or a token
//! and a keyring; policies can decide beside either.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::Value as Json;

use super::block::Choice;
use super::evidence_args::{EvidenceArgs, Presented};
use super::inputs;
use super::project::{self, Project};
use super::time_args::read_time;
use super::tokens::{self, UNKNOWN_VOCABULARY, vocabulary_of};
use super::trust::Expectations;
use super::ui::{Failure, Ui};
use placet::authorize::{Authorizer, Policy};
use placet::compile::Compiled;
use placet::document::Document;
use placet::document::mint::policy;
use placet::document::request::{RequestJsonError, time_of};
use placet::document::value::arguments_from_text;
use placet::explain::{BlockSource, Explainer, Explanation, Sources};
use placet::model::time::Time;
use placet::model::verdict::{Refusal, Verdict};
use placet::model::vocabulary::Vocabulary;
use placet::syntax::ast::BlockKind;
use placet::token::cache::TokenCache;
use placet::token::envelope::Token;
use placet::token::header::Purpose;
use placet::token::keyring::Keyring;
use placet::token::revocation::HeldRevocations;
use placet::token::verify::Scratch;
use placet::visible::excerpt;
use placet_tools::testing::{Block, Fixture, Keys};

/// What decides.
#[derive(clap::Args, Debug)]
pub struct Deciding {
    /// A policy file; a token is minted from it with a throw-away key
    #[arg(required_unless_present_any = ["token", "policies"], conflicts_with = "token")]
    file: Option<PathBuf>,

    /// A file that holds the token, or `-`; its text works too, but others can see it in `ps`
    #[arg(long)]
    token: Option<String>,

    /// The keyring to verify the token with, instead of the project's
    #[arg(long, value_name = "FILE", requires = "token", conflicts_with = "file")]
    keyring: Option<PathBuf>,

    /// Refuse what this revocation list revokes, instead of the project's
    #[arg(long, value_name = "FILE", requires = "token", conflicts_with = "file")]
    revocations: Option<PathBuf>,

    #[command(flatten)]
    expectations: Expectations,

    /// A policy file whose policies must allow as well; may be given several times
    #[arg(long = "policy", value_name = "FILE")]
    policies: Vec<PathBuf>,

    #[command(flatten)]
    choice: Choice,

    /// The time of the request, instead of now
    #[arg(long, value_name = "TIME", value_parser = read_time, allow_negative_numbers = true)]
    now: Option<Time>,

    #[command(flatten)]
    evidence: EvidenceArgs,

    /// Take the time of a request from the request itself: for simulations only, since such a
    /// request can use an expired token
    #[arg(long)]
    requests_tell_time: bool,
}

/// Everything needed to decide.
pub struct Ready {
    vocabulary: Arc<Vocabulary>,
    /// The time that the user gave. Without it, the clock runs on while a stream of requests is
    /// decided.
    now: Option<Time>,
    requests_tell_time: bool,
    presented: Presented,
    kind: Kind,
}

enum Kind {
    Minted(Fixture),
    Alone {
        document: Document,
        compiled: Compiled,
        policies: [Policy; 1],
        /// Empty: there is no token.
        keyring: Keyring,
    },
    Given {
        token: Given,
        keyring: Keyring,
        revocations: Option<HeldRevocations>,
        policies: Vec<Policy>,
        expectations: Expectations,
    },
}

/// A token as it was given.
struct Given {
    text: String,
    /// Why no known vocabulary fits: it is not a token, or its vocabulary is unknown here.
    refusal: Option<Refusal>,
}

impl Deciding {
    /// The policy file, if one is given.
    pub fn file(&self) -> Option<&Path> {
        self.file.as_deref()
    }

    /// Reads all files. `None`: there are errors in one of them, which have been shown.
    ///
    /// # Errors
    /// A file cannot be read, or the choice of the block is not clear.
    pub fn ready(&self, ui: &Ui) -> Result<Option<Ready>, Failure> {
        match &self.token {
            Some(token) => self.given(ui, token),
            None => self.minted(ui),
        }
    }

    fn given(&self, ui: &Ui, token: &str) -> Result<Option<Ready>, Failure> {
        let project = Project::of(None)?;
        let expectations = self.expectations.or_of(project.as_ref());
        let keyring = inputs::keyring(ui, &project::keyring(self.keyring.as_deref(), None)?)?;
        let read = |path: PathBuf| inputs::revocations(&path, &keyring, expectations.audience());
        let revocations = project::revocations(self.revocations.as_deref(), project.as_ref())?;
        let revocations = revocations.map(read).transpose()?;
        let text = tokens::text(token)?;
        let Some(library) = self.choice.reading.library(ui, None)? else { return Ok(None) };
        let Some(blocks) = self.policy_blocks(ui)? else { return Ok(None) };
        self.only_of(&blocks)?;
        // A policy file may know a vocabulary from its own folder.
        let of_blocks = blocks.iter().map(|block| Arc::clone(block.document().vocabulary()));
        let known: Vec<_> = inputs::vocabularies(&library).into_iter().chain(of_blocks).collect();
        let header = Token::parse(&text).ok().map(|token| token.header());
        let of_token = header.and_then(|header| vocabulary_of(&known, &header)).map(|(vocabulary, _)| vocabulary);
        let refusal =
            of_token.is_none().then(|| of_unknown_vocabulary(&text, &keyring, expectations, inputs::now(self.now)));
        // A token that cannot be read, or of an unknown vocabulary, is refused with any vocabulary.
        let of_policies = blocks.first().map(|block| Arc::clone(block.document().vocabulary()));
        let Some(vocabulary) = of_token.or(of_policies).or_else(|| known.first().cloned()) else {
            return Err(Failure::new("there is no vocabulary"));
        };
        let policies = blocks.iter().map(|block| {
            policy(&block.template().name, block.compiled(), &vocabulary).map_err(|error| {
                Failure::new(format!(
                    "policy `{}` does not fit the vocabulary `{}`: {error}",
                    block.template().name,
                    vocabulary.name()
                ))
            })
        });
        let policies = policies.collect::<Result<_, _>>()?;
        let token = Given { text, refusal };
        let kind = Kind::Given { token, keyring, revocations, policies, expectations };
        let (requests_tell_time, presented) = (self.requests_tell_time, self.evidence.read()?);
        Ok(Some(Ready { vocabulary, now: self.now, requests_tell_time, presented, kind }))
    }

    fn minted(&self, ui: &Ui) -> Result<Option<Ready>, Failure> {
        self.expectations.none_without("--token FILE")?;
        let Some(mut policies) = self.policy_blocks(ui)? else { return Ok(None) };
        if self.file.is_none() {
            self.only_of(&policies)?;
        }
        let mut blocks = Vec::new();
        if let Some(file) = &self.file {
            let Some(chosen) = self.choice.block(ui, file, &[BlockKind::Token, BlockKind::Policy], self.now)? else {
                return Ok(None);
            };
            let block = Block::of_compiled(Arc::new(chosen.document), &chosen.name, chosen.compiled);
            match chosen.kind {
                BlockKind::Policy => policies.insert(0, block),
                BlockKind::Token | BlockKind::Restriction => blocks.push(block),
            }
        }
        let keys = Keys::ephemeral().map_err(|error| Failure::new(error.to_string()))?;
        let fixture = Fixture::new(String::new(), blocks, policies, inputs::now(self.now), &keys);
        let fixture = fixture.map_err(|broken| Failure::new(broken.to_string()))?;
        let (vocabulary, requests_tell_time) = (Arc::clone(fixture.vocabulary()), self.requests_tell_time);
        let presented = self.evidence.read()?;
        Ok(Some(Ready { vocabulary, now: self.now, requests_tell_time, presented, kind: Kind::Minted(fixture) }))
    }

    /// Refuses `--template` and `--with` for blocks that do not exist, if only policies decide: a
    /// mistyped name must not be ignored.
    fn only_of(&self, policies: &[Block]) -> Result<(), Failure> {
        if let Some(name) = &self.choice.template {
            let name = excerpt(name);
            return Err(Failure::new(format!("`--template {name}` names a block of FILE, and there is no FILE"))
                .help("every policy of `--policy` decides; leave `--template` out"));
        }
        let has = |name: &str| {
            policies.iter().any(|block| block.template().parameters.iter().any(|parameter| parameter.name == name))
        };
        match self.choice.with.iter().find(|(name, _)| !has(name)) {
            None => Ok(()),
            Some((name, _)) => Err(Failure::new(format!("no policy has a parameter `{}`", excerpt(name)))
                .help("`--with` is for the parameters of FILE and of the policies of `--policy`")),
        }
    }

    /// Every policy of the files of `--policy`.
    fn policy_blocks(&self, ui: &Ui) -> Result<Option<Vec<Block>>, Failure> {
        let mut blocks = Vec::new();
        for path in &self.policies {
            let Some(document) = self.choice.reading.document(ui, path)? else { return Ok(None) };
            let document = Arc::new(document);
            let before = blocks.len();
            for (number, template) in document.templates().iter().enumerate() {
                if template.kind == BlockKind::Policy {
                    let Some(block) = self.policy_block(ui, &document, number)? else { return Ok(None) };
                    blocks.push(block);
                }
            }
            if blocks.len() == before {
                return Err(Failure::new(format!("there is no policy in `{}`", path.display())));
            }
        }
        Ok(Some(blocks))
    }

    fn policy_block(&self, ui: &Ui, document: &Arc<Document>, number: usize) -> Result<Option<Block>, Failure> {
        let template = &document.templates()[number];
        let given = self.choice.with.iter().filter(|(name, _)| template.parameters.iter().any(|it| it.name == *name));
        let pairs = given.map(|(name, value)| (name.as_str(), value.as_str()));
        let arguments = arguments_from_text(template, pairs).map_err(|error| Failure::new(error.to_string()))?;
        match Block::at(document, number, &arguments, inputs::now(self.now)) {
            Ok(block) => Ok(Some(block)),
            Err(errors) => {
                ui.report(&document.compile_report(template, &errors));
                Ok(None)
            }
        }
    }
}

impl Ready {
    /// One policy decides, whose document has no other block.
    #[must_use]
    pub fn alone(document: Document, compiled: Compiled, policy: Policy, now: Time) -> Self {
        let vocabulary = Arc::clone(document.vocabulary());
        let kind = Kind::Alone { document, compiled, policies: [policy], keyring: Keyring::new() };
        Self { vocabulary, now: Some(now), requests_tell_time: false, presented: Presented::default(), kind }
    }

    /// The vocabulary of requests.
    #[must_use]
    pub const fn vocabulary(&self) -> &Arc<Vocabulary> {
        &self.vocabulary
    }

    /// The time of requests that have none: the user's, or the clock's.
    #[must_use]
    pub fn now(&self) -> Time {
        inputs::now(self.now)
    }

    /// The time at which a request is decided.
    ///
    /// # Errors
    /// It has a time of its own, at which an expired token could be valid.
    pub fn time(&self, request: &Json) -> Result<Time, RequestJsonError> {
        match time_of(request)? {
            None => Ok(self.now()),
            Some(time) if self.requests_tell_time => Ok(time),
            Some(_) => {
                let why =
                    "cannot be set by the request; `--now TIME` sets it, `--requests-tell-time` takes it from requests";
                Err(RequestJsonError { path: "time".to_owned(), why: why.to_owned() })
            }
        }
    }

    /// Why every request is refused: the token cannot be read, or its vocabulary is unknown here.
    /// Reading a request with another vocabulary would put the blame on the request.
    #[must_use]
    pub const fn refusal(&self) -> Option<Refusal> {
        match &self.kind {
            Kind::Given { token, .. } => token.refusal,
            Kind::Minted(_) | Kind::Alone { .. } => None,
        }
    }

    /// The explanation of every request if there is a [`refusal`](Self::refusal).
    #[must_use]
    pub fn refused(&self, explainer: &Explainer<'_>, refusal: Refusal) -> Explanation {
        let mut explanation = explainer.decided(Verdict::Refused(refusal), self.now());
        // The vocabulary of this explainer is arbitrary, so nothing is said about it.
        if let (Some(cause), Refusal::UnknownVocabulary, Some(state)) = (&mut explanation.cause, refusal, self.state())
        {
            cause.message = format!(
                "the token was made with a vocabulary that is not known here: its fingerprint begins with {state}"
            );
            cause.help = Some(UNKNOWN_VOCABULARY.to_owned());
        }
        explanation
    }

    /// The hint of the vocabulary that the token was made with.
    fn state(&self) -> Option<String> {
        match &self.kind {
            Kind::Minted(_) | Kind::Alone { .. } => None,
            Kind::Given { token, .. } => Token::parse(&token.text).ok().map(|token| token.header().hint.to_string()),
        }
    }

    /// Lends what decides.
    pub fn with_explainer<R>(&self, cache: Option<&TokenCache>, use_it: impl FnOnce(&Explainer<'_>) -> R) -> R {
        let evidence = self.presented.evidence();
        match &self.kind {
            Kind::Minted(fixture) if self.presented.is_empty() => fixture.with_explainer(Purpose::Local, use_it),
            Kind::Minted(fixture) => {
                fixture.with_explainer(Purpose::Local, |explainer| use_it(&explainer.with_evidence(&evidence)))
            }
            Kind::Alone { document, compiled, policies, keyring } => {
                let mut sources = Sources::none();
                for template in document.templates() {
                    sources.push_policy(BlockSource::new(document, template, compiled));
                }
                let authorizer = Authorizer::new(keyring, &self.vocabulary).with_policies(policies);
                use_it(&Explainer::new(authorizer, None, &sources))
            }
            Kind::Given { token, keyring, revocations, policies, expectations } => {
                let revocations = revocations.as_ref().map(HeldRevocations::as_revocations);
                let verifier = expectations.verifier(keyring, &self.vocabulary, revocations);
                let authorizer = Authorizer::with_verifier(verifier).with_policies(policies).with_evidence(&evidence);
                let sources = Sources::none();
                let explainer = Explainer::new(authorizer, Some(&token.text), &sources);
                match cache {
                    Some(cache) => use_it(&explainer.with_cache(cache)),
                    None => use_it(&explainer),
                }
            }
        }
    }
}

/// Why a token with an unknown vocabulary is refused. Its structure and its key are checked before
/// the vocabulary, so that a token that is cut is reported as that.
fn of_unknown_vocabulary(text: &str, keyring: &Keyring, expectations: Expectations, now: Time) -> Refusal {
    let unknown = Vocabulary::builder("unknown", 0).build();
    let verifier = expectations.verifier(keyring, &unknown, None);
    let refused = verifier.verify(text, now, &mut Scratch::new()).err();
    refused.unwrap_or(Refusal::UnknownVocabulary)
}
