// The room Traffic is empty so far.
