"""Pure functions on text: folding, tokens, language."""
