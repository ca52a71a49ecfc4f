//! The table of foreign words: words that people use out of habit from other languages, where they
//! use them, and what to write instead.
//!
//! The parser looks words up where the grammar stops, the checker where a name or a function is
//! unknown, the map form where a `$` key is unknown. Shapes that are not words (`“a”`, `0..=1`,
//! `a.b`, text in another language) are rows of their own in `parse/foreign.rs`, `parse/shapes.rs`
//! and `parse/pasted.rs`. The module `mistakes/foreign` of the tests runs every word of every row.

/// Where a foreign word appears.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Where an item begins: `import http`.
    Item,
    /// Where a rule begins: `permit { … }`.
    Rule,
    /// After the map of a rule: `allow { … } if draft`.
    Clause,
    /// Between two values of a condition: `name like "a*"`.
    Operator,
    /// Before a value of a condition: `exists name`.
    Test,
    /// As a function: `len(name)`.
    Function,
    /// As a value: `now`.
    Value,
    /// As a type: `name: text`.
    Type,
    /// As the beginning of a member of a vocabulary: `actions read`.
    Member,
    /// As the owner of an attribute: `request.name`.
    Owner,
    /// As an operator of the map form: `{ "$gte": 3 }`.
    MapKey,
}

/// Some words with the same way out.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// Where they appear.
    pub place: Place,
    /// The words, in lower case and without `_`, as they are compared.
    pub words: &'static [&'static str],
    /// The way out. `{a}` is what comes before the word, `{b}` what comes after it, and `{c}` the
    /// second value after it.
    pub out: &'static str,
}

impl Row {
    /// The way out, with the words of the text around it.
    #[must_use]
    pub fn way_out(&self, [a, b, c]: [&str; 3]) -> String {
        let mut out = String::with_capacity(self.out.len() + a.len() + b.len());
        let mut rest = self.out;
        while let Some(at) = rest.find(['{']) {
            out.push_str(&rest[..at]);
            let (filled, length) = match rest.get(at..at + 3) {
                Some("{a}") => (a, 3),
                Some("{b}") => (b, 3),
                Some("{c}") => (c, 3),
                _ => ("{", 1),
            };
            out.push_str(filled);
            rest = &rest[at + length..];
        }
        out.push_str(rest);
        out
    }
}

/// The row of a word at a place.
#[must_use]
pub fn find(place: Place, word: &str) -> Option<&'static Row> {
    // The work grows with the word's length, and no word of the table is so long.
    if word.len() > LONGEST {
        return None;
    }
    let plain: String = word.chars().filter(|c| !matches!(c, '_' | '$')).map(|c| c.to_ascii_lowercase()).collect();
    ROWS.iter().find(|row| row.place == place && row.words.contains(&plain.as_str()))
}

/// The way out for a word, if it does not depend on the text around it.
#[must_use]
pub(crate) fn help(place: Place, word: &str) -> Option<String> {
    find(place, word).map(|row| row.way_out(["…", "…", "…"]))
}

/// Whether this word at the beginning of a member of a vocabulary probably means `action`.
pub(crate) fn means_actions(word: &str) -> bool {
    word == "action" || find(Place::Member, word).is_some_and(|row| row.out.contains("`action"))
}

const LONGEST: usize = 32;

const fn row(place: Place, words: &'static [&'static str], out: &'static str) -> Row {
    Row { place, words, out }
}

/// All rows.
pub const ROWS: &[Row] = {
    use Place::{Clause, Function, Item, MapKey, Member, Operator, Owner, Rule, Test, Type, Value};
    &[
        row(
            Item,
            &["import", "include", "using", "require", "load", "from"],
            "write `use` and the name of a vocabulary",
        ),
        row(
            Item,
            &["schema", "entity", "entities", "type", "model", "namespace", "struct", "resource", "service"],
            "the attributes and actions of a service are a `vocabulary`: `vocabulary name 1 { … }`",
        ),
        row(
            Item,
            &["rule", "rules", "acl", "statement", "authorizer", "policies"],
            "rules are in a block: `policy name { allow { … } }`",
        ),
        row(Item, &["const", "var", "def", "define", "set", "alias", "val", "macro"], "write `let name = pattern`"),
        row(Item, &["group", "roles"], "write `role Name = [action, action]`"),
        row(
            Item,
            &["caveat", "attenuation", "limit", "block", "scope", "restrict"],
            "what narrows a token is a `restriction`: `restriction name { only { … } }`",
        ),
        row(Item, &["session", "jwt", "capability", "macaroon", "biscuit"], "write `token name { … }`"),
        row(
            Item,
            &["permit", "forbid", "allow", "deny", "only", "never", "always", "grant"],
            "a rule is inside a block: `policy name { allow { … } }`",
        ),
        row(
            Item,
            &["fn", "func", "function", "fun"],
            "a file has no functions of its own; `let` gives a pattern a name",
        ),
        row(Item, &["test", "case", "expect"], "cases are in a file of their own, whose name ends in `.cases`"),
        row(
            Rule,
            &[
                "permit",
                "grant",
                "grants",
                "accept",
                "permits",
                "allows",
                "can",
                "may",
                "authorize",
                "enable",
                "approve",
            ],
            "write `allow { … }`",
        ),
        row(
            Rule,
            &[
                "forbid", "forbids", "block", "reject", "refuse", "disallow", "denies", "cannot", "prohibit",
                "exclude", "drop",
            ],
            "write `deny { … }`",
        ),
        row(
            Rule,
            &["require", "requires", "limit", "restrict", "must", "ensure", "check", "caveat"],
            "write `only { … }` in a restriction; tokens and policies say with `allow { … }` what they allow",
        ),
        row(Rule, &["assert", "invariant", "expect"], "write `never { … }` or `always { … }`"),
        row(Clause, &["if", "where", "provided", "given", "iff", "while"], "write `when`"),
        row(Clause, &["except", "excluding", "but", "ifnot"], "write `unless`"),
        row(
            Clause,
            &["else", "otherwise"],
            "leave it out: what no rule allows is denied, and a second case is a rule of its own",
        ),
        row(Operator, &["like", "ilike", "glob"], "write `{a} in glob {b}`, or `{a} in {b}` for a path"),
        row(Operator, &["matches", "match", "regex", "regexp", "rlike"], "write `{a} in ~{b}`"),
        row(
            Operator,
            &["contains", "includes", "has", "include", "contain", "hasany"],
            "write `any {a} in [{b}]` for a set, and `contains({a}, {b})` for a text",
        ),
        row(Operator, &["startswith", "beginswith", "hasprefix"], "write `starts_with({a}, {b})`"),
        row(Operator, &["endswith", "hassuffix"], "write `ends_with({a}, {b})`"),
        row(Operator, &["between"], "write `{a} in {b}..{c}`; the second end is not part of a range"),
        row(Operator, &["is", "equals", "eq", "equal", "equalto"], "write `{a} == {b}`"),
        row(Operator, &["ne", "neq", "isnt", "differs", "xor"], "write `{a} != {b}`"),
        row(Operator, &["lt", "before", "below"], "write `{a} < {b}`"),
        row(Operator, &["le", "lte"], "write `{a} <= {b}`"),
        row(Operator, &["gt", "after", "above", "over"], "write `{a} > {b}`"),
        row(Operator, &["ge", "gte"], "write `{a} >= {b}`"),
        row(Operator, &["within", "inside", "of", "under", "oneof"], "write `{a} in {b}`"),
        row(Operator, &["intersects", "overlaps"], "write `any {a} in {b}`"),
        row(Operator, &["subset", "subsetof", "issubset"], "write `all {a} in {b}`"),
        row(Operator, &["implies"], "write `!{a} || {b}`"),
        row(Operator, &["then"], "a condition is true or false by itself: write `!{a} || {b}`"),
        row(Test, &["exists", "exist", "defined", "present", "isset", "some"], "write `has {b}`"),
        row(Test, &["missing", "absent", "undefined", "empty", "without", "no"], "write `!has {b}`"),
        row(
            Function,
            &["len", "strlen", "count", "cardinality", "sizeof"],
            "write `length(…)` for a text, and `size(…)` for a set",
        ),
        row(Function, &["dayofweek", "dow", "day", "getday", "wday"], "write `weekday(time)`; Monday is 1"),
        row(Function, &["hourofday", "gethours", "gethour", "hours"], "write `hour(time)`"),
        row(Function, &["now", "today", "currenttime", "gettime"], "write `time`: it is the time of the request"),
        row(Function, &["exists", "defined", "isset", "present", "isdefined"], "write `has` and the name: `has name`"),
        row(
            Function,
            &["missing", "isnull", "isempty", "absent", "undefined"],
            "write `!has` and the name: `!has name`",
        ),
        row(Function, &["startswith", "hasprefix", "beginswith"], "write `starts_with(text, beginning)`"),
        row(Function, &["endswith", "hassuffix"], "write `ends_with(text, end)`"),
        row(
            Function,
            &["includes", "has", "contain", "inarray", "member", "containsany", "containsall", "in"],
            "write `any set in [\"…\"]` for a set, and `contains(text, part)` for a text",
        ),
        row(
            Function,
            &["any", "some", "every", "all", "forall", "each"],
            "write `any set in […]` or `all set in […]`, without parentheses",
        ),
        row(Function, &["matches", "match", "regex", "regexp", "regexmatch", "rematch"], "write `value in ~\"…\"`"),
        row(Function, &["like", "glob", "globmatch", "wildcard"], "write `value in glob \"…\"`"),
        row(
            Function,
            &["cidrcontains", "incidr", "cidr", "isinrange", "netcontains", "ipinrange", "ipmatch"],
            "write `ip in \"10.0.0.0/8\"`",
        ),
        row(
            Function,
            &["lower", "upper", "tolower", "toupper", "lowercase", "uppercase", "casefold"],
            "compare values as they are; an attribute that is `lowercase` in the vocabulary has no capital letters",
        ),
        row(
            Function,
            &["string", "str", "int", "integer", "bool", "ip", "path", "uuid", "float", "decimal", "tostring"],
            "values have their types already: write the value itself",
        ),
        row(
            Function,
            &["datetime", "timestamp", "date", "parsetime", "time"],
            "write the time itself: `2027-01-01T00:00:00Z`",
        ),
        row(
            Function,
            &["duration", "interval", "timedelta", "seconds", "minutes"],
            "write the duration itself: `1h30m`",
        ),
        row(
            Function,
            &["concat", "format", "sprintf", "join"],
            "write one text, with parameters in it: `\"a/{name}\"`",
        ),
        row(Function, &["coalesce", "default", "ifnull", "getordefault"], "write `has name && …`, or `!has name || …`"),
        row(Value, &["now", "today", "currenttime"], "write `time`: it is the time of the request"),
        row(Value, &["hour", "hourofday"], "write `hour(time)`"),
        row(Value, &["minute"], "write `minute(time)`"),
        row(Value, &["weekday", "dayofweek", "dow", "day"], "write `weekday(time)`; Monday is 1"),
        row(Value, &["mon", "monday"], "`weekday` counts from Monday: write `1`"),
        row(Value, &["tue", "tuesday"], "`weekday` counts from Monday, which is 1: write `2`"),
        row(Value, &["wed", "wednesday"], "`weekday` counts from Monday, which is 1: write `3`"),
        row(Value, &["thu", "thursday"], "`weekday` counts from Monday, which is 1: write `4`"),
        row(Value, &["fri", "friday"], "`weekday` counts from Monday, which is 1: write `5`"),
        row(Value, &["sat", "saturday"], "`weekday` counts from Monday, which is 1: write `6`"),
        row(Value, &["sun", "sunday"], "`weekday` counts from Monday, which is 1: write `7`"),
        row(Value, &["true", "yes", "on"], "write `true`"),
        row(Value, &["false", "no", "off"], "write `false`"),
        row(
            Value,
            &["role", "method", "verb", "operation"],
            "put it into the map of the rule, `allow { action: name }`, or compare the action, `action == name`",
        ),
        row(
            Value,
            &["principal", "actor", "subject"],
            "a request has only the attributes of its vocabulary; in a token, its owner is `token.owner`",
        ),
        row(
            Type,
            &["text", "str", "varchar", "char", "chars", "email", "hostname", "enum", "symbol"],
            "write `string`",
        ),
        row(Type, &["uri", "href", "link"], "write `url` for an address of the web, or `string`"),
        row(Type, &["datetime", "timestamp", "date", "instant", "timestamptz"], "write `time`"),
        row(
            Type,
            &[
                "integer", "long", "short", "number", "num", "i64", "u64", "i32", "u32", "int32", "int64", "uint",
                "unsigned", "bigint",
            ],
            "write `int`",
        ),
        row(
            Type,
            &["float", "double", "decimal", "real", "f64", "numeric"],
            "numbers are whole: write `int`, and count in a smaller unit",
        ),
        row(
            Type,
            &["map", "object", "dict", "record", "hash", "json", "hashmap", "dictionary"],
            "write `labels`: names with a text each",
        ),
        row(Type, &["cidr", "ipaddr", "ipv4", "ipv6", "inet", "net", "address", "ipaddress"], "write `ip`"),
        row(Type, &["boolean", "flag", "logical"], "write `bool`"),
        row(Type, &["blob", "binary", "bytea", "buffer", "raw"], "write `bytes`"),
        row(Type, &["guid"], "write `uuid`"),
        row(Type, &["interval", "timespan", "period", "timedelta"], "write `duration`"),
        row(Type, &["file", "filename", "filepath", "route", "resource"], "write `path`"),
        row(
            Type,
            &["list", "array", "vec", "seq", "sequence", "strings", "slice"],
            "write `set of string`, or another type after `of`",
        ),
        row(
            Type,
            &["any", "value", "unknown", "dynamic", "never"],
            "an attribute has one type; write `string` where it is a text",
        ),
        row(
            Member,
            &["actions", "operations", "methods", "verbs", "operation", "method"],
            "write `action {b}`, with commas between several",
        ),
        row(Member, &["optional", "maybe", "nullable"], "write `optional` after the type: `{b}: … optional`"),
        row(
            Member,
            &["required", "mandatory", "attribute", "field", "string", "int", "bool", "attr", "let"],
            "an attribute is written `{b}: type`, and requests have it unless `optional` comes after the type",
        ),
        row(
            Owner,
            &[
                "request",
                "req",
                "context",
                "ctx",
                "input",
                "resource",
                "principal",
                "env",
                "environment",
                "attributes",
                "attrs",
                "this",
                "self",
                "data",
                "event",
                "object",
            ],
            "an attribute has no owner: write `{b}`",
        ),
        row(MapKey, &["gte"], "write `$ge`"),
        row(MapKey, &["lte"], "write `$le`"),
        row(MapKey, &["neq", "notequal"], "write `$ne`"),
        row(MapKey, &["equals", "equal", "is"], "write `$eq`, or the value alone"),
        row(MapKey, &["in", "oneof", "or", "anyof"], "write the list alone, without a `$` key"),
        row(MapKey, &["nin", "notin", "nor"], "write `$not` with the list"),
        row(MapKey, &["regexp", "matches", "match"], "write `$regex`"),
        row(MapKey, &["like", "wildcard", "pattern"], "write `$glob`"),
        row(MapKey, &["startswith", "beginswith"], "write `$prefix`"),
        row(MapKey, &["endswith"], "write `$suffix`"),
        row(MapKey, &["exists"], "write `{\"$any\": true}` for a value, and `{\"$absent\": true}` for none"),
        row(MapKey, &["between"], "write `$range` with a list of the two ends"),
        row(MapKey, &["and", "allof"], "write a condition under `when` for several patterns on one value"),
    ]
};
