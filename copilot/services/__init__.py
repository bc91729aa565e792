"""One module a use case: load records, call the floors below, save."""
