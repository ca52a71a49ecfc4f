//! One path has one spelling.
