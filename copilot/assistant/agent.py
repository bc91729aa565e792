"""The agent: a chat model that looks things up with tools until it can reply.

Loads LangChain, which takes a second: only `assistant` imports it, when a model is there and has something to do.
"""

from __future__ import annotations

import json
import logging
import threading
from collections import Counter
from collections.abc import Callable, Generator
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

from langchain.agents import create_agent
from langchain.agents.middleware import AgentMiddleware, ModelRequest, ModelResponse, ToolCallRequest
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage, ToolMessage
from langchain_core.runnables import RunnableConfig
from langchain_core.tools import BaseTool
from langgraph.types import Command

from copilot.assistant import events
from copilot.assistant.door import Door
from copilot.assistant.memory import Recalled
from copilot.assistant.request import Found, Period, Request, Scope, Tool
from copilot.assistant.steps import step_of
from copilot.assistant.toolbox import Looked, toolbox
from copilot.errors import BadInput, Busy, Conflict, CopilotError, ModelFailed, NotAllowed, NotFound
from copilot.models.blocks import wrap
from copilot.models.chat import Chat
from copilot.models.prompts import Rendered
from copilot.models.tokens import count, cut
from copilot.records import Citation, Outcome, Step
from copilot.text.marks import retold

log = logging.getLogger(__name__)

MOST_CALLS = 6
"""Calls of the model in a turn; the last of them has no tools, so that it replies."""
MOST_LOOKS = 10
"""Calls of tools in a turn."""
TURN_TOKENS = 24_000
"""What all calls of a turn may send together, by our own count."""
RESULT_TOKENS = 1200
"""What a tool may give the model to read."""
REPLY_TOKENS = 800
# A message's frame, and a tool's name and description, as vendors count them.
_FRAME_TOKENS = 4
_MOST_CITATIONS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What a turn is about.

    Args:
        prompt: the system text.
        words: what the admin typed.
        named: the time that they name.
        recalled: what was said before.
        run: does a request.
        takes_text: whether the admin asks for a text for a group, which `propose` then takes.
    """

    scope: Scope
    prompt: Rendered
    words: str
    named: Period | None
    recalled: Recalled
    run: Callable[[Request], Found]
    takes_text: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Worked:
    """What the agent came to: its reply, what it rests on, and the text that it hands over for a group."""

    said: str
    citations: tuple[Citation, ...] = ()
    text: str | None = None


@dataclass(slots=True)
class _Desk:
    """What lies on the table in a turn; tools run in threads of their own."""

    run: Callable[[Request], Found]
    citations: list[Citation] = field(default_factory=list)
    text: str | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)

    def look(self, request: Request) -> Looked:
        found = self.run(request)
        with self.lock:
            self.citations.extend(one for one in found.citations if one not in self.citations)
        return Looked(_readable(found), step_of(request, found))

    def take(self, text: str) -> str:
        with self.lock:
            self.text = text
        return "The text waits for the admin to decide. Tell them so in one sentence."


class _Watch(AgentMiddleware[Any, Any, Any]):
    """Counts what a turn uses, and lets no loop go on."""

    def __init__(self, tools: int) -> None:
        super().__init__()
        self._tools_tokens = tools
        self._calls = 0
        self._sent = 0
        self._looks: Counter[str] = Counter()
        self._lock = threading.Lock()

    def wrap_model_call(
        self, request: ModelRequest[Any], handler: Callable[[ModelRequest[Any]], ModelResponse[Any]]
    ) -> ModelResponse[Any]:
        """Call the model, if the turn may go on; without tools where it is the last time."""
        size = self._tools_tokens + _size(request.system_message) + sum(map(_size, request.messages))
        if self._calls >= MOST_CALLS:
            raise ModelFailed("the model looked things up without end; ask for less at once", Outcome.BAD_OUTPUT)
        if self._sent + size > TURN_TOKENS:
            raise ModelFailed("there was too much to read for one reply; ask for less at once", Outcome.TOO_LONG)
        self._calls += 1
        self._sent += size
        if self._calls == MOST_CALLS or self._sent + size + RESULT_TOKENS > TURN_TOKENS:
            request = request.override(tools=[])
        return handler(request)

    def wrap_tool_call(
        self,
        request: ToolCallRequest,
        handler: Callable[[ToolCallRequest], ToolMessage | Command[Any]],
    ) -> ToolMessage | Command[Any]:
        """Call a tool; what is wrong with its arguments the model is told, and may mend."""
        call = request.tool_call
        if call["name"] == Tool.PROPOSE.value:
            # Taking a text costs nothing, and what was looked up must not keep it out.
            return handler(request)
        key = json.dumps([call["name"], call["args"]], sort_keys=True, default=str)
        with self._lock:
            self._looks[key] += 1
            repeats, looks = self._looks[key], self._looks.total()
        if repeats > 2:
            raise ModelFailed("the model asked for the same thing again and again; try again", Outcome.BAD_OUTPUT)
        if repeats > 1 or looks > MOST_LOOKS:
            told = "Looked up already, see above." if repeats > 1 else "Enough was looked up. Reply now."
            return ToolMessage(told, tool_call_id=call["id"] or "", name=call["name"], status="error")
        try:
            return handler(request)
        except (BadInput, Busy, Conflict, NotAllowed, NotFound) as error:
            return ToolMessage(wrap(str(error)), tool_call_id=call["id"] or "", name=call["name"], status="error")
        except CopilotError:
            raise
        except Exception:
            # What a model fills in is foreseen nowhere; it must not cost the admin the turn.
            log.exception("the tool %s failed", call["name"])
            told = "This could not be looked up. Go on without it."
            return ToolMessage(told, tool_call_id=call["id"] or "", name=call["name"], status="error")


def work(chat: Chat, task: Task) -> Generator[events.Event, None, Worked]:
    """Work on a turn.

    Yields:
        What was looked up, and the reply piece by piece. Closing it ends the request to the model.

    Returns:
        What it came to. Nothing is saved.

    Raises:
        ModelFailed: the model could not be asked, broke off, came to no reply, or to no end.
    """
    desk = _Desk(task.run)
    tools = toolbox(task.scope, task.named, desk.look, desk.take if task.takes_text else None)
    door = Door.to(chat, task.prompt, task.scope, REPLY_TOKENS)
    agent = create_agent(
        door,
        tools,
        system_prompt=SystemMessage(task.prompt.system),
        middleware=[_Watch(sum(map(_tool_size, tools)))],
    )
    said: list[str] = []
    ended: AIMessage | None = None
    # What a step of the graph is: a call of the model, or of its tools. Our own count ends a turn before this one.
    config: RunnableConfig = {"recursion_limit": 4 * MOST_CALLS + 4}
    given: Any = {"messages": _messages(task)}
    stream: Any = agent.stream(given, config, stream_mode=["custom", "updates"])
    with closing(stream):
        try:
            for mode, item in stream:
                if mode == "custom":
                    said.append(item)
                    yield events.Said(text=item)
                    continue
                for message in _new(item):
                    if isinstance(message, AIMessage):
                        ended = message
                        if message.tool_calls and said:
                            # What is said before a look-up is no reply.
                            said.clear()
                            yield events.Withdrew()
                    elif isinstance(message, ToolMessage) and isinstance(message.artifact, Step):
                        yield events.Looked(step=message.artifact)
        finally:
            door.stop()
    reply = "".join(said).strip()
    if ended is None or ended.tool_calls or ended.invalid_tool_calls or not reply or _is_call(reply):
        raise ModelFailed("the model came to no reply; try again", Outcome.BAD_OUTPUT)
    return Worked(said=reply, citations=tuple(desk.citations[:_MOST_CITATIONS]), text=desk.text)


def _messages(task: Task) -> list[BaseMessage]:
    """What was said before, and what the admin says now."""
    told: list[BaseMessage] = []
    for one in task.recalled.exchanges:
        told += [HumanMessage(retold(one.asked)), AIMessage(one.said or "…")]
    return [*told, HumanMessage(task.words)]


def _readable(found: Found) -> str:
    """What a model reads of what was found: inside data blocks, and no longer than its budget."""
    if not found.material:
        return wrap(retold(cut(found.text, RESULT_TOKENS)))
    if count(found.material) <= RESULT_TOKENS:
        return found.material
    first, _, rest = found.material.partition("\n")
    body, _, last = rest.rpartition("\n")
    if first.startswith("<data-") and last.startswith("</data-"):
        # What is left of a block has no more of its mark in it than the whole.
        return f"{first}\n{cut(body, RESULT_TOKENS)}\n{last}"
    return wrap(cut(found.material, RESULT_TOKENS))


def _new(update: Any) -> list[BaseMessage]:
    """The messages of an update of the graph."""
    return [one for node in update.values() if node for one in node.get("messages", ())]


def _size(message: BaseMessage | None) -> int:
    if message is None:
        return 0
    calls = json.dumps(message.tool_calls, ensure_ascii=False) if isinstance(message, AIMessage) else ""
    return _FRAME_TOKENS + count(str(message.text)) + count(calls)


def _tool_size(tool: BaseTool) -> int:
    return _FRAME_TOKENS + count(f"{tool.name} {tool.description} {json.dumps(tool.args, ensure_ascii=False)}")


def _is_call(reply: str) -> bool:
    """Whether a reply is a call of a tool that a model wrote as words, since its server knows no tools."""
    if reply.startswith(("<tool_call", "<function", "[TOOL_CALLS]")):
        return True
    try:
        value = json.loads(reply.removeprefix("```json").removesuffix("```"))
    except ValueError:
        return False
    return isinstance(value, dict) and "name" in value and ("arguments" in value or "parameters" in value)
