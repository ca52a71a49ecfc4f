//! Requests, and how each language takes them.

use cedar_policy::{Context, EntityUid, Request as CedarRequest};
use placet::document::request;
use placet::model::request::View;
use placet::model::time::Time;
use placet::model::vocabulary::Vocabulary;
use serde_json::{Map, Value, json};

use crate::generate::{ADDRESSES, BIGS, COUNTS, Dice, TEXTS};

/// An action, and some of the attributes.
#[derive(Debug)]
pub struct Asked {
    action: &'static str,
    attributes: Map<String, Value>,
}

impl Asked {
    pub fn new(dice: &mut Dice) -> Self {
        let action = dice.pick(&["read", "write"]);
        let all = [
            ("name", json!(dice.pick(&TEXTS))),
            ("count", json!(dice.pick(&COUNTS))),
            ("big", json!(dice.pick(&BIGS))),
            ("flag", json!(dice.one_in(2))),
            ("ip", json!(dice.pick(&ADDRESSES))),
            ("groups", Value::from((0..=dice.below(3)).map(|_| dice.pick(&TEXTS)).collect::<Vec<_>>())),
        ];
        let there = all.into_iter().filter(|_| !dice.one_in(6));
        Self { action, attributes: there.map(|(name, value)| (name.to_owned(), value)).collect() }
    }

    pub fn placet<R>(&self, vocabulary: &Vocabulary, decide: impl FnOnce(&View<'_>) -> R) -> Result<R, String> {
        let mut json = self.attributes.clone();
        json.insert("action".to_owned(), self.action.into());
        let request = request::from_json(vocabulary, &json.into()).map_err(|error| error.to_string())?;
        request.with_request(vocabulary, Time::from_millis(0), decide).map_err(|error| error.to_string())
    }

    pub fn cedar(&self) -> Result<CedarRequest, String> {
        let mut context = self.attributes.clone();
        if let Some(ip) = context.get_mut("ip") {
            *ip = json!({ "__extn": { "fn": "ip", "arg": ip } });
        }
        let context = Context::from_json_value(context.into(), None).map_err(|error| error.to_string())?;
        let uid = |text: &str| text.parse::<EntityUid>().map_err(|error| error.to_string());
        let action = uid(&format!("Action::\"{}\"", self.action))?;
        CedarRequest::new(uid("User::\"x\"")?, action, uid("Thing::\"y\"")?, context, None)
            .map_err(|error| error.to_string())
    }
}
