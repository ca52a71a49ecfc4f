//! Files, locks, terminals and messages.
