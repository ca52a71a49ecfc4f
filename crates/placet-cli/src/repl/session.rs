//! The state of a session, and how the next line changes it.

use std::path::Path;
use std::sync::Arc;

use serde_json::json;

use crate::block::signature;
use crate::limits::SOURCE_BYTES;
use crate::spelled::{self, Typed};
use crate::terminal::verdict;
use crate::time_args::{read_time, show};
use crate::ui::{Exit, Failure, Ui};
use crate::{inputs, tokens};
use placet::authorize::Authorizer;
use placet::check::library::Library;
use placet::check::tree::Template;
use placet::compile::{Compiled, compile_at};
use placet::diag::{Severity, Source};
use placet::document::mint::{Wrapping, attenuate, mint, policy};
use placet::document::{Document, Report, literal};
use placet::explain::{BlockSource, Explainer, Explanation, Sources};
use placet::model::matcher::Matcher;
use placet::model::time::Time;
use placet::syntax::ast::{BlockKind, File, ItemKind, Name};
use placet::syntax::cases::{self, Value};
use placet::syntax::parse::parse;
use placet::token::envelope::Token;
use placet::token::keyring::Keyring;
use placet::token::keys::{LocalKey, SystemRandom};

/// A session: items, what decides, and the time.
pub(super) struct Session {
    ui: Ui,
    library: Library,
    keyring: Keyring,
    now: Option<Time>,
    items: Vec<Item>,
    document: Option<Document>,
    subject: Option<Call>,
    restrictions: Vec<Call>,
    /// The worst outcome so far.
    worst: Exit,
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
    arguments: Vec<(Name, Value)>,
}

/// A block with its arguments filled in.
struct Block<'d> {
    template: &'d Template,
    compiled: Compiled,
}

/// The outcome of a line; the error is the reason why it did nothing, for people.
type Said = Result<Exit, String>;

impl Session {
    pub(super) fn new(ui: Ui, library: Library, now: Option<Time>) -> Result<Self, Failure> {
        let mut keyring = Keyring::new();
        let key = LocalKey::generate(&mut SystemRandom).map_err(|error| Failure::new(error.to_string()))?;
        keyring.mint_with(key).map_err(|error| Failure::new(error.to_string()))?;
        let (items, restrictions) = (Vec::new(), Vec::new());
        let worst = Exit::Yes;
        Ok(Self { ui, library, keyring, now, items, document: None, subject: None, restrictions, worst })
    }

    /// Takes the items of a file. Says whether it had no errors.
    pub(super) fn load(&mut self, path: &Path) -> Result<bool, Failure> {
        let text = inputs::text(path)?;
        Ok(self.add(&text))
    }

    /// The outcome of the session: no if a request was not allowed, and worse if a line was not
    /// understood.
    pub(super) const fn worst(&self) -> Exit {
        self.worst
    }

    /// Notes an outcome.
    pub(super) fn came(&mut self, exit: Exit) {
        self.worst = self.worst.max(exit);
    }

    /// The words that can be typed here: commands, the language's words, and the names that are
    /// known so far.
    pub(super) fn words(&self) -> Vec<String> {
        let fixed = ITEM_WORDS
            .iter()
            .chain(&COMMAND_WORDS)
            .chain(&LANGUAGE_WORDS)
            .copied()
            .chain(Matcher::words())
            .map(str::to_owned);
        let mut words: Vec<String> = fixed.collect();
        words.extend(self.library.names().map(str::to_owned));
        if let Some(document) = &self.document {
            let vocabulary = document.vocabulary();
            words.extend(vocabulary.actions().iter().cloned());
            words.extend(vocabulary.attributes().iter().map(|attribute| attribute.name.clone()));
            words.extend(document.templates().iter().map(|template| template.name.clone()));
        }
        words
    }

    /// Does what was typed.
    pub(super) fn enter(&mut self, text: &str) {
        let trimmed = text.trim();
        let first = trimmed.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default();
        let said = if let Some(command) = trimmed.strip_prefix(':') {
            self.command(command)
        } else if COMMANDS.contains(&trimmed) {
            self.command(trimmed)
        } else if ITEM_WORDS.contains(&first) || trimmed.starts_with("//") {
            let took = self.add(text);
            Ok(if took { Exit::Yes } else { Exit::CouldNot })
        } else {
            self.request(trimmed)
        };
        let exit = said.unwrap_or_else(|message| {
            self.complain(&message);
            Exit::CouldNot
        });
        self.came(exit);
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
        self.ui.report_here(report);
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
        let begins_anew = self.speaks_another(&file);
        let kept = if begins_anew { &[][..] } else { &self.items };
        let mut items: Vec<Item> = kept.iter().map(Item::copy).collect();
        let mut last = None;
        for item in &file.items {
            let (kind, name) = kind_and_name(&item.kind);
            let doc: String = item.doc.iter().flat_map(|line| ["/// ", line.as_str(), "\n"]).collect();
            let text = doc + item.at.0.of(text);
            let new = Item { kind, name, text };
            match items.iter_mut().find(|old| old.is_replaced_by(&new)) {
                Some(old) => *old = new,
                // The vocabulary comes before everything that needs it.
                None if matches!(kind, "use" | "vocabulary") => items.insert(0, new),
                None => items.push(new),
            }
            if let ItemKind::Block(block) = &item.kind {
                last = Some((block.kind, block.name.text.clone()));
            }
        }
        let whole = joined(&items);
        if whole.len() > SOURCE_BYTES {
            self.complain("that is too much for one session; begin another");
            return false;
        }
        match Document::from_text("items", &whole, &self.library) {
            Ok(document) => {
                self.items = items;
                self.document = Some(document);
                if begins_anew {
                    self.subject = None;
                    self.restrictions.clear();
                    self.say("another vocabulary: the items of the old one are forgotten");
                }
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

    /// Whether the items change the vocabulary, so that rules typed before mean nothing any more.
    fn speaks_another(&self, file: &File) -> bool {
        let names = file.items.iter().map(|item| kind_and_name(&item.kind));
        let new = names.filter(|(kind, _)| matches!(*kind, "use" | "vocabulary")).map(|(_, name)| name).next();
        let old = self.document.as_ref().map(|document| document.vocabulary().name());
        new.is_some_and(|new| old.is_some_and(|old| old != new))
    }

    fn choose_last(&mut self, last: Option<(BlockKind, String)>) {
        let Some((kind, name)) = last else { return };
        let Some(template) =
            self.document.as_ref().and_then(|document| document.templates().iter().find(|t| t.name == name))
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
        self.subject = Some(Call { name, arguments: Vec::new() });
        self.say(&format!("{word} `{signature}` decides now"));
    }

    fn command(&mut self, command: &str) -> Said {
        let (word, rest) = command.split_once(char::is_whitespace).unwrap_or((command, ""));
        let rest = rest.trim();
        match word {
            "help" | "h" | "?" => {
                self.say(HELP);
                Ok(Exit::Yes)
            }
            "token" | "policy" | "restrict" => self.choose(word, rest),
            "items" => {
                let text = joined(&self.items);
                let numbered = (1..).zip(text.lines()).map(|(number, line)| format!("{number:>4}  {line}"));
                let shown = numbered.collect::<Vec<_>>().join("\n");
                self.say(if shown.is_empty() { "nothing yet" } else { &shown });
                Ok(Exit::Yes)
            }
            "show" => self.show_subject(),
            "now" => self.set_now(rest),
            "load" => self.load_named(rest),
            "explain" => self.request(rest),
            "reset" => {
                (self.items, self.document, self.subject) = (Vec::new(), None, None);
                self.restrictions.clear();
                self.say("forgotten");
                Ok(Exit::Yes)
            }
            other => Err(format!("unknown command `:{other}`; `:help` lists the commands")),
        }
    }

    /// Loads a file, and lists what it brought.
    fn load_named(&mut self, path: &str) -> Said {
        if !self.load(Path::new(path)).map_err(|failure| failure.to_string())? {
            return Ok(Exit::CouldNot);
        }
        let templates = self.document.iter().flat_map(Document::templates);
        let names: Vec<_> = templates.map(|t| format!("{} `{}`", t.kind.word(), signature(t))).collect();
        if names.len() > 1 {
            self.say(&format!("loaded {}", names.join(", ")));
        }
        Ok(Exit::Yes)
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
        Ok(Exit::Yes)
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
            return Ok(Exit::Yes);
        }
        let document = self.document()?;
        let call = if text.is_empty() {
            let only = document.template(kind, None).map_err(|error| error.to_string())?;
            Call { name: only.name.clone(), arguments: Vec::new() }
        } else {
            match spelled::call(text) {
                Ok(cases::Call { name, arguments, .. }) => Call { name: name.text, arguments },
                Err(report) => {
                    self.show(&report);
                    return Ok(Exit::CouldNot);
                }
            }
        };
        self.filled_in(document, kind, &call)?;
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
        Ok(Exit::Yes)
    }

    fn filled_in<'d>(&self, document: &'d Document, kind: BlockKind, call: &Call) -> Result<Block<'d>, String> {
        let template = document.template(kind, Some(&call.name)).map_err(|error| error.to_string())?;
        let arguments = literal::arguments(template, &call.arguments)
            .map_err(|error| format!("{error}\n  it is `{}`", signature(template)))?;
        match compile_at(template, document.vocabulary(), &arguments, inputs::now(self.now)) {
            Ok(compiled) => Ok(Block { template, compiled }),
            Err(errors) => Err(errors.iter().map(|error| error.cause.to_string()).collect::<Vec<_>>().join("\n")),
        }
    }

    fn subject_kind(&self) -> Option<BlockKind> {
        let name = &self.subject.as_ref()?.name;
        let templates = self.document.as_ref()?.templates();
        templates.iter().find(|template| template.name == *name).map(|template| template.kind)
    }

    fn request(&self, text: &str) -> Said {
        let document = self.document()?;
        let (Some(subject), Some(kind)) = (&self.subject, self.subject_kind()) else {
            return Err(
                "nothing decides yet; type a `token` or a `policy`, or choose one with `:token NAME`".to_owned()
            );
        };
        let vocabulary = document.vocabulary();
        let Typed { json, read } = match spelled::request(vocabulary, text) {
            Ok(typed) => typed,
            Err(report) => {
                self.show(&report);
                return Ok(Exit::CouldNot);
            }
        };
        let minted = inputs::now(self.now);
        let blocks = self.blocks(document, kind, subject)?;
        let token = if kind == BlockKind::Policy { None } else { Some(self.mint(document, &blocks, minted)?.text()) };
        let mut sources = Sources::none();
        let mut held = Vec::new();
        for Block { template, compiled } in &blocks {
            let source = BlockSource::new(document, template, compiled);
            if kind == BlockKind::Policy {
                sources.push_policy(source);
                held.push(policy(&template.name, compiled, vocabulary).map_err(|error| error.to_string())?);
            } else {
                sources.push_block(source);
            }
        }
        let authorizer = Authorizer::new(&self.keyring, vocabulary).with_policies(&held);
        let explainer = Explainer::new(authorizer, token.as_deref(), &sources);
        let explanation = match read {
            Ok((request, time)) => explainer.explain(&request, time.unwrap_or(minted)),
            Err(bad) => explainer.malformed(&bad, &json),
        };
        self.tell(&explanation);
        Ok(Exit::of(explanation.verdict == "allow"))
    }

    /// The deciding block, followed by the restrictions of a token.
    fn blocks<'d>(&self, document: &'d Document, kind: BlockKind, subject: &Call) -> Result<Vec<Block<'d>>, String> {
        let mut blocks = vec![self.filled_in(document, kind, subject)?];
        for restriction in &self.restrictions {
            blocks.push(self.filled_in(document, BlockKind::Restriction, restriction)?);
        }
        Ok(blocks)
    }

    fn mint(&self, document: &Document, blocks: &[Block<'_>], now: Time) -> Result<Token, String> {
        let key = self.keyring.minting().ok_or("there is no key")?;
        let [authority, restrictions @ ..] = blocks else { return Err(NOTHING_YET.to_owned()) };
        let wrapping = Wrapping::default();
        let mut token = mint(&authority.compiled, document.vocabulary(), key, now, wrapping, &mut SystemRandom)
            .map_err(|error| error.to_string())?;
        for restriction in restrictions {
            token = attenuate(&token, &restriction.compiled, document.vocabulary(), now, false, &mut SystemRandom)
                .map_err(|error| error.to_string())?;
        }
        Ok(token)
    }

    fn tell(&self, explanation: &Explanation) {
        if self.ui.is_json() {
            return self.ui.json(&serde_json::to_value(explanation).unwrap_or_default());
        }
        self.ui.line(format_args!("{} {explanation}", verdict(explanation.verdict, self.ui.colour)));
    }

    /// The token as its holder would see it.
    fn show_subject(&self) -> Said {
        let document = self.document()?;
        let (Some(subject), Some(kind)) = (&self.subject, self.subject_kind()) else {
            return Err(NOTHING_YET.to_owned());
        };
        let blocks = self.blocks(document, kind, subject)?;
        if let (BlockKind::Policy, [Block { compiled, .. }]) = (kind, blocks.as_slice()) {
            let (bytes, cost) = (compiled.program.bytes().len(), compiled.cost);
            self.say(&format!("policy `{}`: {bytes} bytes, at most {cost} steps", subject.name));
            return Ok(Exit::Yes);
        }
        let now = inputs::now(self.now);
        let token = self.mint(document, &blocks, now)?;
        let known = [Arc::clone(document.vocabulary())];
        let view = tokens::View::of_unverified(&token, &known).map_err(|refusal| refusal.to_string())?;
        if self.ui.is_json() {
            self.ui.json(&view.json());
        } else {
            self.ui.line(format_args!("{}\n\n{}", view.summary(now, self.ui.colour), view.blocks(now, self.ui.colour)));
        }
        Ok(Exit::Yes)
    }
}

/// The items as one text, whose lines findings and rules quote.
fn joined(items: &[Item]) -> String {
    items.iter().flat_map(|item| [item.text.as_str(), "\n"]).collect()
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
        ItemKind::Table(item) => ("table", item.name.text.clone()),
        ItemKind::Role(item) => ("role", item.name.text.clone()),
        ItemKind::Vocabulary(item) => ("vocabulary", item.name.text.clone()),
        ItemKind::Block(item) => ("block", item.name.text.clone()),
    }
}

const ITEM_WORDS: [&str; 8] = ["use", "let", "role", "table", "vocabulary", "token", "policy", "restriction"];

const COMMAND_WORDS: [&str; 11] =
    [":token", ":policy", ":restrict", ":show", ":items", ":now", ":load", ":explain", ":reset", ":help", ":quit"];

/// Words of the language that are longer than a sign, without those of matchers.
const LANGUAGE_WORDS: [&str; 15] = [
    "allow",
    "deny",
    "only",
    "when",
    "action",
    "absent",
    "any",
    "all",
    "not",
    "some",
    "every",
    "permissions",
    "ttl",
    "starts_with",
    "ends_with",
];

/// Commands that are understood without their colon, as no request is a lone word.
const COMMANDS: [&str; 4] = ["help", "items", "show", "reset"];

const NOTHING_YET: &str = "nothing decides yet; begin with `use momento`, then type a `token` or a `policy`";

const HELP: &str = "\
type an item:     use momento
                  token reader { permissions: [{ role: ReadOnly, cache: \"acorns\" }] ttl: 30m }
type a request:   get { cache: \"acorns\" }          or as JSON: {\"action\": \"get\", \"cache\": \"acorns\"}
an item of the same name replaces the old one; an entry goes on until its brackets are closed

:token NAME(…)    mint this token and decide with it        :token session(user: \"42\")
:policy NAME(…)   decide with this policy, without a token
:restrict NAME(…) add a restriction to the token; without a name, remove all
:show             the token as `placet inspect` shows it
:items            what has been typed
:now TIME         decide at this time; without a time, the clock runs again
:load FILE        take the items of a file
:reset            forget everything
:quit             leave";
