"""What stands in front of every request: host, origin, size and login checks, and the headers of every response.

Pure ASGI, because Gradio streams server-sent events that a buffering middleware would hold back.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import quote, urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from copilot.records import Account
from copilot.settings import Settings, is_loopback

SESSION_COOKIE = "copilot_session"

# What may be read without a login: our own small pages and files, and Gradio's unchanging scripts and styles.
_PUBLIC = re.compile(
    r"^/(login|setup|logout|healthz|manifest\.json|favicon\.ico|ui/.*|language/(zh|en)"
    r"|(zh|en)/(assets|static|svelte)/.*|(zh|en)/theme\.css)$"
)
# The parts of Gradio's own API that its page needs. The rest (its proxy, its run history, fetching of addresses, ...)
# is not served.
_GRADIO_API = re.compile(
    r"^/(zh|en)/gradio_api/(upload|upload_progress|run/[^/]+|heartbeat/[^/]+|cancel|reset"
    r"|login_check|user|app_id|info|startup-events|theme\.css|file=(?!https?:).*)/?$"
)
_UPLOAD = re.compile(r"^/(zh|en)/gradio_api/upload$")
# A pasted chat travels as one JSON request; 32 MiB is about ten million Chinese characters.
_LARGEST_REQUEST_BYTES = 32 * 1024 * 1024
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class _TooLarge(Exception):
    """The body of a request passed its limit while it was read."""


class Guard:
    """ASGI middleware that lets only same-site requests of people who are logged in reach the console."""

    def __init__(self, app: ASGIApp, *, settings: Settings, account_of: Callable[[str], Account | None]) -> None:
        """
        Args:
            app: what is guarded.
            settings: says which hosts are ours and how large an upload may be.
            account_of: looks a session token up in the store; None for an unknown or expired one.
        """
        self._app = app
        self._settings = settings
        self._account_of = account_of

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Check one request, then pass it on or answer it."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        nonce = secrets.token_urlsafe(16)
        if self._settings.https and scope["type"] == "http":
            scope["scheme"] = "https"
        scope.setdefault("state", {})["nonce"] = nonce
        refusal = self._refuse(scope, headers)
        if refusal is None:
            refusal = await self._check_login(scope, headers)
        if scope["type"] == "websocket":
            if refusal is not None:
                await receive()
                await send({"type": "websocket.close", "code": 1008})
                return
            await self._app(scope, receive, send)
            return

        started = False

        async def send_with_headers(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                _secure(MutableHeaders(scope=message), nonce, scope["path"])
            await send(message)

        if refusal is not None:
            await refusal(scope, receive, send_with_headers)
            return
        try:
            await self._app(scope, self._counted(scope, receive), send_with_headers)
        except _TooLarge:
            if not started:
                await self._too_large()(scope, receive, send_with_headers)

    def _refuse(self, scope: Scope, headers: Headers) -> Response | None:
        host = headers.get("host", "")
        if not self._ours(_name(host)):
            return PlainTextResponse(
                f"The host name {_name(host)!r} is not allowed; add it to COPILOT_ALLOWED_HOSTS.\n", status_code=421
            )
        changes = scope["type"] == "websocket" or scope["method"] not in _SAFE_METHODS
        if changes and not self._same_origin(host, headers):
            return PlainTextResponse("A page of another site may not do this.\n", status_code=403)
        path = scope["path"]
        if "/gradio_api/" in path and not _GRADIO_API.match(path):
            return PlainTextResponse("Not found.\n", status_code=404)
        length = headers.get("content-length", "0")
        if not length.isdigit() or int(length) > self._limit(path):
            return self._too_large()
        return None

    def _ours(self, name: str) -> bool:
        return is_loopback(name) or name in {host.lower() for host in self._settings.allowed_hosts}

    @staticmethod
    def _same_origin(host: str, headers: Headers) -> bool:
        origin = headers.get("origin")
        if origin is None:
            # Browsers send Origin with every such request; Sec-Fetch-Site covers those that strip it.
            return headers.get("sec-fetch-site", "same-origin") in ("same-origin", "none")
        try:
            parts = urlsplit(origin)
        except ValueError:
            return False
        default_port = ":443" if parts.scheme == "https" else ":80"
        return parts.netloc.lower().removesuffix(default_port) == host.lower().removesuffix(default_port)

    async def _check_login(self, scope: Scope, headers: Headers) -> Response | None:
        path = scope["path"]
        token = read_cookie(headers, SESSION_COOKIE)
        public = _PUBLIC.match(path) is not None
        if public and not path.startswith("/language/"):
            return None
        account = await run_in_threadpool(self._account_of, token) if token else None
        scope["state"]["account"] = account
        if account is not None or public:
            return None
        if scope["type"] == "http" and scope["method"] == "GET" and "text/html" in headers.get("accept", ""):
            query = scope.get("query_string", b"").decode("latin-1")
            target = path + (f"?{query}" if query else "")
            return RedirectResponse("/login" + (f"?next={quote(target)}" if target != "/" else ""), status_code=303)
        return PlainTextResponse("Log in first.\n", status_code=401)

    def _limit(self, path: str) -> int:
        return self._settings.max_upload_mb * 1024 * 1024 if _UPLOAD.match(path) else _LARGEST_REQUEST_BYTES

    def _counted(self, scope: Scope, receive: Receive) -> Receive:
        limit = self._limit(scope["path"])
        read_bytes = 0

        async def counted() -> Message:
            nonlocal read_bytes
            message = await receive()
            read_bytes += len(message.get("body", b""))
            if read_bytes > limit:
                raise _TooLarge
            return message

        return counted

    def _too_large(self) -> Response:
        return PlainTextResponse(
            f"The file is larger than {self._settings.max_upload_mb} MB; raise COPILOT_MAX_UPLOAD_MB.\n",
            status_code=413,
        )


def read_cookie(headers: Headers, name: str) -> str | None:
    """The value of one cookie of a request, or None."""
    cookies: SimpleCookie = SimpleCookie()
    try:
        cookies.load(headers.get("cookie", ""))
    except CookieError:  # an odd cookie of another service on this host
        return None
    morsel = cookies.get(name)
    return morsel.value if morsel else None


def account_in(scope: Any) -> Account | None:
    """The account that the guard found for a request, from the request's ASGI scope."""
    account = scope.get("state", {}).get("account")
    return account if isinstance(account, Account) else None


def _name(host: str) -> str:
    """The host name of a Host header, without its port."""
    if host.startswith("["):
        return host.partition("]")[0] + "]"
    return host.rpartition(":")[0].lower() if ":" in host else host.lower()


def _secure(headers: MutableHeaders, nonce: str, path: str) -> None:
    # Gradio compiles its HTML components' templates in the browser, which is what 'unsafe-eval' is for, and sets style
    # attributes. Inline scripts and handlers run only with this response's nonce: escaped text that slipped through
    # would still not run.
    headers["Content-Security-Policy"] = (
        f"default-src 'none'; script-src 'self' 'nonce-{nonce}' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; manifest-src 'self'; "
        "media-src 'self' blob:; worker-src 'self' blob:; form-action 'self'; base-uri 'self'; frame-ancestors 'none'"
    )
    headers["X-Frame-Options"] = "DENY"
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Referrer-Policy"] = "same-origin"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
    headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()"
    if path.startswith("/ui/"):
        headers["Cache-Control"] = "no-cache"
    elif "/assets/" not in path:
        headers.setdefault("Cache-Control", "no-store")
