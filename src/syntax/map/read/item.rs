//! Files and their items.

use serde_json::{Map, Value};

use super::Reader;
use crate::diag::code::Code;
use crate::syntax::ast::{
    File, Item, ItemKind, Let, Member, MemberKind, Name, RoleItem, TableItem, TableRows, VocabularyItem,
};
use crate::syntax::map::{BLOCK_WORDS, ITEM_WORDS, Plain};
use crate::visible::{hides, turns};
use placet_core::model::lines::breaks_line;

impl Reader {
    pub(super) fn file(&mut self, value: &Value) -> File {
        let mut file = File::default();
        let Some(map) = self.object("a map", value) else { return file };
        let Some(items) = map.get("items") else {
            match map.get("use").filter(|_| is_of_hosts(map)) {
                Some(vocabulary) => file.items.extend(self.of_hosts(vocabulary, value)),
                None => file.items.extend(self.item(value)),
            }
            return file;
        };
        for key in map.keys().filter(|key| *key != "items") {
            self.unknown_key(key, &["items"]);
        }
        self.below("items", |reader| match items {
            Value::Array(list) => file.items = reader.each(list, Self::item),
            other => {
                reader.expected::<()>("a list of items", other);
            }
        });
        file
    }

    /// One block beside the name of its vocabulary; a block that does not say its kind is a token,
    /// as in TOKENGEN.
    fn of_hosts(&mut self, vocabulary: &Value, value: &Value) -> Vec<Item> {
        let at = self.here();
        let name = self.below("use", |reader| reader.word(vocabulary));
        let uses = name.map(|name| Item { doc: Vec::new(), kind: ItemKind::Use(name), at });
        let at = self.here();
        let (doc, block) = self.block(None, value, Some("use"));
        uses.into_iter().chain([Item { doc, kind: ItemKind::Block(block), at }]).collect()
    }

    fn item(&mut self, value: &Value) -> Option<Item> {
        let map = self.object("a map", value)?;
        // A block may have fields with the names of other items.
        let Some(word) = BLOCK_WORDS.into_iter().chain(ITEM_WORDS).find(|word| map.contains_key(*word)) else {
            let words = ITEM_WORDS.map(|word| format!("`{word}`")).join(", ");
            let help =
                format!("an item has one of the keys {words}; a map for TOKENGEN names its vocabulary with `use`");
            self.report(Code::Map, "the map does not say which item it is", help);
            return None;
        };
        if BLOCK_WORDS.contains(&word) {
            let at = self.here();
            let (doc, block) = self.block(None, value, None);
            return Some(Item { doc, kind: ItemKind::Block(block), at });
        }
        let at = self.here();
        let doc = self.doc(map);
        let name = self.named(map, word);
        let known: &[&str] = match word {
            "use" => &["use", "doc"],
            "let" => &["let", "value", "doc"],
            "role" => &["role", "actions", "doc"],
            "table" => &["table", "key", "value", "rows", "file", "doc"],
            _ => &["vocabulary", "version", "members", "doc"],
        };
        self.only_keys(map, known);
        let kind = match word {
            "use" => ItemKind::Use(name?),
            "let" => {
                let value = self.required(map, "value", |reader, value| reader.pattern(value, Plain::Text));
                ItemKind::Let(Let { name: name?, value: value? })
            }
            "role" => {
                let actions = self.required(map, "actions", |reader, value| reader.pattern(value, Plain::Name));
                ItemKind::Role(RoleItem { name: name?, actions: actions? })
            }
            "table" => {
                let key = self.required(map, "key", Self::kind);
                let value = self.required(map, "value", Self::kind);
                let rows = self.rows(map);
                ItemKind::Table(TableItem { name: name?, key: key?, value: value?, rows: rows? })
            }
            _ => {
                let version = self.required(map, "version", |reader, value| match value.as_u64().map(u32::try_from) {
                    Some(Ok(version)) => Some(version),
                    _ => reader.expected("a version, a number from 0 to 4294967295", value),
                });
                let members = self.required(map, "members", |reader, value| match value {
                    Value::Array(list) => Some(reader.each(list, Self::member)),
                    other => reader.expected("a list of members", other),
                });
                ItemKind::Vocabulary(VocabularyItem { name: name?, version: version?, members: members? })
            }
        };
        Some(Item { doc, kind, at })
    }

    /// `"rows": {…}` or `"file": "teams.json"`
    fn rows(&mut self, map: &Map<String, Value>) -> Option<TableRows> {
        match (map.get("rows"), map.get("file")) {
            (Some(Value::Object(rows)), None) => {
                Some(TableRows::Here(self.below("rows", |reader| reader.entries(rows, Plain::Text))))
            }
            (None, Some(Value::String(file))) => {
                let at = self.below("file", Self::here);
                Some(TableRows::File(Name { text: file.clone(), at }))
            }
            (Some(other), None) => self.below("rows", |reader| reader.expected("a map of rows", other)),
            (None, Some(other)) => self.below("file", |reader| reader.expected("the name of a file", other)),
            (None, None) | (Some(_), Some(_)) => {
                let help = "write the rows under `rows`, or the name of a file under `file`";
                self.report(Code::Map, "a table has either `rows` or a `file`", help);
                None
            }
        }
    }

    /// `"optional": true`
    fn mark(&mut self, map: &Map<String, Value>, key: &str) -> Option<bool> {
        match map.get(key) {
            None => Some(false),
            Some(Value::Bool(is_marked)) => Some(*is_marked),
            Some(other) => self.below(key, |reader| reader.expected("`true` or `false`", other)),
        }
    }

    fn member(&mut self, value: &Value) -> Option<Member> {
        let map = self.object("a map", value)?;
        let at = self.here();
        let doc = self.doc(map);
        let kind = if map.contains_key("attribute") {
            self.only_keys(map, &["attribute", "type", "lowercase", "optional", "doc"]);
            let name = self.named(map, "attribute");
            let ty = self.required(map, "type", Self::kind);
            let (lowercase, optional) = (self.mark(map, "lowercase"), self.mark(map, "optional"));
            MemberKind::Attribute { name: name?, ty: ty?, lowercase: lowercase?, optional: optional? }
        } else if map.contains_key("role") {
            self.only_keys(map, &["role", "actions", "doc"]);
            let name = self.named(map, "role");
            let actions = self.required(map, "actions", |reader, value| reader.pattern(value, Plain::Name));
            MemberKind::Role(RoleItem { name: name?, actions: actions? })
        } else {
            self.only_keys(map, &["action", "attribute", "role", "doc"]);
            let names = self.required(map, "action", |reader, value| match value {
                Value::Array(list) if !list.is_empty() => Some(reader.each(list, Self::action_name)),
                other => reader.action_name(other).map(|name| vec![name]),
            });
            MemberKind::Actions(names?)
        };
        Some(Member { doc, kind, at })
    }

    pub(super) fn doc(&mut self, map: &Map<String, Value>) -> Vec<String> {
        let lines = |reader: &mut Self, value: &Value| match value {
            Value::String(line) => Some(reader.doc_line(line).into_iter().collect()),
            Value::Array(list) => Some(reader.each(list, |reader, line| match line {
                Value::String(line) => reader.doc_line(line),
                other => reader.expected("a line of text", other),
            })),
            other => reader.expected("a list of lines", other),
        };
        map.get("doc").and_then(|value| self.below("doc", |reader| lines(reader, value))).unwrap_or_default()
    }

    fn doc_line(&mut self, line: &str) -> Option<String> {
        if line.chars().any(|c| c == '\n' || breaks_line(c) || (hides(c) && (c.is_control() || turns(c)))) {
            self.report(
                Code::Hidden,
                "a line of a doc contains an invisible character",
                "write one string for each line",
            );
            return None;
        }
        Some(line.trim_end().to_owned())
    }
}

/// Whether a map is one that a host passes to TOKENGEN or ATTENUATE: the parts of a block, and
/// beside them the vocabulary.
fn is_of_hosts(map: &Map<String, Value>) -> bool {
    let is_item = |key: &String| ITEM_WORDS.contains(&key.as_str()) && !BLOCK_WORDS.contains(&key.as_str());
    map.keys().filter(|key| *key != "use").all(|key| !is_item(key))
        && map.keys().any(|key| key != "use" && key != "doc")
}
