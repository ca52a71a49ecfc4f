//! Rules about the bearer of a token: a service's policy reads the claims of whichever token comes with the request.

use placet::authorize::{Authorizer, Policy};
use placet::check::library::Library;
use placet::compile::arguments::Arguments;
use placet::document::Document;
use placet::document::mint::{Wrapping, attenuate, mint, policy};
use placet::model::request::Request;
use placet::model::time::Time;
use placet::syntax::ast::BlockKind;
use placet::token::envelope::Token;
use placet::token::keyring::{Keyring, MintingKey};
use placet::token::keys::{LocalKey, SigningKey, SystemRandom};
use placet::token::verify::Scratch;

const NOW: Time = Time::from_millis(1_767_225_600_000);

/// Tokens of ann, who may edit the sport section, and of somebody without a name.
const BLOG: &str = "
vocabulary blog 1 { author: string section: string optional action read, edit }

token ann {
    id: \"t-1\"
    owner: \"ann\"
    attributes: { edits: \"sport\", empty: \"\" }
    allow { action: [read, edit], author: any }
    ttl: 1h
}

token nobody { allow { action: [read, edit], author: any } ttl: 1h }

restriction own { only { author: any } when has token.owner && author == token.owner }
";

struct Blog {
    document: Document,
    policies: Vec<Policy>,
    keyring: Keyring,
}

impl Blog {
    fn new(rule: &str, key: MintingKey) -> Self {
        let text = format!("{BLOG}\npolicy p {{ {rule} }}");
        let read = Document::from_text("blog.placet", &text, Library::built_in());
        let document = read.unwrap_or_else(|report| panic!("{report}"));
        let compiled = document.compile(BlockKind::Policy, None, &Arguments::none()).unwrap();
        let policies = vec![policy("p", &compiled, document.vocabulary()).unwrap()];
        let mut keyring = Keyring::new();
        keyring.mint_with(key).unwrap();
        Self { document, policies, keyring }
    }

    fn token(&self, name: &str, encrypted: bool) -> Token {
        let compiled = self.document.compile(BlockKind::Token, Some(name), &Arguments::none()).unwrap();
        let wrapping = Wrapping { encrypted, ..Wrapping::default() };
        let key = self.keyring.minting().unwrap();
        mint(&compiled, self.document.vocabulary(), key, NOW, wrapping, &mut SystemRandom).unwrap()
    }

    fn narrowed(&self, token: &Token) -> Token {
        let own = self.document.compile(BlockKind::Restriction, None, &Arguments::none()).unwrap();
        attenuate(token, &own, self.document.vocabulary(), NOW, false, &mut SystemRandom).unwrap()
    }

    fn edits(&self, token: Option<&Token>, author: &str, section: Option<&str>) -> bool {
        let vocabulary = self.document.vocabulary();
        let mut request = Request::named(vocabulary, "edit", NOW).unwrap();
        request.set_named("author", author).unwrap();
        if let Some(section) = section {
            request.set_named("section", section).unwrap();
        }
        let authorizer = Authorizer::new(&self.keyring, vocabulary).with_policies(&self.policies);
        match token {
            Some(token) => authorizer.authorize(&token.text(), &request, &mut Scratch::new()).is_allow(),
            None => authorizer.decide_alone(&request).is_allow(),
        }
    }
}

fn local() -> MintingKey {
    LocalKey::from_secret(&[1; 32]).into()
}

fn public() -> MintingKey {
    SigningKey::from_seed(&[2; 32]).into()
}

const OWN: &str = "allow { action: edit } when has token.owner && author == token.owner";

#[test]
fn everybody_edits_their_own_posts_by_one_rule_of_the_service() {
    for key in [local(), public()] {
        let blog = Blog::new(OWN, key);
        let (ann, nobody) = (blog.token("ann", false), blog.token("nobody", false));
        assert!(blog.edits(Some(&ann), "ann", None));
        for (token, author) in [(Some(&ann), "anna"), (Some(&ann), ""), (Some(&nobody), ""), (None, ""), (None, "ann")]
        {
            assert!(!blog.edits(token, author, None), "{author}");
        }
    }
}

#[test]
fn a_later_block_reads_the_claims_of_the_authority_and_cannot_change_them() {
    let blog = Blog::new("allow { action: edit }", local());
    let (ann, nobody) = (blog.token("ann", false), blog.token("nobody", false));
    assert!(blog.edits(Some(&ann), "bob", None) && blog.edits(Some(&nobody), "bob", None));
    let (ann, nobody) = (blog.narrowed(&ann), blog.narrowed(&nobody));
    assert!(blog.edits(Some(&ann), "ann", None));
    assert!(!blog.edits(Some(&ann), "bob", None) && !blog.edits(Some(&nobody), "bob", None));
}

#[test]
fn encrypted_claims_are_read_by_those_who_have_the_key() {
    let blog = Blog::new(OWN, local());
    let ann = blog.token("ann", true);
    assert!(blog.edits(Some(&ann), "ann", None) && !blog.edits(Some(&ann), "bob", None));
}

#[test]
fn an_attribute_of_the_token_is_read_by_its_name() {
    let rule = "allow { section: any } when has token.attributes[\"edits\"] && section == token.attributes[\"edits\"]";
    let blog = Blog::new(rule, public());
    let (ann, nobody) = (blog.token("ann", false), blog.token("nobody", false));
    assert!(blog.edits(Some(&ann), "bob", Some("sport")));
    assert!(!blog.edits(Some(&ann), "bob", Some("news")) && !blog.edits(Some(&ann), "bob", None));
    assert!(!blog.edits(Some(&nobody), "bob", Some("sport")));
    for (condition, expected) in [
        ("has token.attributes[\"empty\"]", true),
        ("has token.attributes[\"edit\"]", false),
        ("has token.labels[\"edits\"]", false),
        ("has token.id && token.id == \"t-1\"", true),
        ("has token.type", false),
        ("has token.producer", false),
        ("has token.application", false),
        ("has token.owner && token.owner in [prefix \"an\"] && length(token.owner) == 3", true),
        ("has token.owner && starts_with(token.owner, \"b\")", false),
    ] {
        let blog = Blog::new(&format!("allow {{ action: edit }} when {condition}"), local());
        assert_eq!(blog.edits(Some(&blog.token("ann", false)), "bob", None), expected, "{condition}");
    }
}

#[test]
fn the_map_of_a_rule_names_the_bearer() {
    for key in [local(), public()] {
        let blog = Blog::new("allow { action: edit, author: token.owner }", key);
        let (ann, nobody) = (blog.token("ann", false), blog.token("nobody", false));
        assert!(blog.edits(Some(&ann), "ann", None));
        for (token, author) in [(Some(&ann), "bob"), (Some(&ann), ""), (Some(&nobody), ""), (None, ""), (None, "ann")] {
            assert!(!blog.edits(token, author, None), "{author}");
        }
    }
    let blog =
        Blog::new("allow { author: [token.owner, \"root\"] } allow { section: token.attributes[\"edits\"] }", local());
    let (ann, nobody) = (blog.token("ann", false), blog.token("nobody", false));
    assert!(blog.edits(Some(&ann), "ann", None) && blog.edits(Some(&nobody), "root", None));
    assert!(blog.edits(Some(&ann), "bob", Some("sport")) && !blog.edits(Some(&ann), "bob", Some("news")));
    assert!(!blog.edits(Some(&nobody), "bob", Some("sport")) && !blog.edits(None, "ann", Some("sport")));
}

#[test]
fn a_deny_of_all_but_the_bearers_own_also_forbids_requests_without_a_bearer() {
    let blog = Blog::new("allow { action: edit } deny { author: not token.owner }", local());
    let (ann, nobody) = (blog.token("ann", false), blog.token("nobody", false));
    assert!(blog.edits(Some(&ann), "ann", None) && !blog.edits(Some(&ann), "bob", None));
    assert!(!blog.edits(Some(&nobody), "ann", None) && !blog.edits(None, "ann", None));
}

#[test]
fn a_rule_that_forbids_says_what_happens_without_a_token() {
    let rule = "allow { action: edit } deny { action: edit } when !has token.owner || author != token.owner";
    let blog = Blog::new(rule, local());
    assert!(blog.edits(Some(&blog.token("ann", false)), "ann", None));
    assert!(!blog.edits(Some(&blog.token("ann", false)), "bob", None));
    assert!(!blog.edits(Some(&blog.token("nobody", false)), "ann", None) && !blog.edits(None, "ann", None));
}
