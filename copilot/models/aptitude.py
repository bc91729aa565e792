"""What an embedder can do, measured on sentences of our own: in Chinese, in English, and from one to the other.

Thirty things that people ask in groups are worded twice in each language, most of them beside another that is easily
mistaken for it. An embedder is as apt as it finds the other wording among all thirty. The same pairs tell how to read
its cosines, which lie close together for some models and far apart for others. The figures are rough (thirty
questions a direction, sixty across), which is enough to tell a model that reads Chinese from one that does not.

Words of English have endings and are misspelt, so two texts may have the same words and share none as they are written.
Thirty more pairs tell whether an embedder sees through that, which needs no meaning. Chinese has no such forms.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from copilot.text.tokens import tokens

if TYPE_CHECKING:
    from copilot.models.embeddings import Embedder

Matrix = npt.NDArray[np.float64]

# (Chinese, Chinese in other words, English, English in other words); neighbours are alike, and not the same.
WORDINGS = (
    (
        "东西买错了想退掉",
        "怎么申请退货",
        "I bought the wrong thing and want to send it back",
        "How do I return an item?",
    ),
    (
        "尺码不合适能换一件吗",
        "可以调换别的大小吗",
        "Can I swap it for another size?",
        "It does not fit, may I exchange it?",
    ),
    ("我的包裹到哪里了", "怎么查物流进度", "Where is my parcel now?", "How can I track my delivery?"),
    ("你们什么时候发货", "下单之后几天寄出", "When do you ship?", "How many days until my order leaves the warehouse?"),
    ("有没有优惠券可以领", "现在买有折扣吗", "Is there a coupon I can use?", "Do you have any discount right now?"),
    ("能开发票吗", "报销要的票据怎么弄", "Could you give me an invoice?", "I need a receipt for my company's expenses"),
    ("店里几点关门", "你们营业到什么时候", "What time does the shop close?", "Until when are you open?"),
    ("门店在什么位置", "去你们店怎么走", "Where is your store located?", "How do I get to the shop?"),
    (
        "孩子多大可以报名",
        "这个课适合几岁的小朋友",
        "How old must a child be to sign up?",
        "Which ages is the class for?",
    ),
    ("学费一共多少", "上这个班要花多少钱", "How much is the tuition?", "What does the course cost?"),
    (
        "错过了直播还能看吗",
        "有没有课程回放",
        "I missed the live lesson, can I watch it later?",
        "Are there recordings of the sessions?",
    ),
    (
        "作业最晚哪天交",
        "提交练习的截止日期",
        "By when must the homework be handed in?",
        "What is the deadline for assignments?",
    ),
    (
        "老师请假了怎么补课",
        "停的那节以后会补上吗",
        "The teacher was away, will we make up the lesson?",
        "Is the cancelled class going to be rescheduled?",
    ),
    (
        "结业有没有证书",
        "学完会发证明吗",
        "Do I get a certificate at the end?",
        "Will there be proof that I finished the programme?",
    ),
    (
        "周六的聚会怎么报名",
        "想参加周末活动要在哪登记",
        "How do I sign up for Saturday's meetup?",
        "Where can I register for the weekend event?",
    ),
    (
        "临时有事去不了怎么办",
        "已经报了名可以取消吗",
        "Something came up and I cannot come",
        "Can I cancel my registration?",
    ),
    ("活动在哪里集合", "明天碰头的地点是哪", "Where do we gather?", "What is the meeting point tomorrow?"),
    (
        "下雨还照常举行吗",
        "天气不好会不会改期",
        "Does it take place if it rains?",
        "Will you postpone because of bad weather?",
    ),
    ("可以带朋友一起来吗", "没入群的人能参加吗", "May I bring a friend?", "Are people from outside the group welcome?"),
    ("要自己准备午餐吗", "中午管不管饭", "Should we bring our own lunch?", "Is food provided at noon?"),
    (
        "忘记密码登不上去",
        "账号进不去怎么找回",
        "I cannot log in, I forgot my password",
        "How do I recover access to my account?",
    ),
    (
        "怎么换绑手机号",
        "注册用的号码停用了要改",
        "How do I change the phone number on my account?",
        "My old mobile is gone, update my contact number",
    ),
    (
        "软件一打开就闪退",
        "程序启动以后马上崩溃",
        "The app closes as soon as I open it",
        "The program crashes right after start",
    ),
    ("页面加载特别慢", "打开网页要等很久", "The page takes forever to load", "Why is the site so slow?"),
    ("怎么安装最新版本", "在哪里下载更新", "How do I install the latest version?", "Where can I get the update?"),
    (
        "可以导出成表格吗",
        "想把数据存到 Excel 里",
        "Can I export it as a spreadsheet?",
        "I want to save the data to Excel",
    ),
    (
        "提示内存不足跑不起来",
        "显存爆了怎么解决",
        "It says out of memory and will not run",
        "How do I fix running out of GPU RAM?",
    ),
    (
        "支持中文界面吗",
        "语言能不能切换成汉语",
        "Is there a Chinese interface?",
        "Can I switch the language to Chinese?",
    ),
    (
        "群里能发广告吗",
        "可以在这里推广自己的产品吗",
        "Is advertising allowed here?",
        "May I promote my own product in the group?",
    ),
    ("怎么联系管理员", "有事找谁反映", "How do I reach the admins?", "Who should I talk to about a problem?"),
)


# The same words in other forms: endings, compounds, slips.
FORMS = (
    ("refunding an order", "refunds for orders"),
    ("returned parcels", "returning a parcel"),
    ("shipment delays", "shipments delayed"),
    ("exchanging sizes", "exchange of size"),
    ("cancelled subscription", "cancelling subscriptions"),
    ("invoice requested", "requesting invoices"),
    ("discounted vouchers", "voucher discount"),
    ("opening times", "opens what time"),
    ("registration for workshops", "registering workshop"),
    ("homework submitted late", "submitting homeworks lately"),
    ("recorded lessons", "lesson recording"),
    ("certificates issued", "issuing a certificate"),
    ("password resetting", "reset my passwords"),
    ("login failure", "logins failed"),
    ("crashed while installing", "installation crashes"),
    ("updating drivers", "driver updates"),
    ("configure the network", "networks configuration"),
    ("partitioning disks", "disk partition"),
    ("uploaded pictures", "picture uploading"),
    ("exporting spreadsheets", "spreadsheet export"),
    ("reciept missing", "missed receipts"),
    ("adress changed", "change addresses"),
    ("accomodation booked", "booking accommodations"),
    ("paymet declined", "payments decline"),
    ("calender sync", "syncing calendars"),
    ("notifcations muted", "mute notification"),
    ("advertisments allowed", "allow advertisement"),
    ("moderators contacted", "contacting a moderator"),
    ("translated menus", "menu translation"),
    ("backups restored", "restoring a backup"),
)

_ROUNDS = 30


@dataclass(frozen=True, slots=True)
class Skill:
    """What an embedder does in one direction.

    Args:
        hit_at_1: how often the other wording is the nearest of all, 0 to 1.
        words_hit_at_1: how often it is by shared words alone, on the same sentences.
        slope, constant: of the logistic function that turns a cosine into how likely two texts are to say the same.
    """

    hit_at_1: float
    words_hit_at_1: float
    slope: float
    constant: float

    def likeness(self, cosine: float) -> float:
        """How likely two texts with this cosine are to say the same, 0 to 1, if half of all pairs did."""
        return float(_sigmoid(np.array(self.slope * cosine + self.constant)))


@dataclass(frozen=True, slots=True)
class Aptitude:
    """What an embedder does within Chinese, within English, across, and with the forms of English words."""

    zh: Skill
    en: Skill
    cross: Skill
    forms: Skill

    def to_plain(self) -> dict[str, dict[str, float]]:
        """For keeping; `from_plain` reads it."""
        return asdict(self)

    @classmethod
    def from_plain(cls, plain: dict[str, Any]) -> Aptitude:
        """Read what `to_plain` gave.

        Raises:
            KeyError, TypeError: it is something else; measure again.
        """
        return cls(*(Skill(**plain[name]) for name in ("zh", "en", "cross", "forms")))


def measure(embedder: Embedder) -> Aptitude:
    """Measure an embedder: it embeds 180 short texts."""
    columns = [list(column) for column in (*zip(*WORDINGS, strict=True), *zip(*FORMS, strict=True))]
    texts = [text for column in columns for text in column]
    zh, zh_2, en, en_2, form, form_2 = np.split(np.asarray(embedder.embed(texts), dtype=np.float64), len(columns))
    w_zh, w_zh_2, w_en, w_en_2, w_form, w_form_2 = np.split(_embed_words(texts), len(columns))
    return Aptitude(
        _skill([zh_2 @ zh.T], [w_zh_2 @ w_zh.T]),
        _skill([en_2 @ en.T], [w_en_2 @ w_en.T]),
        _skill([zh @ en.T, en_2 @ zh_2.T], [w_zh @ w_en.T, w_en_2 @ w_zh_2.T]),
        _skill([form_2 @ form.T], [w_form_2 @ w_form.T]),
    )


def _skill(cosines: list[Matrix], by_words: list[Matrix]) -> Skill:
    same = np.concatenate([np.diag(one) for one in cosines])
    other = np.concatenate([one[~np.eye(len(one), dtype=np.bool_)] for one in cosines])
    slope, constant = _fit_logistic(same, other)
    return Skill(_hit_at_1(cosines), _hit_at_1(by_words), round(slope, 4), round(constant, 4))


def _hit_at_1(cosines: list[Matrix]) -> float:
    """How often the diagonal is the only highest of its row."""
    hits = [bool((np.delete(row, i) < row[i]).all()) for one in cosines for i, row in enumerate(one)]
    return round(sum(hits) / len(hits), 4)


def _embed_words(texts: list[str]) -> Matrix:
    """Texts as unit vectors of their tokens, the rarer the longer."""
    counted = [set(tokens(text)) for text in texts]
    spread = Counter(token for found in counted for token in found)
    place = {token: i for i, token in enumerate(spread)}
    rows = np.zeros((len(texts), len(place)))
    for i, found in enumerate(counted):
        for token in found:
            rows[i, place[token]] = np.log((len(texts) + 1) / spread[token])
    unit: Matrix = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
    return unit


def _fit_logistic(same: Matrix, other: Matrix) -> tuple[float, float]:
    """Slope and constant that tell cosines of the one kind from the other, both kinds weighing the same."""
    cosines = np.concatenate([same, other])
    label = np.concatenate([np.ones(len(same)), np.zeros(len(other))])
    weight = np.concatenate([np.full(len(same), 0.5 / len(same)), np.full(len(other), 0.5 / len(other))])
    design = np.column_stack([cosines, np.ones(len(cosines))])
    # A faint pull to 0 keeps the slope finite where the two kinds do not overlap.
    pull = np.diag([1e-4, 1e-6])
    line = np.zeros(2)
    for _ in range(_ROUNDS):
        p = _sigmoid(design @ line)
        slope = design.T @ (weight * (p - label)) + pull @ line
        curve = (design * (weight * p * (1 - p))[:, None]).T @ design + pull
        line = line - np.linalg.solve(curve, slope)
    return float(line[0]), float(line[1])


def _sigmoid(odds: Matrix) -> Matrix:
    values: Matrix = 1 / (1 + np.exp(-np.clip(odds, -30, 30)))
    return values
