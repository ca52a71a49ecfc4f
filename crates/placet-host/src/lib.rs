//! The embedding API: a script passes a map, and Placet answers with a map. `docs/embedding.md` is
//! its manual.
//!
//! The host *program* makes a [`Host`] and decides everything that a script must not: keys,
//! vocabularies, limits, clock, revocations, and whether scripts may mint at all. A *script* then
//! calls the [functions](function::Function): `TOKENGEN` and `TOKENINFO`, known from Warp 10, and
//! `AUTHORIZE`, `ATTENUATE`, `COMPILE`, `VERIFY`, `EXPLAIN`.
//!
//! A *binding* connects the two: it turns the language's values into [`Value`]s, passes them to
//! [`Host::call`], and turns the result back into a value or into an error that the script can
//! catch. [`rhai`] is one; another binding could do the same with public functions. Everything that
//! must hold for every language is decided here: limits, NULL, floats, duplicate keys.
//!
//! A call that makes no sense fails with a [`HostError`] that gives the path of the offending key.
//! An invalid request or token is not an error for `AUTHORIZE`: the verdict is `refused`.
//!
//! ```
//! use placet_host::{Host, function::Function, value::Value};
//! use placet::token::{keyring::Keyring, keys::{LocalKey, SystemRandom}};
//!
//! let mut keyring = Keyring::new();
//! keyring.mint_with(placet::token::keyring::MintingKey::Local(LocalKey::generate(&mut SystemRandom)?))?;
//! let host = Host::builder(keyring).vocabulary("momento").minting().build()?;
//!
//! let map = serde_json::json!({ "permissions": [{ "role": "ReadOnly", "cache": "acorns" }], "ttl": 60_000 });
//! let made = host.call(Function::Tokengen, &[map.into()])?;
//! let token = made.get("token").cloned().expect("TOKENGEN answers with a token");
//!
//! let request = serde_json::json!({ "action": "get", "cache": "acorns", "item": "oak" });
//! let answer = host.call(Function::Authorize, &[token, request.into()])?;
//! assert_eq!(answer.get("allowed"), Some(&Value::Bool(true)));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![forbid(unsafe_code)]

pub mod error;
pub mod function;
pub mod handle;
pub mod limits;
#[cfg(feature = "rhai")]
pub mod rhai;
pub mod value;

mod answer;
mod attenuate;
mod authorize;
mod compile;
mod credentials;
mod evidence;
mod explain;
mod path;
mod tokengen;
mod tokeninfo;

use core::time::Duration;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use crate::limits::CLOCK_SKEW;
use error::{Code, HostError};
use function::Function;
use handle::{Gauge, Handle};
use placet::check::library::Library;
use placet::document::mint::Wrapping;
use placet::model::time::Time;
use placet::model::vocabulary::{Fingerprint, Hint, Vocabulary};
use placet::token::audience::Audience;
use placet::token::keyring::Keyring;
use placet::token::keys::{Randomness, RandomnessError, SystemRandom};
use placet::token::replays::ReplayGuard;
use placet::token::revocation::HeldRevocations;
use placet::token::signer::{Minter, Signer};
use placet::token::verify::Verifier;
use placet::visible::excerpt;
use value::Value;

/// Resource limits of scripts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// How deep maps and lists nest.
    pub depth: usize,
    /// Values in one call.
    pub values: usize,
    /// Bytes of all texts in one call.
    pub bytes: usize,
    /// How long a token may live from now on; none means for ever.
    pub ttl: Option<Duration>,
    /// Handles that exist at a time.
    pub handles: usize,
    /// Bytes that all handles keep, by the length of their source.
    pub handle_bytes: usize,
    /// Work that the regular expressions of one call may take, in units of about ten nanoseconds.
    /// It overrides the [library](Builder::library)'s value.
    pub effort: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            depth: limits::HOST_DEPTH,
            values: limits::HOST_VALUES,
            bytes: limits::HOST_BYTES,
            ttl: None,
            handles: limits::HOST_HANDLES,
            handle_bytes: limits::HOST_HANDLE_BYTES,
            effort: limits::COMPILE_EFFORT,
        }
    }
}

type Clock = Box<dyn Fn() -> Time + Send + Sync>;
type Remote = Box<dyn Signer + Send + Sync>;
type Random = Box<dyn Fn(&mut [u8]) -> Result<(), RandomnessError> + Send + Sync>;

/// Serves any number of scripts, on any number of threads.
pub struct Host {
    trust: RwLock<Arc<Trust>>,
    library: Library,
    default: Option<Arc<Vocabulary>>,
    limits: Limits,
    wrapping: Wrapping,
    functions: Vec<Function>,
    minting: bool,
    mints_in: MintsIn,
    signer: Option<Remote>,
    deny_warnings: bool,
    requests_tell_time: bool,
    replays: Option<ReplayGuard>,
    clock: Clock,
    random: Random,
    gauge: Arc<Gauge>,
}

/// The vocabularies in which scripts mint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum MintsIn {
    /// The vocabularies of the host.
    Known,
    /// Also the vocabularies that their documents declare.
    Declared,
}

/// The part of a host that changes while it runs: the accepted keys and revocations.
#[derive(Debug)]
struct Trust {
    keyring: Keyring,
    revocations: Option<HeldRevocations>,
    terms: Terms,
}

/// The part that does not change: requirements on tokens beyond being genuine.
#[derive(Clone, Copy, Debug)]
struct Terms {
    audience: Audience,
    clock_skew: Duration,
    signed_revocations: bool,
}

impl Trust {
    fn verifier<'t>(&'t self, vocabulary: &'t Vocabulary) -> Verifier<'t> {
        let Terms { audience, clock_skew, signed_revocations } = self.terms;
        let verifier = Verifier::new(&self.keyring, vocabulary).for_audience(audience).with_clock_skew(clock_skew);
        let verifier = if signed_revocations { verifier.wanting_signed_revocations() } else { verifier };
        match &self.revocations {
            Some(revocations) => verifier.with_revocations(revocations.as_revocations()),
            None => verifier,
        }
    }
}

impl Host {
    /// Begins a host that accepts the tokens of `keyring`, with the built-in vocabularies, the
    /// default [`Limits`], the system's clock and randomness. It does not mint unless configured
    /// to.
    #[must_use]
    pub fn builder(keyring: Keyring) -> Builder {
        Builder::new(keyring)
    }

    /// Calls a function for a script.
    ///
    /// # Errors
    /// The error that the script receives instead of an answer.
    pub fn call(&self, function: Function, arguments: &[Value]) -> Result<Value, HostError> {
        if !self.functions.contains(&function) {
            let message = format!("this host does not offer {}", function.name());
            return Err(HostError::new(Code::NoFunction, "", message));
        }
        function.check_arity(arguments)?;
        match (function, arguments) {
            (Function::Tokengen, [what]) => self.tokengen(what, None),
            (Function::Tokengen, [what, selection]) => self.tokengen(what, Some(selection)),
            (Function::Tokeninfo, [token]) => self.tokeninfo(token),
            (Function::Authorize, [who, request]) => self.authorize(who, request, None),
            (Function::Authorize, [who, request, evidence]) => self.authorize(who, request, Some(evidence)),
            (Function::Attenuate, [token, what]) => self.attenuate(token, what, None),
            (Function::Attenuate, [token, what, selection]) => self.attenuate(token, what, Some(selection)),
            (Function::Compile, [what]) => self.compile(what, None),
            (Function::Compile, [what, selection]) => self.compile(what, Some(selection)),
            (Function::Verify, [token]) => self.verify(token),
            (Function::Explain, [who, request]) => self.explain(who, request, None),
            (Function::Explain, [who, request, evidence]) => self.explain(who, request, Some(evidence)),
            // The number of arguments was checked above.
            _ => Err(HostError::new(Code::Argument, "", format!("{} takes {}", function.name(), function.takes()))),
        }
    }

    /// The functions that scripts may call; a binding registers these and no others.
    #[must_use]
    pub fn functions(&self) -> &[Function] {
        &self.functions
    }

    /// The limits of scripts; a binding counts with them.
    #[must_use]
    pub const fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Accepts the tokens of this keyring from now on. Tokens that were verified before are checked
    /// again on their next use.
    pub fn replace_keys(&self, keyring: Keyring) {
        self.replace_trust(|trust| Trust { keyring, revocations: trust.revocations.clone(), terms: trust.terms });
    }

    /// Checks tokens against this revocation list from now on.
    pub fn replace_revocations(&self, revocations: HeldRevocations) {
        self.replace_trust(|trust| Trust {
            keyring: trust.keyring.clone(),
            revocations: Some(revocations),
            terms: trust.terms,
        });
    }

    /// How many handles the scripts hold.
    #[must_use]
    pub fn handles(&self) -> usize {
        self.gauge.handles()
    }

    fn replace_trust(&self, change: impl FnOnce(&Trust) -> Trust) {
        let mut trust = self.trust.write().unwrap_or_else(PoisonError::into_inner);
        *trust = Arc::new(change(&trust));
    }

    fn trust(&self) -> Arc<Trust> {
        Arc::clone(&self.trust.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The minter of scripts: the signer if the host has one, or the keyring's key.
    fn minter<'h>(&'h self, trust: &'h Trust) -> Option<Minter<'h>> {
        if !self.minting {
            return None;
        }
        let minter = match &self.signer {
            Some(signer) => Minter::signer(signer.as_ref()),
            None => trust.keyring.minting()?.into(),
        };
        Some(minter.audience(trust.terms.audience))
    }

    fn now(&self) -> Time {
        (self.clock)()
    }

    fn randomness(&self) -> impl Randomness + '_ {
        HostRandom(&self.random)
    }

    fn keep(&self, content: handle::Content, bytes: usize) -> Result<Handle, HostError> {
        self.gauge.keep(content, bytes, &self.limits)
    }

    /// The content of a handle that this host has made.
    fn content<'h>(&self, handle: &'h Handle) -> Result<&'h handle::Content, HostError> {
        if handle.is_of(&self.gauge) {
            Ok(handle.content())
        } else {
            Err(HostError::new(Code::ForeignHandle, "", "this handle belongs to another host"))
        }
    }

    fn named_vocabulary(&self, name: &str) -> Result<&Arc<Vocabulary>, HostError> {
        self.library.get(name).ok_or_else(|| {
            let known: Vec<&str> = self.library.names().collect();
            HostError::new(Code::Vocabulary, "use", format!("there is no vocabulary `{}`", excerpt(name)))
                .help(format!("this host knows `{}`", known.join("`, `")))
        })
    }

    /// The vocabulary of a token: the first that has a state with this hint.
    fn vocabulary_of(&self, hint: Hint) -> Option<&Arc<Vocabulary>> {
        self.vocabularies().find(|vocabulary| vocabulary.hinted(hint).next().is_some())
    }

    /// Whether one of the host's vocabularies has a state with this fingerprint.
    fn knows(&self, fingerprint: Fingerprint) -> bool {
        self.vocabularies().any(|vocabulary| vocabulary.state(fingerprint).is_some())
    }

    fn vocabularies(&self) -> impl Iterator<Item = &Arc<Vocabulary>> {
        self.default.iter().chain(self.library.names().filter_map(|name| self.library.get(name)))
    }
}

/// Keys are not shown.
impl fmt::Debug for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let default = self.default.as_ref().map(|vocabulary| vocabulary.name());
        f.debug_struct("Host").field("vocabulary", &default).field("minting", &self.minting).finish_non_exhaustive()
    }
}

struct HostRandom<'h>(&'h Random);

impl Randomness for HostRandom<'_> {
    fn fill(&mut self, buffer: &mut [u8]) -> Result<(), RandomnessError> {
        (self.0)(buffer)
    }
}

/// Configures a [`Host`].
pub struct Builder {
    host: Host,
    default: Option<String>,
}

impl Builder {
    fn new(keyring: Keyring) -> Self {
        let terms = Terms { audience: Audience::NONE, clock_skew: CLOCK_SKEW, signed_revocations: false };
        let host = Host {
            trust: RwLock::new(Arc::new(Trust { keyring, revocations: None, terms })),
            library: Library::default(),
            default: None,
            limits: Limits::default(),
            wrapping: Wrapping::default(),
            functions: Function::ALL.to_vec(),
            minting: false,
            mints_in: MintsIn::Known,
            signer: None,
            deny_warnings: false,
            requests_tell_time: false,
            replays: None,
            clock: Box::new(Time::now),
            random: Box::new(|buffer| SystemRandom.fill(buffer)),
            gauge: Arc::default(),
        };
        Self { host, default: None }
    }

    /// Uses these vocabularies instead of the built-in ones.
    #[must_use]
    pub fn library(mut self, library: Library) -> Self {
        self.host.library = library;
        self
    }

    /// The vocabulary for scripts that do not say `use`.
    #[must_use]
    pub fn vocabulary(mut self, name: &str) -> Self {
        self.default = Some(name.to_owned());
        self
    }

    /// Lets scripts mint with the keyring's minting key. Without it `TOKENGEN` answers as Warp 10
    /// does without the capability.
    #[must_use]
    pub const fn minting(mut self) -> Self {
        self.host.minting = true;
        self
    }

    /// Lets scripts mint in vocabularies that their own documents declare. Without it they mint
    /// only in those of the host: a vocabulary gives the words of a token their meaning, and a
    /// script that could declare it would choose how its tokens are understood.
    #[must_use]
    pub const fn scripts_declare_vocabularies(mut self) -> Self {
        self.host.mints_in = MintsIn::Declared;
        self
    }

    /// Offers only these functions; without it, all of them. Scripts that only check requests need
    /// no more than `AUTHORIZE`.
    #[must_use]
    pub fn functions(mut self, functions: &[Function]) -> Self {
        self.host.functions = functions.to_vec();
        self
    }

    /// Mints with a key that is kept elsewhere instead of the keyring's. If this host should accept
    /// its own tokens, the keyring has to accept the public half.
    #[must_use]
    pub fn minting_with(mut self, signer: impl Signer + Send + Sync + 'static) -> Self {
        self.host.signer = Some(Box::new(signer));
        self.minting()
    }

    /// Mints for this audience, and accepts only tokens for it.
    #[must_use]
    pub fn audience(self, audience: Audience) -> Self {
        self.with_terms(|terms| Terms { audience, ..terms })
    }

    /// Lets the clocks of minters be this far ahead of this host's, instead of a minute.
    #[must_use]
    pub fn clock_skew(self, clock_skew: Duration) -> Self {
        self.with_terms(|terms| Terms { clock_skew, ..terms })
    }

    /// Refuses every token unless there is a revocation list that a key of the keyring has signed.
    #[must_use]
    pub fn signed_revocations(self) -> Self {
        self.with_terms(|terms| Terms { signed_revocations: true, ..terms })
    }

    fn with_terms(self, change: impl FnOnce(Terms) -> Terms) -> Self {
        self.host.replace_trust(|trust| Trust {
            keyring: trust.keyring.clone(),
            revocations: trust.revocations.clone(),
            terms: change(trust.terms),
        });
        self
    }

    /// How minted tokens are wrapped: sealed, encrypted.
    #[must_use]
    pub const fn wrapping(mut self, wrapping: Wrapping) -> Self {
        self.host.wrapping = wrapping;
        self
    }

    /// The limits of scripts.
    #[must_use]
    pub const fn limits(mut self, limits: Limits) -> Self {
        self.host.limits = limits;
        self
    }

    /// Refuses documents and tokens with a warning, such as one that grants everything because a
    /// list is empty.
    #[must_use]
    pub const fn deny_warnings(mut self) -> Self {
        self.host.deny_warnings = true;
        self
    }

    /// Checks tokens against this list.
    #[must_use]
    pub fn revocations(self, revocations: HeldRevocations) -> Self {
        self.host.replace_revocations(revocations);
        self
    }

    /// Replaces the system's clock.
    #[must_use]
    pub fn clock(mut self, clock: impl Fn() -> Time + Send + Sync + 'static) -> Self {
        self.host.clock = Box::new(clock);
        self
    }

    /// Accepts each proof of a holder once. The guard has room for as many proofs as arrive within a
    /// minute.
    #[must_use]
    pub fn refusing_replays(mut self, guard: ReplayGuard) -> Self {
        self.host.replays = Some(guard);
        self
    }

    /// Takes the `time` of a request from the request: for simulations. A caller that sets the time
    /// can use expired tokens.
    #[must_use]
    pub const fn requests_tell_time(mut self) -> Self {
        self.host.requests_tell_time = true;
        self
    }

    /// Replaces the operating system's random source.
    #[must_use]
    pub fn randomness(
        mut self,
        random: impl Fn(&mut [u8]) -> Result<(), RandomnessError> + Send + Sync + 'static,
    ) -> Self {
        self.host.random = Box::new(random);
        self
    }

    /// The finished host.
    ///
    /// # Errors
    /// The library has no vocabulary with the default's name.
    pub fn build(mut self) -> Result<Host, HostError> {
        if let Some(name) = &self.default {
            self.host.default = Some(Arc::clone(self.host.named_vocabulary(name)?));
        }
        self.host.library = self.host.library.with_effort(self.host.limits.effort);
        Ok(self.host)
    }
}

impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.host.fmt(f)
    }
}
