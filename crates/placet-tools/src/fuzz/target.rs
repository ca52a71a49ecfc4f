//! The block under test with its arguments, on a fixture of its own, and its decisions.
//!
//! A request is decided twice. Everything that a service does ([`Explainer`]: the token read,
//! verified once and kept, then decided) gives the verdict, so that a finding is a real one. The
//! block's own program gives the rule, which a verdict over several blocks does not name; and the
//! two have to agree.

use std::sync::Arc;

use crate::testing::observe::Observer;
use crate::testing::{Block, Fixture, FixtureError, Keys};
use placet::bytecode::verify::Proved;
use placet::check::library::Library;
use placet::compile::arguments::Arguments;
use placet::document::Document;
use placet::explain::evaluate::Facts;
use placet::explain::{Explainer, Explanation};
use placet::model::owned::TimedRequest;
use placet::model::time::Time;
use placet::model::verdict::Verdict;
use placet::model::vocabulary::Vocabulary;
use placet::program::Rule;
use placet::program::read::rules;
use placet::syntax::ast::{self, At, BlockKind, Effect, ItemKind, Name};
use placet::token::cache::TokenCache;
use placet::token::header::Purpose;
use placet::token::verify::Scratch;
use placet::vm::{BlockVerdict, run};

/// A block that is ready to be tested.
#[derive(Debug)]
pub struct Target {
    fixture: Fixture,
    /// Its place among the fixture's blocks.
    subject: usize,
}

impl Target {
    /// Mints a token of a block at `minted`, or holds it as a policy. A restriction is added to a
    /// token that allows everything.
    ///
    /// # Errors
    /// The token cannot be made.
    pub fn new(block: Block, library: &Library, minted: Time, keys: &Keys) -> Result<Self, FixtureError> {
        let title = title(&block);
        let (subject, blocks, policies) = match block.template().kind {
            BlockKind::Token => (0, vec![block], Vec::new()),
            BlockKind::Policy => (0, Vec::new(), vec![block]),
            BlockKind::Restriction => (1, vec![everything(block.document(), library)?, block], Vec::new()),
        };
        // What a holder does not prove is refused, and nothing could be found.
        let fixture = Fixture::new(title, blocks, policies, minted, keys)?.assuming(true, Vec::new());
        Ok(Self { fixture, subject })
    }

    /// `token session`
    #[must_use]
    pub fn title(&self) -> String {
        title(self.block())
    }

    /// The vocabulary of its requests.
    #[must_use]
    pub const fn vocabulary(&self) -> &Arc<Vocabulary> {
        self.fixture.vocabulary()
    }

    /// The block.
    ///
    /// # Panics
    /// Never: the fixture was made with it.
    #[must_use]
    pub fn block(&self) -> &Block {
        self.fixture.blocks().nth(self.subject).expect("the fixture was made with it")
    }

    /// When it was minted.
    #[must_use]
    pub const fn minted(&self) -> Time {
        self.fixture.minted
    }

    /// The time from which it is valid, and its expiry.
    #[must_use]
    pub fn life(&self) -> (Time, Time) {
        let times = self.block().compiled().times;
        let issuance = times.issuance.unwrap_or(self.minted());
        (times.not_before.unwrap_or(issuance), times.end(issuance).unwrap_or(Time::MAX))
    }

    /// Inputs of conditions besides the request.
    pub(super) fn facts(&self) -> Facts<'_> {
        let context = self.fixture.context(self.minted());
        let vocabulary = self.vocabulary();
        let (issuance, expiry) = (context.issuance.as_millis(), context.expiry.as_millis());
        let claims = self.fixture.claims().cloned().unwrap_or_default();
        Facts { vocabulary, issuance, expiry, vouchers: Vec::new(), approvers: Vec::new(), claims }
    }

    /// Its rules, and its promises as rules.
    pub(super) fn rules(&self) -> Vec<Rule> {
        let of_block = self.block().proved().and_then(|program| rules(&program)).unwrap_or_default();
        let promises = self.block().promises().all().iter();
        let of_promises = promises.filter_map(|promise| rules(&promise.program().as_proved())).flatten();
        of_block.into_iter().chain(of_promises).collect()
    }

    /// Lends the explainer.
    pub(super) fn open<R>(&self, use_it: impl FnOnce(Subject<'_>) -> R) -> R {
        let cache = TokenCache::new(1);
        let program = self.block().proved().expect("a compiled program is a proved one");
        self.fixture.with_explainer(Purpose::Local, |explainer| {
            let explainer = explainer.with_cache(&cache);
            use_it(Subject { target: self, block: self.block(), program, explainer, scratch: Scratch::new() })
        })
    }
}

fn title(block: &Block) -> String {
    format!("{} {}", block.template().kind.word(), block.template().name)
}

/// A token that allows everything, appended to the items of a document so that it uses the same
/// vocabulary.
fn everything(document: &Document, library: &Library) -> Result<Block, FixtureError> {
    let mut file = document.file().clone();
    let mut name = "everything".to_owned();
    while document.templates().iter().any(|template| template.name == name) {
        name.push('_');
    }
    let rule = ast::Rule { effect: Effect::Allow, entries: Vec::new(), when: None, unless: None, at: At::default() };
    let block = ast::Block {
        kind: BlockKind::Token,
        name: Name { text: name, at: At::default() },
        parameters: Vec::new(),
        fields: Vec::new(),
        rules: vec![rule],
    };
    file.items.push(ast::Item { doc: Vec::new(), kind: ItemKind::Block(block), at: At::default() });
    let whole = Document::from_tree(file, document.source().clone(), library);
    let whole = whole.map_err(|_| FixtureError("the file has no room for another token".to_owned()))?;
    let last = whole.templates().len().saturating_sub(1);
    let block = Block::new(&Arc::new(whole), last, &Arguments::none());
    block.map_err(|_| FixtureError("a token that allows everything has no program".to_owned()))
}

/// Decides requests.
pub(super) struct Subject<'j> {
    target: &'j Target,
    block: &'j Block,
    program: Proved<'j>,
    explainer: Explainer<'j>,
    scratch: Scratch,
}

/// The result for a request.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Observation {
    /// `allow`, `forbidden`, `not_permitted` or `refused`.
    pub(super) word: &'static str,
    /// The rule that decided in the block.
    pub(super) rule: Option<u16>,
    /// The promises that apply to the request; none if it was refused.
    pub(super) about: Vec<usize>,
    /// Those of them that it breaks.
    pub(super) broken: Vec<usize>,
    /// Whether the block's program alone decides the same.
    pub(super) agrees: bool,
}

impl Observation {
    pub(super) fn is_allow(&self) -> bool {
        self.word == "allow"
    }
}

impl Subject<'_> {
    pub(super) fn say(&mut self, sample: &TimedRequest) -> Observation {
        let verdict = self.explainer.decide(&sample.request, sample.time, &mut self.scratch);
        let mut said =
            Observation { word: verdict.word(), rule: None, about: Vec::new(), broken: Vec::new(), agrees: true };
        if matches!(verdict, Verdict::Refused(_)) {
            return said;
        }
        let context = self.target.fixture.context(sample.time);
        // A request that was decided fits its vocabulary.
        let _ = sample.request.with_request(self.target.vocabulary(), sample.time, |request| {
            let answer = run(&self.program, self.block.kind(), request, &context);
            said.rule = answer.ok().and_then(|answer| match answer {
                BlockVerdict::Allow(rule) | BlockVerdict::Abstain(rule) => rule,
                BlockVerdict::Forbid(rule) => Some(rule),
            });
            said.agrees = matches!(answer, Ok(BlockVerdict::Allow(_))) == verdict.is_allow();
            for (number, promise) in self.block.promises().all().iter().enumerate() {
                if promise.is_about(request, &context) {
                    said.about.push(number);
                    said.broken.extend((!promise.is_kept(verdict.is_allow())).then_some(number));
                }
            }
        });
        said
    }

    /// Evaluates the block part by part; none if the request does not fit its vocabulary.
    pub(super) fn observe(
        &self,
        observer: &Observer,
        sample: &TimedRequest,
        seen: &mut super::coverage::Coverage,
    ) -> bool {
        let context = self.target.fixture.context(sample.time);
        let lent = sample.request.with_request(self.target.vocabulary(), sample.time, |request| {
            request.check().is_ok() && seen.count(&observer.observe(request, &context))
        });
        lent.unwrap_or(false)
    }

    pub(super) fn explain(&self, sample: &TimedRequest) -> Explanation {
        self.explainer.explain(&sample.request, sample.time)
    }
}
