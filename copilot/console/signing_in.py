"""The small pages before the console: the owner's first password, logging in and out, and the choice of language."""

from __future__ import annotations

import re
from typing import Annotated
from urllib.parse import quote, urlsplit

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from markupsafe import Markup
from starlette.concurrency import run_in_threadpool

from copilot.console.guard import SESSION_COOKIE, read_cookie
from copilot.console.i18n import COOKIE as LANGUAGE_COOKIE
from copilot.console.i18n import LANGUAGES, Texts, choose_language, describe_error
from copilot.console.ports import App
from copilot.console.shell import document
from copilot.errors import CopilotError, NotAllowed
from copilot.settings import Settings

_YEAR_SECONDS = 365 * 24 * 3600
_SHORTEST_PASSWORD = 8


def signing_in_routes(app: App, settings: Settings) -> APIRouter:
    """The routes /setup, /login, /logout and /language."""
    router = APIRouter()

    def signed_in(token: str, target: str) -> Response:
        response = RedirectResponse(target, status_code=303)
        response.set_cookie(
            SESSION_COOKIE,
            token,
            max_age=settings.session_days * 24 * 3600,
            httponly=True,
            samesite="lax",
            secure=settings.https,
            path="/",
        )
        return response

    @router.get("/setup")
    async def show_setup(request: Request, token: str = "") -> Response:
        if not token or not await run_in_threadpool(app.accounts.needs_owner):
            return RedirectResponse("/login", status_code=303)
        return HTMLResponse(_setup_page(texts_of(request, settings), token))

    @router.post("/setup")
    async def do_setup(
        request: Request,
        token: Annotated[str, Form()] = "",
        name: Annotated[str, Form()] = "",
        password: Annotated[str, Form()] = "",
        again: Annotated[str, Form()] = "",
    ) -> Response:
        t = texts_of(request, settings)
        problem = _password_problem(t, name, password, again)
        if problem:
            return HTMLResponse(_setup_page(t, token, name, problem), status_code=422)
        try:
            await run_in_threadpool(app.accounts.create_owner, token, name.strip(), password)
            session = await run_in_threadpool(
                lambda: app.accounts.login(name.strip(), password, remote=_remote(request))
            )
        except NotAllowed as error:
            words = t("这个链接已经失效，请使用启动时窗口里显示的最新链接。", str(error))
            return HTMLResponse(_message_page(t, words), status_code=403)
        except CopilotError as error:
            return HTMLResponse(_setup_page(t, token, name, describe_error(t, error)), status_code=422)
        return signed_in(session, "/")

    @router.get("/login")
    async def show_login(request: Request, next: str = "/") -> Response:
        t = texts_of(request, settings)
        token = read_cookie(request.headers, SESSION_COOKIE)
        if token and await run_in_threadpool(lambda: app.accounts.account_of(token)) is not None:
            return RedirectResponse(_local(next), status_code=303)
        if await run_in_threadpool(app.accounts.needs_owner):
            words = t(
                "还没有设置负责人账号。请打开启动时窗口里显示的一次性链接，来设置名字和密码。",
                "No owner exists yet. Open the one-time link that the start-up window shows, and choose a name and a "
                "password.",
            )
            return HTMLResponse(_message_page(t, words))
        return HTMLResponse(_login_page(t, _local(next)))

    @router.post("/login")
    async def do_login(
        request: Request,
        name: Annotated[str, Form()] = "",
        password: Annotated[str, Form()] = "",
        next: Annotated[str, Form()] = "/",
    ) -> Response:
        t = texts_of(request, settings)
        try:
            session = await run_in_threadpool(
                lambda: app.accounts.login(name.strip(), password, remote=_remote(request))
            )
        except CopilotError as error:
            words = _login_problem(t, error)
            return HTMLResponse(_login_page(t, _local(next), name, words), status_code=401)
        return signed_in(session, _local(next))

    @router.post("/logout")
    async def do_logout(request: Request, everywhere: Annotated[bool, Form()] = False) -> Response:
        token = read_cookie(request.headers, SESSION_COOKIE) or ""
        account = await run_in_threadpool(app.accounts.account_of, token)
        if everywhere and account is not None:
            await run_in_threadpool(app.accounts.end_sessions, account, account.id)
        elif token:
            await run_in_threadpool(app.accounts.logout, token)
        response = RedirectResponse("/login", status_code=303)
        response.delete_cookie(SESSION_COOKIE, path="/")
        return response

    @router.get("/language/{language}")
    async def set_language(request: Request, language: str, next: str = "/") -> Response:
        if language not in LANGUAGES:
            language = choose_language(None, request.headers.get("accept-language", ""), settings.language)
        target = _local(next)
        for other in LANGUAGES:
            if target == f"/{other}" or target.startswith(f"/{other}/"):
                target = f"/{language}" + target.removeprefix(f"/{other}")
        response = RedirectResponse(target, status_code=303)
        response.set_cookie(LANGUAGE_COOKIE, language, max_age=_YEAR_SECONDS, samesite="lax", secure=settings.https)
        return response

    return router


def texts_of(request: Request, settings: Settings) -> Texts:
    """The texts in the language of a request: the person's choice, else the browser's, else the installation's."""
    cookie = read_cookie(request.headers, LANGUAGE_COOKIE)
    return Texts(choose_language(cookie, request.headers.get("accept-language", ""), settings.language))


def _remote(request: Request) -> str:
    return request.client.host if request.client else ""


def _local(target: str) -> str:
    """A path of this console, whatever was asked for: a login must not send people elsewhere."""
    try:
        parts = urlsplit(target.replace("\\", "/"))
    except ValueError:
        return "/"
    if parts.scheme or parts.netloc or not parts.path.startswith("/") or parts.path.startswith(("//", "/login")):
        return "/"
    return parts.path + (f"?{parts.query}" if parts.query else "")


def _login_problem(t: Texts, error: CopilotError) -> str:
    waiting = re.search(r"wait (\d+) min", str(error))
    if waiting:
        return t(f"连续输错太多次了，请过 {waiting[1]} 分钟再试。", f"Too many wrong tries; wait {waiting[1]} min.")
    return t("名字或密码不对，请再试一次。", "The name or the password is wrong; try again.")


def _password_problem(t: Texts, name: str, password: str, again: str) -> str:
    if not name.strip():
        return t("请写一个名字。", "Choose a name.")
    if len(password) < _SHORTEST_PASSWORD:
        return t(
            f"密码至少要 {_SHORTEST_PASSWORD} 个字符。", f"The password needs at least {_SHORTEST_PASSWORD} characters."
        )
    if password != again:
        return t("两次输入的密码不一样。", "The two passwords differ.")
    return ""


_FIELD = Markup(
    '<label>{label}<input name="{name}" type="{type}" value="{value}" autocomplete="{complete}" required {more}>'
    "</label>"
)


def _field(
    label: str, name: str, *, kind: str = "text", value: str = "", complete: str = "off", more: str = ""
) -> Markup:
    return _FIELD.format(label=label, name=name, type=kind, value=value, complete=complete, more=Markup(more))  # noqa: S704


def _setup_page(t: Texts, token: str, name: str = "", problem: str = "") -> str:
    form = Markup(
        '<p class="lead">{lead}</p><form method="post" action="/setup">'
        '<input type="hidden" name="token" value="{token}">{fields}<button class="go">{go}</button></form>'
    ).format(
        lead=t(
            "第一次使用：请为自己设置负责人账号。数据只留在这台机器上。",
            "First start: choose the owner's name and password. All data stays on this machine.",
        ),
        token=token,
        fields=Markup("").join(
            (
                _field(t("名字", "Name"), "name", value=name, complete="username", more="autofocus maxlength=60"),
                _field(
                    t("密码（至少 8 个字符）", "Password (8 characters or more)"),
                    "password",
                    kind="password",
                    complete="new-password",
                ),
                _field(t("再输一次", "Once more"), "again", kind="password", complete="new-password"),
            )
        ),
        go=t("开始使用", "Start"),
    )
    return _small_page(t, t("欢迎", "Welcome"), form, problem, "/setup?token=" + token)


def _login_page(t: Texts, target: str, name: str = "", problem: str = "") -> str:
    focus = "autofocus"
    form = Markup(
        '<form method="post" action="/login"><input type="hidden" name="next" value="{target}">{fields}'
        '<button class="go">{go}</button></form><p class="hint">{hint}</p>'
    ).format(
        target=target,
        fields=Markup("").join(
            (
                _field(t("名字", "Name"), "name", value=name, complete="username", more="" if name else focus),
                _field(
                    t("密码", "Password"),
                    "password",
                    kind="password",
                    complete="current-password",
                    more=focus if name else "",
                ),
            )
        ),
        go=t("登录", "Log in"),
        hint=t(
            "忘了密码？请负责人在「账号」里重设；负责人忘了，就在终端运行 copilot accounts。",
            "Forgot it? The owner can reset it under Accounts; an owner runs “copilot accounts” in a terminal.",
        ),
    )
    return _small_page(t, t("登录", "Log in"), form, problem, "/login")


def _message_page(t: Texts, words: str) -> str:
    return _small_page(
        t, t("社群助手", "Community Co-pilot"), Markup('<p class="lead">{}</p>').format(words), "", "/login"
    )


def _small_page(t: Texts, title: str, body: Markup, problem: str, here: str) -> str:
    inner = Markup(
        '<main class="door"><img class="mark" src="/ui/icon.svg" alt="" width="44" height="44"><h1>{title}</h1>'
        "{problem}{body}<p class='tongue'><a href='/language/zh?next={here}' lang='zh'>中文</a> · "
        "<a href='/language/en?next={here}' lang='en'>English</a></p></main>"
    ).format(
        title=title,
        problem=Markup('<p class="problem" role="alert">{}</p>').format(problem) if problem else "",
        body=body,
        here=quote(here),
    )
    return document(t, title, inner)
