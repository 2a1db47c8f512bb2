// The room Commands is empty so far.
