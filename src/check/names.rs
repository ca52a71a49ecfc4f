//! The names of a file: its vocabulary, its `let`s and its roles. A `let` or role can use only
//! those above it, so none can use itself; blocks see all of them.

use std::cell::Cell;
use std::collections::{HashMap, HashSet};

use super::actions::ActionSet;
use super::report::{Report, refuse_name, with_help};
use super::table::Table;
use crate::diag::Diagnostic;
use crate::diag::code::Code;
use crate::limits::{NESTING, ROLES, SOURCE_NODES};
use crate::span::Span;
use crate::syntax::ast::{
    File, Form, ItemKind, Let, Literal, Name, Operand, OperandKind, Pattern, PatternKind, Piece, RoleItem, TableItem,
    Text, TokenField, Written,
};
use placet_core::model::vocabulary::Vocabulary;

/// All names outside of blocks.
#[derive(Debug)]
pub(super) struct Names<'a> {
    vocabulary: &'a Vocabulary,
    lets: HashMap<&'a str, LetSlot<'a>>,
    roles: HashMap<&'a str, RoleSlot>,
    tables: HashMap<&'a str, TableSlot>,
    /// Declared, but further down than what is being read.
    below: HashSet<&'a str>,
    /// Declared by items that could not be read: their meaning is not known, but using them is not
    /// an error.
    broken: HashSet<&'a str>,
    /// How many patterns have been read; `let`s in `let`s multiply.
    patterns: Cell<usize>,
}

#[derive(Debug)]
struct LetSlot<'a> {
    item: &'a Let,
    used: Cell<bool>,
}

#[derive(Debug)]
struct TableSlot {
    at: Span,
    /// `None` after an error in it.
    table: Option<Table>,
    used: Cell<bool>,
}

#[derive(Debug)]
struct RoleSlot {
    at: Span,
    /// `None` after an error in it.
    actions: Option<ActionSet>,
    used: Cell<bool>,
}

impl<'a> Names<'a> {
    /// Only the names of the vocabulary.
    pub(super) fn of_vocabulary(vocabulary: &'a Vocabulary) -> Self {
        Self {
            vocabulary,
            lets: HashMap::new(),
            roles: HashMap::new(),
            tables: HashMap::new(),
            below: HashSet::new(),
            broken: HashSet::new(),
            patterns: Cell::new(0),
        }
    }

    /// The names of `file`, read from its top to its end.
    pub(super) fn of_file(
        report: &Report,
        file: &'a File,
        broken: &'a [Name],
        vocabulary: &'a Vocabulary,
        read_table: &dyn Fn(&TableItem) -> Option<Table>,
    ) -> Self {
        let mut names = Self::of_vocabulary(vocabulary);
        names.broken = broken.iter().map(|name| name.text.as_str()).collect();
        names.below =
            file.items.iter().filter_map(|item| declared(&item.kind)).map(|name| name.text.as_str()).collect();
        for item in &file.items {
            match &item.kind {
                ItemKind::Let(item) => names.add_let(report, item),
                ItemKind::Role(item) => names.add_role(report, item),
                ItemKind::Table(item) => names.add_table(report, item, read_table),
                ItemKind::Use(_) | ItemKind::Vocabulary(_) | ItemKind::Block(_) => {}
            }
        }
        names
    }

    /// The roles of `items`, each made of the actions of `vocabulary` and the roles above it; bad
    /// ones are reported and left out.
    pub(super) fn of_roles(
        report: &Report,
        items: impl Iterator<Item = &'a RoleItem> + Clone,
        vocabulary: &'a Vocabulary,
    ) -> Vec<(&'a str, ActionSet)> {
        let mut names = Self::of_vocabulary(vocabulary);
        names.below = items.clone().map(|item| item.name.text.as_str()).collect();
        items.clone().for_each(|item| names.add_role(report, item));
        let mut roles = names.roles;
        let in_order = items.filter_map(|item| roles.remove_entry(item.name.text.as_str()));
        in_order.filter_map(|(name, slot)| Some((name, slot.actions?))).collect()
    }

    /// The vocabulary of the file.
    pub(super) const fn vocabulary(&self) -> &'a Vocabulary {
        self.vocabulary
    }

    /// The value of a `let`, which counts as used from now on.
    pub(super) fn use_let(&self, name: &str) -> Option<&'a Pattern> {
        let slot = self.lets.get(name)?;
        slot.used.set(true);
        Some(&slot.item.value)
    }

    /// A role of the file, which counts as used from now on; `Some(None)` if there is an error in
    /// it.
    pub(super) fn use_role(&self, name: &str) -> Option<Option<&ActionSet>> {
        let slot = self.roles.get(name)?;
        slot.used.set(true);
        Some(slot.actions.as_ref())
    }

    /// Where the file declares a `let` or role of this name.
    pub(super) fn place(&self, name: &str) -> Option<Span> {
        let of_let = self.lets.get(name).map(|slot| slot.item.name.at.0);
        let of_role = of_let.or_else(|| self.roles.get(name).map(|slot| slot.at));
        of_role.or_else(|| self.tables.get(name).map(|slot| slot.at))
    }

    /// Whether the name is a role, of the file or of the vocabulary.
    pub(super) fn is_role(&self, name: &str) -> bool {
        self.roles.contains_key(name) || self.vocabulary.role(name).is_some()
    }

    /// Whether the name is a `let` of the file.
    pub(super) fn is_let(&self, name: &str) -> bool {
        self.lets.contains_key(name)
    }

    /// Whether the name is declared further down.
    pub(super) fn is_below(&self, name: &str) -> bool {
        self.below.contains(name)
    }

    /// Whether the name is declared by an item that could not be read.
    pub(super) fn is_broken(&self, name: &str) -> bool {
        self.broken.contains(name)
    }

    /// A table of the file, which counts as used from now on; `Some(None)` if there is an error in
    /// it.
    pub(super) fn use_table(&self, name: &str) -> Option<Option<&Table>> {
        let slot = self.tables.get(name)?;
        slot.used.set(true);
        Some(slot.table.as_ref())
    }

    /// Whether the name is a table of the file.
    pub(super) fn is_table(&self, name: &str) -> bool {
        self.tables.contains_key(name)
    }

    /// All tables.
    pub(super) fn table_words(&self) -> impl Iterator<Item = &str> {
        self.tables.keys().copied()
    }

    /// All `let`s.
    pub(super) fn let_words(&self) -> impl Iterator<Item = &str> {
        self.lets.keys().copied()
    }

    /// All names that may follow `action`.
    pub(super) fn action_words(&self) -> impl Iterator<Item = &str> {
        let of_vocabulary = self.vocabulary.actions().iter().map(String::as_str);
        let roles = self.vocabulary.roles().iter().map(|role| role.name.as_str());
        of_vocabulary.chain(roles).chain(self.roles.keys().copied()).chain(self.let_words())
    }

    /// Counts one more pattern; false if `let`s in `let`s have made the file larger than its bound.
    pub(super) fn count(&self) -> bool {
        self.patterns.set(self.patterns.get() + 1);
        self.patterns.get() <= SOURCE_NODES
    }

    /// Warns of names that no block uses; after an error that is not known. The roles of a file
    /// with a vocabulary are for other files.
    pub(super) fn warn_unused(&self, report: &Report, exports_roles: bool) {
        if report.has_errors() {
            return;
        }
        let unused = |what: &str, name: &str, at| {
            Diagnostic::new(Code::Unused, at, format!("the {what} `{name}` is never used")).help("remove it")
        };
        for (name, slot) in self.lets.iter().filter(|(_, slot)| !slot.used.get()) {
            report.add(unused("`let`", name, slot.item.name.at.0));
        }
        for (name, slot) in self.tables.iter().filter(|(_, slot)| !slot.used.get()) {
            report.add(unused("table", name, slot.at));
        }
        for (name, slot) in self.roles.iter().filter(|(_, slot)| !slot.used.get() && !exports_roles) {
            report.add(unused("role", name, slot.at));
        }
    }

    fn add_let(&mut self, report: &Report, item: &'a Let) {
        let names = LetNames { names: self, report, is_forward: Cell::new(false) };
        names.pattern(&item.value);
        let is_forward = names.is_forward.get();
        self.below.remove(item.name.text.as_str());
        if is_forward {
            // Expanding its value might never end.
            self.broken.insert(&item.name.text);
            return;
        }
        if self.is_free(report, "`let`", &item.name) {
            self.lets.insert(&item.name.text, LetSlot { item, used: Cell::new(false) });
        }
    }

    fn add_role(&mut self, report: &Report, item: &'a RoleItem) {
        let actions = resolve(self, report, &item.actions);
        self.below.remove(item.name.text.as_str());
        if let Some(refusal) = refuse_name(&item.name) {
            return report.add(refusal);
        }
        if self.roles.len() >= ROLES {
            let message = format!("a file has at most {ROLES} roles");
            return report.add(Diagnostic::new(Code::TooMany, item.name.at.0, message));
        }
        if self.is_free(report, "role", &item.name) {
            let slot = RoleSlot { at: item.name.at.0, actions, used: Cell::new(false) };
            self.roles.insert(&item.name.text, slot);
        }
    }

    fn add_table(&mut self, report: &Report, item: &'a TableItem, read: &dyn Fn(&TableItem) -> Option<Table>) {
        let (name, at) = (item.name.text.as_str(), item.name.at.0);
        self.below.remove(name);
        let table = read(item);
        if self.vocabulary.field(name).is_some() {
            let of = self.vocabulary.name();
            let message = format!("a table cannot be called `{name}`: that is an attribute of `{of}`");
            return report.add(Diagnostic::new(Code::NameTaken, at, message).help("choose another name"));
        }
        if self.is_free(report, "table", &item.name) {
            self.tables.insert(name, TableSlot { at, table, used: Cell::new(false) });
        }
    }

    fn is_free(&self, report: &Report, what: &str, name: &Name) -> bool {
        let (text, at) = (name.text.as_str(), name.at.0);
        if let Some(first) = self.place(text) {
            report.add(
                Diagnostic::new(Code::Duplicate, at, format!("`{text}` is declared twice"))
                    .related(first, "first declared here")
                    .help("rename one of the two"),
            );
            return false;
        }
        let of_vocabulary = match () {
            () if self.vocabulary.role(text).is_some() => "a role",
            () if self.vocabulary.action(text).is_some() => "an action",
            () => return true,
        };
        let vocabulary = self.vocabulary.name();
        let message = format!("a {what} cannot be called `{text}`: that is {of_vocabulary} of `{vocabulary}`");
        report.add(Diagnostic::new(Code::NameTaken, at, message).help("choose another name"));
        false
    }
}

fn declared(kind: &ItemKind) -> Option<&Name> {
    match kind {
        ItemKind::Let(item) => Some(&item.name),
        ItemKind::Role(item) => Some(&item.name),
        ItemKind::Table(item) => Some(&item.name),
        ItemKind::Use(_) | ItemKind::Vocabulary(_) | ItemKind::Block(_) => None,
    }
}

/// Checks every name inside a `let`, whether or not the `let` is ever used.
struct LetNames<'n, 'a> {
    names: &'n Names<'a>,
    report: &'n Report,
    is_forward: Cell<bool>,
}

impl LetNames<'_, '_> {
    fn pattern(&self, pattern: &Pattern) {
        match pattern.form() {
            Form::Name(name) => self.name(name, pattern),
            Form::List(list) => list.iter().for_each(|one| self.pattern(one)),
            Form::Not(inner) | Form::Elements(_, inner) => self.pattern(inner),
            Form::Map(entries) => entries.iter().for_each(|entry| self.pattern(&entry.value)),
            Form::Value(written) => self.written(written, pattern.at.0),
            Form::Any | Form::Absent => {}
        }
    }

    fn written(&self, written: Written<'_>, at: Span) {
        match written {
            Written::Operand(operand) | Written::Compare(_, operand) => self.operand(operand),
            Written::Range(ends) => ends.iter().for_each(|end| self.operand(end)),
            Written::Literal(Literal::Text(text)) => self.text(text),
            Written::Row(table, _) => self.row(table),
            Written::TokenField(field) => self.token_field(field, at),
            Written::Literal(_) => {}
        }
    }

    fn token_field(&self, field: &TokenField, at: Span) {
        let message = "a `let` is outside all blocks and has no token";
        let found = Diagnostic::new(Code::WrongPattern, at, message);
        self.report.add(found.help(format!("write `token.{}` in the rule", field.name)));
    }

    fn row(&self, table: &Name) {
        let message = "a `let` is outside all blocks and has no request to look up";
        let found = Diagnostic::new(Code::WrongPattern, table.at.0, message);
        self.report.add(found.help(format!("write `{}[…]` in the rule", table.text)));
    }

    fn operand(&self, operand: &Operand) {
        match &operand.kind {
            OperandKind::Name(name) => {
                self.name(name, &Pattern { kind: PatternKind::Name(name.clone()), at: operand.at });
            }
            OperandKind::Literal(Literal::Text(text)) => self.text(text),
            OperandKind::Literal(_) => {}
        }
    }

    fn text(&self, text: &Text) {
        for piece in &text.pieces {
            if let Piece::Splice(name) = piece {
                let message = format!("there is no parameter `{}` here", name.text);
                self.report.add(
                    Diagnostic::new(Code::UnknownSplice, name.at.0, message)
                        .help("a `let` is outside all blocks and has no parameters; write the text in the block"),
                );
            }
        }
    }

    fn name(&self, name: &str, pattern: &Pattern) {
        let names = self.names;
        if names.is_below(name) {
            self.is_forward.set(true);
            return self.report.add(below(pattern, name));
        }
        let vocabulary = names.vocabulary;
        if names.is_broken(name)
            || names.place(name).is_some()
            || vocabulary.action(name).is_some()
            || vocabulary.role(name).is_some()
        {
            return;
        }
        let unknown =
            Diagnostic::new(Code::UnknownName, pattern.at.0, format!("there is no `{name}` above this `let`"));
        self.report.add(with_help(unknown, self.report.suggest(name, names.action_words())));
    }
}

/// Resolves names of actions and roles, lists of them, `not` and `any`.
pub(super) fn resolve(names: &Names<'_>, report: &Report, pattern: &Pattern) -> Option<ActionSet> {
    resolve_at(names, report, pattern, 0)
}

fn resolve_at(names: &Names<'_>, report: &Report, pattern: &Pattern, depth: usize) -> Option<ActionSet> {
    if depth > NESTING {
        let deep = format!("more than {NESTING} lists and names are nested here");
        return report.fail(Diagnostic::new(Code::TooDeep, pattern.at.0, deep));
    }
    match pattern.form() {
        Form::Any => Some(ActionSet::every()),
        Form::Not(inner) => resolve_at(names, report, inner, depth + 1).map(ActionSet::not),
        Form::Name(name) => named(names, report, pattern, name, depth),
        Form::List(list) => {
            let sets: Vec<_> = list.iter().map(|one| resolve_at(names, report, one, depth + 1)).collect();
            sets.into_iter().try_fold(ActionSet::default(), |all, set| Some(all.or(&set?)))
        }
        Form::Elements(..) | Form::Absent | Form::Value(_) | Form::Map(_) => report.fail(
            Diagnostic::new(Code::NotActions, pattern.at.0, "this is not the name of an action or a role")
                .help("write names without quotes, such as `[get, set]`, or `not` and `any`"),
        ),
    }
}

fn named(names: &Names<'_>, report: &Report, pattern: &Pattern, name: &str, depth: usize) -> Option<ActionSet> {
    if let Some(value) = names.use_let(name) {
        return resolve_at(names, report, value, depth + 1);
    }
    if let Some(role) = names.use_role(name) {
        return role.cloned();
    }
    if names.is_broken(name) {
        return None;
    }
    let vocabulary = names.vocabulary();
    if let Some(action) = vocabulary.action(name) {
        return Some(ActionSet::of([action]));
    }
    if let Some(role) = vocabulary.role(name) {
        return Some(ActionSet::of(role.actions.iter().copied()));
    }
    if names.is_below(name) {
        return report.fail(below(pattern, name));
    }
    let message = format!("`{}` has no action and no role `{name}`", vocabulary.name());
    let help = report.suggest(name, names.action_words());
    report.fail(with_help(
        Diagnostic::new(Code::UnknownAction, pattern.at.0, message).label("not an action or a role"),
        help,
    ))
}

/// A `let` or `role` that names one below it.
pub(super) fn below(pattern: &Pattern, name: &str) -> Diagnostic {
    Diagnostic::new(Code::ForwardUse, pattern.at.0, format!("`{name}` is declared below its use"))
        .label("not declared yet")
        .help(format!("move `{name}` above this line; no `let` or `role` may use itself"))
}
