// The room Scenarios is empty so far.
