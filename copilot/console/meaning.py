"""How much a search by meaning counts beside one by words, in plain words."""

from __future__ import annotations

from copilot.console.i18n import Texts

_TENTHS = "零一二三四五六七八九十"


def by_meaning(t: Texts, weight: float, why: str) -> str:
    """How much meaning counts beside words, and why, as a sentence.

    Args:
        t: the texts of the page's language.
        weight: 0 to 1.
        why: a code of `retrieval.fusion.Reason`; "" for none.
    """
    reason = {
        "no_embedder": t("没有能按意思找的模型", "there is no model that searches by meaning"),
        "unfit": t("现在的模型在这种语言上不比字词强", "the model finds no more than words do in this language"),
        "apt": t("现在的模型在这种语言上认得出换了说法的话", "the model knows other wordings in this language"),
        "measured": t("在知道答案的问题上试过，这样最准", "this found most of the answers that are known"),
        "no_benefit": t("在知道答案的问题上试过，没有帮助", "on questions whose answers are known it did not help"),
        "no_reply": t("按意思找的服务刚才没有回应", "the service that searches by meaning did not reply just then"),
        "over_budget": t("今天用模型的额度到了上限", "today's cap for models is reached"),
    }.get(why, "")
    tenths = round(10 * weight)
    if not tenths:
        words = t("现在只按字词找", "only words count now")
    else:
        words = t(
            f"意思占{_TENTHS[tenths]}成，字词占{_TENTHS[10 - tenths]}成" if tenths < 10 else "只看意思",
            f"meaning counts for {10 * tenths}%, words for {100 - 10 * tenths}%",
        )
    whole = t(f"{words}：{reason}。", f"{words}: {reason}.") if reason else t(f"{words}。", f"{words}.")
    return whole[:1].upper() + whole[1:]
