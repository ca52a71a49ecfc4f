//! Warnings about useless blocks and rules: blocks that grant nothing, rules that others cover.

use super::covering;
use super::fields::Fields;
use super::report::Report;
use super::tree::{Effect, Rule, Template};
use crate::diag::Diagnostic;
use crate::diag::code::Code;
use crate::syntax::ast::{Block, BlockKind};
use placet_core::model::vocabulary::Vocabulary;

/// Checks a block that has no errors of its own.
pub(super) fn block(report: &Report, vocabulary: &Vocabulary, block: &Block, fields: &Fields<'_>, rules: &[Rule]) {
    let (name, at) = (&block.name.text, block.name.at.0);
    let allows = rules.iter().any(|rule| rule.effect == Effect::Allow);
    match block.kind {
        BlockKind::Policy if !allows => report.add(
            Diagnostic::new(Code::NoAllow, at, format!("the policy `{name}` has no `allow`, so it permits nothing"))
                .help("add `allow { action: any }` if everything except the denied is meant"),
        ),
        BlockKind::Token if !allows => report.add(
            Diagnostic::new(Code::GrantsNothing, at, format!("the token `{name}` grants nothing"))
                .help("add `permissions`, an `allow` or a `type`"),
        ),
        BlockKind::Token | BlockKind::Policy | BlockKind::Restriction => {}
    }
    let ends = fields.place("ttl").is_some() || fields.place("expiry").is_some();
    if block.kind == BlockKind::Token && fields.place("type").is_none() && !ends {
        let found = Diagnostic::new(Code::NeverExpires, at, format!("the token `{name}` never expires"));
        report.add(found.help("add `ttl: 30d`, or `expiry` and a time"));
    }
    for (covered, by) in covering::covered(vocabulary, rules) {
        report.add(explain(block.kind, &rules[covered], &rules[by]));
    }
}

/// Warns of a restriction that takes nothing away.
pub(super) fn restriction(report: &Report, template: &Template) {
    if template.restricts_nothing() {
        let message = format!("the restriction `{}` restricts nothing", template.name);
        let found = Diagnostic::new(Code::RestrictsNothing, template.at, message);
        report.add(found.help(NOTHING_HELP));
    }
}

/// The way out of a restriction that restricts nothing.
pub const NOTHING_HELP: &str = "add `only`, `deny`, a condition or an end; where everything is meant, as in an approval, write `only { action: any }`";

fn explain(kind: BlockKind, rule: &Rule, other: &Rule) -> Diagnostic {
    let allow = if kind == BlockKind::Restriction { "`only`" } else { "`allow`" };
    match (rule.effect, other.effect) {
        (Effect::Allow, Effect::Deny) => Diagnostic::new(
            Code::DeniedEntirely,
            rule.at,
            format!("a `deny` forbids everything that this {allow} permits"),
        )
        .related(other.at, "forbidden here")
        .help("remove one of the two, or narrow the `deny`"),
        _ => {
            let word = if rule.effect == Effect::Deny { "`deny`" } else { allow };
            Diagnostic::new(Code::Shadowed, rule.at, format!("another {word} covers this one"))
                .related(other.at, "the wider rule")
                .help("remove the narrower rule, or narrow the wider one")
        }
    }
}
