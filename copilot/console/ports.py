"""What the console needs of the application."""

from __future__ import annotations

from typing import Protocol

from copilot.assistant.assistant import Assistant
from copilot.models.chat import Chat
from copilot.services.accounts import Accounts
from copilot.services.asking import Asking
from copilot.services.confirming import Confirming
from copilot.services.connecting import Connecting
from copilot.services.dialogues import Dialogues
from copilot.services.doubles import Doubles
from copilot.services.groups import Groups
from copilot.services.health import Health
from copilot.services.importing import Importing
from copilot.services.jobs import Jobs
from copilot.services.knowing import Knowing
from copilot.services.proposing import Proposing
from copilot.services.samples import Samples
from copilot.services.spending import Spending


class App(Protocol):
    """The services that the pages work with, as `bootstrap.build` wires them."""

    @property
    def accounts(self) -> Accounts:
        """Logins and who may do what."""

    @property
    def groups(self) -> Groups:
        """Communities, groups, members, messages."""

    @property
    def importing(self) -> Importing:
        """Chats in and out."""

    @property
    def jobs(self) -> Jobs:
        """Long work."""

    @property
    def knowing(self) -> Knowing:
        """Profiles, rules, FAQ, documents."""

    @property
    def asking(self) -> Asking:
        """Questions and their sources."""

    @property
    def confirming(self) -> Confirming:
        """People's word on answers."""

    @property
    def doubles(self) -> Doubles:
        """FAQ entries that ask the same."""

    @property
    def health(self) -> Health:
        """How the indexes are."""

    @property
    def samples(self) -> Samples:
        """The sample communities."""

    @property
    def assistant(self) -> Assistant:
        """Conversations with admins."""

    @property
    def dialogues(self) -> Dialogues:
        """What was said in them."""

    @property
    def proposing(self) -> Proposing:
        """What waits for a person's decision."""

    @property
    def connecting(self) -> Connecting:
        """The chat model: choosing it, trying it, what it would cost."""

    @property
    def spending(self) -> Spending:
        """What models cost, and may cost."""

    @property
    def chat(self) -> Chat:
        """The door to the chat model."""
