//! Runs the words of a script on a [`Machine`].

use super::error::{ScriptCode, ScriptError, Stop, UnplacedError, nested_too_deeply};
use super::functions;
use super::heap::Item;
use super::machine::Machine;
use super::read::{ReadError, Script, line_around, read};
use super::value::{Macro, Node, Value, What};
use crate::limits;
use placet::span::Span;

impl Machine<'_> {
    /// Runs a script; returns the values left on the stack, bottom to top.
    ///
    /// # Errors
    /// The first error: the words before it have run.
    pub fn run(&mut self, text: &str) -> Result<Vec<Value>, ScriptError> {
        let Script { nodes, broken } = read(text);
        for node in &nodes {
            match self.word(node) {
                Ok(()) => {}
                Err(Stop::Failed(failure)) => return Err(self.told(text, *failure, node.at, node.line)),
                Err(Stop::Return | Stop::Halt) => return self.tree(text),
                Err(Stop::Break | Stop::Continue) => {
                    let failure = UnplacedError::new(ScriptCode::BadValue, "BREAK and CONTINUE must be in a loop");
                    return Err(self.told(text, failure, node.at, node.line));
                }
            }
        }
        match broken {
            Some(ReadError { failure, at, line }) => Err(self.told(text, failure, at, line)),
            None => self.tree(text),
        }
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
            What::Call(number) => (functions::numbered(*number).run)(self),
        };
        done.map_err(|stop| match stop {
            Stop::Failed(mut failure) => {
                failure.at.get_or_insert(running);
                Stop::Failed(failure)
            }
            other => other,
        })
    }

    /// A macro as it is when its text is read: `!$name` in it is the present value.
    fn bound(&mut self, body: &Macro) -> Result<Macro, UnplacedError> {
        if !binds_now(&body.body) {
            return Ok(body.clone());
        }
        let nodes: Result<Vec<Node>, UnplacedError> = body
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

    /// Runs a text that the script made. Errors in it are reported at the place where it is run.
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

    /// Completes an error: `at` is the word of the text that was running, `failure.at` the
    /// innermost one.
    fn told(&self, text: &str, failure: UnplacedError, at: Span, line: usize) -> ScriptError {
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
        What::Call(number) => functions::numbered(*number).name.to_owned(),
    }
    .chars()
    .take(body.text.len().min(80))
    .collect()
}

/// Characters that Warp 10 shows before and after the word that failed.
const CONTEXT: usize = 30;
