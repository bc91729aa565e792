"""The client for servers that speak like OpenAI's, of which it also hears what those of OpenAI never send.

LangChain is loaded with this module: it is imported when the first request is made.
"""

from __future__ import annotations

from typing import Any

from langchain_core.outputs import ChatGenerationChunk
from langchain_openai import ChatOpenAI

THOUGHT = "reasoning_content"
"""Where a piece carries what the model thinks aloud beside its reply: it counts as said, and is shown to nobody."""


class Client(ChatOpenAI):
    """LangChain's client. A count of tokens that is none costs no reply, and thoughts are not lost."""

    def _convert_chunk_to_generation_chunk(
        self, chunk: dict[str, Any], default_chunk_class: type, base_generation_info: dict[str, Any] | None
    ) -> ChatGenerationChunk | None:
        usage = chunk.get("usage")
        if usage and not _is_count(usage):
            chunk = {**chunk, "usage": None}
        found = super()._convert_chunk_to_generation_chunk(chunk, default_chunk_class, base_generation_info)
        if found is not None and chunk.get("choices"):
            thought = chunk["choices"][0]["delta"].get(THOUGHT)
            if thought and isinstance(thought, str):
                found.message.additional_kwargs[THOUGHT] = thought
        return found


def _is_count(usage: object) -> bool:
    """Whether a count of tokens can be read: whole numbers, alone or one level down."""
    if not isinstance(usage, dict):
        return False
    inner = [one for value in usage.values() if isinstance(value, dict) for one in value.values()]
    return all(type(value) in (int, dict, type(None)) for value in (*usage.values(), *inner))
