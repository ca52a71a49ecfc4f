//! Diagnostics for people and for programs. (Being written.)
