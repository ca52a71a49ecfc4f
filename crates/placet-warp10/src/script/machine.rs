//! Runs the words of a script on a stack.

use std::collections::BTreeMap;

use super::error::{Failure, ScriptCode, ScriptError, Stop};
use super::heap::{Heap, Item};
use super::host::Host;
use super::pattern::Patterns;
use super::read::{Broken, Node, Script, What, line_around, nested_too_deeply, read};
use super::value::{Macro, Value};
use crate::limits;
use crate::span::Span;

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
    /// What deserves a look, although nothing failed.
    remarks: Vec<String>,
    depth: usize,
    running: (Span, usize),
    /// Words of an evaluated text have no place of their own.
    place: Option<(Span, usize)>,
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

    /// Runs a script; gives what it leaves on the stack, bottom to top.
    ///
    /// # Errors
    /// The first mistake: words before it have run.
    pub fn run(&mut self, text: &str) -> Result<Vec<Value>, ScriptError> {
        let Script { nodes, broken } = read(text);
        for node in &nodes {
            match self.word(node) {
                Ok(()) => {}
                Err(Stop::Failed(failure)) => return Err(self.told(text, *failure, node.at, node.line)),
                Err(Stop::Return | Stop::Halt) => return self.tree(text),
                Err(Stop::Break | Stop::Continue) => {
                    let failure = Failure::new(ScriptCode::BadValue, "BREAK and CONTINUE belong into a loop");
                    return Err(self.told(text, failure, node.at, node.line));
                }
            }
        }
        match broken {
            Some(Broken { failure, at, line }) => Err(self.told(text, failure, at, line)),
            None => self.tree(text),
        }
    }

    /// What the script wants for its output: `JSONPRETTY`, and `JSONSTRICT`.
    #[must_use]
    pub const fn json_style(&self) -> super::output::Style {
        super::output::Style { is_pretty: self.is_pretty, is_strict: self.is_strict }
    }

    /// What deserves a look, although nothing failed: a token that may say less than was meant.
    #[must_use]
    pub fn remarks(&self) -> &[String] {
        &self.remarks
    }

    pub(super) fn remark(&mut self, remark: String) {
        if self.remarks.len() < limits::DIAGNOSTICS {
            self.remarks.push(remark);
        }
    }

    /// What the script may do by now.
    #[must_use]
    pub const fn capabilities(&self) -> &crate::compat::warp10::capabilities::Capabilities {
        &self.host.capabilities
    }

    fn tree(&mut self, text: &str) -> Result<Vec<Value>, ScriptError> {
        let stack = std::mem::take(&mut self.stack);
        let (at, line) = self.running;
        let values: Result<_, _> = stack.iter().map(|item| self.heap.tree(item)).collect();
        values.map_err(|failure| self.told(text, failure, at, line))
    }

    fn word(&mut self, node: &Node) -> Result<(), Stop> {
        self.heap.step()?;
        self.running = self.place.unwrap_or((node.at, node.line));
        let running = self.running;
        let done = match &node.what {
            What::Push(value) => self.heap.item(value).and_then(|item| self.push(item)).map_err(Stop::from),
            What::Macro(body) => self.bound(body).and_then(|body| self.push(Item::Macro(body))).map_err(Stop::from),
            What::Load(name) | What::LoadNow(name) => {
                self.variable(name).and_then(|item| self.push(item)).map_err(Stop::from)
            }
            What::Run(name) => self.run_named(name),
            What::Call(function) => (function.run)(self),
        };
        done.map_err(|stop| match stop {
            Stop::Failed(mut failure) => {
                failure.at.get_or_insert(running);
                Stop::Failed(failure)
            }
            other => other,
        })
    }

    /// A macro as it is when its text is read: `!$name` in it is the value of now.
    fn bound(&mut self, body: &Macro) -> Result<Macro, Failure> {
        if !binds_now(&body.body) {
            return Ok(body.clone());
        }
        let nodes: Result<Vec<Node>, Failure> = body
            .body
            .iter()
            .map(|node| {
                self.heap.step()?;
                let what = match &node.what {
                    What::LoadNow(name) => {
                        let value = self.variable(name).map_err(|mut failure| {
                            failure.at = Some((node.at, node.line));
                            failure
                        })?;
                        match self.heap.tree(&value)? {
                            Value::Macro(inner) => What::Macro(inner),
                            value => What::Push(value),
                        }
                    }
                    What::Macro(inner) => What::Macro(self.bound(inner)?),
                    other => other.clone(),
                };
                Ok(Node { what, at: node.at, line: node.line })
            })
            .collect();
        Macro::new(nodes?.into(), body.text.clone()).ok_or_else(nested_too_deeply)
    }

    /// Runs a macro.
    pub(super) fn run_macro(&mut self, body: &Macro) -> Result<(), Stop> {
        self.nested(|machine| {
            for node in &*body.body {
                match machine.word(node) {
                    Ok(()) => {}
                    Err(Stop::Return) => return Ok(()),
                    Err(Stop::Failed(mut failure)) => {
                        if failure.chain.len() < limits::SCRIPT_DEPTH {
                            let word = word_of(body, node);
                            failure
                                .chain
                                .insert(0, format!("Exception at statement '{word}' in section [{}]", machine.section));
                        }
                        return Err(Stop::Failed(failure));
                    }
                    Err(stop) => return Err(stop),
                }
            }
            Ok(())
        })
    }

    /// Runs a text that the script made. Mistakes in it are told where it is run.
    pub(super) fn run_text(&mut self, text: &str) -> Result<(), Stop> {
        self.heap.work(16 * text.len())?;
        let Script { nodes, broken } = read(text);
        let before = self.place.replace(self.running);
        let done = self.nested(|machine| {
            nodes.iter().try_for_each(|node| machine.word(node))?;
            broken.map_or(Ok(()), |broken| Err(broken.failure.into()))
        });
        self.place = before;
        done
    }

    fn nested(&mut self, run: impl FnOnce(&mut Self) -> Result<(), Stop>) -> Result<(), Stop> {
        if self.depth >= limits::SCRIPT_DEPTH {
            let message = format!("more than {} macros run inside of each other", limits::SCRIPT_DEPTH);
            return Err(Failure::new(ScriptCode::TooMuch, message).help("does a macro call itself?").into());
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
            Some(_) => Err(Failure::new(ScriptCode::UnknownName, format!("'{name}' is not a macro.")).into()),
            None => {
                let failure = Failure::new(ScriptCode::UnknownName, format!("Unknown macro '{name}'"));
                Err(failure.help("only macros in variables are known here: no repository is searched").into())
            }
        }
    }

    /// The value of a variable.
    pub(super) fn variable(&self, name: &str) -> Result<Item, Failure> {
        self.variables.get(name).cloned().ok_or_else(|| {
            let failure = Failure::new(ScriptCode::UnknownName, format!("Unknown symbol '{name}'"));
            let near = self.variables.keys().find(|known| known.eq_ignore_ascii_case(name));
            match near {
                Some(near) => failure.help(format!("did you mean `${near}`?")),
                None => failure.help(format!("store a value first: `1 '{name}' STORE`")),
            }
        })
    }

    /// Makes an error of a mistake: `at` is the word of the text that was running, `failure.at` the innermost one.
    fn told(&self, text: &str, failure: Failure, at: Span, line: usize) -> ScriptError {
        let (around, start) = line_around(text, at.start);
        let from = at.start.saturating_sub(start).min(around.len());
        let to = at.end.saturating_sub(start).clamp(from, around.len());
        let before: Vec<char> = around.get(..from).unwrap_or("").chars().collect();
        let before: String = before[before.len().saturating_sub(CONTEXT)..].iter().collect();
        let after: String = around.get(to..).unwrap_or("").chars().take(CONTEXT).collect();
        let word = around.get(from..to).unwrap_or("");
        let place = format!("Exception at '{before}=>{word}<={after}' in section [{}]", self.section);
        let message = failure.chain.last().cloned().unwrap_or_default();
        let messages = [format!("Line #{line}"), place].into_iter().chain(failure.chain).collect();
        let (at, line) = failure.at.unwrap_or((at, line));
        ScriptError { code: failure.code, message, at, line, help: failure.help, messages }
    }

    pub(super) fn push(&mut self, item: Item) -> Result<(), Failure> {
        if self.stack.len() >= limits::SCRIPT_STACK {
            let message = format!("more than {} values on the stack", limits::SCRIPT_STACK);
            return Err(Failure::new(ScriptCode::TooMuch, message));
        }
        self.stack.push(item);
        Ok(())
    }

    pub(super) fn pop(&mut self) -> Result<Item, Failure> {
        self.stack.pop().ok_or_else(|| {
            Failure::new(ScriptCode::StackTooShort, "Empty stack.").help("this function needs more values below it")
        })
    }
}

/// A function needs more values than there are.
pub(super) fn too_short() -> Failure {
    Failure::new(ScriptCode::StackTooShort, "the stack has too few values for this function")
}

fn binds_now(nodes: &[Node]) -> bool {
    nodes.iter().any(|node| match &node.what {
        What::LoadNow(_) => true,
        What::Macro(body) => binds_now(&body.body),
        What::Push(_) | What::Load(_) | What::Run(_) | What::Call(_) => false,
    })
}

fn word_of(body: &Macro, node: &Node) -> String {
    match &node.what {
        What::Push(value) => value.to_warpscript(),
        What::Macro(_) => "<% … %>".to_owned(),
        What::Load(name) => format!("${name}"),
        What::LoadNow(name) => format!("!${name}"),
        What::Run(name) => format!("@{name}"),
        What::Call(function) => function.name.to_owned(),
    }
    .chars()
    .take(body.text.len().min(80))
    .collect()
}

/// Characters that Warp 10 shows before and after the word that failed.
const CONTEXT: usize = 30;
