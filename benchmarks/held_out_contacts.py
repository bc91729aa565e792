"""Contacts in other sentences, words and disguises than those of `generated_contacts`.

They were written when masking was done, and 94.4 % of 20,000 were masked at the first run. What they showed to be
missing in general (other signs between a name and an id, runs of single digits, addresses with spaces) was then added,
so since then they too are contacts that masking was tried on. The same holds for what somebody else's set of contacts
showed (words for digits and for signs, sounds, lines between groups, other messengers), which was added to both.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from benchmarks.generated_contacts import (
    ENGLISH,
    HAN,
    HAN_SPOKEN,
    WIDE,
    Contact,
    Writer,
    cut,
    digits,
    drawn,
    mobile,
    plain,
)
from benchmarks.generated_contacts import contacts as written

DISGUISES = {
    "plain": plain,
    "5-6": cut(5, 6, by=" -"),
    "4-4-3": cut(4, 4, 3, by=" -."),
    "brackets": lambda r, n: f"({n[:3]}){n[3:7]}-{n[7:]}",
    "wide, grouped": lambda r, n: cut(3, 4, by="　－·")(r, drawn(WIDE)(r, n)),
    "han, spaced": lambda r, n: " ".join(drawn(HAN)(r, n)),
    "han, grouped": lambda r, n: cut(3, 4, by="，、 -")(r, drawn(HAN_SPOKEN)(r, n)),
    "last han": lambda r, n: n[:7] + drawn(HAN)(r, n[7:]),
    "traditional": drawn("零壹貳參肆伍陸柒捌玖"),
    "superscript": drawn("⁰¹²³⁴⁵⁶⁷⁸⁹"),
    "double-struck": drawn("𝟘𝟙𝟚𝟛𝟜𝟝𝟞𝟟𝟠𝟡"),
    "emoji between": cut(3, 4, by="📱❤🔥⭐"),
    "invisible": lambda r, n: "\u200c".join(n) if r.random() < 0.5 else f"{n[:3]}\ufeff{n[3:]}",
    "underscores": lambda r, n: "_".join(n),
    "capital letters": lambda r, n: n.replace("0", "O"),
    "semicolons": cut(3, 4, by=";\\^"),
    "each with a stop": lambda r, n: "。".join(n),
    "part in words": lambda r, n: " ".join(ENGLISH[int(one)] if at % 3 else one for at, one in enumerate(n)),
    "last in brackets": lambda r, n: f"{n[:7]}【{n[7:]}】",
    "country": lambda r, n: r.choice(("86 ", "(86)", "+86 (0)", "+86-", "0086")) + n,
}
MESSENGERS = (
    "微信→",
    "V-X：",
    "ＶＸ号：",
    "徽-信 ",
    "微信/",
    "vx➡️",
    "我V：",
    "加我微，",
    "薇：",
    "wei信号 ",
    "微信 @",
    "微信同号 ",
    "加个V ",
    "麻烦加一下微信 ",
    "微｜信：",
    "WX账号：",
    "维❤：",
    "微信ID：",
    "我的薇信 ",
    "V x ",
    "威芯：",
    "搜微信 ",
    "vvx ",
    "薇伈 ",
    "我的LINE：",
)
QQS = ("QQ➡", "扣扣号：", "我QQ是", "QQ=", "ＱＱ：", "企鵝：", "qq➕", "加我qq ", "QQ号码是 ", "Q-Q ", "联系QQ ")
MESSENGERS_EN = (
    "find me on WeChat (",
    "WeChat/",
    "wechat👉",
    "my telegram handle is @",
    "TG: @",
    "here is my wechat: ",
    "whatsapp me, id ",
)
CARRIERS = {
    "zh": (
        "%s",
        "群主好，%s 麻烦拉我进群",
        "【接龙】3. 李姐 %s",
        "这是我家的：%s（别外传哈）",
        "哈哈哈哈 %s 收好",
        "问过了，他说%s",
        "1、%s\n2、待定",
        "地点时间都定了，找%s就行！",
    ),
    "en": (
        "%s",
        "Good morning! %s is the one to use",
        "FYI %s :)",
        "- name: Ann\n- info: %s",
        "lost my old one, please use %s from now on",
        "Anyone free? %s",
    ),
}


def handle(r: Random) -> str:
    """What a messenger's id looks like, in other shapes."""
    word = r.choice(("MissLiu", "kk", "q", "dudu_ma", "panda", "Jenny", "zhaoyun", "ok", "moon-"))
    return word + r.choice(
        (digits(r, 5), "_" + digits(r, 4), digits(r, 3) + "_" + r.choice(("cn", "sz")), digits(r, 8))
    )


def messenger(names: tuple[str, ...]) -> Writer:
    """A messenger's name and an id on it."""
    return lambda r: (
        f"{r.choice(names)}\0{r.choice((plain, plain, drawn(WIDE)))(r, r.choice((handle, handle, mobile))(r))}"
    )


def qq(r: Random) -> str:
    """QQ's name and a number."""
    number = r.choice("123456789") + digits(r, r.randint(5, 9))
    ways = (
        plain,
        plain,
        drawn(WIDE),
        drawn("零壹贰叁肆伍陆柒捌玖"),
        lambda _, n: "-".join(n),
        cut(3, 3, by=" -"),
        drawn("⓪①②③④⑤⑥⑦⑧⑨"),
    )
    return f"{r.choice(QQS)}\0{r.choice(ways)(r, number)}"


def mail(r: Random) -> str:
    """An e-mail address, in other ways."""
    local = r.choice(
        (
            digits(r, 10),
            f"{r.choice(('Wang', 'lucy', 'sales'))}{r.choice('._')}{r.choice(('Lei', 'zhou'))}",
            handle(r).strip("-"),
        )
    )
    name, end = r.choice(
        (("qq", "com"), ("163", "com"), ("gmail", "com"), ("sina", "cn"), ("icloud", "com"), ("139", "com"))
    )
    ways = (
        f"{local}@{name}.{end}",
        f"{local.upper()}@{name.upper()}.{end.upper()}",
        f"{local}[AT]{name}[DOT]{end}",
        f"{local}＠{name}。{end}",
        f"{local} 艾特 {name} 点 {end}",
        f"{local}(at){name}(dot){end}",
        f"{local}_at_{name}_dot_{end}",
        f"{local}@vip.{name}.{end}",
        f"{local}@mail.example.com.cn",
        f"{local} [at] {name}.{end}",
        f"{local}@\u200b{name}.{end}",
        f"{local}{{at}}{name}.{end}",
    )
    return r.choice(ways)


def landline(r: Random) -> str:
    """A landline or a hotline, in other ways."""
    area, number = r.choice(("020", "029", "0512", "0531", "0769")), r.choice("2345678") + digits(r, 7)
    ways = (
        f"{area}-{number}",
        f"{area}－{number}",
        f"（{area}）{number[:4]}-{number[4:]}",
        f"{area} {number[:4]} {number[4:]}",
        f"电话\0{number}",
        f"{area}{number}",
        f"座机：\0{number[:7]}",
        f"800-{digits(r, 3)}-{digits(r, 4)}",
        f"86-{area[1:]}-{number}",
        drawn(WIDE)(r, f"{area}-{number}"),
    )
    return r.choice(ways)


def abroad(r: Random) -> str:
    """A phone number as it is written in English, in other ways."""
    area, middle, last = f"{r.randint(2, 9)}{digits(r, 2)}", f"{r.randint(2, 9)}{digits(r, 2)}", digits(r, 4)
    ways = (
        f"({area}){middle}-{last}",
        f"{area}-{middle}-{last}",
        f"+1({area}){middle}-{last}",
        f"text me at \0{area}{middle}{last}",
        f"+1.{area}.{middle}.{last}",
        f"+44 7{digits(r, 3)} {digits(r, 6)}",
        f"+49 30 {digits(r, 8)}",
        f"+65 9{digits(r, 3)} {last}",
        f"+852 {digits(r, 4)} {last}",
        f"phone: \0{area} {middle} {last}",
        f"07{digits(r, 3)} {digits(r, 6)}",
        f"+91 9{digits(r, 4)} {digits(r, 5)}",
        f"cell \0{area}-{middle}-{last}",
    )
    return r.choice(ways)


def id_card(r: Random) -> str:
    """An ID card's number, in other ways."""
    area = r.choice(("320102", "370202", "500103", "350203", "530102"))
    body = f"{area}{r.randint(1945, 2015)}{r.randint(1, 12):02}{r.randint(1, 28):02}{digits(r, 3)}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    number = body + "10X98765432"[sum(w * int(d) for w, d in zip(weights, body, strict=True)) % 11]
    ways = (
        number,
        f"身份证\0{number}",
        f"{number[:6]}-{number[6:14]}-{number[14:]}",
        f"{number[:14]} {number[14:]}",
        " ".join(number),
        number.replace("X", "Ｘ"),
        f"{number[:3]} {number[3:6]} {number[6:10]} {number[10:14]} {number[14:]}",
        drawn("⓪①②③④⑤⑥⑦⑧⑨")(r, number),
        drawn(HAN)(r, number),
    )
    return r.choice(ways)


def card(r: Random) -> str:
    """A bank card's number, in other ways."""
    start, size = r.choice((("621226", 19), ("622848", 19), ("6228", 16), ("45", 16), ("54", 16), ("35", 16)))
    body = start + digits(r, size - 1 - len(start))
    doubled = sum(sum(divmod(2 * int(one), 10)) for one in body[-1::-2]) + sum(map(int, body[-2::-2]))
    number = body + str(-doubled % 10)
    grouped = cut(4, 4, 4, 4, by=" ")(r, number)
    ways = (
        number,
        grouped,
        grouped.replace(" ", "　"),
        grouped.replace(" ", "·"),
        f"卡号\0{drawn(HAN)(r, number)}",
        f"账号：\0{number}",
        " ".join(number),
        f"{number[:6]} {number[6:]}",
        drawn(WIDE)(r, grouped),
    )
    return r.choice(ways)


def address_zh(r: Random) -> str:
    """A Chinese postal address, of other places and in other orders."""
    lead = r.choice(
        (
            "安徽省合肥市蜀山区",
            "河南省郑州市金水区",
            "上海静安区",
            "广东东莞南城街道",
            "内蒙古自治区呼和浩特市赛罕区",
            "",
        )
    )
    road = r.choice(("长江西路", "花园路", "延安中路", "环城东大街", "体育馆北巷", "莲花山大道"))
    estate = r.choice(("名门世家", "和谐家园", "中海国际社区", "龙湖天街公寓", "水岸花都小区", "翰林苑"))
    fine = r.choice(
        (
            f"{r.randint(1, 20)}栋{r.randint(1, 33)}楼{r.choice('ABCD')}室",
            f"{r.choice('AB')}栋{r.randint(101, 3304)}",
            f"{r.randint(1, 20)}座{r.randint(1, 3)}单元{r.randint(101, 2804)}",
            f"{r.randint(1, 20)}号楼 {r.randint(1, 4)}单元 {r.randint(101, 2804)}室",
            f"{r.randint(1, 20)}-{r.randint(1, 4)}-{r.randint(101, 2804)}",
        )
    )
    if fine[0].isdigit() and "-" in fine:
        estate = r.choice(("翰林苑", "水岸花都小区", "和谐家园"))
    house = r.choice(
        (
            f"{r.randint(1, 999)}号",
            f"{r.randint(1, 999)} 号",
            f"{r.randint(1, 99)}-{r.randint(1, 9)}号",
            f"{drawn(HAN)(r, str(r.randint(11, 99)))}号",
        )
    )
    return r.choice(
        (
            f"{lead}{road}{house}",
            f"{lead}{road}{house}{estate}{fine}",
            f"{lead} {road}{house} {estate} {fine}",
            f"{lead}{estate}{fine}",
        )
    )


def address_en(r: Random) -> str:
    """A street address, of other places."""
    street = r.choice(
        (
            "Chestnut St",
            "Abbey Road",
            "E Washington Blvd",
            "Queens Park Avenue",
            "Lakeview Dr.",
            "MLK Jr Blvd",
            "Church Lane",
            "Bay Ridge Pkwy",
            "Garden Court",
        )
    )
    return f"{r.randint(2, 9999)} {street}" + r.choice(
        ("", ", Suite 300", ", Apt. 2", ", Austin, TX 78701", ", Flat 4", ", Leeds LS1 4AP", ", San Jose, CA")
    )


def paper(r: Random) -> str:
    """A plate, the longer ones of electric cars included, or a passport."""
    plate = r.choice("津渝鲁鄂皖湘") + r.choice("AEFK") + r.choice(("", "·", " "))
    return r.choice(
        (
            plate + digits(r, 5),
            plate + "D" + digits(r, 5),
            plate + digits(r, 4) + "F",
            f"护照\0E{digits(r, 8)}",
            f"passport no. \0G{digits(r, 8)}",
        )
    )


WRITERS: dict[str, dict[str, Writer]] = {
    "zh": {
        "mobile": lambda r: r.choice(list(DISGUISES.values()))(r, mobile(r)),
        "landline": landline,
        "id card": id_card,
        "bank card": card,
        "messenger": messenger(MESSENGERS),
        "QQ": qq,
        "wxid": lambda r: "wxid_" + digits(r, 3) + r.choice(("abc", "q8x")) + digits(r, 5),
        "e-mail": mail,
        "address": address_zh,
        "plate or passport": paper,
    },
    "en": {
        "phone": abroad,
        "messenger": messenger(MESSENGERS_EN),
        "e-mail": mail,
        "address": address_en,
        "bank card": card,
    },
}


def contacts(seed: int, many: int) -> Iterator[Contact]:
    """Contacts in sentences that were held out; see `generated_contacts.contacts`."""
    return written(seed, many, WRITERS, CARRIERS)
