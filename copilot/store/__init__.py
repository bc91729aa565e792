"""The truth: one SQL database. Each module is a noun; its functions take a connection and give records."""

from copilot.store.engine import Store

__all__ = ["Store"]
