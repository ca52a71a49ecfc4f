//! Turns a token, policy or restriction into a template.

use super::fields::Fields;
use super::known::Known;
use super::levels;
use super::lints;
use super::names::Names;
use super::presence::Present;
use super::report::Report;
use super::rules::Source;
use super::scope::{Parameters, Scope};
use super::tree::{Claims, Effect, Promise, PromiseKind, Rule, Template};
use crate::diag::Diagnostic;
use crate::diag::code::Code;
use crate::limits::{PROMISES, RULES};
use crate::syntax::ast::{self, Block, BlockKind, Entry, Item, Pattern, PatternKind};

/// Checks one block. If there are errors, the template may lack the parts they are about.
pub(super) fn check(report: &Report, names: &Names<'_>, item: &Item, block: &Block) -> Template {
    let parameters = Parameters::of(report, names, block);
    let outside = Scope::of_block(report, names, &parameters);
    let fields = Fields::of(&outside, block);
    let known = match block.kind {
        BlockKind::Token => Some(Known::of(&outside, &fields)),
        BlockKind::Policy | BlockKind::Restriction => None,
    };
    let scope = known.as_ref().map_or(outside, |known| outside.with_token(known));
    let times = scope.times(&fields);
    let holder = scope.holder(&fields);
    let guard =
        scope.guard(Effect::Allow, fields.condition("when"), fields.condition("unless"), Present::default()).flatten();
    let (claims, mut rules) = match &known {
        Some(known) => implied(&scope, block, &fields, known),
        None => (Claims::default(), Some(Vec::new())),
    };
    let whole = fields.whole && rules.is_some();
    let rules = rules.get_or_insert_default();
    let whole = written(&scope, block, &fields, rules) && whole;
    let promised = promised(&scope, block);
    let whole = whole && promised.iter().all(Option::is_some);
    if rules.len() > RULES {
        let message = format!("`{}` has {} rules, and a block has at most {RULES}", block.name.text, rules.len());
        report.add(Diagnostic::new(Code::TooMany, block.name.at.0, message).help(FEWER_RULES));
    }
    if promised.len() > PROMISES {
        let message =
            format!("`{}` has {} promises, and a block has at most {PROMISES}", block.name.text, promised.len());
        let found = Diagnostic::new(Code::TooMany, block.name.at.0, message);
        report.add(found.help("combine several in one: a map takes lists of patterns"));
    }
    if whole {
        lints::block(report, names.vocabulary(), block, &fields, rules);
        levels::warn(report, names.vocabulary(), block, rules);
        parameters.warn_unused(report);
    }
    let template = Template {
        kind: block.kind,
        name: block.name.text.clone(),
        doc: item.doc.clone(),
        at: block.name.at.0,
        parameters: parameters.to_tree(),
        claims,
        times,
        holder,
        guard,
        rules: std::mem::take(rules),
        promises: promised.into_iter().flatten().collect(),
    };
    if whole {
        lints::restriction(report, &template);
    }
    template
}

/// The way out of too many rules. Splitting a policy is none: what one part allows, another does not.
const FEWER_RULES: &str = "join rules that differ in one value: its pattern may be a list, `path: [\"/a/**\", \"/b/**\"]`; only `deny` rules can move to another policy, since every policy must allow";

/// The rules that TOKENGEN's keys stand for.
fn implied(scope: &Scope<'_, '_>, block: &Block, fields: &Fields<'_>, known: &Known) -> (Claims, Option<Vec<Rule>>) {
    let mut claims = known.to_claims();
    let rules = scope.tokengen(block, fields, known, &mut claims);
    (claims, rules)
}

/// Adds the rules of `permissions` and those that are written out, in this order. Returns whether
/// all of them are correct.
fn written(scope: &Scope<'_, '_>, block: &Block, fields: &Fields<'_>, rules: &mut Vec<Rule>) -> bool {
    let mut maps = Vec::new();
    let readable = fields.pattern("permissions").map(|pattern| permissions(scope, pattern, &mut maps));
    let mut whole = readable != Some(None);
    rules.reserve_exact(maps.len() + block.rules.len());
    let mut add = |rule: Option<Rule>| {
        whole &= rule.is_some();
        rules.extend(rule);
    };
    for (map, entries, scope) in maps {
        let source = Source { effect: Effect::Allow, entries, when: None, unless: None, at: map.at.0 };
        scope.warn_unrestricted(&source);
        add(scope.rule(&source));
    }
    for rule in block.rules.iter().filter(|rule| !rule.effect.is_promise()) {
        let misplaced = misplaced(block.kind, rule);
        let source = Source::of(rule);
        scope.warn_unrestricted(&source);
        let read = scope.rule(&source);
        add(match misplaced {
            Some(found) => scope.report.fail(found),
            None => read,
        });
    }
    whole
}

/// The promises of `never` and `always`.
fn promised(scope: &Scope<'_, '_>, block: &Block) -> Vec<Option<Promise>> {
    let read = block.rules.iter().filter_map(|rule| {
        let kind = match rule.effect {
            ast::Effect::Never => PromiseKind::Never,
            ast::Effect::Always => PromiseKind::Always,
            ast::Effect::Allow | ast::Effect::Deny | ast::Effect::Only => return None,
        };
        Some(scope.promising().rule(&Source::of(rule)).map(|requests| Promise { kind, requests }))
    });
    read.collect()
}

/// The maps of `permissions: [ {…}, … ]`, through `let`s.
fn permissions<'p, 's, 'a: 'p>(
    scope: &Scope<'s, 'a>,
    pattern: &'p Pattern,
    maps: &mut Vec<(&'p Pattern, &'p [Entry], Scope<'s, 'a>)>,
) -> Option<()> {
    let at = pattern.at.0;
    match &pattern.kind {
        PatternKind::Map(entries) => {
            maps.push((pattern, entries, *scope));
            Some(())
        }
        PatternKind::List(list) => {
            let inner = scope.deeper(at)?;
            let read: Vec<_> = list.iter().map(|one| permissions(&inner, one, maps)).collect();
            read.into_iter().collect()
        }
        PatternKind::Name(name) if scope.names.is_let(name) => {
            let (value, scope) = scope.enter_let(name, at)?;
            permissions(&scope, value, maps)
        }
        _ => {
            let found = Diagnostic::new(Code::BadValue, at, "`permissions` is a list of maps");
            scope.report.fail(found.help("write `permissions: [ { action: …, … } ]`"))
        }
    }
}

fn misplaced(kind: BlockKind, rule: &ast::Rule) -> Option<Diagnostic> {
    let (word, at) = (rule.effect.word(), rule.at.0);
    // Only the keyword is to be underlined; a place in a map is one number and stays as it is.
    let at = if at.end - at.start > word.len() { crate::span::Span::new(at.start, at.start + word.len()) } else { at };
    let (message, help) = match (kind, rule.effect) {
        (BlockKind::Restriction, ast::Effect::Allow) => (
            "a restriction cannot allow anything".to_owned(),
            "write `only`: everything outside an `only` is taken away",
        ),
        (BlockKind::Token | BlockKind::Policy, ast::Effect::Only) => (
            format!("`only` takes away from a token, and this is a {}", kind.word()),
            "write `allow`, or make this a `restriction`",
        ),
        (BlockKind::Token | BlockKind::Policy, ast::Effect::Allow)
        | (BlockKind::Restriction, ast::Effect::Only)
        | (_, ast::Effect::Deny | ast::Effect::Never | ast::Effect::Always) => return None,
    };
    Some(Diagnostic::new(Code::WrongRule, at, message).help(help))
}
