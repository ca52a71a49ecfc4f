//! Patterns of rules that forbid, as rules again: there the language wants absence to be said.

use alloc::format;
use alloc::vec::Vec;

use super::{Printer, Said, Subject, child};
use crate::bytecode::op::Op;
use crate::program::outline::Node;

impl Printer<'_> {
    /// A pattern of a rule that forbids. Where the value may be absent, the language wants to know
    /// whether a `not` means that too; in a program it never does.
    pub(super) fn forbidden(&self, node: &Node, subject: Subject, optional: bool) -> Said {
        let is_absent = |node: &Node| matches!(node.op, Op::Absent {});
        match (node.op, subject) {
            (Op::Not {}, _) if optional => {
                let inner = child(node, 0)?;
                let choices = match inner.op {
                    Op::AnyOf { .. } if !inner.children.is_empty() => inner.children.as_slice(),
                    _ => core::slice::from_ref(inner),
                };
                let choices = choices.iter().map(|choice| self.pattern(choice, subject));
                Ok(format!("not [{}, absent]", choices.collect::<Result<Vec<_>, _>>()?.join(", ")))
            }
            (Op::AnyOf { .. }, _) if !node.children.is_empty() => {
                let unsaid = optional && !node.children.iter().any(is_absent);
                let choices = node.children.iter().map(|choice| self.forbidden(choice, subject, unsaid));
                Ok(format!("[{}]", choices.collect::<Result<Vec<_>, _>>()?.join(", ")))
            }
            (Op::AllOf { .. }, Subject::Labels) if !node.children.is_empty() => self.labels(&node.children, true),
            (Op::Label { .. }, Subject::Labels) => self.labels(core::slice::from_ref(node), true),
            _ => self.pattern(node, subject),
        }
    }
}
