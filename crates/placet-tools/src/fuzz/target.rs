//! What is tried out: one block with its arguments, on a stage of its own, and what it says of a request.
//!
//! A request is decided twice. The whole of what a service does ([`Court`]: the token read, verified once and kept, then
//! decided) gives the verdict, so that a finding is something that happens. The block's own program gives the rule, which a
//! verdict over several blocks does not name; and the two have to agree.

use std::sync::Arc;

use super::Sample;
use crate::author::Document;
use crate::bytecode::verify::Proved;
use crate::check::library::Library;
use crate::compile::arguments::Arguments;
use crate::explain::tree::{self, Rule};
use crate::explain::wish::Facts;
use crate::explain::{Court, Explanation};
use crate::model::time::Time;
use crate::model::verdict::Verdict;
use crate::model::vocabulary::Vocabulary;
use crate::syntax::ast::{self, At, BlockKind, Effect, ItemKind, Name};
use crate::syntax::map::to_map;
use crate::token::cache::TokenCache;
use crate::token::header::Purpose;
use crate::token::verify::Scratch;
use crate::trial::observe::Observer;
use crate::trial::{Block, BrokenStage, Keys, Stage};
use crate::vm::{Answer, run};

/// A block that is ready to be tried out.
#[derive(Debug)]
pub struct Target {
    stage: Stage,
    /// Its place among the stage's blocks.
    subject: usize,
}

impl Target {
    /// Mints a token of a block at `minted`, or holds it as a policy. A restriction is added to a token that allows everything.
    ///
    /// # Errors
    /// There is no token of it.
    pub fn new(block: Block, library: &Library, minted: Time, keys: &Keys) -> Result<Self, BrokenStage> {
        let title = title(&block);
        let (subject, blocks, policies) = match block.template().kind {
            BlockKind::Token => (0, vec![block], Vec::new()),
            BlockKind::Policy => (0, Vec::new(), vec![block]),
            BlockKind::Restriction => (1, vec![everything(block.document(), library)?, block], Vec::new()),
        };
        Ok(Self { stage: Stage::new(title, blocks, policies, minted, keys)?, subject })
    }

    /// `token session`
    #[must_use]
    pub fn title(&self) -> String {
        title(self.block())
    }

    /// What its requests speak.
    #[must_use]
    pub const fn vocabulary(&self) -> &Arc<Vocabulary> {
        self.stage.vocabulary()
    }

    /// The block.
    ///
    /// # Panics
    /// Never: the stage was made with it.
    #[must_use]
    pub fn block(&self) -> &Block {
        self.stage.blocks().nth(self.subject).expect("the stage was made with it")
    }

    /// When it was minted.
    #[must_use]
    pub const fn minted(&self) -> Time {
        self.stage.minted
    }

    /// From when it is valid, and until before when.
    #[must_use]
    pub fn life(&self) -> (Time, Time) {
        let times = self.block().compiled().times;
        let issuance = times.issuance.unwrap_or(self.minted());
        (times.not_before.unwrap_or(issuance), times.end(issuance).unwrap_or(Time::MAX))
    }

    /// What conditions may ask for besides the request.
    pub(super) fn facts(&self) -> Facts<'_> {
        let context = self.stage.context(self.minted());
        let vocabulary = self.vocabulary();
        let (issuance, expiry) = (context.issuance.as_millis(), context.expiry.as_millis());
        Facts { vocabulary, issuance, expiry, vouchers: Vec::new() }
    }

    /// Its rules, and its promises as rules.
    pub(super) fn rules(&self) -> Vec<Rule> {
        let of_block = self.block().proved().and_then(|program| tree::rules(&program)).unwrap_or_default();
        let promises = self.block().promises().all().iter();
        let of_promises = promises.filter_map(|promise| tree::rules(&promise.program().lend())).flatten();
        of_block.into_iter().chain(of_promises).collect()
    }

    /// Lends what decides.
    pub(super) fn open<R>(&self, use_it: impl FnOnce(Judge<'_>) -> R) -> R {
        let cache = TokenCache::new(1);
        let program = self.block().proved().expect("a compiled program is a proved one");
        self.stage.with_court(Purpose::Local, |court| {
            let court = court.with_cache(&cache);
            use_it(Judge { target: self, block: self.block(), program, court, scratch: Scratch::new() })
        })
    }
}

fn title(block: &Block) -> String {
    format!("{} {}", block.template().kind.word(), block.template().name)
}

/// A token that allows everything, written behind the items of a document so that it speaks the same vocabulary.
fn everything(document: &Document, library: &Library) -> Result<Block, BrokenStage> {
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
    let whole = Document::from_map(&to_map(&file), library);
    let whole = whole.map_err(|_| BrokenStage("the file has no room for another token".to_owned()))?;
    let last = whole.templates().len().saturating_sub(1);
    let block = Block::new(&Arc::new(whole), last, &Arguments::none());
    block.map_err(|_| BrokenStage("a token that allows everything has no program".to_owned()))
}

/// Decides requests.
pub(super) struct Judge<'j> {
    target: &'j Target,
    block: &'j Block,
    program: Proved<'j>,
    court: Court<'j>,
    scratch: Scratch,
}

/// What was said of a request.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Said {
    /// `allow`, `forbidden`, `not_permitted` or `refused`.
    pub(super) word: &'static str,
    /// The rule that decided in the block.
    pub(super) rule: Option<u16>,
    /// The promises that are about the request; of a refused one none are.
    pub(super) about: Vec<usize>,
    /// Those of them that it breaks.
    pub(super) broken: Vec<usize>,
    /// Whether the block's program by itself says the same.
    pub(super) agrees: bool,
}

impl Said {
    pub(super) fn is_allow(&self) -> bool {
        self.word == "allow"
    }
}

impl Judge<'_> {
    pub(super) fn say(&mut self, sample: &Sample) -> Said {
        let verdict = self.court.decide(&sample.request, Time::from_millis(sample.time), &mut self.scratch);
        let mut said = Said { word: verdict.word(), rule: None, about: Vec::new(), broken: Vec::new(), agrees: true };
        if matches!(verdict, Verdict::Refused(_)) {
            return said;
        }
        let context = self.target.stage.context(Time::from_millis(sample.time));
        // A request that was decided fits its vocabulary.
        let _ = sample.request.lend(self.target.vocabulary(), Time::from_millis(sample.time), |request| {
            let answer = run(&self.program, self.block.kind(), request, &context);
            said.rule = answer.ok().and_then(|answer| match answer {
                Answer::Allow(rule) | Answer::Abstain(rule) => rule,
                Answer::Forbid(rule) => Some(rule),
            });
            said.agrees = matches!(answer, Ok(Answer::Allow(_))) == verdict.is_allow();
            for (number, promise) in self.block.promises().all().iter().enumerate() {
                if promise.is_about(request, &context) {
                    said.about.push(number);
                    said.broken.extend((!promise.is_kept(verdict.is_allow())).then_some(number));
                }
            }
        });
        said
    }

    /// Looks at the block part by part; nothing where the request is none of its vocabulary.
    pub(super) fn observe(&self, observer: &Observer, sample: &Sample, seen: &mut super::coverage::Coverage) -> bool {
        let context = self.target.stage.context(Time::from_millis(sample.time));
        let lent = sample.request.lend(self.target.vocabulary(), Time::from_millis(sample.time), |request| {
            request.check().is_ok() && seen.count(&observer.observe(request, &context))
        });
        lent.unwrap_or(false)
    }

    pub(super) fn explain(&self, sample: &Sample) -> Explanation {
        self.court.explain(&sample.request, Time::from_millis(sample.time))
    }
}
