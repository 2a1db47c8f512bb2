// The room Reports is empty so far.
