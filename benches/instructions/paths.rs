//! The hot paths: each is set up once and run so many times, over all requests of its workload in turn.

use std::hint::black_box;

use placet::authorize::Authorizer;
use placet::compile::Compiled;
use placet::compile::arguments::Arguments;
use placet::document::mint::{attenuate, policy};
use placet::syntax::ast::BlockKind;
use placet::token::envelope::Token;
use placet::token::verify::Scratch;

use crate::asked::{self, Asked, SECRET};
use crate::native;
use crate::workloads::{NOW, S1_POLICY, S2_POLICY, S3_POLICY, many_rules};
use placet::model::time::Time;

/// What one run is.
#[derive(Clone, Copy)]
enum Run {
    /// The hand-written check, its token opened before.
    NativeWarm,
    /// The same from the text on.
    NativeCold,
    /// A verdict of a token that is verified.
    Warm,
    /// From the text of a local token to the verdict.
    Local,
    /// From the text of a public token to the verdict.
    Public,
}

/// A path of the table: its name, and what runs it so many times.
pub type Path = (&'static str, fn(u64));

/// Names in `pins.txt`.
pub const PATHS: [Path; 17] = [
    ("s1 native, opened", |times| cache(times, Run::NativeWarm)),
    ("s1 native, text to verdict", |times| cache(times, Run::NativeCold)),
    ("s1 verified", |times| cache(times, Run::Warm)),
    ("s1 local, text to verdict", |times| cache(times, Run::Local)),
    ("s1 public, text to verdict", |times| cache(times, Run::Public)),
    ("s2 native, opened", |times| series(times, Run::NativeWarm)),
    ("s2 native, text to verdict", |times| series(times, Run::NativeCold)),
    ("s2 verified", |times| series(times, Run::Warm)),
    ("s2 local, text to verdict", |times| series(times, Run::Local)),
    ("s3 native, opened", |times| visits(times, Run::NativeWarm)),
    ("s3 native, text to verdict", |times| visits(times, Run::NativeCold)),
    ("s3 verified", |times| visits(times, Run::Warm)),
    ("s3 local, text to verdict", |times| visits(times, Run::Local)),
    ("16 restrictions verified", |times| restricted(times, false)),
    ("16 restrictions local, text to verdict", |times| restricted(times, true)),
    ("add a restriction, local", add),
    ("500 rules, text to proved policy", write),
];

fn cache(times: u64, run: Run) {
    let document = asked::document(S1_POLICY);
    workload(&document, &asked::cache(document.vocabulary()), times, run);
}

fn series(times: u64, run: Run) {
    let document = asked::document(S2_POLICY);
    let asked = asked::series(document.vocabulary(), native::series::Wanted::Expression("eu-.*"));
    workload(&document, &asked, times, run);
}

fn visits(times: u64, run: Run) {
    let document = asked::document(S3_POLICY);
    workload(&document, &asked::visits(document.vocabulary()), times, run);
}

fn workload<N>(document: &placet::document::Document, asked: &Asked<'_, N>, times: u64, run: Run) {
    let keyring = asked::keyring();
    let authorizer = Authorizer::new(&keyring, document.vocabulary());
    let key = if matches!(run, Run::Public) { asked::signing() } else { asked::local() };
    let text = asked::minted(document, &key).text();
    let native_text = native::seal(&SECRET, asked.claims.clone());
    let (mut scratch, mut room, mut buffer) = (Scratch::new(), Scratch::new(), [0; native::BYTES]);
    let verified = authorizer.verifier().verify(&text, Time::from_millis(NOW), &mut room).unwrap();
    let requests = asked.requests.iter().cycle().zip(0..times);
    for ((request, native, expected), _) in requests {
        let allows = match run {
            Run::NativeWarm => (asked.allows)(black_box(&asked.claims), native),
            Run::NativeCold => native::open(black_box(&native_text), &SECRET, &mut buffer)
                .is_some_and(|claims| (asked.allows)(claims, native)),
            Run::Warm => authorizer.decide(&verified, black_box(request)).is_allow(),
            Run::Local | Run::Public => authorizer.authorize(black_box(&text), request, &mut scratch).is_allow(),
        };
        assert_eq!(allows, *expected);
    }
}

fn restriction() -> Compiled {
    let text = "use momento\nrestriction until { expiry: 2027-01-01T00:00:00Z }";
    asked::document(text).compile(BlockKind::Restriction, None, &Arguments::none()).unwrap()
}

fn restricted(times: u64, cold: bool) {
    let document = asked::document(S1_POLICY);
    let (restriction, keyring, asked) = (restriction(), asked::keyring(), asked::cache(document.vocabulary()));
    let token = (0..16).fold(asked::minted(&document, &asked::local()), |token, _| {
        attenuate(&token, &restriction, document.vocabulary(), Time::from_millis(NOW), false, &mut asked::random)
            .unwrap()
    });
    let authorizer = Authorizer::new(&keyring, document.vocabulary());
    let (text, mut scratch, mut room) = (token.text(), Scratch::new(), Scratch::new());
    let verified = authorizer.verifier().verify(&text, Time::from_millis(NOW), &mut room).unwrap();
    for ((request, _, expected), _) in asked.requests.iter().cycle().zip(0..times) {
        let decision = if cold {
            authorizer.authorize(black_box(&text), request, &mut scratch)
        } else {
            authorizer.decide(&verified, black_box(request))
        };
        assert_eq!(decision.is_allow(), *expected);
    }
}

fn add(times: u64) {
    let document = asked::document(S1_POLICY);
    let token: Token = asked::minted(&document, &asked::local());
    let restriction = restriction();
    for _ in 0..times {
        black_box(
            attenuate(
                black_box(&token),
                &restriction,
                document.vocabulary(),
                Time::from_millis(NOW),
                false,
                &mut asked::random,
            )
            .unwrap(),
        );
    }
}

fn write(times: u64) {
    let text = many_rules(500);
    for _ in 0..times {
        let document = asked::document(black_box(&text));
        let compiled = document.compile(BlockKind::Policy, None, &Arguments::none()).unwrap();
        black_box(policy("many", &compiled, document.vocabulary()).unwrap());
    }
}
