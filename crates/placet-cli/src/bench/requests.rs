//! The requests of a bench: those of cases, recorded ones, or ones made from the policy itself.

use std::path::Path;
use std::sync::Arc;

use crate::block::{Choice, arguments_or_samples, called};
use crate::inputs;
use crate::ui::{Failure, Ui};
use placet::check::tree::Template;
use placet::document::Document;
use placet::document::request::{self, time_of};
use placet::model::time::Time;
use placet::span::Span;
use placet::syntax::ast::BlockKind;
use placet::syntax::map::{from_json_text, said};
use placet_tools::bench::{Query, Workload, synthesize};
use placet_tools::testing::{Block, Fixture, Keys, cases};
use serde_json::Value as Json;

/// Where requests come from. Two policies decide the same ones.
pub enum Source {
    /// A case file: its name and text. It also says what decides.
    Cases(String, String),
    /// Requests in JSON, each with its time, of a file.
    Recorded(String, Vec<(Json, Time)>),
    /// The same, made up.
    Made(Vec<(Json, Time)>),
}

impl Source {
    /// In words.
    pub fn words(&self) -> String {
        match self {
            Self::Cases(name, _) | Self::Recorded(name, _) => format!("from {name}"),
            Self::Made(_) => "made up: one that meets each rule, and one more; `--requests` takes real ones".to_owned(),
        }
    }
}

/// What requests and policies are read with.
pub struct Reading<'r> {
    pub ui: &'r Ui,
    pub choice: &'r Choice,
    pub keys: &'r Keys,
    pub now: Time,
}

impl Reading<'_> {
    /// A policy file without errors. `None`: they have been shown.
    pub fn document(&self, path: &Path) -> Result<Option<Arc<Document>>, Failure> {
        Ok(self.choice.reading.document(self.ui, path)?.map(Arc::new))
    }

    /// The requests to decide: those of the file, or else those beside the policy, or else made
    /// ones.
    pub fn source(&self, policy: &Path, document: &Document, given: Option<&Path>) -> Result<Source, Failure> {
        let beside = policy.with_extension("cases");
        let path = match given {
            Some(path) => path,
            None if beside.is_file() && self.choice.template.is_none() => &beside,
            None => return self.made(policy, document).map(Source::Made),
        };
        let (name, text) = (inputs::name(path), inputs::text(path)?);
        if path.extension().is_some_and(|extension| extension == "cases") {
            return Ok(Source::Cases(name, text));
        }
        let requests = (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty());
        let requests = requests.map(|(number, line)| {
            let wrong = |message: String| Failure::new(format!("{name}:{number}: {message}"));
            let json = from_json_text(line).map_err(|found| wrong(said(line, &found, number)))?;
            let time = time_of(&json).map_err(|bad| wrong(bad.to_string()))?;
            Ok((json, time.unwrap_or(self.now)))
        });
        Ok(Source::Recorded(name.clone(), requests.collect::<Result<_, Failure>>()?))
    }

    fn made(&self, policy: &Path, document: &Document) -> Result<Vec<(Json, Time)>, Failure> {
        let template = self.template(document, policy)?;
        let arguments = arguments_or_samples(template, &self.choice.with)?;
        let made = synthesize::requests(template, document.vocabulary(), &arguments, self.now);
        Ok(made.into_iter().map(|(request, time)| (request::to_json(&request, document.vocabulary()), time)).collect())
    }

    fn template<'d>(&self, document: &'d Document, path: &Path) -> Result<&'d Template, Failure> {
        self.choice.template(document, path, &[BlockKind::Token, BlockKind::Policy])
    }

    /// What is to be measured with a policy. `None`: it has no program, or the case file does not
    /// fit it, and why has been shown.
    pub fn workload(&self, document: &Arc<Document>, source: &Source) -> Result<Option<Workload>, Failure> {
        match source {
            Source::Cases(name, text) => match cases::load(name, text, document, self.now, self.keys) {
                Ok(suite) => Ok(Some(suite.into())),
                Err(report) => {
                    self.ui.report(&report);
                    Ok(None)
                }
            },
            Source::Recorded(_, requests) | Source::Made(requests) => self.alone(document, requests),
        }
    }

    /// One block that decides all of them.
    fn alone(&self, document: &Arc<Document>, requests: &[(Json, Time)]) -> Result<Option<Workload>, Failure> {
        let name = document.source().in_text(Span::default()).map_or("the map", |(name, _, _)| name);
        let template = self.template(document, Path::new(name))?;
        let arguments = arguments_or_samples(template, &self.choice.with)?;
        let place = document.templates().iter().position(|other| std::ptr::eq(other, template)).unwrap_or_default();
        let block = match Block::new(document, place, &arguments) {
            Ok(block) => block,
            Err(errors) => {
                self.ui.report(&document.compile_report(template, &errors));
                return Ok(None);
            }
        };
        let title = called(template, &arguments);
        let (blocks, policies) = match template.kind {
            BlockKind::Policy => (Vec::new(), vec![block]),
            BlockKind::Token | BlockKind::Restriction => (vec![block], Vec::new()),
        };
        let minted = requests.iter().map(|(_, time)| *time).min().unwrap_or(self.now);
        let fixture = Fixture::new(title, blocks, policies, minted, self.keys);
        let fixture = fixture.map_err(|broken| Failure::new(broken.to_string()))?;
        let queries = requests.iter().filter_map(|(json, now)| {
            let request = request::from_json(fixture.vocabulary(), json).ok()?;
            Some(Query { fixture: 0, request, now: *now })
        });
        Ok(Some(Workload { queries: queries.collect(), fixtures: vec![fixture] }))
    }
}
