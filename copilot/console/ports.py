"""What the console needs of the services."""

from __future__ import annotations

from typing import Any, Protocol


class App(Protocol):
    """The services that the pages work with, as `bootstrap.build` wires them."""

    accounts: Any
    groups: Any
    importing: Any
    jobs: Any
    knowing: Any
    asking: Any
    samples: Any
