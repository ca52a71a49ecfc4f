//! cedar-policy: policies as text, requests as entities and a context; applications on their entity graph.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use cedar_policy::{
    Authorizer, Context, Decision, Entities, Entity, EntityId, EntityTypeName, EntityUid, PolicySet, Request,
    RestrictedExpression,
};

use super::engine::Engine;
use crate::apps::{App, Attribute, Id};
use crate::contender::UnsupportedError;
use crate::question::{Ask, Question, Value};

/// Cedar.
#[derive(Clone, Copy)]
pub struct Cedar;

/// The policies, the entities that the service holds.
pub struct Program {
    policies: PolicySet,
    entities: Entities,
}

static AUTHORIZER: LazyLock<Authorizer> = LazyLock::new(Authorizer::new);

fn uid(kind: &str, name: &str) -> EntityUid {
    static KINDS: LazyLock<HashMap<&'static str, EntityTypeName>> = LazyLock::new(|| {
        let kinds = ["User", "Group", "Team", "Repository", "View", "Folder", "Document", "List", "Application"];
        let kinds = kinds.into_iter().chain(["Action", "Client", "Service"]);
        kinds.map(|kind| (kind, kind.parse().expect("it is a name"))).collect()
    });
    EntityUid::from_type_name_and_id(KINDS[kind].clone(), EntityId::new(name))
}

fn of(id: &Id) -> EntityUid {
    uid(id.kind, &id.name)
}

impl Engine for Cedar {
    type Program = Program;
    type Request = Request;

    const NAME: &'static str = "cedar";
    const PACKAGE: &'static str = "cedar-policy";
    const ABOUT: &'static str = "policies as text in the native envelope; evaluated on their tree";

    fn policy(self, question: Question) -> Result<Vec<u8>, UnsupportedError> {
        let text = match question {
            Question::S1 => include_str!("../../policies/s1.cedar"),
            // Its `like` has no expressions; `eu-*` is what this one says.
            Question::S2 | Question::S2p => include_str!("../../policies/s2.cedar"),
            Question::S3 => include_str!("../../policies/s3.cedar"),
            Question::App(App::Github) => include_str!("../../policies/github.cedar"),
            Question::App(App::Gdrive) => include_str!("../../policies/gdrive.cedar"),
            Question::App(App::Tinytodo) => include_str!("../../policies/tinytodo.cedar"),
            Question::Rules(n) => {
                let rule = |i| {
                    format!(
                        "permit (principal, action == Action::\"get\", resource) when {{ context.cache == \"cache-{i}\" && \
                         context.key like \"k-{i}/*\" }};\n"
                    )
                };
                return Ok((0..n).map(rule).collect::<String>().into_bytes());
            }
        };
        Ok(text.as_bytes().to_vec())
    }

    fn load(self, question: Question, policy: &[u8]) -> Program {
        let text = std::str::from_utf8(policy).expect("a policy of ours");
        let entities = match question {
            Question::App(app) => entities(app),
            _ => Entities::empty(),
        };
        Program { policies: text.parse().expect("a policy of ours"), entities }
    }

    fn request(self, question: Question, ask: &Ask) -> Request {
        let text = |wanted: &str| {
            ask.fields.iter().find_map(|(name, value)| match value {
                Value::Text(text) if *name == wanted => Some(text.as_str()),
                _ => None,
            })
        };
        if let Question::App(app) = question {
            let resource = text("resource").expect("it has one");
            let kind = match app {
                App::Github => "Repository",
                App::Gdrive => "Document",
                App::Tinytodo if resource == "TinyTodo" => "Application",
                App::Tinytodo => "List",
            };
            let (user, action) = (text("user").expect("it has one"), text("action").expect("it has one"));
            let (user, action, resource) = (uid("User", user), uid("Action", action), uid(kind, resource));
            return Request::new(user, action, resource, Context::empty(), None).expect("there is no schema");
        }
        let (action, is_action): (&str, &str) = match question {
            Question::S1 => (text("kind").expect("it has one"), "kind"),
            Question::S3 => (text("method").expect("it has one"), "method"),
            _ => ("get", ""),
        };
        let fields = ask.fields.iter().filter(|(name, _)| *name != is_action);
        let pairs = fields.map(|(name, value)| ((*name).to_owned(), expression(value)));
        let context = Context::from_pairs(pairs).expect("each name once");
        let (client, service) = (uid("Client", "c"), uid("Service", "s"));
        Request::new(client, uid("Action", action), service, context, None).expect("there is no schema")
    }

    fn decide(self, program: &mut Program, request: &mut Request) -> bool {
        let response = AUTHORIZER.is_authorized(request, &program.policies, &program.entities);
        response.decision() == Decision::Allow
    }
}

fn expression(value: &Value) -> RestrictedExpression {
    match value {
        Value::Text(text) => RestrictedExpression::new_string(text.clone()),
        Value::Number(number) => RestrictedExpression::new_long(*number),
        Value::Ip(ip) => RestrictedExpression::new_ip(ip.to_string()),
        Value::Labels(labels) => {
            let pairs =
                labels.iter().map(|(name, value)| (name.clone(), RestrictedExpression::new_string(value.clone())));
            RestrictedExpression::new_record(pairs).expect("each name once")
        }
        Value::Set(texts) => {
            RestrictedExpression::new_set(texts.iter().map(|text| RestrictedExpression::new_string(text.clone())))
        }
    }
}

fn entities(app: App) -> Entities {
    let entity = |entity: &crate::apps::Entity| {
        let value = |attribute: &Attribute| match attribute {
            Attribute::One(id) => RestrictedExpression::new_entity_uid(of(id)),
            Attribute::Many(ids) => {
                RestrictedExpression::new_set(ids.iter().map(|id| RestrictedExpression::new_entity_uid(of(id))))
            }
            Attribute::Flag(flag) => RestrictedExpression::new_bool(*flag),
        };
        let attributes = entity.attributes.iter().map(|(name, attribute)| ((*name).to_owned(), value(attribute)));
        let parents: HashSet<EntityUid> = entity.parents.iter().map(of).collect();
        Entity::new(of(&entity.id), attributes.collect(), parents).expect("attributes of ours")
    };
    Entities::from_entities(app.world().entities.iter().map(entity), None).expect("a graph without circles")
}
