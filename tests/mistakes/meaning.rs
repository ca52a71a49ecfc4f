//! What a text, a map or a missing value means: nothing hidden, nothing dropped, nothing widened.
