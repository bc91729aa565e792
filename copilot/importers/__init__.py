"""Chat exports read as messages: one module a format, told apart by content, with a reason for all that is skipped."""

from copilot.importers.chatlab import write_chatlab
from copilot.importers.export import ChatFound, Export, Format, Item
from copilot.importers.registry import known_formats, open_export, open_text

__all__ = ["ChatFound", "Export", "Format", "Item", "known_formats", "open_export", "open_text", "write_chatlab"]
