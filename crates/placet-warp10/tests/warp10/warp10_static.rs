//! Static tokens of a file: the token of each line, and that they expire and are revoked like any
//! other.

use placet::model::time::Time;
use std::fs;

use placet_warp10::accept::{Acceptor, AttributeRules};
use placet_warp10::keys::TokenKeys;
use placet_warp10::script::TimeUnit;
use placet_warp10::selectors::{Applications, id_text, of_token};
use placet_warp10::static_tokens::{Clock, LineError, StaticTokens};
use placet_warp10::token::{Kind, Pairs, ReadToken, Token};
use placet_warp10::trl::{RevocationList, Scope};
use placet_warp10::trl_directory::Directory;
use serde_json::{Value as Json, json};

const NOW: i64 = 1_700_000_000_000;
const ONE: &str = "7a1c3f7e-6a52-4a9e-8a43-0d1f5a3b9c11";

fn read(text: &str) -> (StaticTokens, Vec<LineError>) {
    let clock = Clock { now: Time::from_millis(NOW), unit: TimeUnit::Microseconds };
    StaticTokens::read(text, clock, &mut || "11111111-2222-4333-8444-555555555555".to_owned())
}

fn pairs(pairs: Option<&Pairs>) -> Json {
    pairs.map_or(Json::Null, |pairs| pairs.iter().map(|(k, v)| (k.clone(), Json::from(v.as_str()))).collect())
}

/// A token as the vectors show it.
fn shown(token: &Token) -> Json {
    match token {
        Token::Read(token) => json!({
            "type": "READ", "issuance": token.issuance.to_string(), "expiry": token.expiry.to_string(),
            "appName": token.application, "apps": token.applications, "owners": ids(&token.owners),
            "producers": ids(&token.producers), "billed": id_text(&token.billed), "labels": pairs(token.labels.as_ref()),
            "attributes": pairs(token.attributes.as_ref()), "label_selectors": pairs(Some(&of_token(token, Applications::default()))),
        }),
        Token::Write(token) => json!({
            "type": "WRITE", "issuance": token.issuance.to_string(), "expiry": token.expiry.to_string(),
            "appName": token.application, "owner": id_text(&token.owner), "producer": id_text(&token.producer),
            "labels": pairs(token.labels.as_ref()), "attributes": pairs(token.attributes.as_ref()),
        }),
    }
}

fn ids(ids: &[Vec<u8>]) -> Vec<String> {
    ids.iter().map(|id| id_text(id)).collect()
}

#[test]
fn every_recorded_file_gives_the_recorded_tokens() {
    let text = fs::read_to_string("tests/warp10/vectors.json").unwrap();
    let vectors: Json = serde_json::from_str(&text).unwrap();
    for vector in vectors["token_file"].as_array().unwrap() {
        let (tokens, problems) = read(vector["content"].as_str().unwrap());
        // The original drops the whole file for one bad UUID.
        if vector["id"] == "file-bad-uuid-spec" {
            assert_eq!((tokens.iter().count(), problems.len()), (1, 1));
            continue;
        }
        let recorded = vector["tokens"].as_object().unwrap();
        assert_eq!(tokens.iter().count(), recorded.len(), "{vector}");
        for (name, token) in tokens.iter() {
            let mut recorded = recorded[name].clone();
            for list in ["apps", "owners", "producers"] {
                if recorded[list].is_null() && token.kind() == Kind::Read {
                    recorded[list] = json!([]);
                }
            }
            assert_eq!(shown(token), recorded, "{}", vector["id"]);
        }
    }
}

#[test]
fn lines_as_users_write_them() {
    let (tokens, problems) = read(&format!(
        "token.write.0.name=writeTok\ntoken.write.0.producer={ONE}\ntoken.write.0.owner={ONE}\ntoken.write.0.app=ci\n\n\
         token.read.0.name=readTok\ntoken.read.0.owner={ONE}\n#token.read.0.producer={ONE}\ntoken.read.0.app=ci\n\
         token.spec = {{ 'id' 'R7' 'type' 'READ' 'owner' '{upper}' 'application' 'app-7' 'owners' [ '{upper}' ] }}\n\
         token.spec = {{ 'id' '*' 'type' 'READ' 'owner' '{ONE}' 'application' '*' 'applications' [] 'owners' [] 'producers' [] }}\n\
         token.spec = {{ 'id' 'ha' 'type' 'READ' 'application' 'home' 'owner' '{ONE}' 'issuance' {NOW} 'ttl' 315360000000 \
         'attributes' {{ '.cap:maxops' 1e7 TOLONG TOSTRING '.cap:maxdepth' 1e5 TOLONG TOSTRING }} }}\n",
        upper = ONE.to_uppercase()
    ));
    assert_eq!(problems, []);
    assert!(matches!(tokens.get("writeTok", Kind::Write), Some(Token::Write(token)) if token.application == "ci"));
    let Some(Token::Read(token)) = tokens.get("readTok", Kind::Read) else { panic!() };
    let expected = [(".app".to_owned(), "=ci".to_owned()), (".owner".to_owned(), format!("={ONE}"))];
    assert_eq!(of_token(token, Applications::default()), expected);
    assert_eq!((token.application.as_deref(), token.expiry), (None, i64::MAX));
    let Some(Token::Read(token)) = tokens.get("R7", Kind::Read) else { panic!() };
    assert_eq!((ids(&token.owners), token.expiry), (vec![ONE.to_owned()], NOW + (i64::MAX >> 4)));
    let Some(Token::Read(token)) = tokens.get("*", Kind::Read) else { panic!() };
    assert_eq!(of_token(token, Applications::default()), []);
    let Some(Token::Read(ReadToken { attributes: Some(attributes), .. })) = tokens.get("ha", Kind::Read) else {
        panic!()
    };
    assert_eq!(attributes.len(), 2);
    assert_eq!(tokens.get("writeTok", Kind::Read), None);
}

#[test]
fn a_bad_line_drops_its_token_and_no_other() {
    let (tokens, problems) = read(&format!(
        "token.read.0.name=A\ntoken.read.0.owner=nope\ntoken.read.1.name=B\ntoken.read.1.app=b\ntoken.read.2.app=c\n\
         token.write.3.name=D\ntoken.write.3.owner={ONE}\ntoken.read.4.name=E\ntoken.read.4.expiry=soon\ntoken.spec = 12\n\
         token.spec = {{ 'type' 'READ' 'owner' '{ONE}' 'application' 'a' }}\ntoken.spec = {{ 'id'\ntoken.nothing\ntoken.read.5.color=x\n\
         token.write.6.labels=a~b\nother=1\n"
    ));
    assert_eq!(tokens.iter().map(|(name, _)| name).collect::<Vec<_>>(), ["B"]);
    let lines: Vec<_> = problems.iter().map(|problem| problem.line).collect();
    assert_eq!(lines, [2, 5, 7, 9, 10, 11, 12, 13, 14, 15]);
}

#[test]
fn a_static_token_ends_and_is_revoked_like_any_other() {
    let (tokens, _) = read(&format!(
        "token.read.0.name=old\ntoken.read.0.expiry=5\ntoken.read.1.name=new\n\
         token.write.2.name=w\ntoken.write.2.owner={ONE}\ntoken.write.2.producer={ONE}\ntoken.write.2.app=shop\n"
    ));
    let keys = TokenKeys::new(&[1; 16], &[2; 16]).unwrap();
    let attributes = AttributeRules::default();
    let none = Directory::none();
    let acceptor = Acceptor { keys: &keys, revocations: &none, attributes: &attributes };
    assert!(tokens.accept(&acceptor, "old", Kind::Read, Time::from_millis(5)).is_ok());
    assert_eq!(
        tokens.accept(&acceptor, "old", Kind::Read, Time::from_millis(6)).unwrap_err().message,
        "Token Expired."
    );
    assert!(tokens.accept(&acceptor, "w", Kind::Write, Time::from_millis(NOW)).is_ok());
    assert_eq!(
        tokens.accept(&acceptor, "w", Kind::Read, Time::from_millis(NOW)).unwrap_err().message,
        "Invalid token."
    );

    let mut list = RevocationList::default();
    list.revoke(keys.ident("new"));
    list.revoke_application("shop").unwrap();
    let (name, text) = list.file("x", Scope::Full, 1).unwrap();
    let mut directory = Directory::new(None, Time::from_millis(0));
    directory.scan(&std::collections::BTreeMap::from([(name.file, text.into_bytes())])).unwrap();
    let acceptor = Acceptor { revocations: &directory, ..acceptor };
    assert_eq!(
        tokens.accept(&acceptor, "new", Kind::Read, Time::from_millis(5)).unwrap_err().message,
        "Token revoked."
    );
    let closed = tokens.accept(&acceptor, "w", Kind::Write, Time::from_millis(5)).unwrap_err();
    assert_eq!(closed.message, "Application suspended or closed.");
}
