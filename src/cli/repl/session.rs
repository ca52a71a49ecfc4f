//! What has been typed so far, and what becomes of the next thing.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

use serde_json::{Map, Value as Json, json};

use crate::author::mint::{Wrapping, attenuate, mint, policy};
use crate::author::request::{OwnedRequest, time_of};
use crate::author::value::arguments_from_json;
use crate::author::{Document, Report};
use crate::authorize::Authorizer;
use crate::check::library::Library;
use crate::cli::block::signature;
use crate::cli::spelled;
use crate::cli::times::{read_time, show};
use crate::cli::ui::{Failure, GREEN, RED, Ui, paint};
use crate::cli::{inputs, tokens};
use crate::compile::{Compiled, compile};
use crate::diag::{Severity, Source};
use crate::limits::SOURCE_BYTES;
use crate::model::verdict::{Decider, Origin, Refusal, Verdict};
use crate::model::vocabulary::Vocabulary;
use crate::syntax::ast::{BlockKind, ItemKind};
use crate::syntax::parse::parse;
use crate::token::keyring::Keyring;
use crate::token::keys::{LocalKey, SystemRandom};
use crate::token::verify::Scratch;

/// A session: items, who decides, and what time it is.
pub(super) struct Session {
    ui: Ui,
    library: Library,
    keyring: Keyring,
    now: Option<i64>,
    items: Vec<Item>,
    document: Option<Document>,
    subject: Option<Call>,
    restrictions: Vec<Call>,
}

/// One item as it was typed. Another of the same kind and name takes its place.
struct Item {
    kind: &'static str,
    name: String,
    text: String,
}

/// `session(user: "42")`
#[derive(Clone)]
struct Call {
    name: String,
    arguments: Map<String, Json>,
}

/// Words for people: the reason why what was typed did nothing.
type Said = Result<(), String>;

impl Session {
    pub(super) fn new(ui: Ui, library: Library, now: Option<i64>) -> Result<Self, Failure> {
        let mut keyring = Keyring::new();
        let key = LocalKey::generate(&mut SystemRandom).map_err(|error| Failure::new(error.to_string()))?;
        keyring.mint_with(key.into()).map_err(|error| Failure::new(error.to_string()))?;
        let (items, restrictions) = (Vec::new(), Vec::new());
        Ok(Self { ui, library, keyring, now, items, document: None, subject: None, restrictions })
    }

    /// Takes the items of a file. Says whether it had no errors.
    pub(super) fn load(&mut self, path: &Path) -> Result<bool, Failure> {
        let text = inputs::text(path)?;
        Ok(self.add(&text))
    }

    /// Does what was typed.
    pub(super) fn enter(&mut self, text: &str) {
        let trimmed = text.trim();
        let first = trimmed.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default();
        let said = if let Some(command) = trimmed.strip_prefix(':') {
            self.command(command)
        } else if ITEM_WORDS.contains(&first) || trimmed.starts_with("//") {
            self.add(text);
            Ok(())
        } else {
            self.request(trimmed)
        };
        if let Err(message) = said {
            self.complain(&message);
        }
    }

    fn complain(&self, message: &str) {
        if self.ui.is_json() {
            self.ui.json(&json!({ "error": message }));
        } else {
            self.ui.line(message);
        }
    }

    fn say(&self, message: &str) {
        if self.ui.is_json() { self.ui.json(&json!({ "note": message })) } else { self.ui.line(message) }
    }

    fn show(&self, report: &Report) {
        // In one stream with the verdicts, so that it stands behind what it is about.
        if self.ui.is_json() {
            self.ui.report(report);
        } else {
            self.ui.line(self.ui.picture(report, self.ui.colour));
        }
    }

    /// Adds items; says whether there were no errors. Items with errors leave everything as it was.
    fn add(&mut self, text: &str) -> bool {
        let file = match parse(text) {
            Ok(file) => file,
            Err(diagnostics) => {
                self.show(&Report { source: Source::text("input", text), diagnostics });
                return false;
            }
        };
        let mut items: Vec<Item> = self.items.iter().map(Item::copy).collect();
        let mut last = None;
        for item in &file.items {
            let (kind, name) = kind_and_name(&item.kind);
            let doc: String = item.doc.iter().map(|line| format!("/// {line}\n")).collect();
            let text = doc + item.at.0.of(text);
            let new = Item { kind, name, text };
            match items.iter_mut().find(|old| old.is_replaced_by(&new)) {
                Some(old) => *old = new,
                // What speaks a vocabulary stands behind it.
                None if matches!(kind, "use" | "vocabulary") => items.insert(0, new),
                None => items.push(new),
            }
            if let ItemKind::Block(block) = &item.kind {
                last = Some((block.kind, block.name.text.clone()));
            }
        }
        let whole: String = items.iter().map(|item| format!("{}\n", item.text)).collect();
        if whole.len() > SOURCE_BYTES {
            self.complain("that is too much for one session; begin another");
            return false;
        }
        match Document::from_text("input", &whole, &self.library) {
            Ok(document) => {
                self.items = items;
                self.document = Some(document);
                self.choose_last(last);
                true
            }
            // While nothing names a vocabulary, `let` and `role` wait for one.
            Err(report) if report.diagnostics.iter().all(|found| found.code.id() == "E0201") && last.is_none() => {
                self.items = items;
                true
            }
            Err(report) => {
                self.show(&Report {
                    diagnostics: report.diagnostics.into_iter().filter(|d| d.severity() == Severity::Error).collect(),
                    ..report
                });
                false
            }
        }
    }

    fn choose_last(&mut self, last: Option<(BlockKind, String)>) {
        let Some((kind, name)) = last else { return };
        let Some(template) = self.document.as_ref().and_then(|document| document.templates().iter().find(|t| t.name == name))
        else {
            return;
        };
        let signature = signature(template);
        let word = kind.word();
        let command = if kind == BlockKind::Restriction { "restrict" } else { word };
        if !template.parameters.is_empty() {
            let arguments: Vec<_> = template.parameters.iter().map(|p| format!("{}: …", p.name)).collect();
            let call = format!("{name}({})", arguments.join(", "));
            return self.say(&format!("{word} `{signature}`; `:{command} {call}` puts it to use"));
        }
        if kind == BlockKind::Restriction {
            return self.say(&format!("restriction `{name}`; `:restrict {name}` adds it to the token"));
        }
        self.restrictions.clear();
        self.subject = Some(Call { name, arguments: Map::new() });
        self.say(&format!("{word} `{signature}` decides now"));
    }

    fn command(&mut self, command: &str) -> Said {
        let (word, rest) = command.split_once(char::is_whitespace).unwrap_or((command, ""));
        let rest = rest.trim();
        match word {
            "help" | "h" | "?" => {
                self.say(HELP);
                Ok(())
            }
            "token" | "policy" | "restrict" => self.choose(word, rest),
            "items" => {
                let items: Vec<_> = self.items.iter().map(|item| item.text.as_str()).collect();
                self.say(if items.is_empty() { "nothing yet".to_owned() } else { items.join("\n\n") }.as_str());
                Ok(())
            }
            "show" => self.show_subject(),
            "now" => self.set_now(rest),
            "load" => match self.load(Path::new(rest)) {
                Ok(_) => Ok(()),
                Err(failure) => Err(failure.to_string()),
            },
            "explain" => self.request(rest),
            "reset" => {
                (self.items, self.document, self.subject) = (Vec::new(), None, None);
                self.restrictions.clear();
                self.say("forgotten");
                Ok(())
            }
            other => Err(format!("there is no `:{other}`; `:help` tells what there is")),
        }
    }

    fn set_now(&mut self, text: &str) -> Said {
        self.now = match text {
            "" => None,
            text => Some(read_time(text)?),
        };
        self.say(&match self.now {
            Some(now) => format!("it is {}", show(now)),
            None => "the clock runs".to_owned(),
        });
        Ok(())
    }

    fn document(&self) -> Result<&Document, String> {
        self.document.as_ref().ok_or_else(|| NOTHING_YET.to_owned())
    }

    /// `:token NAME(…)`, `:policy NAME(…)`, `:restrict NAME(…)`
    fn choose(&mut self, word: &str, text: &str) -> Said {
        let kind = match word {
            "token" => BlockKind::Token,
            "policy" => BlockKind::Policy,
            _ => BlockKind::Restriction,
        };
        if kind == BlockKind::Restriction && text.is_empty() {
            self.restrictions.clear();
            self.say("no restrictions");
            return Ok(());
        }
        let document = self.document()?;
        let call = if text.is_empty() {
            let only = document.template(kind, None).map_err(|error| error.to_string())?;
            Call { name: only.name.clone(), arguments: Map::new() }
        } else {
            let (name, arguments) = match spelled::call(text) {
                Ok(call) => call,
                Err(report) => {
                    self.show(&report);
                    return Ok(());
                }
            };
            Call { name, arguments }
        };
        self.compile(document, kind, &call)?;
        if kind == BlockKind::Restriction {
            if self.subject_kind() != Some(BlockKind::Token) {
                return Err("a restriction is added to a token; `:token NAME` chooses one".to_owned());
            }
            self.say(&format!("restriction `{}` is added to the token", call.name));
            self.restrictions.push(call);
        } else {
            self.say(&format!("{word} `{}` decides now", call.name));
            self.subject = Some(call);
            self.restrictions.clear();
        }
        Ok(())
    }

    fn compile(&self, document: &Document, kind: BlockKind, call: &Call) -> Result<Compiled, String> {
        let template = document.template(kind, Some(&call.name)).map_err(|error| error.to_string())?;
        let arguments = arguments_from_json(template, &call.arguments)
            .map_err(|error| format!("{error}\n  it is `{}`", signature(template)))?;
        compile(template, document.vocabulary(), &arguments).map_err(|errors| {
            let mut lines = String::new();
            for error in &errors {
                let _ = writeln!(lines, "{}", error.cause);
            }
            lines.trim_end().to_owned()
        })
    }

    fn subject_kind(&self) -> Option<BlockKind> {
        let name = &self.subject.as_ref()?.name;
        let templates = self.document.as_ref()?.templates();
        templates.iter().find(|template| template.name == *name).map(|template| template.kind)
    }

    fn request(&self, text: &str) -> Said {
        let document = self.document()?;
        let (Some(subject), Some(kind)) = (&self.subject, self.subject_kind()) else {
            return Err("nothing decides yet; type a `token` or a `policy`, or choose one with `:token NAME`".to_owned());
        };
        let json = match spelled::request(text) {
            Ok(json) => json,
            Err(report) => {
                self.show(&report);
                return Ok(());
            }
        };
        let vocabulary = document.vocabulary();
        let request = OwnedRequest::from_json(vocabulary, &json);
        let minted = inputs::now(self.now);
        let time = time_of(&json).map_err(|error| error.to_string())?.unwrap_or(minted);
        let request = match request {
            Ok(request) => request,
            Err(error) => {
                self.tell("refused", &format!("the request is malformed: {error}"), &[]);
                return Ok(());
            }
        };
        let compiled = self.compile(document, kind, subject)?;
        let mut blocks = vec![compiled];
        for restriction in &self.restrictions {
            blocks.push(self.compile(document, BlockKind::Restriction, restriction)?);
        }
        let decide = |request: &crate::model::request::Request<'_>| match kind {
            BlockKind::Token | BlockKind::Restriction => self.decide_by_token(&blocks, vocabulary, minted, request),
            BlockKind::Policy => decide_by_policy(&self.keyring, &subject.name, &blocks, vocabulary, request),
        };
        let verdict = request.lend(vocabulary, time, decide).map_err(|error| error.describe(vocabulary))??;
        self.tell_verdict(document, &blocks, verdict);
        Ok(())
    }

    fn decide_by_token(
        &self,
        blocks: &[Compiled],
        vocabulary: &Vocabulary,
        minted: i64,
        request: &crate::model::request::Request<'_>,
    ) -> Result<Verdict, String> {
        let key = self.keyring.minting().ok_or("there is no key")?;
        let [authority, restrictions @ ..] = blocks else { return Err(NOTHING_YET.to_owned()) };
        let mut token = mint(authority, vocabulary, key, minted, Wrapping::default(), &mut SystemRandom)
            .map_err(|error| error.to_string())?;
        for restriction in restrictions {
            token = attenuate(&token, restriction, minted, false, &mut SystemRandom).map_err(|error| error.to_string())?;
        }
        let mut scratch = Scratch::new();
        Ok(Authorizer::new(&self.keyring, vocabulary).authorize(&token.text(), request, &mut scratch).verdict())
    }

    fn tell_verdict(&self, document: &Document, blocks: &[Compiled], verdict: Verdict) {
        let vocabulary = document.vocabulary();
        match verdict {
            Verdict::Allow(by) | Verdict::Forbidden(by) | Verdict::NotPermitted(by) => {
                let (what, rule) = self.decider(document, blocks, by);
                self.tell(verdict.word(), &what, &rule);
            }
            Verdict::Refused(Refusal::Request(malformed)) => {
                self.tell("refused", &format!("the request is malformed: {}", malformed.describe(vocabulary)), &[]);
            }
            Verdict::Refused(refusal) => self.tell("refused", &refusal.to_string(), &[]),
        }
    }

    /// Who decided, and the lines of the rule.
    fn decider(&self, document: &Document, blocks: &[Compiled], by: Decider) -> (String, Vec<String>) {
        let (number, name) = match by.origin {
            Origin::Block(0) | Origin::Policy(_) => (0, self.subject.as_ref().map(|call| call.name.clone())),
            Origin::Block(number) => {
                let place = usize::from(number);
                (place, self.restrictions.get(place - 1).map(|call| call.name.clone()))
            }
        };
        let name = name.unwrap_or_default();
        let origin = by.rule.and_then(|rule| blocks.get(number)?.rules.get(usize::from(rule)));
        let (Some(origin), Source::Text { text, .. }) = (origin, document.source()) else {
            return (format!("no rule of `{name}` matches"), Vec::new());
        };
        let lines = origin.at.of(text).lines().map(|line| line.trim().to_owned()).collect();
        (format!("by `{name}`"), lines)
    }

    fn tell(&self, word: &str, why: &str, rule: &[String]) {
        if self.ui.is_json() {
            return self.ui.json(&json!({ "verdict": word, "reason": why, "rule": rule.join("\n") }));
        }
        let colour = if word == "allow" { GREEN } else { RED };
        self.ui.line(format_args!("{}  {why}", paint(self.ui.colour, colour, word)));
        rule.iter().for_each(|line| self.ui.line(format_args!("    {line}")));
    }

    /// The token as its holder would see it.
    fn show_subject(&self) -> Said {
        let document = self.document()?;
        let (Some(subject), Some(kind)) = (&self.subject, self.subject_kind()) else {
            return Err(NOTHING_YET.to_owned());
        };
        let compiled = self.compile(document, kind, subject)?;
        if kind == BlockKind::Policy {
            self.say(&format!("policy `{}`: {} bytes, at most {} steps", subject.name, compiled.program.bytes().len(), compiled.cost));
            return Ok(());
        }
        let now = inputs::now(self.now);
        let key = self.keyring.minting().ok_or("there is no key")?;
        let mut token = mint(&compiled, document.vocabulary(), key, now, Wrapping::default(), &mut SystemRandom)
            .map_err(|error| error.to_string())?;
        for restriction in &self.restrictions {
            let compiled = self.compile(document, BlockKind::Restriction, restriction)?;
            token = attenuate(&token, &compiled, now, false, &mut SystemRandom).map_err(|error| error.to_string())?;
        }
        let known = [Arc::clone(document.vocabulary())];
        let view = tokens::View::of_unverified(&token, &known).map_err(|refusal| refusal.to_string())?;
        if self.ui.is_json() {
            self.ui.json(&view.json());
        } else {
            self.ui.line(format_args!("{}\n\n{}", view.summary(now, self.ui.colour), view.blocks(now, self.ui.colour)));
        }
        Ok(())
    }
}

fn decide_by_policy(
    keyring: &Keyring,
    name: &str,
    blocks: &[Compiled],
    vocabulary: &Vocabulary,
    request: &crate::model::request::Request<'_>,
) -> Result<Verdict, String> {
    let [compiled] = blocks else { return Err(NOTHING_YET.to_owned()) };
    let held = [policy(name, compiled, vocabulary).map_err(|error| error.to_string())?];
    Ok(Authorizer::new(keyring, vocabulary).with_policies(&held).decide_alone(request))
}

impl Item {
    fn copy(&self) -> Self {
        Self { kind: self.kind, name: self.name.clone(), text: self.text.clone() }
    }

    /// A session speaks one vocabulary, and a name means one thing.
    fn is_replaced_by(&self, new: &Self) -> bool {
        let speaks = |kind: &str| matches!(kind, "use" | "vocabulary");
        (speaks(self.kind) && speaks(new.kind)) || (self.kind == new.kind && self.name == new.name)
    }
}

fn kind_and_name(item: &ItemKind) -> (&'static str, String) {
    match item {
        ItemKind::Use(name) => ("use", name.text.clone()),
        ItemKind::Let(item) => ("let", item.name.text.clone()),
        ItemKind::Role(item) => ("role", item.name.text.clone()),
        ItemKind::Vocabulary(item) => ("vocabulary", item.name.text.clone()),
        ItemKind::Block(item) => ("block", item.name.text.clone()),
    }
}

const ITEM_WORDS: [&str; 7] = ["use", "let", "role", "vocabulary", "token", "policy", "restriction"];

const NOTHING_YET: &str = "nothing decides yet; begin with `use momento`, then type a `token` or a `policy`";

const HELP: &str = "\
type an item:     use momento
                  token reader { permissions: [{ role: ReadOnly, cache: \"acorns\" }] ttl: 30m }
type a request:   get { cache: \"acorns\" }          or as JSON: {\"action\": \"get\", \"cache\": \"acorns\"}
an item of the same name replaces the old one; an entry goes on until its brackets are closed

:token NAME(…)    mint this token and decide with it        :token session(user: \"42\")
:policy NAME(…)   decide with this policy, without a token
:restrict NAME(…) add a restriction to the token; without a name, take all away
:show             the token as `placet inspect` shows it
:items            what has been typed
:now TIME         another time than now; without a time, the clock runs again
:load FILE        take the items of a file
:reset            forget everything
:quit             leave";
