//! The table of shapes that other languages have and this one does not: each with an example, what
//! its help says, and how it is recognised where the grammar stops.

use super::explain::{Scene, adjoin};
use super::foreign::syntax;
use super::grammar::Rule;
use crate::diag::Diagnostic;
use crate::span::Span;
use crate::syntax::ast::Effect;
use crate::syntax::foreign::{Place, find, means_actions};
use crate::syntax::lex::{Token, TokenKind};

struct Shape {
    /// A file that has it.
    #[cfg_attr(not(test), expect(dead_code, reason = "the test of this table reads it"))]
    example: &'static str,
    /// A part of the help.
    #[cfg_attr(not(test), expect(dead_code, reason = "the test of this table reads it"))]
    help: &'static str,
    find: fn(&Scene<'_>, Token) -> Option<Diagnostic>,
}

/// One row for each shape: how it is recognised, a file that has it, and a part of the help.
macro_rules! shapes {
    ($( $find:ident $example:literal => $help:literal; )*) => {
        const SHAPES: &[Shape] = &[
            $( Shape { example: $example, help: $help, find: |scene, found| scene.$find(found) }, )*
        ];
    };
}

shapes! {
    namespace "policy p { allow { action: Action::\"read\" } }"
        => "write `read`";
    namespace "policy p { allow {} when user == User::\"ann\" }"
        => "write `ann` or, for a text, `\"ann\"`";
    part_of_a_value "policy p { allow {} when request.tenant == \"a\" }"
        => "write `tenant`";
    part_of_a_value "policy p { allow { request.tenant: \"a\" } }"
        => "write `tenant`";
    part_of_a_value "policy p { allow {} when tenant.starts_with(\"a\") }"
        => "write `starts_with(tenant, \"a\")`";
    part_of_a_value "policy p { allow {} when tags.contains(\"a\") }"
        => "write `any tags in [\"a\"]` for a set, and `contains(tags, \"a\")` for a text";
    part_of_a_value "policy p { allow {} when name.length > 3 }"
        => "write `length(name)`";
    part_of_a_value "policy p { allow {} when time.hour in 6..22 }"
        => "write `hour(time)`";
    part_of_a_value "policy p { allow {} when headers.trace == \"a\" }"
        => "write `headers[\"trace\"]`";
    comparison_as_entry "policy p { allow { views > 3 } }"
        => "write `views: > 3`";
    comparison_as_entry "policy p { allow { name == \"a\" } }"
        => "write `name: \"a\"`";
    comparison_as_entry "policy p { allow { name != \"a\" } }"
        => "write `name: not \"a\"`";
    comparison_as_entry "policy p { allow { name in [\"a\"] } }"
        => "write `name: [\"a\"]`";
    comparison_as_entry "policy p { allow { name like \"a*\" } }"
        => "write `name: …`";
    has_as_entry "policy p { allow { has name } }"
        => "write `name: any`";
    braces_around_a_condition "policy p { allow { action: read } when { a == 1 } }"
        => "without braces";
    rule_without_map "policy p { allow when a == 1 }"
        => "write `allow { action: any } when …`";
    rule_without_map "policy p { allow if a == 1 }"
        => "write `allow { action: any } when …`";
    rule_without_map "policy p { allow read }"
        => "write `allow { action: read }`";
    rule_without_map "policy p { allow * }"
        => "write `allow { action: any }`";
    rule_without_map "policy p { allow(action: read) }"
        => "in braces: `allow { … }`";
    rule_without_map "policy p { allow action: read }"
        => "in braces: `allow { action: … }`";
    prefixed_text "policy p { allow { name: f\"{t}\" } }"
        => "leave `f` out";
    sum_of_texts "policy p(t: string) { allow { name: \"a/\" + t } }"
        => "write one text: `\"a/{t}\"`";
    choice "policy p { allow {} when a ? b : c }"
        => "write `a && … || !a && …`";
    arrow "policy p { allow {} when a => b }"
        => "write `!a || b`";
    marked_type "vocabulary v 1 { name: string? action get }"
        => "write `string optional`";
    marked_type "vocabulary v 1 { name: string | null action get }"
        => "write `string optional`";
    marked_type "vocabulary v 1 { name?: string action get }"
        => "write `name: … optional`";
    mark_before_type "vocabulary v 1 { name: optional string action get }"
        => "write `name: string optional`";
    type_of_several "vocabulary v 1 { tags: [string] action get }"
        => "write `set of string`";
    type_of_several "vocabulary v 1 { tags: set<string> action get }"
        => "write `set of string`";
    type_of_several "vocabulary v 1 { tags: Vec<string> action get }"
        => "write `set of string`";
    type_of_several "vocabulary v 1 { tags: set(string) action get }"
        => "write `set of string`";
    type_of_several "vocabulary v 1 { tags: string[] action get }"
        => "write `set of string`";
    words_for_several "vocabulary v 1 { tags: list of string action get }"
        => "write `set of string`";
    words_for_several "vocabulary v 1 { tags: set string action get }"
        => "write `set of string`";
    type_of_several "policy p(tags: [string]) { allow {} }"
        => "write `set of string`";
    actions_with_colon "vocabulary v 1 { name: string actions: read, write }"
        => "write `action read, write`";
    actions_with_colon "vocabulary v 1 { name: string action: read }"
        => "write `action read`";
}

impl Scene<'_> {
    /// The first shape that matches the place.
    pub(super) fn shape(&self, found: Token) -> Option<Diagnostic> {
        SHAPES.iter().find_map(|shape| (shape.find)(self, found))
    }

    /// From the token `from` before the place to the token `to`.
    fn span(&self, from: usize, to: Token) -> Option<Span> {
        Some(self.before[from]?.span.join(to.span))
    }

    fn follows(&self, found: Token) -> bool {
        self.before[0].is_some_and(|before| before.kind == TokenKind::Word && adjoin(before, found))
    }

    /// `Action::"read"`
    fn namespace(&self, found: Token) -> Option<Diagnostic> {
        if self.word(Some(found)) != ":" || self.word(self.after) != ":" || !self.follows(found) {
            return None;
        }
        let owner = self.word(self.before[0]);
        let (value, _) = self.value_after(self.next_after(self.after?)?);
        let name = value.trim_matches('"');
        let help = if self.in_condition() {
            format!("names have no namespace: write `{name}` or, for a text, `\"{name}\"`")
        } else {
            format!("names have no namespace: write `{name}`")
        };
        Some(syntax(self.span(0, self.after?)?, format!("`{owner}::` does not begin a name"), help))
    }

    /// `request.tenant`, `tenant.starts_with("a")`, `time.hour`
    fn part_of_a_value(&self, found: Token) -> Option<Diagnostic> {
        let after = self.after.filter(|after| after.kind == TokenKind::Word && adjoin(found, *after))?;
        if self.word(Some(found)) != "." || !self.follows(found) {
            return None;
        }
        let (owner, part) = (self.word(self.before[0]), self.word(self.after));
        let at = self.span(0, after)?;
        let call = self.next_after(after).filter(|open| adjoin(after, *open) && open.kind == TokenKind::Open(b'('));
        let message = format!("`{owner}` has no part `{part}`");
        let help = if let Some(open) = call {
            let argument = self.next_after(open).map_or("…", |token| self.value_after(token).0);
            method(owner, part, argument)
        } else if let Some(row) = find(Place::Owner, owner) {
            row.way_out(["…", part, "…"])
        } else if matches!(part, "hour" | "minute" | "weekday" | "length" | "size") {
            format!("write `{part}({owner})`")
        } else if let Some(row) = find(Place::Function, part) {
            row.out.to_owned()
        } else {
            format!("an attribute has no parts; for labels, write `{owner}[\"{part}\"]`")
        };
        Some(syntax(at, message, help))
    }

    /// `allow { views > 3 }`
    fn comparison_as_entry(&self, found: Token) -> Option<Diagnostic> {
        if !self.in_map() || self.in_vocabulary() || !self.expects(Rule::colon) {
            return None;
        }
        let (key, sign) = (self.before[0].filter(|key| key.kind == TokenKind::Word)?, self.word(Some(found)));
        let (key, value) = (key.span.of(self.text), self.after.map_or("…", |after| self.value_after(after).0));
        let help = match sign {
            "==" | "in" => format!("write `{key}: {value}`"),
            "!=" => format!("write `{key}: not {value}`"),
            "<" | "<=" | ">" | ">=" => format!("write `{key}: {sign} {value}`"),
            word if find(Place::Operator, word).is_some() => {
                format!("a map has keys and patterns: write `{key}: …`, or the comparison after `when`")
            }
            _ => return None,
        };
        Some(syntax(found.span, format!("a key is not followed by `{sign}`"), help))
    }

    /// `allow { has name }`
    fn has_as_entry(&self, found: Token) -> Option<Diagnostic> {
        let is_entry = self.in_map() && !self.in_vocabulary() && self.expects(Rule::colon);
        if !is_entry || self.word(self.before[0]) != "has" || found.kind != TokenKind::Word {
            return None;
        }
        let name = found.span.of(self.text);
        let help = format!("write `{name}: any`, and `{name}: absent` for the opposite");
        Some(syntax(self.before[0]?.span, "`has` is for conditions", help))
    }

    /// `when { a == 1 }`
    fn braces_around_a_condition(&self, found: Token) -> Option<Diagnostic> {
        let word = self.word(self.before[0]);
        if !matches!(word, "when" | "unless") || found.kind != TokenKind::Open(b'{') {
            return None;
        }
        let help = format!("write the condition without braces: `{word} …`; `( … )` groups");
        Some(syntax(found.span, "a condition does not begin with `{`", help))
    }

    /// `allow if …`, `allow read`, `allow(…)`
    fn rule_without_map(&self, found: Token) -> Option<Diagnostic> {
        let effect = self.word(self.before[0]);
        if !self.expects(Rule::open_brace) || Effect::of_word(effect).is_none() || self.word(Some(found)) == ":" {
            return None;
        }
        let word = self.word(Some(found));
        let help = match (found.kind, self.word(self.after)) {
            (TokenKind::Word, ":") => format!("write what is matched in braces: `{effect} {{ {word}: … }}`"),
            (TokenKind::Word, _) if matches!(word, "when" | "unless") => {
                format!("write `{effect} {{ action: any }} {word} …`")
            }
            (TokenKind::Word, _) if find(Place::Clause, word).is_some() => {
                format!("write `{effect} {{ action: any }} when …`")
            }
            (TokenKind::Word, _) => format!("write `{effect} {{ action: {word} }}`"),
            _ if word == "*" => format!("write `{effect} {{ action: any }}`"),
            _ => format!("write what is matched in braces: `{effect} {{ … }}`"),
        };
        Some(syntax(found.span, format!("expected `{{` after `{effect}`"), help))
    }

    /// `f"{t}"`
    fn prefixed_text(&self, _: Token) -> Option<Diagnostic> {
        let (text, prefix) = (self.before[0]?, self.before[1]?);
        let is_prefix = text.kind == TokenKind::Text && prefix.kind == TokenKind::Word && adjoin(prefix, text);
        if !is_prefix || !self.expects(Rule::colon) {
            return None;
        }
        let prefix = prefix.span.of(self.text);
        let help = format!("leave `{prefix}` out: every text has splices, such as `\"{{name}}\"`");
        Some(syntax(self.before[1]?.span, format!("`{prefix}` does not begin a text"), help))
    }

    /// `"a/" + t`
    fn sum_of_texts(&self, found: Token) -> Option<Diagnostic> {
        let text = self.before[0].filter(|text| text.kind == TokenKind::Text)?.span.of(self.text);
        if self.word(Some(found)) != "+" || !self.in_map() {
            return None;
        }
        let (next, _) = self.value_after(self.after?);
        let inner = text.trim_matches('"');
        let rest = if next.starts_with('"') { next.trim_matches('"').to_owned() } else { format!("{{{next}}}") };
        Some(syntax(found.span, "texts are not added", format!("write one text: `\"{inner}{rest}\"`")))
    }

    /// `a ? b : c`
    fn choice(&self, found: Token) -> Option<Diagnostic> {
        if self.word(Some(found)) != "?" || !self.in_condition() {
            return None;
        }
        let value = self.value_before(found.span.start);
        let help = format!("write `{value} && … || !{value} && …`");
        Some(syntax(found.span, "`?` is not an operator", help))
    }

    /// `a => b`
    fn arrow(&self, found: Token) -> Option<Diagnostic> {
        let after = self.after.filter(|after| adjoin(found, *after))?;
        if (self.word(Some(found)), self.word(self.after)) != ("=", ">") || !self.expects(Rule::and_sign) {
            return None;
        }
        let next = self.next_after(after).map_or("…", |token| self.value_after(token).0);
        let value = self.value_before(found.span.start);
        Some(syntax(found.span.join(after.span), "`=>` is not an operator", format!("write `!{value} || {next}`")))
    }

    /// `name: string?`, `name?: string`
    fn marked_type(&self, found: Token) -> Option<Diagnostic> {
        let sign = self.word(Some(found));
        let last = self.before[0].filter(|last| last.kind == TokenKind::Word)?.span.of(self.text);
        let is_optional = sign == "?" || (sign == "|" && super::is_null(self.word(self.after)));
        if !is_optional || !self.in_vocabulary() {
            return None;
        }
        let help = if self.expects(Rule::colon) {
            format!("write `{last}: … optional`")
        } else {
            format!("write `{last} optional`")
        };
        Some(syntax(found.span, "an attribute that may be absent is marked with a word", help))
    }

    /// `name: optional string`
    fn mark_before_type(&self, _: Token) -> Option<Diagnostic> {
        let [ty, mark, colon, name, _] = self.before.map(|token| self.word(token));
        if !matches!(mark, "optional" | "lowercase") || colon != ":" || !self.in_vocabulary() {
            return None;
        }
        if !self.expects(Rule::colon) {
            return None;
        }
        let help = format!("write `{name}: {ty} {mark}`");
        Some(syntax(self.before[1]?.span, format!("`{mark}` comes after the type"), help))
    }

    /// `tags: [string]`, `tags: set<string>`, `tags: string[]`
    fn type_of_several(&self, found: Token) -> Option<Diagnostic> {
        let (sign, last) = (self.word(Some(found)), self.word(self.before[0]));
        let colon = usize::from(last != ":");
        let is_type = self.word(self.before[colon]) == ":" && (self.in_vocabulary() || self.expects(Rule::parameter));
        let is_type = is_type || self.expects(Rule::kind);
        if !is_type || !matches!(sign, "[" | "<" | "(") {
            return None;
        }
        let inner = self.word(self.after.filter(|after| after.kind == TokenKind::Word));
        // `[string]`, `set<string>`; or `string[]`
        let element = if last == ":" || sign != "[" { inner } else { last };
        let element = if element.is_empty() { "…" } else { element };
        Some(syntax(found.span, "a type of several values is written in words", format!("write `set of {element}`")))
    }

    /// `tags: list of string`, `tags: set string`
    fn words_for_several(&self, found: Token) -> Option<Diagnostic> {
        if !self.expects(Rule::colon) || !(self.in_vocabulary() || self.expects(Rule::parameter)) {
            return None;
        }
        let [last, second, third, ..] = self.before.map(|token| self.word(token));
        let element = match (third, second, last) {
            (":", "set", element) => element,
            (":", _, "of") => self.word(Some(found)),
            _ => return None,
        };
        let message = "a type of several values is a set";
        Some(syntax(self.before[1]?.span, message, format!("write `set of {element}`")))
    }

    /// `actions: read, write`
    fn actions_with_colon(&self, _: Token) -> Option<Diagnostic> {
        let [second, comma, first, colon, word] = self.before.map(|token| self.word(token));
        let is_actions = (comma, colon) == (",", ":") && means_actions(word);
        if !self.in_vocabulary() || !is_actions || !self.expects(Rule::colon) {
            return None;
        }
        let help = format!("write `action {first}, {second}`, without a colon");
        Some(syntax(self.before[3]?.span, "actions are not an attribute", help))
    }
}

/// `owner.part(argument)`, with the function in front.
fn method(owner: &str, part: &str, argument: &str) -> String {
    let own = ["starts_with", "ends_with"].into_iter().find(|own| *own == part);
    match (own, find(Place::Operator, part), find(Place::Function, part)) {
        (Some(own), ..) => format!("write `{own}({owner}, {argument})`"),
        (None, Some(row), _) => row.way_out([owner, argument, "…"]),
        (None, None, Some(row)) => row.out.to_owned(),
        (None, None, None) => format!("functions come first: write `{part}({owner}, {argument})`"),
    }
}

#[cfg(test)]
mod tests {
    use super::SHAPES;
    use crate::syntax::parse::parse;

    #[test]
    fn every_shape_of_another_language_is_told_the_way_out() {
        let mut silent = Vec::new();
        for shape in SHAPES {
            let found = parse(shape.example).err().unwrap_or_default();
            let says = found.first().and_then(|found| found.help.as_deref()).unwrap_or_default();
            if found.len() != 1 || !says.contains(shape.help) {
                silent.push(format!("{}\n  wanted: {}\n  found: {found:?}", shape.example, shape.help));
            }
        }
        assert!(silent.is_empty(), "{}", silent.join("\n"));
    }
}
