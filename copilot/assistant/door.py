"""Our door to chat models in the form that LangChain's agent calls: each step goes through `Chat.converse`.

So masking, budget, retries and records hold for each call of a turn, and a call that would make the turn too long or
one too many is not made.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage, message_chunk_to_message
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.runnables import Runnable
from langchain_core.tools import BaseTool
from langgraph.config import get_stream_writer
from pydantic import ConfigDict, PrivateAttr

from copilot.assistant.request import Scope
from copilot.errors import Cancelled
from copilot.models.chat import Chat
from copilot.models.pieces import Pieces
from copilot.models.prompts import Rendered
from copilot.records import Purpose

TURN_SECONDS = 90.0
"""What all calls of a turn may take together, with what is looked up between them."""


class Door(BaseChatModel):
    """The chosen model, for one turn of one account."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    chat: Any
    prompt: Any
    scope: Scope
    max_tokens: int
    _stopped: bool = PrivateAttr(default=False)
    _pieces: Pieces[AIMessageChunk] | None = PrivateAttr(default=None)
    _ends: float = PrivateAttr(default_factory=lambda: time.monotonic() + TURN_SECONDS)
    _lock: threading.Lock = PrivateAttr(default_factory=threading.Lock)

    @classmethod
    def to(cls, chat: Chat, prompt: Rendered, scope: Scope, max_tokens: int) -> Door:
        """The door for a turn."""
        return cls(chat=chat, prompt=prompt, scope=scope, max_tokens=max_tokens)

    def stop(self) -> None:
        """End the request that is under way, in whatever thread, and make no other."""
        with self._lock:
            self._stopped = True
            pieces = self._pieces
        if pieces is not None:
            pieces.close()

    @property
    def _llm_type(self) -> str:
        return "copilot"

    def bind_tools(
        self,
        tools: Sequence[dict[str, Any] | type | Callable[..., Any] | BaseTool],
        *,
        tool_choice: str | None = None,
        **kwargs: Any,
    ) -> Runnable[Any, AIMessage]:
        """Have tools sent along. Which one is called is the model's choice: `tool_choice` binds no vendor."""
        return self.bind(tools=list(tools))

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        # Handed on by ourselves: the callbacks of streaming hear the vendor's pieces too, which are masked still.
        tell = get_stream_writer()
        whole: AIMessageChunk | None = None
        pieces = self.chat.converse(
            messages,
            kwargs.get("tools", ()),
            prompt=self.prompt,
            purpose=Purpose.ASSISTANT,
            community_id=self.scope.community_id,
            group_id=self.scope.group_id,
            account_id=self.scope.account.id or None,
            max_tokens=self.max_tokens,
            seconds=max(0.0, self._ends - time.monotonic()),
        )
        with self._lock:
            if self._stopped:
                raise Cancelled("the reply was stopped; ask again to go on")
            self._pieces = pieces
        # Closing it ends the request to the model.
        with closing(pieces):
            for piece in pieces:
                whole = piece if whole is None else whole + piece
                if text := str(piece.text):
                    tell(text)
        said = message_chunk_to_message(whole) if whole is not None else AIMessage("")
        return ChatResult(generations=[ChatGeneration(message=said)])
