// The room Engine is empty so far.
