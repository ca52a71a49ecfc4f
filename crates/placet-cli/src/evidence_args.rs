//! What comes with a request besides the token: the holder's proof, and approvals.

use super::tokens;
use super::ui::Failure;
use placet::token::evidence::Evidence;
use placet::token::proof::{Approval, HolderProof};

/// The options.
#[derive(clap::Args, Debug)]
pub struct EvidenceArgs {
    /// The holder's proof of the request, from `prove`: its text, or a file that holds it
    #[arg(long, value_name = "PROOF", requires = "token")]
    proof: Option<String>,

    /// An approval of the request, from `approve`: its text, or a file that holds it; may be given
    /// several times
    #[arg(long = "approval", value_name = "APPROVAL")]
    approvals: Vec<String>,
}

/// What was read.
#[derive(Debug, Default)]
pub struct Presented {
    proof: Option<HolderProof>,
    approvals: Vec<Approval>,
}

impl EvidenceArgs {
    /// Reads all of it; nothing if no option is given.
    ///
    /// # Errors
    /// A file cannot be read, or is something else.
    pub fn read(&self) -> Result<Presented, Failure> {
        let failed = |error: placet::token::proof::ProofError| Failure::new(error.to_string());
        let proof = self.proof.as_deref().map(tokens::text).transpose()?;
        let proof = proof.map(|text| HolderProof::parse(&text)).transpose().map_err(failed)?;
        let approvals = self.approvals.iter().map(|given| Approval::parse(&tokens::text(given)?).map_err(failed));
        Ok(Presented { proof, approvals: approvals.collect::<Result<_, _>>()? })
    }
}

impl Presented {
    /// As evidence.
    #[must_use]
    pub fn evidence(&self) -> Evidence<'_> {
        let evidence = self.proof.as_ref().map_or(Evidence::NONE, Evidence::of_holder);
        evidence.with_approvals(&self.approvals)
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.proof.is_none() && self.approvals.is_empty()
    }
}
