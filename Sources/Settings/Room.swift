// The room Settings is empty so far.
