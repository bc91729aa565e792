"""The truth: one SQL database. Each module is a noun; its functions take a connection and give records."""

from sqlalchemy.engine import Connection

from copilot.store.engine import Store

__all__ = ["Connection", "Store"]
