"""What is offered to begin with is understood, also without a model."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from copilot.assistant.phrases import openers
from copilot.assistant.request import Scope, Tool
from copilot.services.locating import Standing
from tests.assistant.desk import MING, ROUTER
from tests.conftest import NOW

SCOPE = Scope(account=MING, community_id=1, group_id=1, language="zh", timezone="Asia/Shanghai", now=NOW)
FRESH = Standing(covered_until=NOW - timedelta(hours=3), has_faq=True, has_rules=True, pending=2)
STATES = {
    "fresh": (FRESH, [Tool.PROPOSALS, Tool.TOPICS, Tool.UNANSWERED, Tool.COMPARE, Tool.MEMBERS, Tool.RULES]),
    "some months old": (
        replace(FRESH, covered_until=NOW - timedelta(days=70), pending=0),
        [Tool.TOPICS, Tool.UNANSWERED, Tool.ACTIVITY, Tool.MEMBERS, Tool.RULES],
    ),
    "no history": (Standing(has_faq=True, has_rules=True), [Tool.RULES, Tool.HELP]),
    "nothing": (Standing(), [Tool.HELP]),
}


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("state", STATES)
def test_each_is_understood_as_what_it_offers(state: str, language: str) -> None:
    standing, wanted = STATES[state]
    scope = replace(SCOPE, language=language)
    read = [ROUTER.read(words, scope) for words in openers(standing, scope)]
    assert [one.tool for one in read] == wanted
    assert not any(one.choices for one in read)
    if standing.covered_until is not None:
        topics = next(one for one in read if one.tool is Tool.TOPICS)
        assert topics.period is not None
        assert topics.period.starts_at <= standing.covered_until
