// The room Chance is empty so far.
