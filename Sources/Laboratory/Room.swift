// The room Laboratory is empty so far.
