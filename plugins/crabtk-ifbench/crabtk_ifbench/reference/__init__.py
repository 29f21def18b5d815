"""The reference's checkers, written anew: one function per id, the same verdict on every text, bugs included."""
