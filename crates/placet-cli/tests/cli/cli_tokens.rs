//! The life of a token on the command line: keys, minting, looking, narrowing, revoking, and every way it goes wrong.

use crate::cli_support;

#[path = "cli_tokens/holders.rs"]
mod holders;
#[path = "cli_tokens/vocabularies.rs"]
mod vocabularies;

use std::os::unix::fs::PermissionsExt;

use cli_support::Place;

fn mode(place: &Place, name: &str) -> u32 {
    std::fs::metadata(place.path(name)).unwrap().permissions().mode() & 0o777
}

/// The digits of the key that mints; they may have a `_` of their own.
fn secret_of(keyring: &str) -> String {
    let key = keyring.lines().find_map(|line| line.strip_prefix("mint placet_")).unwrap();
    let digits = key.split_once('_').unwrap().1;
    assert_eq!(digits.len(), 48, "{key}");
    digits.to_owned()
}

#[test]
fn a_key_file_is_for_its_owner_and_its_secret_is_not_printed() {
    let place = Place::new();
    for kind in ["local", "public"] {
        let ran = place.placet(&format!("keygen --{kind} --keyring {kind}.keys")).yes().says(kind);
        assert_eq!(mode(&place, &format!("{kind}.keys")), 0o600);
        let secret = secret_of(&place.read(&format!("{kind}.keys")));
        assert!(!ran.out.contains(&secret) && !ran.err.contains(&secret), "{ran:?}");
        assert_eq!(ran.out.contains("placet_public_"), kind == "public");
    }
}

#[test]
fn a_key_file_is_never_overwritten_unless_forced() {
    let place = Place::new();
    place.placet("keygen --local --keyring keys").yes();
    let before = place.read("keys");
    place.placet("keygen --local --keyring keys").could_not().says("`keys` exists already").says("--force");
    place.placet("keygen --public --out keys").could_not();
    assert_eq!(place.read("keys"), before);
    std::fs::set_permissions(place.path("keys"), std::fs::Permissions::from_mode(0o644)).unwrap();
    place.placet("keygen --local --keyring keys --force").yes();
    assert_ne!(place.read("keys"), before);
    assert_eq!(mode(&place, "keys"), 0o600);
}

#[test]
fn a_secret_is_not_written_to_standard_output() {
    Place::new().placet("keygen --local --keyring -").could_not().prints_nothing();
}

#[test]
fn a_rotated_key_is_still_accepted_and_comments_stay() {
    let place = Place::with_token();
    let commented = format!("# of the cache service\n{}", place.read("keys"));
    place.write("keys", &commented);
    place.placet("keygen --local --keyring keys --rotate").yes();
    assert!(place.read("keys").starts_with("# of the cache service\naccept placet_secret_"), "the comment is gone");
    assert_eq!(mode(&place, "keys"), 0o600);
    place.placet("inspect token --keyring keys").yes().says("VERIFIED");
    place.placet("keygen --public --keyring keys --rotate").yes();
    place.placet("keygen --public --keyring keys --rotate").yes();
    assert_eq!(place.read("keys").matches("accept placet_public_").count(), 1);
    place.placet("keygen --local --keyring none --rotate").could_not().says("`none`");
}

#[test]
fn a_keyring_of_public_keys_verifies_and_does_not_mint() {
    let place = Place::with_token();
    place.placet("keygen --public --keyring mint.keys --verifier verify.keys").yes();
    assert!(!place.read("verify.keys").contains("signing"));
    let token = place.placet("mint policy.placet --template whole --keyring mint.keys").yes().out;
    place.placet(&format!("inspect {} --keyring verify.keys", token.trim())).yes().says("VERIFIED");
    place
        .placet("mint policy.placet --template whole --keyring verify.keys")
        .could_not()
        .says("no key in `verify.keys` can mint");
}

#[test]
fn a_key_file_that_others_can_read_is_warned_about() {
    let place = Place::with_token();
    std::fs::set_permissions(place.path("keys"), std::fs::Permissions::from_mode(0o640)).unwrap();
    place.placet("inspect token --keyring keys").yes().says("`keys` can be read by others").says("chmod 600 keys");
}

#[test]
fn minting_prints_the_token_and_nothing_else() {
    let place = Place::with_token();
    let ran = place.placet("mint policy.placet --template reader --keyring keys --with user=42 --ttl 5m").yes();
    assert!(ran.out.starts_with("placet_l1_") && ran.out.lines().count() == 1, "{ran:?}");
    assert!(ran.err.contains("in 5 minutes") && ran.err.contains("characters"), "{ran:?}");
    let secret = secret_of(&place.read("keys"));
    assert!(!ran.out.contains(&secret) && !ran.err.contains(&secret));
}

#[test]
fn minting_names_what_is_missing() {
    let place = Place::with_token();
    let mint = |words: &str| place.placet(&format!("mint {words}")).could_not().prints_nothing();
    mint("none.placet --keyring keys").says("`none.placet`");
    mint("policy.placet --keyring none").says("`none`");
    mint("policy.placet --keyring keys").says("more than one token").says("`reader`");
    mint("policy.placet --keyring keys --template redaer").says("no token `redaer`").says("`reader`");
    mint("policy.placet --keyring keys --template no_chat").says("`no_chat` is a policy, not a token");
    mint("policy.placet --keyring keys --template reader").says("`user` is missing").says("reader(user: string)");
    mint("policy.placet --keyring keys --template reader --with usr=1").says("`usr`").says("`user`");
    mint("policy.placet --keyring keys --template reader --with user").says("NAME=VALUE");
    mint("policy.placet --keyring keys --template whole --ttl soon").says("30m");
    mint("policy.placet --keyring policy.placet --template whole").says("is not a keyring: line 1");
}

#[test]
fn a_policy_with_errors_makes_no_token() {
    let place = Place::with_token();
    place.write("bad.placet", "use momento\ntoken t { permissions: [{ role: ReadOnly, cahce: \"a\" }] ttl: 5m }\n");
    place
        .placet("mint bad.placet --keyring keys")
        .could_not()
        .prints_nothing()
        .says("did you mean `cache`")
        .says("bad.placet:2");
    let json = place.json("mint bad.placet --keyring keys");
    assert_eq!(json[0]["code"], "E0206");
}

#[test]
fn only_local_tokens_are_encrypted_and_only_the_key_shows_them() {
    let place = Place::with_token();
    let token = place.placet("mint policy.placet --template whole --keyring keys --encrypted").yes().out;
    place.write("secret", &token);
    let shown = place.placet("inspect secret").yes().says("encrypted").out;
    assert!(!shown.contains("ReadWrite"));
    place.placet("inspect secret --keyring keys").yes().says("ReadWrite");
    place.placet("keygen --public --keyring pair").yes();
    place
        .placet("mint policy.placet --template whole --keyring pair --encrypted")
        .could_not()
        .says("cannot be encrypted");
}

#[test]
fn a_token_is_readable_without_a_key_and_says_that_nobody_verified_it() {
    let place = Place::with_token();
    place
        .placet("inspect token")
        .yes()
        .says("UNVERIFIED")
        .says("role: ReadOnly")
        .says("user/42/")
        .says("in 30 minutes");
    place.placet_reading("inspect -", &place.read("token")).yes().says("UNVERIFIED");
    let json = place.json("inspect token");
    assert_eq!(json["verified"], false);
    assert_eq!(json["vocabulary"]["name"], "momento");
    assert_eq!(place.json("inspect token --keyring keys")["verified"], true);
}

#[test]
fn each_bad_token_is_refused_with_its_own_cause() {
    let place = Place::with_token();
    let token = place.read("token");
    let token = token.trim();
    let refused = |words: &str, cause: &str| {
        place.placet(&format!("inspect {words} --keyring keys")).no();
        let json = place.json(&format!("inspect {words} --keyring keys"));
        assert_eq!((&json["verdict"], &json["cause"]), (&"refused".into(), &cause.into()), "{words}");
    };
    let mut forged = token.as_bytes().to_vec();
    forged[40] = if forged[40] == b'A' { b'B' } else { b'A' };
    refused(&String::from_utf8(forged).unwrap(), "forged");
    // Cut where the alphabet does not show it.
    let digits = token.len() - "placet_l1_".len();
    refused(&token[.."placet_l1_".len() + digits / 4 * 4 - 8], "truncated");
    refused("placet_l9_AAAA", "unknown_version");
    refused("placet_hello", "not_a_token");
    refused("token --now 2099-01-01T00:00:00Z", "expired");
    place.placet("revoke token --keyring keys --list revoked").yes();
    refused("token --revocations revoked", "revoked");
    refused("token --revocations revoked --now 0", "not_yet_valid");
    refused("token --now -1", "no_clock");
    place.placet("revoke --new --list ahead --now 2099-01-01T00:00:00Z").yes();
    refused("token --revocations ahead", "early_revocations");
    place.placet("keygen --local --keyring other").yes();
    place.placet("inspect token --keyring other").no().says("unknown_key");
    place.placet("inspect token --keyring none").could_not().says("`none`");
    place.placet("inspect token --keyring token").could_not().says("`token` is not a keyring").says("line 1");
}

#[test]
fn a_list_that_is_too_old_lets_nothing_through() {
    let place = Place::with_token();
    place.placet("revoke --new --list list --now 0 --max-age 1h").yes();
    place.placet("inspect token --keyring keys --revocations list").no().says("stale_revocations");
}

#[test]
fn a_token_of_an_unknown_vocabulary_is_refused_and_shown_with_the_file() {
    let place = Place::with_token();
    place
        .write("shop.placet", "vocabulary shop 1 {\n action buy, sell\n}\ntoken t { allow { action: buy } ttl: 5m }\n");
    place.write("t", &place.placet("mint shop.placet --keyring keys").yes().out);
    place.placet("inspect t").yes().says("unknown here");
    place.placet("inspect t --keyring keys").no().says("unknown_vocabulary");
    place.placet("inspect t --keyring keys --vocabulary shop.placet").yes().says("allow { action: buy }");
    place.placet("inspect t --vocabulary token").could_not();
    let mut forged = place.read("t").trim().to_owned();
    let changed = if forged.ends_with('A') { "Q" } else { "A" };
    forged.replace_range(40..41, if &forged[40..41] == changed { "E" } else { changed });
    // The proof is bound to the vocabulary, so that without it nobody can tell.
    place.placet(&format!("inspect {forged} --keyring keys")).no().says("unknown_vocabulary");
    place.placet(&format!("inspect {forged} --keyring keys --vocabulary shop.placet")).no().says("forged");
}

#[test]
fn attenuating_narrows_and_shows_what_is_left() {
    let place = Place::with_token();
    let ran = place.placet("attenuate token policy.placet --with item=user/42/name").yes();
    assert_eq!(ran.out.lines().count(), 1);
    let ran = ran.says("in 5 minutes").says("only { item: \"user/42/name\" }").says("role: ReadOnly");
    place.write("narrow", &ran.out);
    place.placet("inspect narrow --keyring keys").yes().says("restriction 1");
    // A restriction can not make a token live longer.
    let ran = place.placet("attenuate narrow policy.placet --with item=x --ttl 7d").yes();
    let first = ran.err.lines().find(|line| line.contains("expires")).unwrap();
    assert!(first.contains("in 5 minutes"), "{first}");
}

#[test]
fn a_sealed_token_takes_no_restriction() {
    let place = Place::with_token();
    place.write("sealed", &place.placet("seal token").yes().out);
    place.placet("inspect sealed --keyring keys").yes().says("sealed");
    place.placet("attenuate sealed policy.placet --with item=x").no().prints_nothing().says("sealed");
    place.placet("seal sealed").no().says("sealed");
    let minted = place.placet("mint policy.placet --template whole --keyring keys --sealed").yes().out;
    place.placet(&format!("seal {}", minted.trim())).no();
}

#[test]
fn a_restriction_of_another_vocabulary_is_refused() {
    let place = Place::with_token();
    place.write("other.placet", "use http\nrestriction look { only { action: GET } }\n");
    place
        .placet("attenuate token other.placet")
        .no()
        .prints_nothing()
        .says("uses the vocabulary `momento`")
        .says("`use momento`");
}

#[test]
fn a_third_party_signs_for_one_token_only() {
    let place = Place::with_token();
    place.write("approval.placet", "use momento\nrestriction approved { only { role: ReadOnly } ttl: 1m }\n");
    place.placet("keygen --public --keyring approver").yes();
    place.write("request", &place.placet("vouch request token").yes().out);
    let signed = place.placet("vouch sign request approval.placet --keyring approver").yes().says("placet_public_");
    place.write("voucher", &signed.out);
    place.write("vouched", &place.placet("vouch add token voucher").yes().says("signed by").out);
    place.placet("inspect vouched --keyring keys").yes().says("signed by").says("in 1 minute");
    place.placet("vouch add vouched voucher").no().prints_nothing().says("another token");
    place.placet("vouch sign token approval.placet --keyring approver").no().says("placet_request_");
    place.placet("vouch sign request approval.placet --keyring keys").could_not().says("no key in `keys` can sign");
    place.placet("vouch add token token").no().says("placet_voucher_");
    place.placet("vouch add - -").could_not().says("standard input");
}

#[test]
fn revoking_keeps_comments_and_what_is_revoked_stays_so() {
    let place = Place::with_token();
    place.placet("revoke token --keyring keys --list list --max-age 1h").yes().says("revoked");
    let text = place.read("list").replace("issued", "# ask ann before you touch this\nissued");
    place.write("list", &text);
    place.placet("revoke token --keyring keys --list list").yes().says("already");
    place.placet("revoke --id 00112233445566778899aabbccddeeff --list list --max-age 2h").yes();
    let key = format!("local:{}", "0a".repeat(16));
    place.placet(&format!("revoke --key {key} --before 2026-01-01T00:00:00Z --list list")).yes();
    place.placet(&format!("revoke --key {key} --before 2025-01-01T00:00:00Z --list list --snapshot bin")).yes();
    let text = place.read("list");
    assert!(text.contains("# ask ann") && text.contains("max-age: 7200000"), "{text}");
    assert!(
        text.ends_with(&format!("00112233445566778899aabbccddeeff\nkey {key} before 1767225600000\nend\n")),
        "{text}"
    );
    place.placet("inspect token --keyring keys --revocations bin").no().says("revoked");
}

/// The short id in a token could be that of another key, so the list names the whole key.
#[test]
fn a_key_is_revoked_by_its_whole_name_which_the_keyring_knows() {
    let place = Place::with_token();
    let id = place.json("inspect token")["key"].as_str().unwrap().to_owned();
    let revoke =
        |rest: &str| place.placet(&format!("revoke --key {id} --before 2099-01-01T00:00:00Z --list list {rest}"));
    revoke("").could_not().says(&id).says("--keyring FILE");
    revoke("--keyring keys").yes();
    assert!(place.read("list").contains(&format!("key local:{id}")), "{}", place.read("list"));
    place.placet("inspect token --keyring keys --revocations list").no().says("revoked");
    let name = place.json("keygen --local --keyring other")["name"].as_str().unwrap().to_owned();
    place.placet(&format!("revoke --key {name} --before 2099-01-01T00:00:00Z --list list")).yes();
}

#[test]
fn revoking_asks_only_whether_the_token_is_genuine_and_not_whether_it_is_valid() {
    let place = Place::with_token();
    place.write("shop.placet", "vocabulary shop 1 { action buy }\ntoken t { allow { action: buy } ttl: 5m }\n");
    place.write("t", &place.placet("mint shop.placet --keyring keys --now 0 --audience shop").yes().out);
    place.placet("revoke t --keyring keys --vocabulary shop.placet --audience shop --list list").yes().says("revoked");
    place.placet("revoke t --keyring keys --vocabulary shop.placet --list list").no().says("another audience");
    let refused = place.json("inspect t --keyring keys --vocabulary shop.placet --audience shop --now 0 --revocations list --clock-skew 99999d");
    assert_eq!(refused["cause"], "revoked");
}

#[test]
fn a_token_is_for_its_audience() {
    let place = Place::with_token();
    let mint = "mint policy.placet --template whole --keyring keys";
    place.write("orders", &place.placet(&format!("{mint} --audience orders")).yes().out);
    place.placet("inspect orders --keyring keys --audience orders").yes().says("VERIFIED");
    place.placet("inspect orders --keyring keys").no().says("another audience");
    place.placet("inspect orders --keyring keys --audience billing").no().says("forged");
    place.placet("inspect token --keyring keys --audience orders").no().says("forged");
    // Its holder narrows it without naming whom it is for.
    place.write("narrow", &place.placet("attenuate orders policy.placet --with item=x").yes().out);
    place.write("request", r#"{"action": "get", "cache": "c", "item": "x"}"#);
    let eval = "eval --token narrow --keyring keys --request request";
    place.placet(&format!("{eval} --audience orders")).yes().says("allow");
    place.placet(eval).no().says("forged");
    place.placet(&format!("{mint} --audience ")).could_not();
    place.placet("inspect orders --audience orders").could_not().says("--keyring");
}

#[test]
fn a_signed_list_is_one_that_a_key_of_the_keyring_has_signed() {
    let place = Place::with_token();
    place.placet("revoke --new --list list --snapshot plain").yes();
    let signed = "--sign --keyring keys";
    place.placet(&format!("revoke --renew --list list --snapshot signed {signed}")).yes();
    place.placet(&format!("revoke --renew --list list --snapshot orders {signed} --audience orders")).yes();
    let inspect = |rest: &str| place.placet(&format!("inspect token --keyring keys --revocations {rest}"));
    inspect("signed --signed-revocations").yes();
    inspect("signed").yes();
    inspect("plain").yes();
    inspect("plain --signed-revocations").no().says("unsigned_revocations");
    inspect("list --signed-revocations").no().says("unsigned_revocations");
    inspect("orders --signed-revocations").could_not().says("for this audience");
    place.placet("keygen --local --keyring other").yes();
    place.placet("revoke --renew --list list --snapshot theirs --sign --keyring other").yes();
    inspect("theirs").could_not().says("no accepted key");
    place.placet("revoke --renew --list list --sign --keyring keys").could_not().says("--snapshot");
}

#[test]
fn a_request_does_not_tell_the_time_unless_it_is_asked() {
    let place = Place::with_token();
    let eval = "eval --token token --keyring keys --now 2099-01-01T00:00:00Z --request request";
    let now = place.json("inspect token")["issuance"].as_i64().unwrap();
    place.write("request", &format!(r#"{{"action": "get", "cache": "profiles", "item": "user/42/a", "time": {now}}}"#));
    place.placet(eval).could_not().says("--requests-tell-time");
    place.placet(&format!("{eval} --jsonl")).could_not().says("`time`");
    place.placet(&format!("{eval} --requests-tell-time")).yes().says("allow");
    place.placet("explain policy.placet --template whole --request request").could_not().says("`time`");
}

/// Attribute 1 is `user` in the token and `admin` in the policy.
#[test]
fn a_policy_of_another_vocabulary_decides_no_token() {
    let place = Place::with_token();
    let vocabulary = |first, second| {
        format!("vocabulary order 1 {{ {first}: string optional {second}: string optional action get }}\n")
    };
    place.write("ours.placet", &vocabulary("user", "admin"));
    place.write("t.placet", &format!("{}token t {{ allow {{ action: get }} ttl: 1h }}\n", vocabulary("user", "admin")));
    place.write("p.placet", &format!("{}policy p {{ allow {{ admin: \"ann\" }} }}\n", vocabulary("admin", "user")));
    place.write("t", &place.placet("mint t.placet --keyring keys").yes().out);
    place.write("request", r#"{"action": "get", "user": "ann"}"#);
    let eval = "eval --token t --keyring keys --policy p.placet --request request --vocabulary ours.placet";
    place.placet(eval).could_not().says("`p` does not fit the vocabulary `order`");
}

#[test]
fn a_third_party_does_not_sign_for_another_vocabulary() {
    let place = Place::with_token();
    place.write("other.placet", "use http\nrestriction look { only { action: GET } }\n");
    place.placet("keygen --public --keyring approver").yes();
    place.write("request", &place.placet("vouch request token").yes().out);
    let ran = place.placet("vouch sign request other.placet --keyring approver").no();
    ran.prints_nothing().says("a vocabulary other than");
}

#[test]
fn revoking_a_restriction_spares_the_token_it_was_made_of() {
    let place = Place::with_token();
    place.write("narrow", &place.placet("attenuate token policy.placet --with item=x").yes().out);
    place.placet("revoke narrow --block 1 --keyring keys --list list").yes();
    place.placet("inspect narrow --keyring keys --revocations list").no().says("revoked");
    place.placet("inspect token --keyring keys --revocations list").yes();
    place.placet("revoke narrow --block 2 --keyring keys --list list").could_not().says("no restriction 2");
}

#[test]
fn a_list_that_is_damaged_is_neither_read_nor_written() {
    let place = Place::with_token();
    place.placet("revoke token --keyring keys --list list").yes();
    let cut = place.read("list").replace("end\n", "");
    place.write("list", &cut);
    place.placet("revoke --renew --list list").could_not().says("cut short");
    assert_eq!(place.read("list"), cut);
    place.placet("inspect token --keyring keys --revocations list").could_not().says("cut short");
    place.placet("revoke --id 0011 --list list").could_not().says("32 hexadecimal digits");
    place.placet("revoke --list list").could_not();
    place.placet("revoke placet_hello --keyring keys --list new").no().says("not the text of a token");
    assert!(!place.has("new"), "nothing is written where a token is refused");
}

#[test]
fn a_token_larger_than_a_token_may_be_is_found_before_it_is_minted() {
    let place = Place::with_token();
    let item = |n: usize| format!("{{ role: ReadOnly, cache: \"cache-{n}\", item: \"{n}{}\" }}\n", "x".repeat(100));
    let items: String = (0..80).map(item).collect();
    place.write("big.placet", &format!("use momento\ntoken big {{ permissions: [\n{items}] ttl: 5m }}\n"));
    place.placet("check big.placet").no().says("big");
    place.placet("mint big.placet --keyring keys").could_not().prints_nothing();
}
