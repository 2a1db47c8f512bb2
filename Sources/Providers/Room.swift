// The room Providers is empty so far.
