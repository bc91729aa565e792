"""Imports as cards: how far one is, and what it did."""

from __future__ import annotations

from markupsafe import Markup

from copilot.console import cards
from copilot.console.i18n import Texts, explained
from copilot.importers.registry import known_formats
from copilot.records import ImportReport, Job, JobState

RUNNING = (JobState.QUEUED, JobState.RUNNING)


def state_name(t: Texts, state: JobState) -> str:
    """Where a job stands, in a word."""
    return {
        JobState.QUEUED: t("排队中", "Waiting"),
        JobState.RUNNING: t("进行中", "Running"),
        JobState.DONE: t("已完成", "Done"),
        JobState.FAILED: t("没有成功", "Failed"),
        JobState.CANCELLED: t("已取消", "Cancelled"),
        JobState.UNDONE: t("已撤销", "Undone"),
    }[state]


def job_title(t: Texts, job: Job) -> str:
    """What is imported: the file's name, or that it was pasted."""
    return job.title or t("粘贴的文字", "Pasted text")


def format_name(t: Texts, name: str) -> str:
    """A chat format as people call it."""
    return next((t(its.title.zh, its.title.en) for its in known_formats() if its.name == name), name)


def _into(group_name: str) -> Markup:
    return Markup(' <span class="soft">→ {}</span>').format(group_name) if group_name else Markup("")


def running_card(t: Texts, job: Job, group_name: str) -> Markup:
    """A job that is under way, with its progress and a way to stop it."""
    known = job.total > 0
    share = min(100, round(100 * job.done / job.total)) if known else 0
    bar = Markup(
        '<div class="bar{idle}" role="progressbar" aria-valuemin="0" aria-valuemax="100" aria-valuenow="{share}">'
        '<span style="width:{width}%"></span></div>'
    ).format(idle="" if known else " idle", share=share, width=share if known else 100)
    done = f"{share}%" if known else state_name(t, job.state)
    hint: Markup | str = t("可以离开这个页面，导入会继续。", "You may leave this page; the import goes on.")
    # Work that waits for room is queued again with what it waits for.
    if job.state is JobState.QUEUED and job.error:
        hint = Markup('<span class="problem" role="alert">{} {}</span>').format(
            t(f"{explained(t, job.error)}。", f"{job.error[:1].upper()}{job.error[1:]}."),
            t("腾出空间后会接着导入。", "The import goes on from here once there is room."),
        )
    return Markup(
        '<div class="card job" data-job="{id}"><div class="head"><div><b>{title}</b>{group}</div>'
        "<div class='soft'>{done}</div></div>{bar}<div class='soft small-text'>{hint}</div>"
        "<div class='acts'>{stop}</div></div>"
    ).format(
        id=job.id,
        title=job_title(t, job),
        group=_into(group_name),
        done=done,
        bar=bar,
        hint=hint,
        stop=cards.button(
            t("取消导入", "Cancel"),
            "cancel",
            kind="bad",
            confirm=t("取消后，已经读到的消息会全部丢弃。", "What was read so far will be discarded."),
            confirm_go=t("取消导入", "Cancel the import"),
            job=job.id,
        ),
    )


def past_row(t: Texts, job: Job, group_name: str, report: ImportReport | None, timezone: str, may_undo: bool) -> Markup:
    """A job that has ended, in one row."""
    kind = {JobState.DONE: "", JobState.FAILED: "bad"}.get(job.state, "plain")
    ended = t.moment(job.finished_at or job.created_at, timezone)
    if job.state is JobState.FAILED:
        words = explained(t, job.error)
    elif job.state is JobState.UNDONE:
        # An undone import ends when it is undone.
        ended = t(f"{ended} 撤销", f"undone {ended}")
        words = _taken_back(t, job)
    elif report is not None:
        words = t(
            f"新增 {report.new:,} 条，原有 {report.known:,} 条"
            + (f"，跳过 {report.skipped:,} 处" if report.skipped else ""),
            f"{report.new:,} new, {report.known:,} known" + (f", {report.skipped:,} skipped" if report.skipped else ""),
        )
    else:
        words = ""
    acts = []
    if report is not None:
        acts.append(cards.button(t("看报告", "Report"), "report", kind="quiet", job=job.id))
    if job.state is JobState.DONE and may_undo:
        acts.append(
            cards.button(
                t("撤销", "Undo"),
                "undo",
                kind="quiet bad",
                confirm=t(
                    f"撤销这次导入？它带来的消息会从「{group_name}」里移除，别的导入不受影响。",
                    f"Undo this import? The messages that it brought leave “{group_name}”; other imports stay.",
                ),
                confirm_go=t("撤销导入", "Undo the import"),
                job=job.id,
            )
        )
    return Markup(
        '<div class="row-card"><div class="grow"><div><span class="badge {kind}">{state}</span> <b>{title}</b>'
        '{group}</div><div class="soft small-text">{words}{dot}<time>{at}</time></div></div>'
        '<div class="acts">{acts}</div></div>'
    ).format(
        kind=kind,
        state=state_name(t, job.state),
        title=job_title(t, job),
        group=_into(group_name),
        words=words,
        dot=" · " if words else "",
        at=ended,
        acts=cards.join(acts),
    )


def _taken_back(t: Texts, job: Job) -> str:
    """How many messages an undo removed, and how many stayed because another import brought them too."""
    went, stayed = job.result.get("withdrawn"), job.result.get("kept")
    if not isinstance(went, int) or not isinstance(stayed, int):
        return ""
    words = t(f"移除了 {went:,} 条", f"{t.counted(went, '', 'message')} removed")
    if stayed:
        words += t(f"，别的导入也有的 {stayed:,} 条留下了", f", {stayed:,} stayed that other imports brought too")
    return words


def report_drawer(t: Texts, report: ImportReport, timezone: str, serial: int) -> Markup:
    """What an import read, what was new, and what was skipped with the line and the reason."""
    figures = cards.join(
        Markup('<div class="figure"><b>{}</b><span>{}</span></div>').format(t.count(number), name)
        for number, name in (
            (report.read, t("读到", "read")),
            (report.new, t("新增", "new")),
            (report.known, t("原来就有", "known already")),
            (report.recalled, t("已撤回", "recalled")),
            (report.skipped, t("跳过", "skipped")),
        )
    )
    facts = [
        (t("导入到", "Into"), report.group_name),
        (t("格式", "Format"), format_name(t, report.format)),
        (t("文字编码", "Encoding"), report.encoding),
        (t("时间范围", "Time"), t.span(report.first_sent_at, report.last_sent_at, timezone)),
    ]
    table = cards.join(
        Markup("<div><dt>{}</dt><dd>{}</dd></div>").format(name, value) for name, value in facts if value
    )
    skips = Markup("")
    if report.skips:
        rows = cards.join(
            Markup('<li><b>{}</b> {}<div class="words soft">{}</div></li>').format(
                t(f"第 {line} 行", f"Line {line}"), explained(t, reason), excerpt
            )
            for line, reason, excerpt in report.skips
        )
        more = ""
        if report.skipped > len(report.skips):
            more = t(f"只列出前 {len(report.skips)} 处。", f"Only the first {len(report.skips)} are listed.")
        skips = Markup('<h4>{}</h4><ul class="skips">{}</ul><p class="soft small-text">{}</p>').format(
            t("跳过的内容和原因", "What was skipped, and why"), rows, more
        )
    body = Markup('<div class="figures">{}</div><dl class="facts">{}</dl>{}').format(figures, table, skips)
    return cards.drawer(t("导入报告", "Import report"), body, t("关闭", "Close"), serial)
