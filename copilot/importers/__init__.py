"""Chat exports read as messages: one module a format, told apart by content, with a reason for all that was skipped."""
