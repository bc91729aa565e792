"""Finding what was written: indexes over passages, fed from the store's change log."""
