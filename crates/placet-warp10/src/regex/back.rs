//! The reverse direction: an expression of the Placet dialect in Java's syntax.
//!
//! The syntax is guessed, and the guess is proved: translated again, it must mean the same.

use regex_syntax::hir::{Hir, HirKind, Repetition};

use super::classes::{ANY, NO_LINE_END};
use super::read::translate;
use super::reader::Groups;
use placet::model::types::Scalar;

/// An expression of the Placet dialect in Java's syntax; `None` if neither it nor its plainer
/// spelling means the same there.
#[must_use]
pub fn to_java(ours: &str) -> Option<String> {
    let meaning = meaning(ours)?;
    let any = ours.contains(ANY).then(|| format!("(?s){}", plainer(&ours.replace(ANY, "."))));
    let others = [plainer(ours), ours.to_owned(), format!("(?s){ours}")];
    let says_the_same = |java: &String| {
        let carried = translate(java, false, Groups::Plain).ok();
        carried.and_then(|carried| self::meaning(&carried)).is_some_and(|carried| carried == meaning)
    };
    any.into_iter().chain(others).find(says_the_same)
}

/// The meaning of a Placet expression, without the groups of its spelling.
fn meaning(ours: &str) -> Option<Hir> {
    placet::check::regex::parse(ours, Scalar::String).ok().map(without_groups)
}

fn without_groups(expression: Hir) -> Hir {
    let all = |parts: Vec<Hir>| parts.into_iter().map(without_groups).collect();
    match expression.into_kind() {
        HirKind::Capture(group) => without_groups(*group.sub),
        HirKind::Concat(parts) => Hir::concat(all(parts)),
        HirKind::Alternation(parts) => Hir::alternation(all(parts)),
        HirKind::Repetition(repetition) => {
            let sub = Box::new(without_groups(*repetition.sub));
            Hir::repetition(Repetition { sub, ..repetition })
        }
        HirKind::Empty => Hir::empty(),
        HirKind::Literal(literal) => Hir::literal(literal.0),
        HirKind::Class(class) => Hir::class(class),
        HirKind::Look(look) => Hir::look(look),
    }
}

/// The output of [`translate`] as people write it: a guess, which the caller proves.
fn plainer(ours: &str) -> String {
    let text = ours.replace(NO_LINE_END, ".").replace("(?:", "(").replace("\\A", "^").replace("\\z", "$");
    let mut out = String::new();
    let mut rest = text.as_str();
    while let Some((before, behind)) = rest.split_once("\\x{") {
        out.push_str(before);
        let Some((digits, after)) = behind.split_once('}') else { return text };
        match u32::from_str_radix(digits, 16).ok().and_then(char::from_u32) {
            Some(c) if c.is_ascii_graphic() && ".*+?()[]{}|^$\\&".contains(c) => out.extend(['\\', c]),
            Some(c) if c == ' ' || c.is_ascii_graphic() => out.push(c),
            _ => out.push_str(&format!("\\x{{{digits}}}")),
        }
        rest = after;
    }
    out + rest
}
#[cfg(test)]
mod tests {
    use super::super::Expression;
    use super::*;

    #[test]
    fn what_was_carried_goes_back_to_java_as_it_came() {
        for java in ["nor.*", "(A|B)[0-9]+", "^(north|south)$", "a\\.b-c", "x{2,3}", "[^a-z]*", "a b", "(?s)a.*"] {
            let carried = Expression::from_java(java).unwrap();
            let back = to_java(carried.as_str()).unwrap();
            assert_eq!(Expression::from_java(&back).unwrap().as_str(), carried.as_str(), "{java} became {back}");
            assert_eq!(back, java);
        }
        assert_eq!(to_java("eu-.*").as_deref(), Some("(?s)eu-.*"));
        assert_eq!(to_java("\\d").as_deref(), Some("\\d"), "ASCII here and there");
        assert_eq!(to_java("(?u)\\d"), None);
        assert_eq!(to_java("\\s"), None, "Java's has one character more");
        assert_eq!(to_java("(?i)k"), None);
    }
}
