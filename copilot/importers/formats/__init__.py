"""One module a format: it becomes an importer by having `FORMATS`, a tuple of `importers.export.Format`."""
