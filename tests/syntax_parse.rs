//! What a text becomes, and what is said when it becomes nothing.
#![cfg(feature = "author")]

use placet::limits;
use placet::syntax::ast::*;
use placet::syntax::parse::{parse, parse_condition, parse_partly};

const FACE: &[&str] = &[
    include_str!("syntax/dashboard.placet"),
    include_str!("syntax/session.placet"),
    include_str!("syntax/tenant_objects.placet"),
    include_str!("syntax/momento.placet"),
];

#[test]
fn the_face_of_the_language_is_read() {
    for text in FACE {
        if let Err(errors) = parse(text) {
            panic!("{errors:#?}\n{text}");
        }
    }
}

#[test]
#[ignore = "a measurement"]
fn speed() {
    let mut text = String::from("use http\n");
    text.push_str("policy big(tenant: string) {\n");
    while text.len() < 2_000_000 {
        text.push_str("    allow { action: Reader, path: \"/v1/tenants/{tenant}/objects/**\", ip: office } when hour(time) in 8..18\n");
        text.push_str("    deny  { path: \"/**/.admin/**\" }\n");
        text.push_str("    allow { cache: \"profiles\", item: prefix \"user/{user}/\", n: [1, 2, 3] }\n");
    }
    text.push_str("}\n");
    for _ in 0..3 {
        let start = std::time::Instant::now();
        let file = parse(&text).expect("good");
        let took = start.elapsed();
        println!("{} items, {:.1} MB/s", file.items.len(), text.len() as f64 / 1e6 / took.as_secs_f64());
    }
}
