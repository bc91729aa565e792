"""What a conversation of twenty turns with the assistant sends to a model, turn by turn.

`python -m benchmarks.dialogue` talks about a sample community through the whole stack, with a model by script behind
real HTTP: each turn it looks two things up and replies at length, as a real one does; whatever it would sum up, it sums
up at length too. It prints one JSON object as its last line:

`prompt_tokens` of the first request of each turn (system text, tools, what is told of the conversation, the words),
`turn_tokens` of all requests of each turn, `first`, `last` and `most` of the former, `history_most` (the most that is
told of the turns before) beside `history_budget`, `turn_most` beside `turn_budget`, `summaries` that were made, and
`before_ms`, the time from the words to the first request (p50): reading, recalling, binding tools.
"""

from __future__ import annotations

import json
import tempfile
import time
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from copilot.assistant.agent import TURN_TOKENS
from copilot.assistant.events import Finished
from copilot.assistant.memory import SUMMARY_TOKENS, TURNS_TOKENS
from copilot.bootstrap import build
from copilot.models.tokens import count, is_exact
from copilot.records import Cap
from copilot.services.rights import SYSTEM
from copilot.settings import load_settings
from tests.assistant.desk import make_desk
from tests.models.scripted_server import Asked, Reply, ScriptedServer, ToolCall

TURNS = 20
ASKED = (
    "群里有没有人说过{}", "上周大家最关心什么?", "谁最懂{}?", "最近有哪些问题没人回答", "这周和上周比活跃吗",
    "最近那场争论是怎么回事", "我们的群规有哪些？", "最近谁最活跃？",
)  # fmt: skip
ABOUT = ("退款", "绘本", "活动", "快递", "会员")
_LONG = (
    "从聊天记录看，这件事主要是几位妈妈在聊，大家说得最多的是时间和费用，有两位成员给了具体的建议，也有人提了不同的看法。"
    * 4
)


def reply(asked: Asked) -> Reply:
    """Two look-ups, then a long reply."""
    if not asked.tools:
        return Reply(_LONG)
    if not asked.results:
        days = {"from_day": "2025-01-01", "to_day": "2027-12-31"}
        return Reply(calls=[ToolCall("topics", days, id="1"), ToolCall("search", {"topic": asked.words}, id="2")])
    return Reply(f"{asked.words[:12]}：{_LONG}")


def tokens_of(asked: Asked) -> int:
    """What a request sends: its messages and its tools."""
    told = sum(count(str(one.get("content") or "")) + count(json.dumps(one.get("tool_calls") or "", ensure_ascii=False))
               for one in asked.messages)  # fmt: skip
    return told + count(json.dumps(asked.body.get("tools", []), ensure_ascii=False))


def measure(folder: Path) -> dict[str, Any]:
    """Talk for twenty turns and count."""
    app = build(load_settings(data_dir=folder / "data", log_level="error"))
    arrived: list[float] = []

    def script(asked: Asked) -> Reply:
        arrived.append(time.perf_counter())
        return reply(asked)

    try:
        app.samples.install(SYSTEM)
        app.indexing.bring_up()
        group = app.groups.groups(SYSTEM)[0].group
        app.spending.set_cap(SYSTEM, Cap(tokens=10**9))
        with ScriptedServer(script) as server:
            desk = make_desk(app, group.id, server, is_real=True, clock=lambda: datetime.now(UTC))
            starts, began = [0], []
            for number in range(TURNS):
                words = ASKED[number % len(ASKED)].format(ABOUT[number % len(ABOUT)])
                where = {"dialogue_id": desk.dialogue_id} if desk.dialogue_id else {"group_id": group.id}
                began.append(time.perf_counter())
                for event in desk.assistant.talk(SYSTEM, words, **where):
                    if isinstance(event, Finished):
                        desk.dialogue_id = event.turn.dialogue_id
                starts.append(len(server.asked))
            desk.chat.close()
            turns = [server.asked[one:other] for one, other in pairwise(starts)]
    finally:
        app.indexer.release()
        app.store.close()
    firsts = [next(one for one in turn if one.tools) for turn in turns]
    firsts_at = [arrived[one] for one in starts[:-1]]
    prompts = [tokens_of(one) for one in firsts]
    # The first turn tells nothing of turns before.
    bare = prompts[0] - count(firsts[0].words)
    history = [size - count(one.words) - bare for size, one in zip(prompts, firsts, strict=True)]
    totals = [sum(tokens_of(one) for one in turn if one.tools or one.results) for turn in turns]
    return {
        "prompt_tokens": prompts,
        "turn_tokens": totals,
        "first": prompts[0],
        "last": prompts[-1],
        "most": max(prompts),
        "history_most": max(history),
        "history_budget": TURNS_TOKENS + SUMMARY_TOKENS,
        "turn_most": max(totals),
        "turn_budget": TURN_TOKENS,
        "summaries": sum(1 for turn in turns for one in turn if not one.tools and not one.results),
        "before_ms": round(float(np.percentile(np.subtract(firsts_at, began)[1:] * 1000, 50)), 1),
        "is_exact": is_exact(),
    }


def main() -> None:
    """Run the benchmark."""
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(measure(Path(folder))))


if __name__ == "__main__":
    main()
