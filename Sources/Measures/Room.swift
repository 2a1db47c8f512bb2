// The room Measures is empty so far.
