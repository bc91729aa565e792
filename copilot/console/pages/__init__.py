"""One file a page: each has a `PAGE`."""
