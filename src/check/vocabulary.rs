//! Turns a `vocabulary` item into a [`Vocabulary`]: attributes and actions in their order, then
//! roles.

use std::collections::HashMap;
use std::sync::Arc;

use super::names::Names;
use super::report::{Report, refuse_name};
use crate::diag::Diagnostic;
use crate::diag::code::Code;
use crate::limits::{ACTIONS, ATTRIBUTES};
use crate::syntax::ast::{MemberKind, Name, RoleItem, VocabularyItem};
use placet_core::model::types::Type;
use placet_core::model::vocabulary::{Builder, Vocabulary, may_be_lowercase};

/// Builds the vocabulary, with the `role` items beside it as roles of its own. Bad declarations are
/// reported and left out, so that the rest of the file can still be checked.
pub(super) fn build(report: &Report, item: &VocabularyItem, beside: &[&RoleItem]) -> Arc<Vocabulary> {
    let accepted = Declarations { report, first: HashMap::new() }.accept(item);
    // `not` in a role means the actions of the whole vocabulary, so its actions are complete before
    // its roles are read.
    let without_roles = declare(item, &accepted).build();
    let within = item.members.iter().filter_map(|member| match &member.kind {
        MemberKind::Role(role) => Some(role),
        MemberKind::Attribute { .. } | MemberKind::Actions(_) => None,
    });
    let roles = Names::of_roles(report, within.chain(beside.iter().copied()), &without_roles);
    let count = without_roles.actions().len();
    let builder = roles.into_iter().fold(declare(item, &accepted), |builder, (name, actions)| {
        let actions = actions.among(count);
        let words: Vec<&str> = actions.iter().filter_map(|&action| without_roles.action_name(action)).collect();
        builder.role(name, &words).expect("the names of roles were looked at when they were read")
    });
    Arc::new(builder.build())
}

/// A declaration without errors.
enum Accepted<'a> {
    Attribute { name: &'a str, ty: Type, lowercase: bool, optional: bool },
    Action(&'a str),
}

fn declare(item: &VocabularyItem, accepted: &[Accepted<'_>]) -> Builder {
    let begin = Vocabulary::builder(&item.name.text, item.version);
    accepted.iter().fold(begin, |builder, declaration| {
        let declared = match *declaration {
            Accepted::Attribute { name, ty, lowercase: true, optional } => {
                builder.lowercase_attribute(name, ty, optional)
            }
            Accepted::Attribute { name, ty, lowercase: false, optional } => builder.attribute(name, ty, optional),
            Accepted::Action(name) => builder.action(name),
        };
        declared.expect("names and numbers of declarations were looked at when they were accepted")
    })
}

struct Declarations<'r, 'a> {
    report: &'r Report,
    /// The first declaration of each name. An attribute and an action may share a name: no place
    /// takes both.
    first: HashMap<(&'static str, &'a str), &'a Name>,
}

impl<'a> Declarations<'_, 'a> {
    fn accept(mut self, item: &'a VocabularyItem) -> Vec<Accepted<'a>> {
        let mut accepted = Vec::new();
        for member in &item.members {
            match &member.kind {
                MemberKind::Attribute { name, ty, lowercase, optional } => {
                    if self.is_acceptable("attribute", name, ATTRIBUTES - 1) {
                        let lowercase = *lowercase && self.has_letters(name, *ty);
                        accepted.push(Accepted::Attribute {
                            name: &name.text,
                            ty: *ty,
                            lowercase,
                            optional: *optional,
                        });
                    }
                }
                MemberKind::Actions(names) => {
                    let good = names.iter().filter(|name| self.is_acceptable("action", name, ACTIONS));
                    accepted.extend(good.map(|name| Accepted::Action(&name.text)));
                }
                MemberKind::Role(_) => {}
            }
        }
        accepted
    }

    fn has_letters(&self, name: &Name, ty: Type) -> bool {
        if !may_be_lowercase(ty) {
            let message = format!("`{}` is of type `{ty}`, which cannot be `lowercase`", name.text);
            let found = Diagnostic::new(Code::BadDeclaration, name.at.0, message);
            self.report.add(found.help("`lowercase` is for strings, sets of strings, and the names of labels"));
        }
        may_be_lowercase(ty)
    }

    fn is_acceptable(&mut self, what: &'static str, name: &'a Name, most: usize) -> bool {
        if let Some(refusal) = refuse_name(name) {
            self.report.add(refusal);
            return false;
        }
        if let Some(first) = self.first.get(&(what, name.text.as_str())) {
            let message = format!("the {what} `{}` is declared twice", name.text);
            let twice = Diagnostic::new(Code::Duplicate, name.at.0, message);
            self.report.add(twice.related(first.at.0, "first declared here").help("remove one of the two"));
            return false;
        }
        if self.first.keys().filter(|(kind, _)| *kind == what).count() >= most {
            let message = format!("a vocabulary has at most {most} {what}s");
            self.report.add(Diagnostic::new(Code::TooMany, name.at.0, message));
            return false;
        }
        self.first.insert((what, &name.text), name);
        true
    }
}
