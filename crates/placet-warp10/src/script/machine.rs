//! The machine that scripts run on: a stack, variables, limits.

use std::collections::BTreeMap;

use super::error::{ScriptCode, Stop, UnplacedError};
use super::heap::{Heap, Item};
use super::host::Host;
use super::pattern::Patterns;
use crate::limits;
use placet::span::Span;

/// A stack, its variables, and the host.
pub struct Machine<'h> {
    pub(super) host: Host<'h>,
    pub(super) heap: Heap,
    pub(super) stack: Vec<Item>,
    pub(super) patterns: Patterns,
    pub(super) variables: BTreeMap<String, Item>,
    pub(super) registers: BTreeMap<u8, Item>,
    /// The name of the section, for messages.
    pub(super) section: String,
    /// Whether `JSONPRETTY` was called.
    pub(super) is_pretty: bool,
    /// Whether `JSONSTRICT` was called.
    pub(super) is_strict: bool,
    /// Remarks, although nothing failed.
    remarks: Vec<String>,
    depth: usize,
    /// The place of the word that runs.
    pub(super) running: (Span, usize),
    /// Words of an evaluated text have no place of their own.
    pub(super) place: Option<(Span, usize)>,
}

impl<'h> Machine<'h> {
    /// A machine for one run.
    #[must_use]
    pub fn new(host: Host<'h>) -> Self {
        Self {
            host,
            heap: Heap::new(),
            stack: Vec::new(),
            patterns: Patterns::default(),
            variables: BTreeMap::new(),
            registers: BTreeMap::new(),
            section: "TOP".to_owned(),
            is_pretty: false,
            is_strict: false,
            remarks: Vec::new(),
            depth: 0,
            running: (Span::default(), 1),
            place: None,
        }
    }

    /// The script's choice of output: `JSONPRETTY`, and `JSONSTRICT`.
    #[must_use]
    pub const fn json_style(&self) -> super::output::Style {
        super::output::Style { is_pretty: self.is_pretty, is_strict: self.is_strict }
    }

    /// Remarks, although nothing failed: a token that may restrict less than intended.
    #[must_use]
    pub fn remarks(&self) -> &[String] {
        &self.remarks
    }

    pub(super) fn remark(&mut self, remark: String) {
        if self.remarks.len() < limits::DIAGNOSTICS {
            self.remarks.push(remark);
        }
    }

    /// The present capabilities of the script.
    #[must_use]
    pub const fn capabilities(&self) -> &crate::capabilities::Capabilities {
        &self.host.capabilities
    }

    pub(super) fn nested(&mut self, run: impl FnOnce(&mut Self) -> Result<(), Stop>) -> Result<(), Stop> {
        if self.depth >= limits::SCRIPT_DEPTH {
            let message = format!("more than {} nested macros are running", limits::SCRIPT_DEPTH);
            return Err(UnplacedError::new(ScriptCode::TooMuch, message).help("does a macro call itself?").into());
        }
        self.depth += 1;
        let done = run(self);
        self.depth -= 1;
        done
    }

    /// Runs the macro in a variable.
    pub(super) fn run_named(&mut self, name: &str) -> Result<(), Stop> {
        match self.variables.get(name) {
            Some(Item::Macro(body)) => {
                let body = body.clone();
                self.run_macro(&body)
            }
            Some(_) => Err(UnplacedError::new(ScriptCode::UnknownName, format!("'{name}' is not a macro.")).into()),
            None => {
                let failure = UnplacedError::new(ScriptCode::UnknownName, format!("Unknown macro '{name}'"));
                Err(failure.help("only macros in variables are available here: no repository is searched").into())
            }
        }
    }

    /// The value of a variable.
    pub(super) fn variable(&self, name: &str) -> Result<Item, UnplacedError> {
        self.variables.get(name).cloned().ok_or_else(|| {
            let failure = UnplacedError::new(ScriptCode::UnknownName, format!("Unknown symbol '{name}'"));
            let near = self.variables.keys().find(|known| known.eq_ignore_ascii_case(name));
            match near {
                Some(near) => failure.help(format!("did you mean `${near}`?")),
                None => failure.help(format!("store a value first: `1 '{name}' STORE`")),
            }
        })
    }

    pub(super) fn push(&mut self, item: Item) -> Result<(), UnplacedError> {
        if self.stack.len() >= limits::SCRIPT_STACK {
            let message = format!("more than {} values on the stack", limits::SCRIPT_STACK);
            return Err(UnplacedError::new(ScriptCode::TooMuch, message));
        }
        self.stack.push(item);
        Ok(())
    }

    pub(super) fn pop(&mut self) -> Result<Item, UnplacedError> {
        self.stack.pop().ok_or_else(|| {
            UnplacedError::new(ScriptCode::StackTooShort, "Empty stack.")
                .help("this function needs more values below it")
        })
    }
}

/// A function needs more values than there are.
pub(super) fn too_short() -> UnplacedError {
    UnplacedError::new(ScriptCode::StackTooShort, "the stack has too few values for this function")
}
