//! Tokens that are bound to their holder, and approvals of one request.

use crate::cli_support::Place;

const REQUEST: &str = "--request @request";

/// A token of the holder whose keyring is `holder`; `keys` verifies it.
fn place() -> Place {
    let place = Place::with_token();
    place.write(
        "own.placet",
        "use momento\n\ntoken own(key: string) {\n    holder: key\n    allow { action: get, cache: \"profiles\" }\n    ttl: 1h\n}\n\nrestriction handed(key: string) {\n    holder: key\n}\n",
    );
    place.write("request", "get { cache: \"profiles\", item: \"a\" }");
    for name in ["holder", "thief"] {
        place.placet(&format!("keygen --public --keyring {name}")).yes();
    }
    let minted = place.placet(&format!("mint own.placet --keyring keys --with key={}", public(&place, "holder"))).yes();
    place.write("own", &minted.out);
    place
}

fn public(place: &Place, keyring: &str) -> String {
    let shown = place.placet(&format!("keygen --public --keyring of_{keyring} --force")).yes();
    place.write(keyring, &place.read(&format!("of_{keyring}")));
    shown.out.lines().find_map(|line| line.strip_prefix("public: ")).expect("it is shown").to_owned()
}

#[test]
fn a_token_of_a_holder_needs_a_proof_by_their_key() {
    let place = place();
    place.placet("inspect own --keyring keys").yes().says("holder").says("placet_public_");
    place.placet(&format!("eval --token own --keyring keys {REQUEST}")).no().says("no proof of the holder");
    let proof = place.placet(&format!("prove own --key holder {REQUEST}")).yes();
    place.write("proof", &proof.out);
    place.placet(&format!("eval --token own --keyring keys {REQUEST} --proof proof")).yes().says("allow");
    let stale = "--now 2027-01-01T00:00:00Z";
    place.placet(&format!("eval --token own --keyring keys {REQUEST} --proof proof {stale}")).no().says("expired");
    let other = "--request get --proof proof";
    place.placet(&format!("eval --token own --keyring keys {other}")).no().says("wrong proof");
    let stolen = place.placet(&format!("prove own --key thief {REQUEST}")).yes().says("another key");
    place.write("stolen", &stolen.out);
    let refused = place.placet(&format!("explain --token own --keyring keys {REQUEST} --proof stolen")).no();
    refused.says("wrong proof").says("the last holder's key");
    let json = place.json(&format!("eval --token own --keyring keys {REQUEST} --proof stolen"));
    assert_eq!(json["cause"]["name"], "wrong_proof");
    place.placet(&format!("prove own --key keys {REQUEST}")).could_not().says("no key in `keys` can sign");
    place.placet(&format!("eval --token own --keyring keys {REQUEST} --proof own")).could_not().says("placet_proof_");
}

#[test]
fn only_the_holder_hands_a_token_over() {
    let place = place();
    let next = public(&place, "next");
    let handed = format!("attenuate own own.placet --template handed --with key={next}");
    place.placet(&handed).no().prints_nothing().says("only the holder of a token can hand it over");
    place.placet(&format!("{handed} --holder-key thief")).no().prints_nothing();
    let handed = place.placet(&format!("{handed} --holder-key holder")).yes();
    place.write("handed", &handed.out);
    for (key, cause) in [("next", None), ("holder", Some("wrong proof"))] {
        place.write("proof", &place.placet(&format!("prove handed --key {key} {REQUEST}")).yes().out);
        let ran = place.placet(&format!("eval --token handed --keyring keys {REQUEST} --proof proof"));
        match cause {
            None => ran.yes(),
            Some(cause) => ran.no().says(cause),
        };
    }
    place.placet("vouch request own").yes();
    place.write("vouch", &place.placet("vouch request own").yes().out);
    let signed = format!("vouch sign vouch own.placet --template handed --with key={next} --keyring thief");
    place.placet(&signed).no().says("cannot name the holder");
}

#[test]
fn an_approval_is_of_one_request_and_its_absence_names_who_is_missing() {
    let place = place();
    let (ann, bob) = (public(&place, "ann"), public(&place, "bob"));
    place.write(
        "look.placet",
        &format!(
            "use momento\n\nlet ann = \"{ann}\"\nlet bob = \"{bob}\"\n\npolicy look {{\n    allow {{ action: get }} when approved(2, [ann, bob])\n}}\n"
        ),
    );
    place.placet("check look.placet --deny-warnings").yes();
    let alone = format!("eval look.placet {REQUEST}");
    place.placet(&format!("{alone} --explain")).no().says("2 more approvals are needed, of `ann` and `bob`");
    for name in ["ann", "bob"] {
        let approved = place.placet(&format!("approve --without-token momento --key {name} {REQUEST}")).yes();
        place.write(&format!("{name}.approval"), &approved.out);
    }
    let half = place.placet(&format!("{alone} --explain --approval ann.approval")).no();
    half.says("not_permitted").says("1 more approval is needed, of `bob`");
    place.placet(&format!("{alone} --approval ann.approval --approval bob.approval")).yes();
    place.write("other", "get { cache: \"profiles\", item: \"b\" }");
    let other = place.placet("eval look.placet --request @other --approval ann.approval").no();
    other.says("refused").says("wrong approval");
    // With a token, an approval is of that token.
    place.write("wanted", &place.placet("vouch request token").yes().out);
    for name in ["ann", "bob"] {
        let approved = place.placet(&format!("approve wanted --key {name} {REQUEST}")).yes();
        place.write(&format!("{name}.approval"), &approved.out);
    }
    let both = "--approval ann.approval --approval bob.approval";
    let with_token = format!("eval --token token --keyring keys --policy look.placet {REQUEST}");
    place.placet(&with_token).no();
    let answer = place.placet(&format!("{with_token} {both}"));
    assert!(!answer.out.contains("approval"), "{answer:?}");
    place.placet(&format!("{alone} {both}")).no().says("wrong approval");
    place.placet(&format!("approve own --key ann {REQUEST}")).no().says("placet_request_");
}
