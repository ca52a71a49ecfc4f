//! Three applications after the evaluation of Cutler et al., "Cedar: A New Language for Expressive, Fast, Safe, and
//! Analyzable Authorization" (OOPSLA 2024): the shapes of their entities and policies, with worlds made by a generator of
//! our own.
//!
//! An application is a [`World`]: entities with parents and attributes, and requests by principal, action and resource.
//! Cedar is given the graph. Contenders without a graph are given, with each request, the set `relations`: what the
//! principal is to the resource through all groups and folders (`reader`, `owner`, …). Finding that out is not in their
//! time, as building the transitive closure is not in Cedar's.

mod gdrive;
mod github;
mod graph;
mod tinytodo;

pub use graph::{Attribute, Entity, Id, World};

use crate::question::Ask;

/// One of the applications.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum App {
    /// Users, teams, repositories with five nested roles.
    Github,
    /// Users, groups, folders in folders, documents; views, owners, public documents.
    Gdrive,
    /// Users, teams in teams, lists with owner, readers and editors; interns create no lists.
    Tinytodo,
}

impl App {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Github, Self::Gdrive, Self::Tinytodo];

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Github => "github",
            Self::Gdrive => "gdrive",
            Self::Tinytodo => "tinytodo",
        }
    }

    /// Entities and requests, the same in every run.
    pub fn world(self) -> World {
        match self {
            Self::Github => github::world(),
            Self::Gdrive => gdrive::world(),
            Self::Tinytodo => tinytodo::world(),
        }
    }

    /// The requests, flattened.
    pub fn asks(self) -> Vec<Ask> {
        self.world().requests.into_iter().map(|request| request.ask).collect()
    }
}
