//! Regular expressions: the dialect, and the constructs it refuses. A bad expression is an error
//! here, never a pattern that silently matches nothing.

use regex_syntax::ast::{self, Ast, Visitor};
use regex_syntax::hir::translate::TranslatorBuilder;
use regex_syntax::hir::{Class, ClassUnicodeRange, Hir, HirKind, Look};

use super::classes::to_ascii;
use super::expected::Expected;
use super::lowercase;
use super::scope::Scope;
use super::texts::SPLICE;
use super::tree;
use crate::diag::Diagnostic;
use crate::diag::code::Code;
use crate::limits::{NESTING, PATTERN_BYTES};
use crate::span::Span;
use crate::syntax::ast::{Piece, Text};
use placet_core::model::types::Scalar;

/// Reads a regular expression in the only dialect: `.` is any character, including line ends; in
/// strings a character is a Unicode scalar value, in bytes it is a byte. `\d`, `\w` and `\s` are
/// ASCII unless `(?u)` selects Unicode.
///
/// # Errors
/// The mistake in it.
pub fn parse(text: &str, scalar: Scalar) -> Result<Hir, String> {
    let nesting = u32::try_from(NESTING).unwrap_or(u32::MAX);
    let tree = ast::parse::ParserBuilder::new().nest_limit(nesting).build().parse(text);
    meaning(text, tree.map_err(|error| error.kind().to_string())?, scalar)
}

/// Translates the syntax tree of `text`.
///
/// # Errors
/// As [`parse`].
pub fn meaning(text: &str, mut tree: Ast, scalar: Scalar) -> Result<Hir, String> {
    ast::visit(&tree, NoProperties)?;
    let is_text = scalar != Scalar::Bytes;
    to_ascii(&mut tree, is_text);
    let mut translator = TranslatorBuilder::new().dot_matches_new_line(true).unicode(is_text).utf8(is_text).build();
    let hir = translator.translate(text, &tree).map_err(|error| error.kind().to_string())?;
    let whole =
        [Look::Start, Look::End].into_iter().fold(hir.properties().look_set(), regex_syntax::hir::LookSet::remove);
    if whole.is_empty() {
        Ok(hir)
    } else {
        Err("it looks at the borders of words or lines, and only whole values are matched".to_owned())
    }
}

impl Scope<'_, '_> {
    /// `~"eu-.*"`
    pub(super) fn regex(&self, text: &Text, at: Span, expected: Expected<'_>) -> Option<tree::Text> {
        let pieces = self.pieces(text, at, expected, PATTERN_BYTES);
        let stand_in = SPLICE.to_string();
        let piece = |piece: &Piece| match piece {
            Piece::Text(text) => text.clone(),
            Piece::Splice(_) => stand_in.clone(),
        };
        let shape: String = text.pieces.iter().map(piece).collect();
        let read = || self.check_regex(&shape, text, at, expected.scalar);
        let Some(read) = self.report.read_regex(&shape, expected.scalar, read) else {
            return self.report.fail(too_much(at));
        };
        if let Err(why) = read {
            return self.report.fail(
                Diagnostic::new(Code::BadRegex, at, format!("this is not a regular expression: {why}"))
                    .help("the whole value must match; there are no look-arounds and no back references"),
            );
        }
        if expected.lowercase && wants_capital(&shape, expected.scalar) {
            return self.report.fail(lowercase::capitals(expected.what, at));
        }
        pieces
    }

    fn check_regex(&self, shape: &str, text: &Text, at: Span, scalar: Scalar) -> Result<(), String> {
        let splices = text.pieces.iter().filter(|piece| matches!(piece, Piece::Splice(_))).count();
        if splices > 0 {
            let tree = ast::parse::Parser::new().parse(shape).map_err(|error| error.kind().to_string())?;
            let found = ast::visit(&tree, CountSplices(0)).unwrap_or(0);
            if found != splices {
                return Err("a splice is inside a class, a name or a count, where it would not be text".to_owned());
            }
            self.warn_open_regex(text, &tree, at);
        }
        // A character of bytes is a byte, so the stand-in there is ASCII.
        parse(&shape.replace(SPLICE, "x"), scalar).map(drop)
    }
}

/// The later expressions are not read, so this is reported for the first.
fn too_much(at: Span) -> Diagnostic {
    let message = "from here on, reading the regular expressions of the document takes too much work";
    Diagnostic::new(Code::TooMany, at, message).help("use fewer of them, fewer classes of Unicode, or list the values")
}

/// Whether the expression requires a capital letter: as a literal, or as a member of a class with
/// nothing else in it. A letter under `(?i)` is a class with more in it.
fn wants_capital(shape: &str, scalar: Scalar) -> bool {
    let Ok(hir) = parse(&shape.replace(SPLICE, "x"), scalar) else { return false };
    let mut open = vec![&hir];
    while let Some(hir) = open.pop() {
        match hir.kind() {
            HirKind::Literal(literal) if literal.0.iter().any(u8::is_ascii_uppercase) => return true,
            HirKind::Repetition(repetition) => open.push(&repetition.sub),
            HirKind::Capture(capture) => open.push(&capture.sub),
            HirKind::Concat(parts) | HirKind::Alternation(parts) => open.extend(parts),
            HirKind::Class(Class::Unicode(class)) if !class.ranges().is_empty() => {
                let is_capital = |range: &ClassUnicodeRange| range.start() >= 'A' && range.end() <= 'Z';
                if class.iter().all(is_capital) {
                    return true;
                }
            }
            HirKind::Empty | HirKind::Literal(_) | HirKind::Class(_) | HirKind::Look(_) => {}
        }
    }
    false
}

/// Refuses `\p{…}`. Its tables exist or not depending on the features of a whole build, but a
/// policy must mean the same in every build.
struct NoProperties;

impl NoProperties {
    fn refuse() -> Result<(), String> {
        Err("properties of Unicode, `\\p{…}`, are not supported; `(?u)\\w` is a letter or digit of any script"
            .to_owned())
    }
}

impl Visitor for NoProperties {
    type Output = ();
    type Err = String;

    fn finish(self) -> Result<(), String> {
        Ok(())
    }

    fn visit_pre(&mut self, node: &Ast) -> Result<(), String> {
        if matches!(node, Ast::ClassUnicode(_)) { Self::refuse() } else { Ok(()) }
    }

    fn visit_class_set_item_pre(&mut self, item: &ast::ClassSetItem) -> Result<(), String> {
        if matches!(item, ast::ClassSetItem::Unicode(_)) { Self::refuse() } else { Ok(()) }
    }
}

/// Counts the stand-ins that are literal text. In a class, a spliced text would be a set of
/// characters and match more than itself.
pub(super) struct CountSplices(pub(super) usize);

impl Visitor for CountSplices {
    type Output = usize;
    type Err = ();

    fn finish(self) -> Result<usize, ()> {
        Ok(self.0)
    }

    fn visit_post(&mut self, node: &Ast) -> Result<(), ()> {
        if matches!(node, Ast::Literal(literal) if literal.c == SPLICE) {
            self.0 += 1;
        }
        Ok(())
    }
}
