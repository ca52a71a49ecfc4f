//! The token systems that Placet grew from. A foreign *policy* becomes our tree, a foreign *request* our request; a foreign
//! *token format* stays exactly itself.

pub mod warp10;
