//! Measures the cost of deciding with one's own policy: how long a decision takes, how many there
//! are in a second, how much they allocate, how large everything is, and which rules decide.
//!
//! The input is a [`Workload`]: blocks that decide, and requests. It is measured on several
//! [`Route`]s: with a token that is already verified, and from the text of a local and of a public
//! token. [`latency`] times decisions one by one, or a few together if one is shorter than the
//! [`clock`] can resolve; [`throughput`] lets threads decide in parallel; [`sizes`] counts
//! everything that does not depend on the clock. [`synthesize`] generates requests for users who
//! have none. The output is a [`Measured`], plain numbers, shown as [`tables`] and as a [`page`]
//! with a [`plot`] of them.
//!
//! Refuses a workload that contains no valid request. No decision here depends on a measured time.

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
use placet::model::request::View;
use placet::model::time::Time;
use placet::model::verdict::Verdict;
use placet::token::header::Purpose;
use placet::token::verify::Scratch;

/// The blocks that decide, and their requests.
#[derive(Debug)]
pub struct Workload {
    /// The blocks that decide.
    pub fixtures: Vec<Fixture>,
    /// The requests, each for one of the fixtures.
    pub queries: Vec<Query>,
}

/// A request.
#[derive(Clone, Debug)]
pub struct Query {
    /// Which fixture decides it.
    pub fixture: usize,
    /// The request.
    pub request: OwnedRequest,
    /// Its time.
    pub now: Time,
}

impl From<Suite> for Workload {
    /// The valid requests of all cases.
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
    /// The token is already verified, or there is none.
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
            Self::Warm => "already verified",
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
    /// A number of rounds over all requests, instead of a time.
    pub rounds: Option<u64>,
    /// The most threads that decide in parallel; none skips the throughput.
    pub threads: usize,
}

/// The measurements.
#[derive(Clone, Debug)]
pub struct Measured {
    /// How many requests there are.
    pub requests: usize,
    /// One for each available route.
    pub routes: Vec<Timed>,
    /// The numbers that do not depend on the clock.
    pub sizes: sizes::Sizes,
    /// The cost of reading the clock, in ns; it is subtracted.
    pub clock: f64,
    /// The verdict on each request: `allow`, `forbidden`, `not_permitted` or `refused`.
    pub verdicts: Vec<&'static str>,
}

/// The measurements of one route.
#[derive(Clone, Debug)]
pub struct Timed {
    /// The route.
    pub route: Route,
    /// How long a decision takes.
    pub latency: latency::Latency,
    /// Allocations and bytes for each decision; none if they are not counted.
    pub allocations: Option<(f64, f64)>,
    /// Decisions in a second, by the number of threads.
    pub throughput: Vec<(usize, f64)>,
}

impl Workload {
    /// Measures all routes. `progress` receives the completed share, from 0 to 1.
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

    /// Prepares the deciding parts for each request, and lends them.
    fn each(&self, route: Route, use_it: &mut dyn FnMut(usize, &mut dyn FnMut() -> Verdict)) {
        for (number, fixture) in self.fixtures.iter().enumerate() {
            let mut bench =
                Bench { fixture, route, queries: Vec::new(), scratch: Scratch::new(), other: Scratch::new() };
            bench.queries.extend(self.queries.iter().enumerate().filter(|(_, query)| query.fixture == number));
            bench.each(use_it);
        }
    }
}

/// One fixture and its requests.
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

/// Lends the shortest way to a decision on this route.
fn decided(
    authorizer: &Authorizer<'_>,
    text: Option<&str>,
    route: Route,
    request: &View<'_>,
    (scratch, other): (&mut Scratch, &mut Scratch),
    use_it: &mut dyn FnMut(&mut dyn FnMut() -> Verdict),
) {
    match (route, text) {
        (_, None) => use_it(&mut || authorizer.decide_alone(request)),
        (Route::Warm, Some(text)) => match authorizer.verifier().verify(text, request.time(), scratch) {
            Ok(token) => use_it(&mut || authorizer.decide(&token, request).verdict()),
            // A service that keeps a verified token only needs its expiry to see that it has ended.
            Err(_) => use_it(&mut || authorizer.authorize(text, request, other).verdict()),
        },
        (Route::Local | Route::Public, Some(text)) => {
            use_it(&mut || authorizer.authorize(text, request, scratch).verdict());
        }
    }
}

/// There is no valid request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WorkloadError;

impl std::fmt::Display for WorkloadError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("there is no request to decide")
    }
}

impl std::error::Error for WorkloadError {}
