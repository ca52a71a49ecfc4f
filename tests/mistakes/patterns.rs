//! What patterns and arguments match: no argument widens, no address or expression means more than it says.
