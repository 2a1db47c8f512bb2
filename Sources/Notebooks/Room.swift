// The room Notebooks is empty so far.
