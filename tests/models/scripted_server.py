"""A server that speaks like OpenAI's and does as a script says: replies, tool calls, and every way to misbehave.

::

    with ScriptedServer([Reply("你好"), Reply(status=500)]) as server:      # one reply a request, in order
        ...ask at server.url...
        assert server.asked[0].words == "在吗"

    with ScriptedServer(lambda asked: Reply(f"I heard: {asked.words}")) as server:
        ...

It listens on the loopback only. `asked` keeps every request; `came` tells that there was one, `left` that a client
went away before its end.
"""

from __future__ import annotations

import hashlib
import json
import select
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self


@dataclass(frozen=True)
class ToolCall:
    """A call of a tool that the model makes; `arguments` may be a text that is no JSON."""

    name: str
    arguments: Mapping[str, object] | str = field(default_factory=dict)
    id: str = ""


@dataclass(frozen=True, kw_only=True)
class _Behaviour:
    """What a reply does besides its words.

    Args:
        calls: tools that the model calls.
        finish: why it ended; None where the stream breaks off without a reason. Tool calls end with "tool_calls".
        usage: input and output tokens; None where the server does not count. By default characters are counted.
        piece: how many characters one piece of a stream has.
        status, headers, body, content_type: the HTTP answer; a `body` is sent as it is, whatever was asked for.
        error: with a status of 400 and more, the error's message; `code` its code.
        hang_after: wait after that many pieces (0: before the first, -1: before the HTTP answer) until the client
            leaves or the server closes.
        wait_after: as `hang_after`, but go on once `server.go` is set.
        cut_after: close the connection after that many pieces, in the middle.
        raw: pieces of the event stream, sent as they are instead of the words.
    """

    calls: Sequence[ToolCall] = ()
    finish: str | None = "stop"
    usage: tuple[int, int] | None = (-1, -1)
    piece: int = 4
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    content_type: str | None = None
    error: str = "something went wrong"
    code: str | None = None
    hang_after: int | None = None
    wait_after: int | None = None
    cut_after: int | None = None
    raw: Sequence[bytes] | None = None


@dataclass(frozen=True)
class Reply(_Behaviour):
    """What one request gets."""

    words: str = ""

    def __init__(self, words: str = "", **behaviour: Any) -> None:
        _Behaviour.__init__(self, **behaviour)
        object.__setattr__(self, "words", words)


@dataclass(frozen=True)
class Asked:
    """A request as it came in."""

    path: str
    headers: Mapping[str, str]
    body: Mapping[str, Any]

    @property
    def messages(self) -> list[dict[str, Any]]:
        """The messages of a chat."""
        return list(self.body.get("messages", []))

    @property
    def system(self) -> str:
        """All system messages."""
        return "\n".join(_plain(one["content"]) for one in self.messages if one["role"] == "system")

    @property
    def words(self) -> str:
        """The last message of the user."""
        said = [_plain(one["content"]) for one in self.messages if one["role"] == "user"]
        return said[-1] if said else ""

    @property
    def results(self) -> list[str]:
        """What tools returned since the user spoke last."""
        found: list[str] = []
        for one in self.messages:
            if one["role"] == "user":
                found.clear()
            elif one["role"] == "tool":
                found.append(_plain(one["content"]))
        return found

    @property
    def tools(self) -> list[str]:
        """The names of the tools that the model may call."""
        return [one["function"]["name"] for one in self.body.get("tools", [])]

    @property
    def format(self) -> str:
        """`json_schema`, `json_object`, or "" for plain text."""
        return str((self.body.get("response_format") or {}).get("type", ""))

    @property
    def text(self) -> str:
        """Everything that was sent, to look for what must not be in it."""
        return json.dumps(self.body, ensure_ascii=False)


Script = Callable[[Asked], Reply]


class ScriptedServer:
    """The server. Its script is a function of the request, or replies in the order of requests to the chat.

    Where a list is over, a request gets status 400 and is counted in `surplus`. Embeddings are answered with vectors
    that follow from the texts (`dimensions` long) unless the script is a function.
    """

    def __init__(self, script: Script | Iterable[Reply], *, dimensions: int = 8) -> None:
        self.asked: list[Asked] = []
        self.came = threading.Event()
        self.left = threading.Event()
        self.go = threading.Event()
        self.surplus = 0
        self.dimensions = dimensions
        self._closing = threading.Event()
        self._lock = threading.Lock()
        self._function = script if callable(script) else None
        self._list: Iterator[Reply] = iter(()) if callable(script) else iter(script)
        self._http = _Http(("127.0.0.1", 0), _Handler)
        self._http.scripted = self
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True)

    @property
    def url(self) -> str:
        """The base URL, up to and with `/v1`."""
        return f"http://127.0.0.1:{self._http.server_address[1]}/v1"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.set()
        self.go.set()
        self._http.shutdown()
        self._thread.join()
        self._http.server_close()

    def reply_to(self, asked: Asked) -> Reply:
        """What the script says to a request, which is kept."""
        with self._lock:
            self.asked.append(asked)
            self.came.set()
            if self._function is None:
                if asked.path.endswith("/embeddings"):
                    return Reply(body=_embeddings(asked, self.dimensions))
                found = next(self._list, None)
                if found is None:
                    self.surplus += 1
                    return Reply(status=400, error="the script is over")
                return found
        return self._function(asked)

    def stay(self, connection: Any, until: threading.Event | None = None) -> bool:
        """Wait until the client leaves, the server closes or the event comes; returns whether to go on."""
        while not self._closing.is_set():
            if until is not None and until.is_set():
                return True
            readable, _, _ = select.select([connection], [], [], 0.01)
            if readable:
                try:
                    gone = connection.recv(1, _PEEK) == b""
                except OSError:
                    gone = True
                if gone:
                    self.left.set()
                    return False
                time.sleep(0.01)
        return False


_PEEK = 2  # socket.MSG_PEEK


class _Http(ThreadingHTTPServer):
    daemon_threads = True
    # Threads that hang are told to go by `_closing`; waiting for them shows that they do.
    block_on_close = True
    request_queue_size = 128
    scripted: ScriptedServer

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that leaves is no error."""
        self.scripted.left.set()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Kept connections are given up when nothing comes, so that closing does not wait for the client.
    timeout = 0.5
    # Else the second packet of an answer waits 40 ms for the client to confirm the first.
    disable_nagle_algorithm = True
    server: _Http

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        self._answer(Reply(body=b'{"object":"list","data":[]}'), Asked(self.path, dict(self.headers), {}))

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers.get("content-length", 0))) or b"{}")
        asked = Asked(self.path, {name.lower(): value for name, value in self.headers.items()}, body)
        self._answer(self.server.scripted.reply_to(asked), asked)

    def _answer(self, reply: Reply, asked: Asked) -> None:
        if not self._pause(reply, -1):
            return
        if reply.status >= 400 and reply.body is None:
            error = {"error": {"message": reply.error, "type": "error", "code": reply.code}}
            self._whole(reply, json.dumps(error).encode())
        elif reply.body is not None:
            self._whole(reply, reply.body)
        elif asked.body.get("stream"):
            self._stream(reply, asked)
        elif self._pause(reply, 0):
            self._whole(reply, json.dumps(_completion(reply, asked)).encode())

    def _whole(self, reply: Reply, body: bytes) -> None:
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Type", reply.content_type or "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self._write(body)

    def _stream(self, reply: Reply, asked: Asked) -> None:
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Type", reply.content_type or "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for number, piece in enumerate(_events(reply, asked)):
            if not self._pause(reply, number):
                return
            if reply.cut_after == number:
                self.close_connection = True
                return
            if not self._write(b"%x\r\n%s\r\n" % (len(piece), piece)):
                return
        self._write(b"0\r\n\r\n")

    def _pause(self, reply: Reply, number: int) -> bool:
        """Wait where the reply says so; returns whether to go on."""
        scripted = self.server.scripted
        goes_on = True
        if reply.hang_after == number:
            goes_on = scripted.stay(self.connection)
        elif reply.wait_after == number:
            goes_on = scripted.stay(self.connection, scripted.go)
        self.close_connection = self.close_connection or not goes_on
        return goes_on

    def _write(self, content: bytes) -> bool:
        try:
            self.wfile.write(content)
            self.wfile.flush()
        except OSError:
            self.server.scripted.left.set()
            self.close_connection = True
            return False
        return True


def _plain(content: Any) -> str:
    if isinstance(content, list):
        return "".join(part.get("text", "") for part in content)
    return content or ""


def _calls(reply: Reply) -> list[dict[str, Any]]:
    return [
        {
            "id": call.id or f"call_{number}",
            "type": "function",
            "function": {
                "name": call.name,
                "arguments": call.arguments
                if isinstance(call.arguments, str)
                else json.dumps(call.arguments, ensure_ascii=False),
            },
        }
        for number, call in enumerate(reply.calls)
    ]


def _usage(reply: Reply, asked: Asked) -> dict[str, int] | None:
    if reply.usage is None:
        return None
    told, said = reply.usage
    told = len(asked.text) if told < 0 else told
    said = len(reply.words) if said < 0 else said
    return {"prompt_tokens": told, "completion_tokens": said, "total_tokens": told + said}


def _finish(reply: Reply) -> str | None:
    return "tool_calls" if reply.calls and reply.finish == "stop" else reply.finish


def _completion(reply: Reply, asked: Asked) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": reply.words}
    if reply.calls:
        message["tool_calls"] = _calls(reply)
    choice = {"index": 0, "message": message, "finish_reason": _finish(reply)}
    return {"id": "c", "object": "chat.completion", "created": 0, "model": asked.body.get("model", ""),
            "choices": [choice], "usage": _usage(reply, asked)}  # fmt: skip


def _events(reply: Reply, asked: Asked) -> Iterator[bytes]:
    """The events of a stream, one for each piece: words, tool calls in fragments, the end, what was used."""
    if reply.raw is not None:
        yield from reply.raw
        return

    def event(choices: list[dict[str, Any]], usage: dict[str, int] | None = None) -> bytes:
        chunk = {"id": "c", "object": "chat.completion.chunk", "created": 0, "model": asked.body.get("model", ""),
                 "choices": choices}  # fmt: skip
        if usage is not None:
            chunk["usage"] = usage
        return b"data: " + json.dumps(chunk, ensure_ascii=False).encode() + b"\n\n"

    def delta(content: dict[str, Any], finish: str | None = None) -> bytes:
        return event([{"index": 0, "delta": content, "finish_reason": finish}])

    for start in range(0, len(reply.words), reply.piece):
        yield delta({"role": "assistant", "content": reply.words[start : start + reply.piece]})
    for number, call in enumerate(_calls(reply)):
        arguments = call["function"]["arguments"]
        head = {**call, "index": number, "function": {"name": call["function"]["name"], "arguments": ""}}
        yield delta({"role": "assistant", "content": None, "tool_calls": [head]})
        for start in range(0, len(arguments), reply.piece):
            part = {"index": number, "function": {"arguments": arguments[start : start + reply.piece]}}
            yield delta({"tool_calls": [part]})
    if reply.finish is None:
        return
    yield delta({}, _finish(reply))
    if (asked.body.get("stream_options") or {}).get("include_usage") and reply.usage is not None:
        yield event([], _usage(reply, asked))
    yield b"data: [DONE]\n\n"


def _embeddings(asked: Asked, dimensions: int) -> bytes:
    texts = asked.body.get("input", [])
    texts = [texts] if isinstance(texts, str) else texts
    rows = []
    for number, text in enumerate(texts):
        digest = hashlib.shake_128(str(text).encode()).digest(dimensions)
        rows.append({"object": "embedding", "index": number, "embedding": [byte / 127.5 - 1 for byte in digest]})
    used = sum(len(str(text)) for text in texts)
    return json.dumps({"object": "list", "data": rows, "model": asked.body.get("model", ""),
                       "usage": {"prompt_tokens": used, "total_tokens": used}}).encode()  # fmt: skip
