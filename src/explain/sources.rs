//! The sources of the rules that decide, as far as they are known: the text of each block and
//! policy, and the places of its rules.

use super::answer::Quote;
use crate::check::tree::Template;
use crate::compile::{Compiled, Frame, RuleOrigin};
use crate::diag::Source;
use crate::document::Document;
use crate::syntax::ast::File;
use placet_core::model::verdict::Origin;

/// Where the rules of a token's blocks and of policies come from, as far as that is known.
#[derive(Clone, Debug, Default)]
pub struct Sources<'d> {
    blocks: Vec<Option<BlockSource<'d>>>,
    policies: Vec<Option<BlockSource<'d>>>,
}

impl<'d> Sources<'d> {
    /// No sources are known.
    #[must_use]
    pub const fn none() -> Self {
        Self { blocks: Vec::new(), policies: Vec::new() }
    }

    /// The source of the token's next block, the authority first.
    pub fn push_block(&mut self, source: BlockSource<'d>) {
        self.blocks.push(Some(source));
    }

    /// The source of the service's next policy.
    pub fn push_policy(&mut self, source: BlockSource<'d>) {
        self.policies.push(Some(source));
    }

    pub(super) fn get(&self, origin: Origin) -> Option<&BlockSource<'d>> {
        match origin {
            Origin::Block(number) => self.blocks.get(usize::from(number))?.as_ref(),
            Origin::Policy(number) => self.policies.get(usize::from(number))?.as_ref(),
        }
    }
}

/// The source of one block.
#[derive(Clone, Debug)]
pub struct BlockSource<'d> {
    pub(super) name: String,
    source: &'d Source,
    rules: &'d [RuleOrigin],
    file: &'d File,
}

impl<'d> BlockSource<'d> {
    /// The source of a block that was compiled from a template of a document.
    #[must_use]
    pub fn new(document: &'d Document, template: &Template, compiled: &'d Compiled) -> Self {
        let name = format!("{} {}", template.kind.word(), template.name);
        Self { name, source: document.source(), rules: &compiled.rules, file: document.file() }
    }

    /// The `let` with this text.
    pub(super) fn name_of(&self, text: &str) -> Option<&'d str> {
        self.file.plain_lets().find(|(_, other)| *other == text).map(|(name, _)| name)
    }

    /// A rule as it was written. For a map only the place is known, and for a block's own condition
    /// only that it has one.
    #[must_use]
    pub fn quote(&self, rule: u16) -> Option<Quote> {
        let origin = self.rules.get(usize::from(rule)).filter(|origin| origin.frame != Frame::Require)?;
        let Source::Text { name, text } = self.source else { return None };
        let words: Vec<&str> = origin.at.of(text).split_whitespace().collect();
        let line = self.source.line_and_column(origin.at).map(|(line, _)| line);
        (!words.is_empty()).then(|| Quote { text: words.join(" "), file: Some(name.clone()), line, path: None })
    }
}
