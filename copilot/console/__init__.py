"""The console: pages in the browser for the people who run a community. Loaded only by `serve`."""
