"""Messages as they are sent: masked, without what is no text; and tool calls as they come back.

LangChain is loaded with this module: it is imported when the first conversation is held.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from langchain_core.messages import (
    AIMessage,
    AIMessageChunk,
    BaseMessage,
    HumanMessage,
    SystemMessage,
    ToolCallChunk,
    ToolMessage,
)
from langchain_core.messages.tool import tool_call, tool_call_chunk
from langchain_core.tools import BaseTool
from langchain_core.utils.function_calling import convert_to_openai_tool

from copilot.models.characters import whole
from copilot.models.structured import Misfit, restored
from copilot.text.marks import retold


class Changing(Protocol):
    """Changes a text."""

    def __call__(self, text: str, /) -> str: ...


def masked(messages: Sequence[BaseMessage], mask: Changing) -> list[BaseMessage]:
    """Messages made anew of their masked texts, roles and tool calls. What else they carry stays here."""
    return [_masked(message, mask) for message in messages]


def written(system: str, user: str) -> list[BaseMessage]:
    """A prompt as messages."""
    return [SystemMessage(system), *([HumanMessage(user)] if user else [])]


def reproached(messages: Sequence[BaseMessage], reply: str, reproach: str) -> list[BaseMessage]:
    """Messages with a bad reply to them, and what was bad about it."""
    return [*messages, AIMessage(reply), HumanMessage(reproach)]


def headed(messages: Sequence[BaseMessage], system: str) -> list[BaseMessage]:
    """Messages that begin with a system message: their own, or this one."""
    return list(messages) if messages and messages[0].type == "system" else [SystemMessage(system), *messages]


def as_tools(tools: Sequence[dict[str, Any] | BaseTool]) -> list[dict[str, Any]]:
    """Tools as servers take them."""
    return [convert_to_openai_tool(tool) for tool in tools]


def _masked(message: BaseMessage, mask: Changing) -> BaseMessage:
    if isinstance(message, AIMessage):
        return _said_before(message, mask)
    text = mask(message.text)
    match message:
        case SystemMessage():
            return SystemMessage(text)
        case HumanMessage():
            return HumanMessage(text)
        case ToolMessage():
            return ToolMessage(text, tool_call_id=message.tool_call_id)
    raise TypeError(f"a message of the type {message.type} is none of a conversation")


def _said_before(message: AIMessage, mask: Changing) -> AIMessage:
    """A model's own message: it says names as it likes, and they were put back since."""

    def again(text: str) -> str:
        return mask(retold(text))

    calls = [
        tool_call(
            name=call["name"],
            args={name: restored(value, again) for name, value in call["args"].items()},
            id=call["id"],
        )
        for call in message.tool_calls
    ]
    return AIMessage(again(message.text), tool_calls=calls)


@dataclass(slots=True)
class Gathered:
    """What is kept of the pieces of a message until it is whole: its tool calls, and what is told about it."""

    calls: list[ToolCallChunk] = field(default_factory=list)
    last: AIMessageChunk | None = None
    usage: Any = None
    about: dict[str, Any] = field(default_factory=dict)

    def texts(self, chunks: Iterable[AIMessageChunk]) -> Iterable[str]:
        """The texts of the pieces, as they come; the rest is gathered."""
        for chunk in chunks:
            self.last = chunk
            # Where a server counts in every piece, the last count is of all.
            self.usage = chunk.usage_metadata or self.usage
            self.about |= chunk.response_metadata
            for part in chunk.tool_call_chunks:
                self._add(part)
            if chunk.text:
                yield chunk.text

    def piece(self, text: str) -> AIMessageChunk:
        """A piece with so much text."""
        return AIMessageChunk(content=text, id=self.last.id if self.last else None)

    def end(self, restore: Changing) -> AIMessageChunk:
        """The last piece: every tool call whole, and what is told about the message.

        Raises:
            Misfit: a call is cut or broken. LangChain would take what there is of it for the whole.
        """
        calls = [
            tool_call_chunk(
                name=call["name"],
                args=json.dumps(restored(_arguments(call), restore), ensure_ascii=False),
                id=call["id"],
                index=index,
            )
            for index, call in enumerate(self.calls)
        ]
        return AIMessageChunk(
            content="",
            tool_call_chunks=calls,
            usage_metadata=self.usage,
            response_metadata=self.about,
            id=self.last.id if self.last else None,
            chunk_position="last",
        )

    def _add(self, part: ToolCallChunk) -> None:
        """Put a fragment behind its beginning. Some servers give every call the same index, but each an id."""
        same = [call for call in self.calls if call["index"] == part["index"]]
        if not same or (part["id"] and same[-1]["id"] and part["id"] != same[-1]["id"]):
            begun = tool_call_chunk(name=part["name"], args=part["args"], id=part["id"], index=part["index"])
            self.calls.append(begun)
            return
        begun = same[-1]
        begun["name"] = begun["name"] or part["name"]
        begun["id"] = begun["id"] or part["id"]
        begun["args"] = (begun["args"] or "") + (part["args"] or "")


def _arguments(call: ToolCallChunk) -> dict[str, Any]:
    try:
        # Twice, since the halves of a character may be written out as JSON.
        found = json.loads(whole(json.dumps(json.loads(whole(call["args"] or "{}")), ensure_ascii=False)))
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict) or not call["name"]:
        raise Misfit("a call of a tool is broken")
    return found
