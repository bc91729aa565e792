"""Sources as people see them: what kind they are, and the place they stand in when they are opened."""

from __future__ import annotations

from markupsafe import Markup

from copilot.console import cards
from copilot.console.conversations import conversation
from copilot.console.i18n import Texts
from copilot.console.page import Ui
from copilot.console.scopes import find_scope
from copilot.records import Account, Source, SourceKind
from copilot.services.asking import Opened


def kind_name(t: Texts, kind: SourceKind) -> str:
    """What a source is, in a word."""
    return {
        SourceKind.FAQ: t("问答", "FAQ"),
        SourceKind.RULE: t("群规", "Rule"),
        SourceKind.DOCUMENT: t("文档", "Document"),
        SourceKind.HISTORY: t("聊天记录", "Chat"),
    }[kind]


def opened_drawer(ui: Ui, account: Account, source: Source, opened: Opened, serial: int) -> Markup:
    """A source in the place where it stands: a message in its conversation, or the text of an entry, rule or section.

    Args:
        ui: what the page is built with.
        account: who looks.
        source: what was asked for.
        opened: the answer of `asking.open_source`: its title, and a conversation or a text.
        serial: a number that differs each time.
    """
    t = ui.t
    if opened.messages:
        scope = find_scope(ui, account, f"g{source.group_id}")
        timezone = scope.timezone if scope else ui.settings.timezone
        body = conversation(t, opened, timezone)
    else:
        body = Markup('<div class="document">{}</div>').format(cards.text_block(opened.text))
    title = f"{kind_name(t, source.kind)} · {opened.title}"
    return cards.drawer(title, body, t("关闭", "Close"), serial)
