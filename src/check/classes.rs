//! The meaning of `\d`, `\w` and `\s` in a regular expression: ASCII, as in RE2, unless `(?u)`
//! selects Unicode.
//!
//! The syntax tree is rewritten before it is translated: each of these classes becomes the class
//! that it stands for. Under `(?i)`, all other members of a bracketed class are folded here, so
//! that `[\w-]` stays ASCII: folded with the rest, `\w` would contain `ſ` and the Kelvin sign.

use regex_syntax::ast::{
    Ast, ClassAscii, ClassAsciiKind, ClassBracketed, ClassPerl, ClassPerlKind, ClassSet, ClassSetItem, ClassSetRange,
    ClassSetUnion, Flag, Flags, FlagsItem, FlagsItemKind, Group, GroupKind, Literal, LiteralKind, Span,
};
use regex_syntax::hir::translate::TranslatorBuilder;
use regex_syntax::hir::{Class, ClassUnicode, ClassUnicodeRange, HirKind};

/// Gives the classes of a tree their ASCII meaning. `text` says whether values are strings; in
/// bytes only ASCII folds anyway.
pub(super) fn to_ascii(tree: &mut Ast, text: bool) {
    rewrite(tree, &mut Mode { unicode: None, folds: false, text });
}

/// The flags in force at a place.
#[derive(Clone, Copy)]
struct Mode {
    /// `(?u)` or `(?-u)`; `None` if the expression has neither.
    unicode: Option<bool>,
    /// `(?i)`
    folds: bool,
    text: bool,
}

impl Mode {
    fn with(self, flags: &Flags) -> Self {
        Self {
            unicode: flags.flag_state(Flag::Unicode).or(self.unicode),
            folds: flags.flag_state(Flag::CaseInsensitive).unwrap_or(self.folds),
            ..self
        }
    }

    /// Whether a folded class would leave ASCII.
    fn folds_beyond_ascii(self) -> bool {
        self.folds && self.text && self.unicode.is_none()
    }
}

/// Flags stay in force up to the end of their group, through all of its alternatives.
fn rewrite(tree: &mut Ast, mode: &mut Mode) {
    let fresh = match tree {
        Ast::Flags(set) => {
            *mode = mode.with(&set.flags);
            None
        }
        Ast::Group(group) => {
            let mut inside = group.flags().map_or(*mode, |flags| mode.with(flags));
            rewrite(&mut group.ast, &mut inside);
            None
        }
        Ast::Repetition(repetition) => {
            rewrite(&mut repetition.ast, mode);
            None
        }
        Ast::Concat(concat) => {
            concat.asts.iter_mut().for_each(|part| rewrite(part, mode));
            None
        }
        Ast::Alternation(alternation) => {
            alternation.asts.iter_mut().for_each(|part| rewrite(part, mode));
            None
        }
        Ast::ClassPerl(class) if mode.unicode != Some(true) => {
            let kind = ClassSet::Item(ascii(class));
            Some(ClassBracketed { span: class.span, negated: false, kind })
        }
        Ast::ClassBracketed(class) if mode.unicode != Some(true) && has_perl(&class.kind) => {
            let mut class = ClassBracketed::clone(class);
            rewrite_set(&mut class.kind, *mode);
            Some(class)
        }
        Ast::Empty(_)
        | Ast::Literal(_)
        | Ast::Dot(_)
        | Ast::Assertion(_)
        | Ast::ClassUnicode(_)
        | Ast::ClassPerl(_)
        | Ast::ClassBracketed(_) => None,
    };
    if let Some(class) = fresh {
        let class = Ast::class_bracketed(class);
        *tree = if mode.folds_beyond_ascii() { unfolded(class) } else { class };
    }
}

/// `(?-i:…)`
fn unfolded(ast: Ast) -> Ast {
    let span = *ast.span();
    let item = |kind| FlagsItem { span, kind };
    let items = vec![item(FlagsItemKind::Negation), item(FlagsItemKind::Flag(Flag::CaseInsensitive))];
    Ast::group(Group { span, kind: GroupKind::NonCapturing(Flags { span, items }), ast: Box::new(ast) })
}

fn has_perl(set: &ClassSet) -> bool {
    let within = |item: &ClassSetItem| match item {
        ClassSetItem::Perl(_) => true,
        ClassSetItem::Bracketed(inner) => has_perl(&inner.kind),
        ClassSetItem::Union(union) => union.items.iter().any(|item| match item {
            ClassSetItem::Perl(_) => true,
            ClassSetItem::Bracketed(inner) => has_perl(&inner.kind),
            _ => false,
        }),
        ClassSetItem::Empty(_)
        | ClassSetItem::Literal(_)
        | ClassSetItem::Range(_)
        | ClassSetItem::Ascii(_)
        | ClassSetItem::Unicode(_) => false,
    };
    match set {
        ClassSet::Item(item) => within(item),
        ClassSet::BinaryOp(both) => has_perl(&both.lhs) || has_perl(&both.rhs),
    }
}

fn rewrite_set(set: &mut ClassSet, mode: Mode) {
    match set {
        ClassSet::Item(item) => rewrite_item(item, mode),
        ClassSet::BinaryOp(both) => {
            rewrite_set(&mut both.lhs, mode);
            rewrite_set(&mut both.rhs, mode);
        }
    }
}

fn rewrite_item(item: &mut ClassSetItem, mode: Mode) {
    match item {
        ClassSetItem::Perl(class) => *item = ascii(class),
        ClassSetItem::Bracketed(inner) => rewrite_set(&mut inner.kind, mode),
        ClassSetItem::Union(union) => union.items.iter_mut().for_each(|item| rewrite_item(item, mode)),
        ClassSetItem::Literal(_) | ClassSetItem::Range(_) | ClassSetItem::Ascii(_) | ClassSetItem::Unicode(_) => {
            if mode.folds_beyond_ascii()
                && let Some(folded) = folded(item)
            {
                *item = folded;
            }
        }
        ClassSetItem::Empty(_) => {}
    }
}

/// `[0-9]`, `[0-9A-Za-z_]` or `[\t\n\f\r ]`.
fn ascii(class: &ClassPerl) -> ClassSetItem {
    let (span, negated) = (class.span, class.negated);
    let known = |kind| ClassSetItem::Ascii(ClassAscii { span, kind, negated });
    match class.kind {
        ClassPerlKind::Digit => known(ClassAsciiKind::Digit),
        ClassPerlKind::Word => known(ClassAsciiKind::Word),
        ClassPerlKind::Space => {
            let members = [('\t', '\n'), ('\u{c}', '\r'), (' ', ' ')].map(|ends| range(span, ends));
            let kind = ClassSet::union(ClassSetUnion { span, items: members.to_vec() });
            ClassSetItem::Bracketed(Box::new(ClassBracketed { span, negated, kind }))
        }
    }
}

fn range(span: Span, (start, end): (char, char)) -> ClassSetItem {
    let literal = |c| Literal { span, kind: LiteralKind::Verbatim, c };
    ClassSetItem::Range(ClassSetRange { span, start: literal(start), end: literal(end) })
}

/// The folded form of a member of a class; `None` if it is invalid, which the translation reports.
fn folded(item: &ClassSetItem) -> Option<ClassSetItem> {
    let span = *item.span();
    let alone = ClassBracketed { span, negated: false, kind: ClassSet::Item(item.clone()) };
    let mut translator = TranslatorBuilder::new().case_insensitive(true).build();
    let members = translator.translate("", &Ast::class_bracketed(alone)).ok()?;
    let class = match members.kind() {
        HirKind::Class(Class::Unicode(class)) => class.clone(),
        HirKind::Literal(literal) => {
            let c = std::str::from_utf8(&literal.0).ok()?.chars().next()?;
            ClassUnicode::new([ClassUnicodeRange::new(c, c)])
        }
        _ => return None,
    };
    let items = class.iter().map(|members| range(span, (members.start(), members.end()))).collect();
    let kind = ClassSet::union(ClassSetUnion { span, items });
    Some(ClassSetItem::Bracketed(Box::new(ClassBracketed { span, negated: false, kind })))
}
