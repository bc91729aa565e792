"""The frame around every page: the document's head, and the header with navigation, language and account.

Gradio's own page is rewritten as it passes, so that the header is there at once and is right for the account, and
that every inline script carries the response's nonce.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Protocol
from urllib.parse import quote

from markupsafe import Markup
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from copilot.console.guard import account_in
from copilot.console.i18n import LANGUAGES, Texts
from copilot.records import Account, Role

_HTML_LANGUAGES = {"zh": "zh-CN", "en": "en"}


class Titled(Protocol):
    """What the navigation needs of a page."""

    @property
    def path(self) -> str:
        """Its path under the language, "" for the first page."""

    @property
    def title_zh(self) -> str:
        """Its Chinese title."""

    @property
    def title_en(self) -> str:
        """Its English title."""

    @property
    def needs(self) -> Role:
        """The least role that may open it."""


def document(t: Texts, title: str, body: Markup) -> str:
    """A whole small HTML document of our own."""
    page = Markup(
        '<!doctype html><html lang="{lang}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><title>{title} · {brand}</title>{head}'
        '</head><body class="bare">{body}</body></html>'
    )
    return page.format(lang=_HTML_LANGUAGES[t.language], title=title, brand=brand(t), head=_head(), body=body)


def brand(t: Texts) -> str:
    """The product's name."""
    return t("社群助手", "Community Co-pilot")


def manifest(t: Texts) -> dict[str, object]:
    """The web app manifest, which lets a phone put the console on its home screen."""
    return {
        "name": brand(t),
        "short_name": brand(t) if t.language == "zh" else "Co-pilot",
        "start_url": "/",
        "display": "standalone",
        "background_color": "#f7f8f7",
        "theme_color": "#1f7054",
        "icons": [{"src": "/ui/icon.svg", "sizes": "any", "type": "image/svg+xml", "purpose": "any"}],
    }


class PageShell:
    """ASGI middleware around one language's Gradio app that puts our frame around its pages."""

    def __init__(self, app: ASGIApp, *, t: Texts, pages: Sequence[Titled]) -> None:
        """
        Args:
            app: the Gradio app.
            t: the texts of its language.
            pages: all pages, in the order of the navigation.
        """
        self._app = app
        self._t = t
        self._pages = pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on; frame it if it is for a page."""
        page = self._page(scope)
        if page is None:
            await self._app(scope, receive, send)
            return
        account = account_in(scope)
        if account is not None and not account.role.includes(page.needs):
            await RedirectResponse(f"/{self._t.language}/", status_code=303)(scope, receive, send)
            return
        # The rewriting below works on plain text.
        scope = {**scope, "headers": [pair for pair in scope["headers"] if pair[0] != b"accept-encoding"]}
        start: Message = {}
        chunks: list[bytes] = []

        async def frame(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start":
                start = message
                return
            if message["type"] != "http.response.body":
                return
            chunks.append(message.get("body", b""))
            if message.get("more_body"):
                return
            body = b"".join(chunks)
            if start["status"] == 200 and "text/html" in Headers(raw=start["headers"]).get("content-type", ""):
                body = self._framed(body.decode("utf-8"), page, account, scope).encode("utf-8")
            headers = MutableHeaders(raw=start["headers"])
            headers["content-length"] = str(len(body))
            await send(start)
            await send({"type": "http.response.body", "body": body})

        await self._app(scope, receive, frame)

    def _page(self, scope: Scope) -> Titled | None:
        if scope["type"] != "http" or scope["method"] != "GET":
            return None
        path = scope["path"].removeprefix(scope.get("root_path", "")).strip("/")
        return next((page for page in self._pages if page.path == path), None)

    def _framed(self, html: str, page: Titled, account: Account | None, scope: Scope) -> str:
        title = self._t(page.title_zh, page.title_en)
        html = re.sub(r"<meta\s+(?:property|name)=\"(?:og|twitter):[^>]*>", "", html)
        html = re.sub(r"<link[^>]*rel=\"manifest\"[^>]*>", "", html)
        html = html.replace('lang="en"', f'lang="{_HTML_LANGUAGES[self._t.language]}"', 1)
        # Gradio words its own labels by the browser's language; here the person's choice decides.
        own = f"Object.defineProperty(navigator,'language',{{get:()=>'{_HTML_LANGUAGES[self._t.language]}'}});"
        head = Markup("<title>{} · {}</title>{}<script>{}</script>").format(title, brand(self._t), _head(), Markup(own))  # noqa: S704
        html = html.replace('<meta charset="utf-8" />', f'<meta charset="utf-8" />{head}', 1)
        html = html.replace("<gradio-app", f"{self._header(page, account, scope)}<gradio-app", 1)
        return html.replace("<script", f'<script nonce="{scope["state"]["nonce"]}"')

    def _header(self, here: Titled, account: Account | None, scope: Scope) -> Markup:
        t = self._t
        role = account.role if account else Role.VIEWER
        links = Markup("").join(
            Markup('<a href="/{}/{}"{}>{}</a>').format(
                t.language,
                page.path,
                Markup(' aria-current="page"') if page is here else "",
                t(page.title_zh, page.title_en),
            )
            for page in self._pages
            if role.includes(page.needs)
        )
        query = scope.get("query_string", b"").decode("latin-1")
        target = quote(f"/{t.language}/{here.path}" + (f"?{query}" if query else ""))
        other = next(language for language in LANGUAGES if language != t.language)
        return Markup(
            '<header class="top"><a class="brand" href="/{language}/"><img src="/ui/icon.svg" alt="" width="26" '
            'height="26"><span>{brand}</span></a><nav aria-label="{menu}">{links}</nav><div class="me">'
            '<a class="tongue" href="/language/{other}?next={target}" lang="{other}">{other_name}</a>'
            '<span class="who" title="{role}">{who}</span>'
            '<form method="post" action="/logout"><button>{out}</button></form></div></header>'
        ).format(
            language=t.language,
            brand=brand(t),
            menu=t("页面", "Pages"),
            links=links,
            other=other,
            target=target,
            other_name={"zh": "中文", "en": "EN"}[other],
            role=role_name(t, role),
            who=account.name if account else "",
            out=t("退出", "Log out"),
        )


def role_name(t: Texts, role: Role) -> str:
    """A role in people's words."""
    return {
        Role.OWNER: t("负责人", "Owner"),
        Role.ADMIN: t("管理员", "Admin"),
        Role.MODERATOR: t("协管", "Moderator"),
        Role.VIEWER: t("只看", "Viewer"),
    }[role]


def _head() -> Markup:
    return Markup(
        '<link rel="icon" href="/ui/icon.svg" type="image/svg+xml"><link rel="manifest" href="/manifest.json">'
        '<meta name="theme-color" content="#1f7054"><link rel="stylesheet" href="/ui/console.css">'
        '<script src="/ui/console.js" defer></script><script src="/ui/talk.js" defer></script>'
    )
