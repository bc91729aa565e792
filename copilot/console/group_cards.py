"""Communities and their groups as cards."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from copilot.console import cards
from copilot.console.i18n import Texts
from copilot.records import Community, Platform
from copilot.services.groups import GroupSummary


def platform_name(t: Texts, platform: Platform) -> str:
    """A platform as people call it."""
    return {
        Platform.WECHAT: t("微信", "WeChat"),
        Platform.QQ: "QQ",
        Platform.WECOM: t("企业微信", "WeCom"),
        Platform.MATRIX: "Matrix",
        Platform.TELEGRAM: "Telegram",
        Platform.DISCORD: "Discord",
        Platform.WHATSAPP: "WhatsApp",
        Platform.MANUAL: t("其他", "Other"),
    }[platform]


def community_section(
    t: Texts,
    community: Community,
    summaries: Sequence[GroupSummary],
    *,
    timezone: str,
    may_change: bool,
    may_delete: bool,
) -> Markup:
    """A community with the cards of its groups.

    Args:
        t: the texts of the page's language.
        community: what is shown.
        summaries: its groups, as `groups.groups` gives them.
        timezone: in which times are told where neither the community nor the group says one.
        may_change: whether buttons that change things are shown, and `may_delete`, those that delete.
    """
    name = community.profile.name or community.slug
    acts = []
    if may_change:
        acts.append(
            cards.link_button(t("知识", "Knowledge"), f"/{t.language}/knowledge?in=c{community.id}", kind="quiet")
        )
        acts.append(cards.button(t("新建群", "New group"), "new_group", kind="quiet", community=community.id))
        if community.is_sample:
            acts.append(
                cards.button(
                    t("移除示例", "Remove the sample"),
                    "remove_sample",
                    kind="bad",
                    confirm=t(
                        f"移除示例「{name}」？它的群、消息和问答都会删掉，您自己的内容不受影响。",
                        f"Remove the sample “{name}” with its groups, messages and FAQ? Your own content stays.",
                    ),
                    community=community.id,
                )
            )
    if may_delete and not community.is_sample:
        messages = sum(summary.messages for summary in summaries)
        acts.append(
            cards.button(
                t("删除社群", "Delete"),
                "delete_community",
                kind="quiet bad",
                confirm=t(
                    f"删除社群「{name}」？它的 {len(summaries):,} 个群、{messages:,} 条消息，"
                    "和所有问答、群规、文档都会删掉，不能恢复。",
                    f"Delete the community “{name}” with {t.counted(len(summaries), '', 'group')}, "
                    f"{t.counted(messages, '', 'message')}, and all its entries, rules and documents? "
                    "This cannot be undone.",
                ),
                confirm_go=t("删除社群", "Delete the community"),
                typed=name,
                community=community.id,
            )
        )
    timezone = community.profile.timezone or timezone
    groups = cards.join(
        group_card(t, summary, timezone, may_change=may_change, may_delete=may_delete) for summary in summaries
    )
    if not summaries:
        groups = Markup('<div class="empty slim"><p>{}</p></div>').format(
            t("还没有群。导入一份聊天记录，或先新建一个群。", "No groups yet. Import a chat, or make a group first.")
        )
    return Markup(
        '<section class="community"><div class="section-head"><div><h2>{name}</h2>{sample}</div>'
        '<div class="acts">{acts}</div>'
        '</div><p class="soft">{theme}</p><div class="grid">{groups}</div></section>'
    ).format(
        name=name,
        sample=cards.badge(t("示例", "Sample"), "sample") if community.is_sample else "",
        acts=cards.join(acts),
        theme=community.profile.theme or "",
        groups=groups,
    )


def group_card(t: Texts, summary: GroupSummary, timezone: str, *, may_change: bool, may_delete: bool) -> Markup:
    """One group with its counts and the span of its history."""
    group = summary.group
    timezone = group.profile.timezone or timezone
    if summary.messages:
        counts = " · ".join(
            (t.counted(summary.messages, "条消息", "message"), t.counted(summary.members, "位成员", "member"))
        )
        span = t("记录：", "History: ") + t.span(summary.first_sent_at, summary.last_sent_at, timezone)
        span += t("（截至最后一条）", " (as of the last message)")
    else:
        counts = t("还没有聊天记录", "No messages yet")
        span = t("导入后就能在这里提问。", "Import a chat to ask about it.")
    acts = [cards.link_button(t("提问", "Ask"), f"/{t.language}/?in=g{group.id}", kind="quiet")]
    if summary.messages:
        acts.append(cards.button(t("成员", "Members"), "members", kind="quiet", group=group.id))
    if may_change:
        acts.append(cards.button(t("导入", "Import"), "import", kind="quiet", group=group.id))
        if summary.messages:
            href = f"/files/group-{group.id}.jsonl"
            acts.append(cards.link_button(t("导出", "Export"), href, kind="quiet", download=True))
        acts.append(cards.button(t("改名", "Rename"), "rename", kind="quiet", group=group.id))
    if may_delete:
        acts.append(
            cards.button(
                t("删除", "Delete"),
                "delete_group",
                kind="quiet bad",
                confirm=t(
                    f"删除群「{group.name}」？它的 {summary.messages:,} 条消息和成员都会删掉，不能恢复。",
                    f"Delete the group “{group.name}” with "
                    f"{t.counted(summary.messages, '', 'message')} and its members? This cannot be undone.",
                ),
                confirm_go=t("删除群", "Delete the group"),
                typed=group.name,
                group=group.id,
            )
        )
    return Markup(
        '<div class="card group"><div class="head"><h3>{name}</h3><span class="badge plain">{platform}</span></div>'
        '<div class="counts">{counts}</div><div class="soft small-text">{span}</div>'
        '<div class="acts">{acts}</div></div>'
    ).format(
        name=group.name, platform=platform_name(t, group.platform), counts=counts, span=span, acts=cards.join(acts)
    )
