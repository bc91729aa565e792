"""What can go wrong, as one tree. A message names the value and the remedy.

::

    CopilotError
    ├── BadInput             a file, text, setting or argument that cannot be used
    │   ├── UnknownFormat    a chat export whose format is not recognised
    │   ├── BrokenFile       a file whose format is known and whose content is damaged
    │   └── BadSettings      a COPILOT_* setting that is missing, unknown or contradictory
    ├── NotFound             a thing that is asked for by a name or an id that does not exist
    ├── NotAllowed           an account that may not do what it asks for
    ├── Conflict             a change that rests on a version which is no longer current
    ├── Busy                 the data folder or a file is held by another process
    ├── Cancelled            work that a person stopped
    ├── ModelFailed          a model that could not be asked or whose reply cannot be used; the fallback runs
    └── StorageFailed        the disk is full, unreadable or unwritable
"""


class CopilotError(Exception):
    """The root of every error that is meant for a person: one sentence with the value and the remedy."""


class BadInput(CopilotError):
    """A file, text or argument that cannot be used as it is."""


class UnknownFormat(BadInput):
    """A chat export whose format is not recognised."""


class BrokenFile(BadInput):
    """A file whose format is known and whose content is damaged or truncated."""


class BadSettings(BadInput):
    """A setting that is missing, unknown or contradictory."""


class NotFound(CopilotError):
    """Something that is asked for by a name or an id that does not exist."""


class NotAllowed(CopilotError):
    """An account that may not do what it asks for."""


class Conflict(CopilotError):
    """A change that rests on a version which is no longer current."""


class Busy(CopilotError):
    """The data folder or a file in it is held by another process."""


class Cancelled(CopilotError):
    """Work that a person stopped."""


class StorageFailed(CopilotError):
    """The disk is full, unreadable or unwritable."""


class ModelFailed(CopilotError):
    """A model that could not be asked, or whose reply cannot be used; whoever asked goes on without one.

    `reason` is the value of a `records.Outcome`.
    """

    def __init__(self, message: str, reason: str) -> None:
        super().__init__(message)
        self.reason = reason
