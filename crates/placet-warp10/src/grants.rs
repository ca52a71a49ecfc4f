//! The grants of a Warp 10 token, as a policy.
//!
//! [`lower`] turns a decoded token into a Placet file with the vocabulary `warp10`: `type: READ`
//! over find and fetch with the token's owners, producers, applications and label selectors, or
//! `type: WRITE` over update and meta, and over delete if producer and owner are equal.
//! [`Grant::of`] checks the file, so that it can be compiled like any other.
//! [`is_granted`](super::decide::is_granted) evaluates the selectors directly; both always give the
//! same answer.
//!
//! Four features of a token become separate rules or remain outside: the text for which the
//! platform searches before it runs the expression of a selector ([`Shortcut`]), if it finds less
//! than the expression matches; `.scope`, which forbids everything that its selector does not
//! match; a token with hooks fetches nothing (Warp 10 refuses it over HTTP, and a hook may hide
//! data); and bounds on the *data* ([`attributes::Bounds`](super::attributes::Bounds)) are not part
//! of a verdict: they are returned with the token's attributes. In this vocabulary an owner and a
//! producer are UUIDs, so a series whose `.owner` is in capitals is also matched.
//!
//! A token that would not grant the same as a Placet policy is refused. It is never widened
//! instead.

use std::fmt;

use super::attributes::{present, value};
use super::decide::{deletion, has_hooks, may_delete};
use super::lints::{Doubt, doubts};
use super::regex::Shortcut;
use super::selectors::{
    Applications, EmptyMeans, LabelSelectors, OWN_LABELS, Platform, Selector, SelectorError, Wanted, id_text,
    of_applications, uuid_of,
};
use super::token::{Pairs, ReadToken, Token, WriteToken};
use super::tree;
use placet::authorize::Policy;
use placet::check::library::Library;
use placet::compile::Compiled;
use placet::compile::arguments::Arguments;
use placet::diag::Source;
use placet::document::mint::policy;
use placet::document::{Document, Report};
use placet::model::matcher::Matcher;
use placet::syntax::ast::{BlockKind, Condition, Effect, Entry, Field, File, Pattern, PatternKind, Rule, Text};

/// A token as a policy.
#[derive(Clone, Debug)]
pub struct Grant {
    /// A document with the token `warp10`.
    pub document: Document,
    /// Notes for the reader.
    pub notes: Vec<Note>,
}

impl Grant {
    /// The policy of a token.
    ///
    /// # Errors
    /// The token would not grant the same as a Placet policy.
    pub fn of(token: &Token, platform: Platform, library: &Library) -> Result<Self, LowerError> {
        let Lowered { file, notes } = lowered(token, platform, Attributes::ThatDecide)?;
        let document = Document::from_tree(file, Source::none(), library).map_err(LowerError::Report)?;
        Ok(Self { document, notes })
    }

    /// The deciding parts: the program of the policy, and the policy as a service holds one.
    ///
    /// # Errors
    /// It is larger than the program of a token may be.
    pub fn hold(&self) -> Result<(Compiled, Policy), LowerError> {
        let compiled = self.document.compile(BlockKind::Token, Some(NAME), &Arguments::none());
        let compiled = compiled.map_err(|error| LowerError::TooLarge(error.to_string()))?;
        let policy = policy(NAME, &compiled, self.document.vocabulary());
        let policy = policy.map_err(|error| LowerError::TooLarge(error.to_string()))?;
        Ok((compiled, policy))
    }
}

/// A token as a tree.
#[derive(Clone, Debug)]
pub struct Lowered {
    /// A file with the token `warp10`.
    pub file: File,
    /// Notes for the reader.
    pub notes: Vec<Note>,
}

/// Something about a token that its policy does not show, or that its maker may not have intended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Note {
    /// Something that its maker may not have intended.
    Doubt(Doubt),
    /// The token has hooks, so it fetches nothing.
    Hooks,
    /// A WRITE token whose label values are selectors on deletion: its type and its labels are not
    /// in the policy.
    LabelsAreSelectors,
    /// A field that has no effect is not in the policy.
    Dropped(&'static str),
    /// The platform searches for a text before it runs the expression of a selector, and finds less
    /// than the expression matches.
    Shortcut {
        /// The name of the label.
        label: String,
        /// The selector.
        selector: String,
        /// The text.
        text: String,
    },
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Doubt(doubt) => doubt.fmt(f),
            Self::Hooks => f.write_str("the token has hooks, so it fetches no data"),
            Self::LabelsAreSelectors => {
                f.write_str("on deletion its labels are selectors, so the policy cannot have its `type` and `labels`")
            }
            Self::Shortcut { label, selector, text } => write!(
                f,
                "`{label}` is `{selector}`, and Warp 10 searches for `{text}` before it runs the expression: a value without \
                 it is not selected, whatever the expression says, and the same applies here"
            ),
            Self::Dropped(field) => write!(f, "`{field}` has no equivalent and is left out"),
        }
    }
}

/// Turns a token into a Placet tree.
///
/// # Errors
/// The token would not grant the same as a Placet policy.
pub fn lower(token: &Token, platform: Platform) -> Result<Lowered, LowerError> {
    lowered(token, platform, Attributes::All)
}

/// Which attributes of a token are in its policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Attributes {
    /// All, with their values: the policy should mint the same token.
    All,
    /// Only those whose presence decides, without their values, which may be arbitrarily long.
    ThatDecide,
}

fn lowered(token: &Token, platform: Platform, which: Attributes) -> Result<Lowered, LowerError> {
    let ((mut fields, rules, mut notes), attributes, times) = match token {
        Token::Read(it) => (read(it, platform)?, it.attributes.as_ref(), times(it.issuance, it.expiry)),
        Token::Write(it) => (write(it, platform)?, it.attributes.as_ref(), times(it.issuance, it.expiry)),
    };
    fields.extend(match which {
        Attributes::All => stamps("attributes", attributes),
        Attributes::ThatDecide => {
            let decide = |(name, _): &&(String, String)| DECIDING.contains(&name.as_str());
            let names = attributes.into_iter().flatten().filter(decide).map(|(name, _)| (name.clone(), String::new()));
            stamps("attributes", Some(&names.collect()))
        }
    });
    fields.extend(times);
    notes.extend(doubts(token).into_iter().map(Note::Doubt));
    let doc = vec!["Made from a Warp 10 token.".to_owned()];
    Ok(Lowered { file: tree::token_file("warp10", doc, NAME, fields, rules), notes })
}

/// Attributes whose presence removes actions.
const DECIDING: [&str; 5] = [".nofetch", ".nofind", ".nometa", ".nodelete", ".noupdate"];

/// The name of the token in a lowered file.
pub const NAME: &str = "warp10";

type Parts = (Vec<Field>, Vec<Rule>, Vec<Note>);

fn read(token: &ReadToken, platform: Platform) -> Result<Parts, LowerError> {
    let mut notes = Vec::new();
    let billed = uuid_of(&token.billed).filter(|_| token.billed.len() == 16);
    let mut dropped = |lost: bool, field| notes.extend(lost.then_some(Note::Dropped(field)));
    dropped(billed.is_none(), "billedId");
    dropped(token.application.is_none(), "no application");
    dropped(token.lookup.is_some(), "lookup");
    dropped(token.groovy.is_some(), "groovy");
    dropped(token.max_fetch_size.is_some(), "maxFetchSize");
    dropped(token.dataviz.is_some(), "dataviz");
    let applications = match (platform.applications, token.applications.as_slice()) {
        (Applications::Unquoted, [_, _, ..]) => expression_of(&token.applications)?,
        (_, names) => any_of(names.iter().map(|name| tree::text(name)).collect()),
    };
    let mut fields = vec![
        tree::field("type", tree::word("READ")),
        tree::field("owner", tree::text(&id_text(&billed.unwrap_or_default()))),
        tree::field("application", tree::text(token.application.as_deref().unwrap_or_default())),
        tree::field("owners", ids(&token.owners)),
        tree::field("producers", ids(&token.producers)),
        tree::field("applications", applications),
    ];
    let labels = token.labels.iter().flatten().filter(|(name, _)| !OWN_LABELS.contains(&name.as_str()));
    let labels = selectors(&labels.cloned().collect())?;
    if !labels.0.is_empty() {
        fields.push(tree::field("labels", tree::map(entries(&labels, platform))));
    }
    let mut rules = shortcuts(&labels, &reading(), &mut notes);
    if has_hooks(token) {
        notes.push(Note::Hooks);
        rules.push(tree::rule(Effect::Deny, vec![tree::entry("action", tree::word("fetch"))], None));
    }
    rules.extend(scope(token.attributes.as_ref(), reading(), platform.empty)?);
    Ok((fields, rules, notes))
}

fn write(token: &WriteToken, platform: Platform) -> Result<Parts, LowerError> {
    let mut notes = Vec::new();
    let mut dropped = |lost: bool, field| notes.extend(lost.then_some(Note::Dropped(field)));
    dropped(token.lookup.is_some(), "lookup");
    dropped(token.indices.is_some(), "indices");
    for (key, id) in [("owner", &token.owner), ("producer", &token.producer)] {
        if id.len() != 16 {
            return Err(LowerError::Id { key, length: id.len() });
        }
    }
    // Written data gets these from the token's own fields, and so does a selection of data to
    // delete, except for the producer.
    let own = |name: &str| token.labels.iter().flatten().any(|(label, _)| label == name);
    if own(".producer") && may_delete(token) {
        return Err(LowerError::ProducerLabel);
    }
    notes.extend(OWN_LABELS.into_iter().filter(|name| own(name)).map(Note::Dropped));
    // An empty text that means absence selects as a label, and cannot be one.
    let selects = |text: &str| text.starts_with(['=', '~']) || text.is_empty() && platform.empty == EmptyMeans::Absent;
    let labels_are_selectors = may_delete(token) && deletion(token).iter().any(|(_, text)| selects(text));
    let mut fields = Vec::new();
    if !labels_are_selectors {
        fields.push(tree::field("type", tree::word("WRITE")));
    }
    fields.extend([
        tree::field("owner", tree::text(&id_text(&token.owner))),
        tree::field("producer", tree::text(&id_text(&token.producer))),
        tree::field("application", tree::text(&token.application)),
    ]);
    let mut rules = Vec::new();
    if labels_are_selectors {
        notes.push(Note::LabelsAreSelectors);
        rules = untyped(token, platform, &mut notes)?;
    } else {
        let labels = token.labels.iter().flatten().filter(|(name, _)| !OWN_LABELS.contains(&name.as_str()));
        fields.extend(stamps("labels", Some(&labels.cloned().collect())));
    }
    if may_delete(token) {
        rules.extend(scope(token.attributes.as_ref(), tree::word("delete"), platform.empty)?);
    }
    Ok((fields, rules, notes))
}

/// The rules of a WRITE token whose labels are selectors on deletion.
fn untyped(token: &WriteToken, platform: Platform, notes: &mut Vec<Note>) -> Result<Vec<Rule>, LowerError> {
    let mut rules = Vec::new();
    let writes = [("update", ".noupdate"), ("meta", ".nometa")];
    let writes = writes.into_iter().filter(|(_, taken)| !present(token.attributes.as_ref(), taken));
    let writes: Vec<_> = writes.map(|(action, _)| tree::word(action)).collect();
    if !writes.is_empty() {
        rules.push(tree::rule(Effect::Allow, vec![tree::entry("action", tree::list(writes))], None));
    }
    let mut tests =
        vec![tree::entry("action", tree::word("delete")), tree::entry("owner", tree::text(&id_text(&token.owner)))];
    let (own, labels): (Pairs, Pairs) = deletion(token).into_iter().partition(|(name, _)| name == ".app");
    let (own, labels) = (selectors(&own)?, selectors(&labels)?);
    tests.extend(entries(&own, platform).into_iter().map(|entry| tree::entry("application", entry.value)));
    if !labels.0.is_empty() {
        tests.push(tree::entry("labels", tree::map(entries(&labels, platform))));
    }
    rules.push(tree::rule(Effect::Allow, tests, None));
    for selectors in [own, labels] {
        rules.extend(shortcuts(&selectors, &tree::word("delete"), notes));
    }
    Ok(rules)
}

/// `any`, or those of them that are UUIDs: a shorter id owns nothing here.
fn ids(ids: &[Vec<u8>]) -> Pattern {
    if ids.is_empty() {
        return tree::pattern(PatternKind::Any);
    }
    match ids.iter().filter(|id| uuid_of(id).is_some()).map(|id| tree::text(&id_text(id))).collect::<Vec<_>>() {
        none if none.is_empty() => tree::never(),
        some => tree::list(some),
    }
}

fn any_of(list: Vec<Pattern>) -> Pattern {
    if list.is_empty() { tree::pattern(PatternKind::Any) } else { tree::list(list) }
}

fn selectors(pairs: &Pairs) -> Result<LabelSelectors, LowerError> {
    LabelSelectors::from_pairs(pairs).map_err(LowerError::Selector)
}

fn entries(selectors: &LabelSelectors, platform: Platform) -> Vec<Entry> {
    selectors.0.iter().map(|(name, wanted)| tree::entry(name, on_label(wanted, platform.empty))).collect()
}

fn on_label(wanted: &Wanted, empty: EmptyMeans) -> Pattern {
    match wanted {
        Wanted::Exact(exact) if exact.is_empty() && empty == EmptyMeans::Absent => tree::pattern(PatternKind::Absent),
        Wanted::Regex(_, java) if Shortcut::is_all(java) => tree::anything(),
        wanted => tree::wanted(wanted),
    }
}

/// The texts for which the platform searches before it runs an expression, as rules, if they
/// exclude more than the expression.
fn shortcuts(selectors: &LabelSelectors, actions: &Pattern, notes: &mut Vec<Note>) -> Vec<Rule> {
    let mut rules = Vec::new();
    for (name, wanted) in &selectors.0 {
        if let Some((rule, text)) = shortcut(name, wanted, actions) {
            rules.push(rule);
            notes.push(Note::Shortcut { label: name.clone(), selector: wanted.to_string(), text });
        }
    }
    rules
}

/// `deny { action: … } unless has labels["room"] && labels["room"] in glob "*r11*"`, and the text.
fn shortcut(name: &str, wanted: &Wanted, actions: &Pattern) -> Option<(Rule, String)> {
    let Wanted::Regex(expression, java) = wanted else { return None };
    let shortcut = Shortcut::of(java);
    let text = shortcut.beyond(expression.as_str())?;
    let holds = tree::pattern(PatternKind::text(Matcher::Glob, Text::plain(&format!("*{text}*"))));
    let found = match name {
        ".app" => tree::is("application", None, holds),
        label => tree::is("labels", Some(label), holds),
    };
    let rule = tree::rule(Effect::Deny, vec![tree::entry("action", actions.clone())], Some(found));
    Some((rule, text.to_owned()))
}

/// The rule of the shortcut of a READ token's selector, if it excludes more than the selector.
pub(super) fn shortcut_of_read(name: &str, selector: &str) -> Option<Rule> {
    shortcut(name, &Wanted::parse(selector).ok()?, &reading()).map(|(rule, _)| rule)
}

fn reading() -> Pattern {
    tree::list(["find", "fetch"].map(tree::word))
}

/// Several applications on a platform before 2.4.0.
fn expression_of(applications: &[String]) -> Result<Pattern, LowerError> {
    let selector = of_applications(applications, Applications::Unquoted).unwrap_or_default();
    let bad = |why| LowerError::Selector(SelectorError::Regex { name: ".app".to_owned(), why });
    Wanted::parse(&selector).map(|wanted| tree::wanted(&wanted)).map_err(bad)
}

fn stamps(key: &str, pairs: Option<&Pairs>) -> Option<Field> {
    let pairs = pairs.filter(|pairs| !pairs.is_empty())?;
    Some(tree::field(key, tree::map(pairs.iter().map(|(name, value)| tree::entry(name, tree::text(value))))))
}

/// A Warp 10 token is still valid at the very moment of its expiry, a Placet token is not: hence
/// the millisecond.
fn times(issuance: i64, expiry: i64) -> [Field; 2] {
    [tree::field("issuance", tree::moment(issuance)), tree::field("expiry", tree::moment(expiry.saturating_add(1)))]
}

/// `deny { action: … } unless …`
fn scope(attributes: Option<&Pairs>, actions: Pattern, empty: EmptyMeans) -> Result<Option<Rule>, LowerError> {
    let Some(text) = value(attributes, ".scope") else { return Ok(None) };
    let scope = Selector::parse(text).map_err(LowerError::Selector)?;
    if scope.attributes.is_some_and(|attributes| !attributes.0.is_empty()) {
        return Err(LowerError::ScopeOnAttributes);
    }
    let mut conditions = vec![tree::is("class", None, tree::wanted(&scope.class))];
    for (name, wanted) in &scope.labels.0 {
        conditions.push(on_series(name, wanted, empty)?);
    }
    Ok(Some(tree::rule(Effect::Deny, vec![tree::entry("action", actions)], Condition::all_of(conditions))))
}

fn on_series(name: &str, wanted: &Wanted, empty: EmptyMeans) -> Result<Condition, LowerError> {
    match (name, wanted) {
        (".owner", Wanted::Exact(id)) if is_uuid(id) => Ok(tree::is("owner", None, tree::text(id))),
        (".producer", Wanted::Exact(id)) if is_uuid(id) => Ok(tree::is("producer", None, tree::text(id))),
        (".owner" | ".producer", _) => Err(LowerError::ScopeOnOwner),
        (".app", wanted) => Ok(tree::is("application", None, tree::wanted(wanted))),
        (name, Wanted::Exact(exact)) if exact.is_empty() && empty == EmptyMeans::Absent => {
            Ok(tree::lacks("labels", name))
        }
        (name, wanted) => Ok(tree::is("labels", Some(name), tree::wanted(wanted))),
    }
}

/// As Warp 10 writes one, so that it is also the text of a label.
fn is_uuid(text: &str) -> bool {
    let dashes = [8, 13, 18, 23];
    let fits = |(at, byte): (usize, u8)| match byte {
        b'-' => dashes.contains(&at),
        b'0'..=b'9' | b'a'..=b'f' => !dashes.contains(&at),
        _ => false,
    };
    text.len() == 36 && text.bytes().enumerate().all(fits)
}

/// Why a token cannot become a Placet policy.
#[derive(Clone, Debug)]
pub enum LowerError {
    /// One of its selectors cannot be translated.
    Selector(SelectorError),
    /// `.scope` is `~.*{}{unit=C}`; labels and attributes are not distinguished here.
    ScopeOnAttributes,
    /// `.scope` is `~.*{.owner~a.*}`, and an owner is a UUID here.
    ScopeOnOwner,
    /// A WRITE token has the label `.producer`, which is a selector on deletion.
    ProducerLabel,
    /// The owner or producer of a WRITE token is not a UUID.
    Id {
        /// `owner`
        key: &'static str,
        /// Its length in bytes.
        length: usize,
    },
    /// The policy has errors, such as an expression that grows too large.
    Report(Report),
    /// The policy is larger than one may be.
    TooLarge(String),
}

impl fmt::Display for LowerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Selector(bad) => bad.fmt(f),
            Self::ScopeOnAttributes => f.write_str(
                "`.scope` selects by attributes alone, and labels and attributes are not distinguished here",
            ),
            Self::ScopeOnOwner => f.write_str("`.scope` selects owners or producers other than by a single UUID"),
            Self::ProducerLabel => f.write_str("the label `.producer` selects which series may be deleted"),
            Self::Id { key, length } => write!(f, "the `{key}` has {length} bytes, and a UUID has 16"),
            // The tree has no text whose lines could be shown.
            Self::Report(report) => {
                let messages: Vec<_> = report.diagnostics.iter().map(|found| found.message.as_str()).collect();
                f.write_str(&messages.join("; "))
            }
            Self::TooLarge(why) => f.write_str(why),
        }
    }
}

impl std::error::Error for LowerError {}
