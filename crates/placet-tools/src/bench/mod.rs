//! Measures what deciding costs with a policy of one's own: how long a decision takes, how many there are in a second, what it
//! allocates, how large everything is, and which rules decide.
//!
//! What comes in is a [`Workload`]: what decides, and requests. It is measured in [`Route`]s: with a token that is verified already,
//! and from the text of a local and of a public token. [`latency`] times decisions one by one, or a few together where one is shorter than the
//! [`clock`] can tell; [`throughput`] lets threads decide side by side; [`sizes`] counts what does not depend on the clock.
//! [`made`] makes requests for who has none. What goes out is a [`Measured`], plain numbers, as [`tables`] and as a [`page`] with a
//! [`plot`] of them.
//!
//! What is refused: work without a request that is one. Nothing here decides anything by how long it took.

pub mod clock;
pub mod latency;
pub mod page;
pub mod plot;
pub mod sizes;
pub mod synthesize;
pub mod tables;
pub mod throughput;

use std::time::Duration;

use crate::testing::{Fixture, Suite};
use placet::authorize::Authorizer;
use placet::document::request::OwnedRequest;
use placet::model::request::Request;
use placet::model::time::Time;
use placet::model::verdict::Verdict;
use placet::token::header::Purpose;
use placet::token::verify::Scratch;

/// What decides, and what is asked of it.
#[derive(Debug)]
pub struct Workload {
    /// What decides.
    pub fixtures: Vec<Fixture>,
    /// What is asked, each of one of the fixtures.
    pub queries: Vec<Query>,
}

/// A request.
#[derive(Clone, Debug)]
pub struct Query {
    /// Which fixture decides it.
    pub fixture: usize,
    /// The request.
    pub request: OwnedRequest,
    /// When.
    pub now: Time,
}

impl From<Suite> for Workload {
    /// The requests of all cases that are one.
    fn from(suite: Suite) -> Self {
        let queries = suite
            .cases
            .into_iter()
            .filter_map(|case| Some(Query { fixture: case.fixture, request: case.request.ok()?, now: case.now }));
        Self { queries: queries.collect(), fixtures: suite.fixtures }
    }
}

/// How a decision is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Route {
    /// The token has been verified, or there is none.
    Warm,
    /// From the text of a local token.
    Local,
    /// From the text of a public token.
    Public,
}

impl Route {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Warm, Self::Local, Self::Public];

    /// In words.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Warm => "verified already",
            Self::Local => "local token, from its text",
            Self::Public => "public token, from its text",
        }
    }

    /// The name in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Warm => "warm",
            Self::Local => "local",
            Self::Public => "public",
        }
    }

    const fn purpose(self) -> Purpose {
        match self {
            Self::Warm | Self::Local => Purpose::Local,
            Self::Public => Purpose::Public,
        }
    }
}

/// How long to measure.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// Time for the latency of each route, and again for its throughput.
    pub each: Duration,
    /// So many rounds over all requests, instead of a time.
    pub rounds: Option<u64>,
    /// The most threads that decide side by side; none is no throughput.
    pub threads: usize,
}

/// What was measured.
#[derive(Clone, Debug)]
pub struct Measured {
    /// How many requests there are.
    pub requests: usize,
    /// One for each route that there is.
    pub routes: Vec<Timed>,
    /// What does not depend on the clock.
    pub sizes: sizes::Sizes,
    /// What reading the clock costs, in ns; it is subtracted.
    pub clock: f64,
    /// The verdict on each request: `allow`, `forbidden`, `not_permitted` or `refused`.
    pub verdicts: Vec<&'static str>,
}

/// What was measured of one route.
#[derive(Clone, Debug)]
pub struct Timed {
    /// Which one.
    pub route: Route,
    /// How long a decision takes.
    pub latency: latency::Latency,
    /// Allocations and bytes for each decision; none where nobody counts them.
    pub allocations: Option<(f64, f64)>,
    /// Decisions in a second, by the number of threads.
    pub throughput: Vec<(usize, f64)>,
}

impl Workload {
    /// Measures all routes. `progress` is told the share that is done, from 0 to 1.
    ///
    /// # Errors
    /// There is no request.
    pub fn measure(&self, plan: &Plan, mut progress: impl FnMut(f64)) -> Result<Measured, WorkloadError> {
        if self.queries.is_empty() {
            return Err(WorkloadError);
        }
        let clock = clock::Clock::calibrated();
        let sizes = sizes::Sizes::of(self);
        let verdicts = self.verdicts();
        let routes: Vec<Route> = Route::ALL.into_iter().filter(|route| self.has(*route)).collect();
        let mut timed = Vec::new();
        for (number, route) in (0_u32..).zip(&routes) {
            let steps = f64::from(u32::try_from(routes.len()).unwrap_or(1));
            progress(f64::from(number) / steps);
            let latency = latency::measure(self, *route, plan, clock);
            let allocations = sizes::allocations(self, *route);
            progress((f64::from(number) + 0.5) / steps);
            let throughput = throughput::measure(self, *route, plan);
            timed.push(Timed { route: *route, latency, allocations, throughput });
        }
        progress(1.0);
        Ok(Measured { requests: self.queries.len(), routes: timed, sizes, clock: clock.cost(), verdicts })
    }

    /// Without a token there is nothing to read.
    fn has(&self, route: Route) -> bool {
        route == Route::Warm || self.fixtures.iter().any(|fixture| fixture.token(route.purpose()).is_some())
    }

    fn verdicts(&self) -> Vec<&'static str> {
        let mut words = vec!["refused"; self.queries.len()];
        self.each(Route::Local, &mut |number, decide| words[number] = decide().word());
        words
    }

    /// Makes ready what decides each request, and lends it.
    fn each(&self, route: Route, use_it: &mut dyn FnMut(usize, &mut dyn FnMut() -> Verdict)) {
        for (number, fixture) in self.fixtures.iter().enumerate() {
            let mut bench =
                Bench { fixture, route, queries: Vec::new(), scratch: Scratch::new(), other: Scratch::new() };
            bench.queries.extend(self.queries.iter().enumerate().filter(|(_, query)| query.fixture == number));
            bench.each(use_it);
        }
    }
}

/// One fixture, and what it is asked.
struct Bench<'w> {
    fixture: &'w Fixture,
    route: Route,
    queries: Vec<(usize, &'w Query)>,
    scratch: Scratch,
    other: Scratch,
}

impl Bench<'_> {
    fn each(&mut self, use_it: &mut dyn FnMut(usize, &mut dyn FnMut() -> Verdict)) {
        let Self { fixture, route, queries, scratch, other } = self;
        fixture.with_authorizer(route.purpose(), |authorizer, text| {
            for (number, query) in queries.iter() {
                // A request that does not fit its vocabulary is refused before anything is decided.
                let _ = query.request.with_request(fixture.vocabulary(), query.now, |request| {
                    decided(authorizer, text, *route, request, (&mut *scratch, &mut *other), &mut |decide| {
                        use_it(*number, decide);
                    });
                });
            }
        });
    }
}

/// Lends the shortest way to a decision in this route.
fn decided(
    authorizer: &Authorizer<'_>,
    text: Option<&str>,
    route: Route,
    request: &Request<'_>,
    (scratch, other): (&mut Scratch, &mut Scratch),
    use_it: &mut dyn FnMut(&mut dyn FnMut() -> Verdict),
) {
    match (route, text) {
        (_, None) => use_it(&mut || authorizer.decide_alone(request)),
        (Route::Warm, Some(text)) => match authorizer.verifier().verify(text, request.time(), scratch) {
            Ok(token) => use_it(&mut || authorizer.decide(&token, request).verdict()),
            // Whoever keeps a verified token finds out from its time alone that it has ended.
            Err(_) => use_it(&mut || authorizer.authorize(text, request, other).verdict()),
        },
        (Route::Local | Route::Public, Some(text)) => {
            use_it(&mut || authorizer.authorize(text, request, scratch).verdict());
        }
    }
}

/// There is no request that is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WorkloadError;

impl std::fmt::Display for WorkloadError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("there is no request to decide")
    }
}

impl std::error::Error for WorkloadError {}
