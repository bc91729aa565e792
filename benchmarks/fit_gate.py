"""Fit the weights that the gate ships with, in `copilot/answering/gate_weights.json`.

    python -m benchmarks.fit_gate DATA [--write]

Sources, all of them free to build upon:

- our own sample communities under `knowledge/` with the questions in `tests/dialogues/sample_questions_*.yaml`, split
  `dev` (the split `held_out` is only counted), and `benchmarks/off_topic.yaml`;
- for English also DATA/retrieval/banking_en.json (Banking77, CC BY 4.0) and DATA/retrieval/clinc_oos.json (CLINC150,
  CC BY 3.0): a few hundred of their sentences serve as a FAQ, others as questions that belong or do not.

Only features that do not depend on how much a community knows have a weight; the rest is left to what a community
teaches. The same sources always give the same weights. The last line is one JSON object with figures per language.
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path

import numpy as np
import yaml

from benchmarks.gate import area_under_curve
from copilot.answering.features import FEATURES, read_features
from copilot.answering.gate import Gate, Shipped
from copilot.answering.lesson import Example, Lesson, best_threshold
from copilot.answering.logistic import fit_line, sigmoid
from copilot.importers.registry import open_export
from copilot.knowledge.folder import read_folder
from copilot.knowledge.sections import sections
from copilot.records import Knowledge, Message, SourceKind, SourceMessage
from copilot.retrieval.cutting import speaks, words_of
from copilot.retrieval.evidence import gather
from copilot.retrieval.threads import Threader
from copilot.retrieval.words import WordIndex

ROOT = Path(__file__).parents[1]
WEIGHTS = ROOT / "copilot" / "answering" / "gate_weights.json"
SAMPLES = {"zh": "nuannuan-huiben", "en": "crema-corner"}
# What says the same in a community of forty entries and of ten thousand.
USED = {f"{kind}_known" for kind in ("pair", "word", "single")}
USED |= {"best_share", "next_share", "all_share"}
USED |= {"telling_known", "telling_common", "telling_in_history", "telling_nowhere"}
USED |= {"history", "history_best_share", "history_next_share", "history_only_known"}
# Silences that say nothing about the topic: the question belongs, but its answer is missing, too old or elsewhere.
ABOUT_TOPIC = ("near_miss", "expired", "other_group", "to_someone")
# Untaught, the gate only keeps out what is clearly something else: an answer is then judged by its own words as well.
RECALL_WEIGHT = 2.0
SENTENCES = 400
QUESTIONS = 150


@dataclass(frozen=True)
class Asked:
    """A question with its label; `split` is dev or held_out."""

    text: str
    scopes: tuple[str, ...]
    belongs: bool
    split: str = "dev"


def fill_knowledge(index: WordIndex, knowledge: Knowledge, scope: str) -> None:
    """Add all that one level of a community knows, as the indexer does."""
    for n, entry in enumerate(knowledge.faq):
        for wording in (entry.question, *entry.variants):
            index.add(f"{scope}:faq:{n}", SourceKind.FAQ, scope, wording)
        index.add(f"{scope}:faq:{n}", SourceKind.FAQ, scope, entry.answer, answer=True)
    for rule in knowledge.rules:
        index.add(f"{scope}:rule:{rule.number}", SourceKind.RULE, scope, rule.text)
    for document in knowledge.documents:
        for n, (path, text) in enumerate(sections(document)):
            words = "\n".join((document.name, *path, text))
            index.add(f"{scope}:document:{document.name}:{n}", SourceKind.DOCUMENT, scope, words)


def read_chat(path: Path) -> Iterator[Message]:
    """A sample group's messages, in their order."""
    for n, item in enumerate(open_export(path, timezone="UTC").items()):
        if isinstance(item, SourceMessage):
            yield Message(
                id=n,
                group_id=1,
                platform_id=str(n),
                member_id=None,
                sender_name=item.sender_name,
                sent_at=item.sent_at.astimezone(UTC),
                text=item.text,
                kind=item.kind,
            )


def ask_sample(language: str, folder: Path) -> list[tuple[Asked, Example]]:
    """Every labelled question of a sample community, with its evidence."""
    knowledge_folder = ROOT / "knowledge" / SAMPLES[language]
    knowledge = read_folder(knowledge_folder)
    index = WordIndex.open_writer(folder)
    fill_knowledge(index, knowledge, "c1")
    groups = sorted(path.parent.name for path in knowledge_folder.glob("groups/*/chat.jsonl"))
    for group in groups:
        profile = yaml.safe_load((knowledge_folder / "groups" / group / "profile.yaml").read_text(encoding="utf-8"))
        fill_knowledge(index, knowledge.groups[profile["name"]], f"g{group}")
        talks: dict[int, list[Message]] = {}
        threader = Threader()
        for message in filter(speaks, read_chat(knowledge_folder / "groups" / group / "chat.jsonl")):
            talks.setdefault(threader.place(message).thread_id, []).append(message)
        for thread_id, talk in talks.items():
            index.add(f"{group}:{thread_id}", SourceKind.HISTORY, f"g{group}", words_of(talk))
    index.commit("")
    asked: list[Asked] = []
    labelled = ROOT / "tests" / "dialogues" / f"sample_questions_{language}.yaml"
    for row in yaml.safe_load(labelled.read_text(encoding="utf-8")):
        if row.get("why") in ABOUT_TOPIC:
            continue
        scopes = ("c1", f"g{row['group']}") if "group" in row else ("c1",)
        asked.append(Asked(row["ask"], scopes, row["expect"] == "answer", row["split"]))
    off_topic = yaml.safe_load((ROOT / "benchmarks" / "off_topic.yaml").read_text(encoding="utf-8"))[language]
    for n, text in enumerate(off_topic):
        # Every third is kept for counting; it is asked where history could mislead, and where there is none.
        split = "held_out" if n % 3 == 2 else "dev"
        everywhere = ("c1", *(f"g{group}" for group in groups))
        asked += [Asked(text, scopes, False, split) for scopes in (everywhere, ("c1",))]
    found = [(one, _example(one, index)) for one in asked]
    index.close()
    return found


def ask_public(data: Path, folder: Path) -> list[tuple[Asked, Example]]:
    """Questions of the public English sets, each asked of a FAQ made of sentences of one set."""
    banking = json.loads((data / "retrieval" / "banking_en.json").read_text(encoding="utf-8"))
    clinc = json.loads((data / "retrieval" / "clinc_oos.json").read_text(encoding="utf-8"))
    asked_of_bank = [question for question, _ in banking["queries"]]
    chance = random.Random(0)
    found: list[tuple[Asked, Example]] = []
    for name, docs, belonging, other in (
        ("banking", banking["docs"], asked_of_bank, clinc["bad"]),
        ("clinc", clinc["docs"], clinc["good"], clinc["bad"]),
    ):
        index = WordIndex.open_writer(folder / name)
        for n, text in enumerate(chance.sample(docs, SENTENCES)):
            index.add(str(n), SourceKind.FAQ, "c1", text)
        index.commit("")
        for belongs, texts in ((True, belonging), (False, other)):
            for n, text in enumerate(chance.sample(texts, QUESTIONS)):
                one = Asked(text, ("c1",), belongs, "held_out" if n % 3 == 2 else "dev")
                found.append((one, _example(one, index)))
        index.close()
    return found


def _example(one: Asked, index: WordIndex) -> Example:
    return Example(question=one.text, evidence=gather(one.text, index, one.scopes), in_scope=one.belongs)


def fit(found: Sequence[tuple[Asked, Example]]) -> tuple[Shipped, dict[str, float]]:
    """Fit one language's weights, with the figures that they reach."""
    lesson = Lesson.read([example for asked, example in found if asked.split == "dev"], with_letters=False)
    used = np.array([name in USED for name in FEATURES])
    start = np.zeros(len(lesson.labels))
    unseen = lesson.unseen(start, used)
    slope, constant = fit_line(unseen, lesson.labels)
    threshold = best_threshold(sigmoid(slope * unseen + constant), lesson.labels, recall_weight=RECALL_WEIGHT)
    layer = lesson.learn(np.ones(len(lesson.labels), dtype=bool), start, used).layer.calibrated(slope, constant)
    held = [example for asked, example in found if asked.split == "held_out"]
    odds = np.array([layer.odds(read_features(one.question, one.evidence), {}) for one in held])
    right = np.array([one.in_scope for one in held])
    passed = sigmoid(odds) >= threshold
    return Shipped(layer=layer, threshold=round(threshold, 4)), {
        "examples": len(lesson.labels),
        "auc_unseen": round(area_under_curve(unseen, lesson.labels), 3),
        "threshold": round(threshold, 3),
        "held_out": len(held),
        "held_out_auc": round(area_under_curve(odds, right.astype(float)), 3),
        "held_out_passed_of_belonging": round(float(passed[right].mean()), 3),
        "held_out_passed_of_others": round(float(passed[~right].mean()), 3),
    }


def run(data: Path | None) -> tuple[dict[str, Shipped], dict[str, dict[str, float]]]:
    """Fit all languages."""
    shipped: dict[str, Shipped] = {}
    figures: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for language in SAMPLES:
            found = ask_sample(language, Path(folder) / language)
            if language == "en" and data is not None:
                found += ask_public(data, Path(folder) / "public")
            shipped[language], figures[language] = fit(found)
    return shipped, figures


def main(arguments: Sequence[str] | None = None) -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fit_gate", description=__doc__)
    parser.add_argument("data", type=Path, help="the folder that holds retrieval/*.json")
    parser.add_argument("--write", action="store_true", help=f"write {WEIGHTS.relative_to(ROOT)}")
    chosen = parser.parse_args(arguments)
    shipped, figures = run(chosen.data)
    if chosen.write:
        WEIGHTS.write_text(Gate(shipped).dump_shipped(), encoding="utf-8")
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
