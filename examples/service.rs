//! An HTTP service that asks Placet before it answers: axum, and a layer of tower in front of every route.
//!
//! `cargo run --example service` serves notes and prints a token to try. With `--self-test` it asks itself on a free port,
//! checks the answers, and stops.

use std::error::Error;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{Method, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use placet::token::keys::{LocalKey, SystemRandom};
use placet::{Keyring, Service};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tower::ServiceBuilder;

const POLICIES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/service");

fn main() -> Result<(), Box<dyn Error>> {
    // In earnest: `Service::open("policies", "service.keys")`. Here every start has a key of its own.
    let mut keyring = Keyring::new();
    keyring.mint_with(LocalKey::generate(&mut SystemRandom)?)?;
    let placet = Service::builder().policies(POLICIES).keyring(keyring).build()?;

    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
    if std::env::args().any(|argument| argument == "--self-test") {
        return runtime.block_on(self_test(placet));
    }
    runtime.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:8080").await?;
        let token = placet.mint("session", [("user", "ann")])?;
        println!("curl -H 'Authorization: Bearer {token}' http://{}/notes/ann/1", listener.local_addr()?);
        Ok(axum::serve(listener, app(placet)).await?)
    })
}

/// The layer stands in front of every route, also of those that are added later.
fn app(placet: Service) -> Router {
    let notes = get(async || "a note\n").put(async || "written\n");
    let guard = ServiceBuilder::new().layer(from_fn_with_state(placet, guard));
    Router::new().route("/notes/{*note}", notes).layer(guard)
}

/// Lets a request through that its bearer token allows, and says why not otherwise.
async fn guard(State(placet): State<Service>, request: Request, next: Next) -> Response {
    match refused(&placet, &request) {
        Some(response) => response,
        None => next.run(request).await,
    }
}

fn refused(placet: &Service, request: &Request) -> Option<Response> {
    let header = request.headers().get(header::AUTHORIZATION);
    let bearer = header.and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
    let Some(token) = bearer else {
        return Some(answer(StatusCode::UNAUTHORIZED, "there is no bearer token\n".into()));
    };
    let action = match *request.method() {
        Method::GET | Method::HEAD => "read",
        Method::PUT => "write",
        _ => "unknown",
    };
    let decision = placet.check(token, action, [("path", request.uri().path())]);
    if decision.is_allow() {
        return None;
    }
    let status = StatusCode::from_u16(decision.http_status()).unwrap_or(StatusCode::FORBIDDEN);
    Some(answer(status, format!("{}\n", decision.explain())))
}

fn answer(status: StatusCode, why: String) -> Response {
    match status {
        StatusCode::UNAUTHORIZED => (status, [(header::WWW_AUTHENTICATE, "Bearer")], why).into_response(),
        _ => (status, why).into_response(),
    }
}

/// Starts on a free port, asks, and stops.
async fn self_test(placet: Service) -> Result<(), Box<dyn Error>> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let (stop, stopped) = oneshot::channel::<()>();
    let server = axum::serve(listener, app(placet.clone())).with_graceful_shutdown(async {
        let _ = stopped.await;
    });
    let asking = std::thread::spawn(move || {
        let asked = ask_all(&placet, address).map_err(|error| error.to_string());
        let _ = stop.send(());
        asked
    });
    server.await?;
    asking.join().map_err(|_| "a check failed")??;
    println!("every answer was right");
    Ok(())
}

fn ask_all(placet: &Service, address: SocketAddr) -> Result<(), Box<dyn Error>> {
    let ann = placet.mint("session", [("user", "ann")])?;
    let reading = placet.attenuate(&ann, "reading", placet::service::NO_ATTRIBUTES)?;
    let cut = &ann[..ann.len() - 4];
    for (call, token, status, says) in [
        ("GET /notes/ann/1", Some(ann.as_str()), 200, "a note"),
        ("PUT /notes/ann/1", Some(&ann), 200, "written"),
        ("GET /notes/bob/1", Some(&ann), 403, "/notes/ann/**"),
        ("GET /notes/ann/.hidden/1", Some(&ann), 403, "deny"),
        ("PUT /notes/ann/1", Some(&reading), 403, "needs read"),
        ("GET /notes/ann/%2e%2e/bob/1", Some(&ann), 400, "`path`"),
        ("POST /notes/ann/1", Some(&ann), 400, "`notes` has no action `unknown`"),
        ("GET /notes/ann/1", Some(cut), 401, "token"),
        ("GET /notes/ann/1", None, 401, "there is no bearer token"),
        ("GET /elsewhere", None, 401, "there is no bearer token"),
    ] {
        let (found, text) = ask(address, call, token)?;
        if found != status || !text.contains(says) {
            return Err(format!("{call}: {found} instead of {status}, saying\n{text}").into());
        }
    }
    Ok(())
}

/// The status of an answer, and all of its text.
fn ask(address: SocketAddr, call: &str, token: Option<&str>) -> Result<(u16, String), Box<dyn Error>> {
    let mut stream = TcpStream::connect(address)?;
    let authorization = token.map_or_else(String::new, |token| format!("Authorization: Bearer {token}\r\n"));
    write!(stream, "{call} HTTP/1.1\r\nHost: notes\r\nConnection: close\r\n{authorization}\r\n")?;
    let mut text = String::new();
    stream.read_to_string(&mut text)?;
    let status = text.split(' ').nth(1).ok_or("no status")?.parse()?;
    Ok((status, text))
}
