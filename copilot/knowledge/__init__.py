"""What a community knows, as files: knowledge folders, FAQ tables and documents, to and from records.

Import the module that is needed (`folder`, `faq_table`, `documents` …): this package imports nothing by itself.
"""
