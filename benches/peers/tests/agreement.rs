//! Everyone answers the same question, and nobody is timed who does not.

use std::thread;

use placet_peers::apps::App;
use placet_peers::contender::{Contender, Service, UnsupportedError};
use placet_peers::question::Question;
use placet_peers::{agreement, contenders};

fn agree(questions: Vec<Question>) {
    // As in `main`: long expressions are deep trees.
    let asked = thread::Builder::new().stack_size(512 << 20).spawn(move || {
        let everyone = contenders::all();
        let everyone: Vec<&dyn Contender> = everyone.iter().map(|contender| &**contender).collect();
        questions.into_iter().try_for_each(|question| agreement::check(&everyone, question))
    });
    assert_eq!(asked.unwrap().join().unwrap(), Ok(()));
}

#[test]
fn everyone_agrees_on_every_token_workload_also_when_its_token_is_narrowed() {
    agree(Question::TOKENS.into());
}

#[test]
fn everyone_agrees_on_the_published_applications() {
    agree(App::ALL.map(Question::App).into());
}

#[test]
fn everyone_agrees_among_many_rules() {
    agree([10, 100].map(Question::Rules).into());
}

/// Says yes to everything.
struct Yes(usize);

impl Contender for Yes {
    fn name(&self) -> &'static str {
        "yes"
    }

    fn package(&self) -> Option<&'static str> {
        None
    }

    fn about(&self) -> &'static str {
        "says yes"
    }

    fn open(&self, question: Question) -> Result<Box<dyn Service>, UnsupportedError> {
        Ok(Box::new(Yes(question.asks().len())))
    }
}

impl Service for Yes {
    fn rows(&self) -> usize {
        self.0
    }

    fn warm(&mut self, _row: usize) -> bool {
        true
    }
}

#[test]
fn who_says_yes_to_everything_is_not_timed() {
    let why = agreement::check(&[&Yes(0)], Question::S1).unwrap_err();
    assert!(why.contains("yes differs on S1, row 8, warm"), "{why}");
}

#[test]
fn every_world_has_as_many_requests_that_are_allowed_as_not() {
    for app in App::ALL {
        let asks = app.asks();
        assert_eq!(asks.iter().filter(|ask| ask.is_allowed).count() * 2, asks.len(), "{}", app.name());
    }
}
