"""Requests to a chat model: a pool of connections to one setup, and one attempt to get a reply through it.

The requests of all threads run on one event loop of their own, so that each can be given up at any moment: while it
connects, while nothing comes, or in the middle. Whoever waits for a reply waits on a queue. LangChain and the openai
package are loaded with this module, which takes a second: it is imported when the first request is made.
"""

from __future__ import annotations

import json
import logging
import queue
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import openai
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.messages.tool import tool_call_chunk
from langchain_openai import ChatOpenAI
from langsmith import tracing_context
from pydantic import SecretStr

from copilot.models import faults
from copilot.models.attempts import Fault
from copilot.models.client import Client
from copilot.models.loop import Loop
from copilot.models.providers import is_local_url, provider
from copilot.models.quiet import quieten
from copilot.models.thinking import THINKING_TOKENS
from copilot.records.model import ModelSetup, Outcome

log = logging.getLogger(__name__)

TEMPERATURE = 0.2
"""Low: what is asked for is faithful wording, not invention."""
_CHARACTERS_A_TOKEN = 20
"""More than any tokenizer makes of one token: a reply longer than this is none that was asked for."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait, in seconds: for a connection, for the first piece, between two pieces, and in all."""

    connect: float = 10.0
    first: float = 40.0
    between: float = 20.0
    total: float = 120.0


@dataclass(frozen=True, slots=True)
class Form:
    """How a request is written.

    Args:
        schema: the JSON schema that the reply must fit, with the server's help; None for none.
        is_json: that the reply is one JSON object, with the server's help.
        is_bare: without what only some models take: temperature, the switch against thinking aloud.
        is_streamed: piece by piece. `counts`: the server is asked to count tokens at the end of a stream.
    """

    schema: Mapping[str, Any] | None = None
    is_json: bool = False
    is_bare: bool = False
    is_streamed: bool = True
    counts: bool = True


class _NoWay(Exception):
    """No client can be opened."""


class Line:
    """The connections to one setup, for all who ask at the same time.

    Args:
        key: "" where the server asks for none.
        clock: tells the time, for pauses that a server gives as a date.
    """

    def __init__(self, loop: Loop, setup: ModelSetup, key: str, patience: Patience, clock: Callable[[], datetime]):
        # Loading the libraries may have set levels anew.
        quieten()
        self.setup = setup
        self.patience = patience
        # What was found out while asking: the server refuses these, so they are not tried with every request.
        self.refuses_schema = setup.abilities.json_schema is False or not provider(setup.vendor).json_schema
        self.refuses_json = setup.abilities.json_object is False
        self.is_bare = False
        self._clock = clock
        self._loop = loop
        self._key = SecretStr(key)
        self._opened: ChatOpenAI | None = None
        self._http: openai.DefaultAsyncHttpxClient | None = None

    def __repr__(self) -> str:
        return f"Line({faults.host_of(self.setup.base_url)}, {self.setup.model})"

    def form(self, schema: Mapping[str, Any] | None = None) -> Form:
        """How to write a request, by what is known of the server.

        Args:
            schema: what the reply must fit; None for plain text.
        """
        abilities = self.setup.abilities
        wants = schema is not None
        return Form(
            schema=schema if not self.refuses_schema else None,
            is_json=wants and self.refuses_schema and not self.refuses_json,
            is_bare=self.is_bare,
            is_streamed=abilities.streaming is not False,
            counts=abilities.usage is not False,
        )

    def plainer(self, form: Form) -> Form | None:
        """How to write a request that the server refused, more plainly; None if there is no plainer way."""
        if form.schema is not None:
            return Form(None, not self.refuses_json, form.is_bare, form.is_streamed, form.counts)
        if form.is_json:
            return Form(None, False, form.is_bare, form.is_streamed, form.counts)
        if not form.is_bare:
            return Form(None, False, True, form.is_streamed, form.counts)
        return Form(None, False, True, form.is_streamed, False) if form.counts else None

    def learn(self, refused: Form, took: Form) -> None:
        """Remember that the server took a request only after it was written more plainly."""
        if took.schema is None:
            self.refuses_schema = self.refuses_schema or refused.schema is not None
            self.refuses_json = self.refuses_json or (
                (refused.schema is not None or refused.is_json) and not took.is_json
            )
        self.is_bare = self.is_bare or took.is_bare

    def ask(
        self, messages: Sequence[BaseMessage], form: Form, max_tokens: int, tools: Sequence[Mapping[str, Any]] = ()
    ) -> Attempt:
        """Send a request; what comes is read from the attempt."""
        return Attempt(self, messages, self._fields(form, max_tokens, tools), form.is_streamed, max_tokens)

    def begin(self, work: Coroutine[Any, Any, None]) -> Future[None]:
        """Run a request on the loop."""
        return self._loop.run(work)

    async def reply(
        self, messages: Sequence[BaseMessage], fields: Mapping[str, Any], streamed: bool, put: Callable[[Any], None]
    ) -> None:
        """Ask, and put what comes where it is waited for."""
        model = self._model()
        with tracing_context(enabled=False):
            if not streamed:
                put(_as_chunk(await model.ainvoke(list(messages), **fields)))
                return
            async for chunk in model.astream(list(messages), **fields):
                put(chunk)

    async def close(self) -> None:
        """Let the connections go."""
        if self._http is not None:
            await self._http.aclose()

    def _model(self) -> ChatOpenAI:
        """The client, opened by the first request: where that cannot be, the request fails and nothing else does."""
        if self._opened is None:
            try:
                self._opened = self._open()
            except Exception as error:
                # What the environment says of proxies and certificates is read here, and may be anything.
                log.warning("no connection can be opened: %s", type(error).__name__)
                raise _NoWay from None
        return self._opened

    def _open(self) -> ChatOpenAI:
        setup, patience = self.setup, self.patience
        # Nothing may lead elsewhere: no redirects, and no proxy to what is in this network.
        self._http = openai.DefaultAsyncHttpxClient(
            follow_redirects=False,
            trust_env=not is_local_url(setup.base_url),
            timeout=openai.Timeout(patience.total, connect=patience.connect, pool=patience.connect),
        )
        return Client(
            model=setup.model,
            base_url=setup.base_url,
            # The client wants one, also where the server does not.
            api_key=self._key if self._key.get_secret_value() else SecretStr("none"),
            max_retries=0,
            http_async_client=self._http,
            # Nothing is sent by this one: where none is given, the library opens one, by way of any proxy.
            http_client=openai.DefaultHttpxClient(trust_env=False),
            stream_chunk_timeout=None,
            use_responses_api=False,
            output_version="v0",
            callbacks=[],
        )

    def _fields(self, form: Form, max_tokens: int, tools: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        """The fields of a request besides its messages. What goes into the body as it is, the client leaves alone."""
        row = provider(self.setup.vendor)
        body: dict[str, Any] = {row.longest_field: max_tokens + (THINKING_TOKENS if form.is_bare else 0)}
        if not form.is_bare:
            body |= row.quiet
            body["temperature"] = TEMPERATURE
        if form.schema is not None:
            named = {"name": "reply", "schema": dict(form.schema), "strict": True}
            body["response_format"] = {"type": "json_schema", "json_schema": named}
        elif form.is_json:
            body["response_format"] = {"type": "json_object"}
        fields: dict[str, Any] = {"extra_body": body}
        if form.is_streamed:
            fields["stream_usage"] = form.counts
        if tools:
            fields["tools"] = [dict(tool) for tool in tools]
        return fields

    def fault_of(self, error: BaseException) -> Fault:
        """What an exception of a request means."""
        setup = self.setup
        if isinstance(error, _NoWay):
            return faults.no_way(setup)
        if isinstance(error, openai.APIConnectionError):
            return faults.unreachable(setup) if _is_before_connection(error) else faults.cut_off(setup)
        if isinstance(error, openai.APIStatusError):
            headers = {name.lower(): value for name, value in error.response.headers.items()}
            return faults.refused(setup, error.status_code, error.code or "", headers, self._clock())
        if isinstance(error, openai.APIError):
            # The server reports a fault in the middle of a stream.
            code = str(error.code or "")
            return faults.refused(setup, int(code) if code in ("401", "402", "429") else 500, code, {}, self._clock())
        log.warning("a reply of %s could not be read: %s", faults.host_of(setup.base_url), type(error).__name__)
        return faults.unreadable(setup)


_END = object()


class Attempt:
    """One request under way. Any thread may cancel it."""

    def __init__(
        self, line: Line, messages: Sequence[BaseMessage], fields: Mapping[str, Any], streamed: bool, max_tokens: int
    ) -> None:
        self._line = line
        self._queue: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._most_characters = (max_tokens + THINKING_TOKENS) * _CHARACTERS_A_TOKEN
        self._cancelled = False
        self._future = line.begin(line.reply(messages, fields, streamed, self._queue.put))
        self._future.add_done_callback(lambda _: self._queue.put(_END))

    def cancel(self) -> None:
        """Close the connection, and let nobody wait any longer. Nothing happens where the reply is over."""
        self._cancelled = True
        self._future.cancel()

    def chunks(self, seconds: Callable[[bool], float]) -> Iterator[AIMessageChunk]:
        """What comes.

        Args:
            seconds: how long the next piece may take; told whether anything has come yet.

        Raises:
            Fault: it failed, broke off, or came too late.
        """
        setup = self._line.setup
        characters, number, is_finished = 0, 0, False
        while True:
            try:
                chunk = self._queue.get(timeout=max(0.0, seconds(number > 0)))
            except queue.Empty:
                self.cancel()
                raise faults.too_slow(setup) from None
            if chunk is _END:
                break
            number += 1
            characters += len(chunk.text) + sum(len(call.get("args") or "") for call in chunk.tool_call_chunks)
            if characters > self._most_characters:
                self.cancel()
                raise faults.unreadable(setup)
            is_finished = is_finished or bool(chunk.response_metadata.get("finish_reason"))
            yield chunk
        if self._cancelled or self._future.cancelled():
            raise faults.cancelled()
        error = self._future.exception()
        if error is not None:
            fault = self._line.fault_of(error)
            raise fault if number or fault.outcome is not Outcome.BAD_OUTPUT else faults.no_chat_server(setup)
        if not is_finished:
            raise faults.cut_off(setup) if characters else faults.unreadable(setup)


def _is_before_connection(error: BaseException) -> bool:
    """Whether there never was a connection. The package for HTTP differs with openai's version, its names do not."""
    cause: BaseException | None = error
    while cause is not None:
        if type(cause).__name__ in (
            "ConnectError",
            "ConnectTimeout",
            "PoolTimeout",
            "ProxyError",
            "UnsupportedProtocol",
        ):
            return True
        cause = cause.__cause__ or cause.__context__
    return False


def _as_chunk(message: AIMessage) -> AIMessageChunk:
    """A whole message as the only piece of a stream."""
    whole = [(call["name"], json.dumps(call["args"], ensure_ascii=False), call["id"]) for call in message.tool_calls]
    broken = [(call["name"], call["args"], call["id"]) for call in message.invalid_tool_calls]
    return AIMessageChunk(
        content=message.content,
        tool_call_chunks=[
            tool_call_chunk(name=name, args=arguments, id=call_id, index=index)
            for index, (name, arguments, call_id) in enumerate([*whole, *broken])
        ],
        usage_metadata=message.usage_metadata,
        response_metadata=message.response_metadata,
        id=message.id,
    )
