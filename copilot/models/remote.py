"""Embedding models that a service on the network serves."""

QUESTION, PASSAGES = "question", "passages"
"""How calls to such a service are named in the records: somebody waits for the one, the other is made beforehand."""
