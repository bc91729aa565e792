"""How often a chat model is asked for one answer, and how much it is given to read.

`python -m benchmarks.model_cost [CHAT.jsonl.gz]` asks the labelled questions of the two sample communities and, where a
chat is given, 200 questions that its members asked. The model is a script: it counts what is sent, understands each
question as it stands, and answers with the first words of the first excerpt. So calls and prompts are real, and what a
real model would make of them is not measured; one that thinks of other words to search for reads a few more excerpts.

The last line is one JSON object: for `zh`, `en` and `chat` the `questions`, how many were `answered`, `calls` and
`prompt_tokens` an answered question (mean; `prompt_tokens_p95`), `one_call` (the share answered with one), and
`calls_a_question` over all questions; `is_exact` tells whether tokens were counted or estimated.
"""

from __future__ import annotations

import argparse
import json
import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import numpy as np
import yaml
from pydantic import BaseModel

from benchmarks.asking import questions_of
from benchmarks.chats import rows, write_as_chatlab
from benchmarks.importing import import_into
from copilot.bootstrap import App, build, shipped
from copilot.knowledge.sample_dates import read_last_day, render, weeks_to_shift
from copilot.models.calls import Call, Judged, Worded
from copilot.models.prompts import Prompts
from copilot.models.tokens import count, is_exact
from copilot.records import Answer, Outcome
from copilot.retrieval.retriever import Retriever
from copilot.services.asking import Asking
from copilot.services.rights import SYSTEM
from copilot.settings import load_settings

Shape = TypeVar("Shape", bound=BaseModel)

QUESTIONS = 200
SAMPLES = {"zh": "nuannuan-huiben", "en": "crema-corner"}
LABELLED = Path(__file__).parent.parent / "tests" / "dialogues"
_FIRST = re.compile(r"<data-\w+ 1>\n(.*?)\n</data-", re.DOTALL)
_SENTENCE = re.compile(r"[^。！？!?\n]{4,}")


@dataclass
class CountingChat:
    """Stands for a model: counts what is sent, and says something that holds."""

    is_ready: bool = True
    sent: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._prompts = Prompts(shipped("prompts"))

    def word(self, call: Call) -> Worded:
        """The first sentence of the first excerpt, which it quotes."""
        found = _FIRST.search(self._read(call))
        lines = found[1].splitlines() if found else []
        # Above an entry or section stands its title, above a message its day.
        said = _SENTENCE.search("\n".join(lines[1:]).removeprefix("- "))
        return Worded(f"{said[0]} [1: {said[0]}]" if said else "NONE", Outcome.OK)

    def judge(self, call: Call, schema: type[Shape]) -> Judged[Shape]:
        """The prompt's own default: the question as it stands."""
        self._read(call)
        return Judged(schema.model_validate(self._prompts.default(call.prompt)), Outcome.OK)

    def stream(self, call: Call) -> Iterator[str]:
        """As `word`."""
        yield self.word(call).text

    def _read(self, call: Call) -> str:
        rendered = self._prompts.render(call.prompt, call.variables, call.language)
        self.sent.append(count(rendered.system) + count(rendered.user))
        return rendered.user


def asking_of(app: App, chat: CountingChat) -> Asking:
    """The use case of asking, with the model by script."""
    retriever = Retriever(app.store, app.settings.index_dir, app.indexing.distrust, app.meaning)
    return Asking(app.store, retriever, timezone=app.settings.timezone, chat=chat)


def measure(app: App, questions: list[tuple[str, dict[str, int]]]) -> dict[str, float]:
    """Ask questions, each with its place, and count."""
    chat = CountingChat()
    asking = asking_of(app, chat)
    calls: list[int] = []
    tokens: list[int] = []
    every = 0
    for question, where in questions:
        before = len(chat.sent)
        said = asking.ask(SYSTEM, question, **where)
        own = chat.sent[before:]
        every += len(own)
        if isinstance(said, Answer) and own:
            calls.append(len(own))
            tokens.append(sum(own))
    return {
        "questions": len(questions),
        "answered": len(calls),
        "calls": round(float(np.mean(calls)), 3) if calls else 0.0,
        "most_calls": max(calls, default=0),
        "one_call": round(calls.count(1) / len(calls), 3) if calls else 0.0,
        "prompt_tokens": round(float(np.mean(tokens))) if tokens else 0,
        "prompt_tokens_p95": round(float(np.percentile(tokens, 95))) if tokens else 0,
        "calls_a_question": round(every / max(1, len(questions)), 3),
    }


def labelled(app: App, language: str, slug: str) -> list[tuple[str, dict[str, int]]]:
    """The labelled questions of a sample that can be answered, each with where it is asked."""
    community = next(one for one in app.samples.installed() if one.slug == slug)
    folder = shipped("knowledge") / slug
    today = datetime.now(UTC).astimezone(ZoneInfo(community.profile.timezone or "UTC")).date()
    shown = partial(render, weeks=weeks_to_shift(read_last_day(folder), today), language=language)
    names = {
        group.name: yaml.safe_load(group.joinpath("profile.yaml").read_text("utf-8"))["name"]
        for group in (folder / "groups").iterdir()
    }
    ids = {one.group.name: one.group.id for one in app.groups.groups(SYSTEM, community.id)}
    found = []
    for kind in ("sample", "fresh"):
        for row in yaml.safe_load((LABELLED / f"{kind}_questions_{language}.yaml").read_text("utf-8")):
            if row["expect"] == "answer":
                where = {"group_id": ids[names[row["group"]]]} if "group" in row else {"community_id": community.id}
                found.append((shown(row["ask"]), where))
    return found


def samples(most: int | None = None) -> dict[str, Any]:
    """The figures of both sample communities, of so many questions each."""
    with tempfile.TemporaryDirectory() as name:
        app = build(load_settings(data_dir=Path(name) / "data", log_level="error"))
        app.samples.install(SYSTEM)
        app.indexing.bring_up()
        found = {language: measure(app, labelled(app, language, slug)[:most]) for language, slug in SAMPLES.items()}
        app.store.close()
    return found


def of_chat(chat: Path) -> dict[str, float]:
    """The figures of a large chat without any FAQ."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_as_chatlab(chat, folder / "chat.jsonl")
        import_into(folder / "chat.jsonl", folder / "data")
        app = build(load_settings(data_dir=folder / "data", log_level="error"))
        group_id = app.groups.groups(SYSTEM)[0].group.id
        texts = (str(row.get("text") or row.get("content") or "") for row in rows(chat))
        questions = questions_of(texts, QUESTIONS)
        found = measure(app, [(question, {"group_id": group_id}) for question in questions])
        app.store.close()
    return found


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("chat", type=Path, nargs="?")
    given = parser.parse_args()
    found: dict[str, Any] = {**samples(), "is_exact": is_exact()}
    if given.chat is not None:
        found["chat"] = of_chat(given.chat)
    print(json.dumps(found))


if __name__ == "__main__":
    main()
