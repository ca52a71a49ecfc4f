//! The blocks that decide the cases of a section: a token with its restrictions, minted once with
//! each kind of key, and policies.

use std::fmt;
use std::sync::Arc;

use super::observe::Observer;
use super::promises::{BrokenPromise, Promises};
use placet::authorize::{Authorizer, Policy};
use placet::bytecode::verify::{Budget, Proved, Scope, verify};
use placet::check::tree::Template;
use placet::compile::arguments::Arguments;
use placet::compile::error::CompileError;
use placet::compile::expressions::Expressions;
use placet::compile::{Compiled, compile_within};
use placet::diag::Source;
use placet::document::Document;
use placet::document::mint::{Wrapping, attenuate, claims, mint, policy};
use placet::document::request::OwnedRequest;
use placet::explain::{BlockSource, Explainer, Quote, Sources};
use placet::model::claim::Bearer;
use placet::model::time::Time;
use placet::model::verdict::Verdict;
use placet::model::vocabulary::Vocabulary;
use placet::program::read::rules;
use placet::program::source::ToSource;
use placet::syntax::ast::BlockKind;
use placet::token::claims::ClaimsDraft;
use placet::token::envelope::Token;
use placet::token::evidence::Accepted;
use placet::token::header::Purpose;
use placet::token::keyring::{Keyring, MintingKey};
use placet::token::keys::{LocalKey, RandomnessError, SigningKey, SystemRandom};
use placet::token::verify::Scratch;
use placet::vm::{BlockVerdict, Context, ProgramKind, run};

/// Keys that are not kept: no decision depends on them.
#[derive(Debug)]
pub struct Keys {
    local: Arc<Keyring>,
    public: Arc<Keyring>,
}

impl Keys {
    /// Makes new keys.
    ///
    /// # Errors
    /// The random source failed.
    pub fn ephemeral() -> Result<Self, RandomnessError> {
        let local = LocalKey::generate(&mut SystemRandom)?.into();
        let public = SigningKey::generate(&mut SystemRandom)?.into();
        Ok(Self { local: ring(local), public: ring(public) })
    }
}

fn ring(key: MintingKey) -> Arc<Keyring> {
    let mut ring = Keyring::new();
    ring.mint_with(key).expect("an empty keyring has no other key of this id");
    Arc::new(ring)
}

/// A template whose parameters are filled in.
#[derive(Debug)]
pub struct Block {
    document: Arc<Document>,
    template: usize,
    /// None if it was compiled before.
    arguments: Option<Arguments>,
    compiled: Compiled,
    promises: Promises,
}

impl Block {
    /// Compiles a template of a document; `template` is its place there.
    ///
    /// # Errors
    /// An argument does not fit, or the program would be too large.
    pub fn new(document: &Arc<Document>, template: usize, arguments: &Arguments) -> Result<Self, Vec<CompileError>> {
        Self::within(document, template, arguments, &Expressions::default())
    }

    /// The same as of a time: that at which its token will be minted.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn at(
        document: &Arc<Document>,
        template: usize,
        arguments: &Arguments,
        now: Time,
    ) -> Result<Self, Vec<CompileError>> {
        Self::within(document, template, arguments, &Expressions::default().at(now))
    }

    fn within(
        document: &Arc<Document>,
        template: usize,
        arguments: &Arguments,
        expressions: &Expressions,
    ) -> Result<Self, Vec<CompileError>> {
        let (found, vocabulary) = (&document.templates()[template], document.vocabulary());
        let compiled = compile_within(found, vocabulary, arguments, expressions)?;
        let promises = Promises::new(found, vocabulary, arguments)?;
        Ok(Self { document: Arc::clone(document), template, arguments: Some(arguments.clone()), compiled, promises })
    }

    /// An already compiled template of this name, without its promises.
    ///
    /// # Panics
    /// The document has no such template; the caller has compiled one from it.
    #[must_use]
    pub fn of_compiled(document: Arc<Document>, name: &str, compiled: Compiled) -> Self {
        let template = document.templates().iter().position(|template| template.name == name);
        let template = template.expect("it was compiled from this document");
        Self { document, template, arguments: None, compiled, promises: Promises::default() }
    }

    /// The template.
    #[must_use]
    pub fn template(&self) -> &Template {
        &self.document.templates()[self.template]
    }

    /// Its document.
    #[must_use]
    pub fn document(&self) -> &Document {
        &self.document
    }

    /// The same, shared.
    #[must_use]
    pub const fn shared_document(&self) -> &Arc<Document> {
        &self.document
    }

    /// Its program and the data that travels with it.
    #[must_use]
    pub const fn compiled(&self) -> &Compiled {
        &self.compiled
    }

    /// The arguments of its parameters; none if it was compiled before.
    #[must_use]
    pub const fn arguments(&self) -> Option<&Arguments> {
        self.arguments.as_ref()
    }

    /// The observer that evaluates it part by part; none if it was compiled before and its
    /// arguments are not known.
    #[must_use]
    pub fn observer(&self) -> Option<Observer> {
        Observer::new_in(&self.document, self.template(), self.arguments.as_ref()?).ok()
    }

    /// Its promises.
    #[must_use]
    pub const fn promises(&self) -> &Promises {
        &self.promises
    }

    /// A promise in words, with its line if it has one: as it was written, or else as its program
    /// is printed.
    #[must_use]
    pub fn promise(&self, number: usize) -> (Option<usize>, String) {
        let Some(promise) = self.promises.all().get(number) else { return (None, String::new()) };
        let source = self.document.source();
        if let Source::Text { text, .. } = source {
            let words: Vec<_> = promise.at.of(text).split_whitespace().collect();
            return (source.line_and_column(promise.at).map(|(line, _)| line), words.join(" "));
        }
        let read_back = rules(&promise.program().as_proved()).unwrap_or_default();
        let said = |rule| self.to_source().rule_as(rule, promise.kind.effect());
        (None, read_back.first().map(said).unwrap_or_default())
    }

    /// Its program, for the VM. `None` cannot happen with a block that was compiled here.
    #[must_use]
    pub fn proved(&self) -> Option<Proved<'_>> {
        let vocabulary = self.document.vocabulary();
        let scope = Scope { vocabulary, state: vocabulary.present(), budget: Budget::Policy };
        verify(self.compiled.program.bytes(), &scope).ok()
    }

    /// How it decides: a restriction allows if it has nothing to object to.
    #[must_use]
    pub fn kind(&self) -> ProgramKind {
        match self.template().kind {
            BlockKind::Token | BlockKind::Policy => ProgramKind::Authority,
            BlockKind::Restriction => ProgramKind::Restriction,
        }
    }

    /// Its rules in the order of the source, each with its line if it has one: as they were
    /// written, or else as the program is printed.
    #[must_use]
    pub fn rules(&self) -> Vec<(Option<usize>, String)> {
        let read_back = self.proved().and_then(|program| rules(&program)).unwrap_or_default();
        let mut origins: Vec<_> = self.compiled.rules.iter().zip(0..).collect();
        origins.sort_by_key(|(origin, _)| origin.at.start);
        let source = self.source();
        let shown = origins.into_iter().map(|(_, number)| match source.quote(number) {
            Some(quote) => (quote.line, quote.text),
            None => {
                let rule = read_back.get(usize::from(number));
                (None, rule.map(|rule| self.to_source().rule(rule)).unwrap_or_default())
            }
        });
        shown.collect()
    }

    /// The printer of its rules if their source is a map.
    fn to_source(&self) -> ToSource<'_> {
        let is_restriction = self.template().kind == BlockKind::Restriction;
        ToSource::new(self.document.vocabulary()).of_ours().of_restriction(is_restriction)
    }

    /// A rule of its program as it was written, if it was.
    #[must_use]
    pub fn quote(&self, rule: u16) -> Option<Quote> {
        self.source().quote(rule)
    }

    fn source(&self) -> BlockSource<'_> {
        BlockSource::new(&self.document, self.template(), &self.compiled)
    }
}

/// A token in both envelopes, or none, and policies.
#[derive(Debug)]
pub struct Fixture {
    /// Its name in the file: `token session(user: "42")`.
    pub title: String,
    /// When the token was minted.
    pub minted: Time,
    vocabulary: Arc<Vocabulary>,
    /// The token's blocks, the authority first.
    blocks: Vec<Block>,
    policy_blocks: Vec<Block>,
    /// The claims of the token, if there is one.
    claims: Option<ClaimsDraft>,
    policies: Vec<Policy>,
    /// The signatures that are assumed.
    accepted: Accepted,
    is_proved: bool,
    local: Envelope,
    public: Envelope,
}

#[derive(Debug)]
struct Envelope {
    keyring: Arc<Keyring>,
    token: Option<Token>,
    text: Option<String>,
}

impl Fixture {
    /// Mints the token of `blocks` at `minted`, if there are any, together with the policies of
    /// `policies`.
    ///
    /// # Errors
    /// The token cannot be minted or attenuated, or two blocks use different vocabularies.
    pub fn new(
        title: String,
        blocks: Vec<Block>,
        policies: Vec<Block>,
        minted: Time,
        keys: &Keys,
    ) -> Result<Self, FixtureError> {
        let first = blocks.first().or(policies.first()).ok_or_else(|| FixtureError("nothing decides".to_owned()))?;
        let vocabulary = Arc::clone(first.document.vocabulary());
        let other = blocks.iter().chain(&policies).find(|block| **block.document.vocabulary() != *vocabulary);
        if let Some(other) = other {
            let (ours, theirs) = (vocabulary.name(), other.document.vocabulary().name());
            return Err(FixtureError(format!(
                "`{}` uses the vocabulary `{theirs}`, the others use `{ours}`",
                other.template().name
            )));
        }
        let hold = |block: &Block| policy(&block.template().name, &block.compiled, &vocabulary);
        let held =
            policies.iter().map(hold).collect::<Result<_, _>>().map_err(|error| FixtureError(error.to_string()))?;
        let local = Envelope::new(&keys.local, &blocks, minted)?;
        let public = Envelope::new(&keys.public, &blocks, minted)?;
        let claims = blocks.first().map(|authority| claims(&authority.compiled));
        let (accepted, is_proved) = (Accepted::assumed([]), false);
        let policy_blocks = policies;
        let policies = held;
        Ok(Self {
            title,
            minted,
            vocabulary,
            blocks,
            policy_blocks,
            claims,
            policies,
            accepted,
            is_proved,
            local,
            public,
        })
    }

    /// The claims of the token, if there is one.
    #[must_use]
    pub const fn claims(&self) -> Option<&ClaimsDraft> {
        self.claims.as_ref()
    }

    /// The same, assuming that the holder of the token proves every request, and that these keys
    /// approve it.
    #[must_use]
    pub fn assuming(self, is_proved: bool, approvers: Vec<[u8; 32]>) -> Self {
        Self { accepted: Accepted::assumed(approvers), is_proved, ..self }
    }

    /// The vocabulary of its requests.
    #[must_use]
    pub const fn vocabulary(&self) -> &Arc<Vocabulary> {
        &self.vocabulary
    }

    /// The token's blocks, then the policies.
    pub fn blocks(&self) -> impl Iterator<Item = &Block> {
        self.blocks.iter().chain(&self.policy_blocks)
    }

    /// The token, if there is one.
    #[must_use]
    pub const fn token(&self, purpose: Purpose) -> Option<&Token> {
        self.envelope(purpose).token.as_ref()
    }

    /// How many of the blocks are policies.
    #[must_use]
    pub const fn policies(&self) -> usize {
        self.policy_blocks.len()
    }

    /// Inputs of rules besides a request at `time`: no third party vouches for its token.
    #[must_use]
    pub fn context(&self, time: Time) -> Context<'_> {
        let header = self.token(Purpose::Local).map(Token::header);
        let (issuance, expiry) = header.map_or((time, None), |header| (header.issuance, header.expiry));
        let bearer = self.claims.as_ref().map(|claims| claims as &dyn Bearer);
        Context {
            issuance,
            expiry: expiry.unwrap_or(Time::MAX),
            bearer,
            vouchers: &[],
            approvers: self.accepted.approvers(),
        }
    }

    /// The promises that a request breaks, each checked against the answer of its own block; none
    /// if the token or the request is refused, since promises apply to valid ones.
    #[must_use]
    pub fn broken_promises(&self, request: &OwnedRequest, now: Time) -> Vec<BrokenPromise> {
        if self.blocks().all(|block| block.promises.all().is_empty()) {
            return Vec::new();
        }
        let verdict =
            self.with_explainer(Purpose::Local, |explainer| explainer.decide(request, now, &mut Scratch::new()));
        if matches!(verdict, Verdict::Refused(_)) {
            return Vec::new();
        }
        let context = self.context(now);
        let broken = request.with_request(&self.vocabulary, now, |request| {
            let of_block = |(number, block): (usize, &Block)| {
                let answer = block.proved().map(|program| run(&program, block.kind(), request, &context));
                let allowed = matches!(answer, Some(Ok(BlockVerdict::Allow(_))));
                let broken = block.promises.broken(allowed, request, &context);
                broken.map(|promise| BrokenPromise { block: number, promise }).collect::<Vec<_>>()
            };
            self.blocks().enumerate().flat_map(of_block).collect()
        });
        broken.unwrap_or_default()
    }

    /// Lends the authorizer, and the token's text if there is one.
    pub fn with_authorizer<R>(&self, purpose: Purpose, use_it: impl FnOnce(&Authorizer<'_>, Option<&str>) -> R) -> R {
        let envelope = self.envelope(purpose);
        let authorizer = Authorizer::new(&envelope.keyring, &self.vocabulary).with_policies(&self.policies);
        // A proof that nobody states is missing, as it is in a service.
        let is_bound = self.blocks.iter().any(|block| block.compiled.holder.is_some());
        let authorizer =
            if is_bound && !self.is_proved { authorizer } else { authorizer.with_accepted(&self.accepted) };
        use_it(&authorizer, envelope.text.as_deref())
    }

    /// Lends the explainer.
    pub fn with_explainer<R>(&self, purpose: Purpose, use_it: impl FnOnce(&Explainer<'_>) -> R) -> R {
        let mut sources = Sources::none();
        self.blocks.iter().for_each(|block| sources.push_block(block.source()));
        self.policy_blocks.iter().for_each(|block| sources.push_policy(block.source()));
        self.with_authorizer(purpose, |authorizer, text| use_it(&Explainer::new(*authorizer, text, &sources)))
    }

    const fn envelope(&self, purpose: Purpose) -> &Envelope {
        match purpose {
            Purpose::Local => &self.local,
            Purpose::Public => &self.public,
        }
    }
}

impl Envelope {
    fn new(keyring: &Arc<Keyring>, blocks: &[Block], minted: Time) -> Result<Self, FixtureError> {
        let keyring = Arc::clone(keyring);
        let Some((authority, restrictions)) = blocks.split_first() else {
            return Ok(Self { keyring, token: None, text: None });
        };
        let key = keyring.minting().expect("an ephemeral keyring mints");
        let vocabulary = authority.document.vocabulary();
        let minted_token = mint(&authority.compiled, vocabulary, key, minted, Wrapping::default(), &mut SystemRandom);
        let mut token = minted_token.map_err(|error| FixtureError(error.to_string()))?;
        for restriction in restrictions {
            token = attenuate(&token, &restriction.compiled, vocabulary, minted, false, &mut SystemRandom)
                .map_err(|error| FixtureError(error.to_string()))?;
        }
        let text = Some(token.text());
        Ok(Self { keyring, token: Some(token), text })
    }
}

/// Why a token could not be prepared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FixtureError(pub String);

impl fmt::Display for FixtureError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for FixtureError {}

/// The place of a template of a kind and name among those of a document.
pub(super) fn find(document: &Document, kind: BlockKind, name: &str) -> Option<usize> {
    document.templates().iter().position(|template| template.kind == kind && template.name == name)
}
