// The room Statistics is empty so far.
