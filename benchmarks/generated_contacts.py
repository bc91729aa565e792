"""Contacts that nobody has, written plainly and in the ways in which people hide them, in sentences around them.

This is the set to work with; `benchmarks.held_out_contacts` has other sentences, words and disguises. A seed makes the
same contacts anywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from random import Random
from typing import NamedTuple

HAN = "零一二三四五六七八九"
HAN_SPOKEN = "零幺二三四五六七八九"
HAN_FORMAL = "零壹贰叁肆伍陆柒捌玖"
CIRCLED = "⓪①②③④⑤⑥⑦⑧⑨"
DARK_CIRCLED = "⓿❶❷❸❹❺❻❼❽❾"
MATHEMATICAL = "𝟎𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟗"
WIDE = "０１２３４５６７８９"


class Contact(NamedTuple):
    """A contact in a sentence.

    `value` stands in `text` once; `kind` is the generator's word for what it is and how it is written.
    """

    text: str
    value: str
    kind: str
    language: str


Writer = Callable[[Random], str]


def digits(r: Random, many: int) -> str:
    """That many random digits."""
    return "".join(r.choice("0123456789") for _ in range(many))


def mobile(r: Random) -> str:
    """A mobile number of the mainland."""
    return r.choice(("13", "15", "16", "17", "18", "19")) + digits(r, 9)


def drawn(alphabet: str) -> Callable[[Random, str], str]:
    """Digits as other characters."""
    return lambda r, number: "".join(alphabet[int(one)] if one.isdigit() else one for one in number)


def cut(*sizes: int, by: str) -> Callable[[Random, str], str]:
    """Digits in groups, with one of the signs of `by` between them."""

    def write(r: Random, number: str) -> str:
        sign, parts, at = r.choice(by), [], 0
        for size in sizes:
            parts.append(number[at : at + size])
            at += size
        return sign.join([*parts, *([number[at:]] if at < len(number) else [])])

    return write


def mixed(r: Random, number: str) -> str:
    """Digits of several kinds side by side."""
    sets = ("0123456789", "0123456789", HAN, CIRCLED, WIDE)
    return "".join(r.choice(sets)[int(one)] for one in number)


def hidden(r: Random, number: str) -> str:
    """Digits with characters between them that nobody sees."""
    return "".join(one + r.choice(("", "\u200b", "\u2060", "\u200d")) for one in number)


def keycaps(r: Random, number: str) -> str:
    """Digits on keys."""
    return "".join(f"{one}\ufe0f\u20e3" for one in number)


def lettered(r: Random, number: str) -> str:
    """Digits with o for 0 and l for 1."""
    return number.replace("0", "o").replace("1", "l") if sum(one in "01" for one in number) < 6 else number


def plain(r: Random, number: str) -> str:
    """As it is."""
    return number


def spaced(r: Random, number: str) -> str:
    """A space after each."""
    return " ".join(number)


def country(r: Random, number: str) -> str:
    """With the mainland's code."""
    return r.choice(("+86 ", "+86", "86-", "0086 ", "(+86)", "+86-")) + r.choice((plain, cut(3, 4, by=" -")))(r, number)


ENGLISH = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
PINYIN = ("ling", "yao", "er", "san", "si", "wu", "liu", "qi", "ba", "jiu")


def worded(words: Sequence[str]) -> Callable[[Random, str], str]:
    """Digits as words."""
    return lambda r, number: r.choice((" ", "-")).join(words[int(one)] for one in number)


def sounded(r: Random, number: str) -> str:
    """Three digits of the last eight as characters that sound alike."""
    places = {3 + at for at in r.sample(range(8), 3)}
    return "".join("铃依尔伞思武溜骑巴久"[int(one)] if at in places else one for at, one in enumerate(number))


def parted(r: Random, number: str) -> str:
    """Groups with a word, a line or an odd sign between them."""
    sign = r.choice(("空格", "然后", "杠", "再", "\n", "=", "。", "|", ":", "丨", "(空格)", " dash "))
    return sign.join((number[:3], number[3:7], number[7:]))


DISGUISES = {
    "plain": plain,
    "3-4-4": cut(3, 4, by=" -."),
    "country": country,
    "wide": drawn(WIDE),
    "han": drawn(HAN),
    "circled": drawn(CIRCLED),
    "mixed": mixed,
    "spaced": spaced,
    "hidden": hidden,
}
MORE_DISGUISES = {
    "plain": plain,
    "3-4-4, other signs": cut(3, 4, by="·_/—~*"),
    "4-3-4": cut(4, 3, by=" -"),
    "spoken": drawn(HAN_SPOKEN),
    "formal": drawn(HAN_FORMAL),
    "dark": drawn(DARK_CIRCLED),
    "mathematical": drawn(MATHEMATICAL),
    "keycaps": keycaps,
    "lettered": lettered,
    "dashed": lambda r, number: r.choice("-.·*").join(number),
    "han in groups": lambda r, number: cut(3, 4, by=" -")(r, drawn(HAN)(r, number)),
    "half han": lambda r, number: number[:3] + drawn(HAN)(r, number[3:7]) + number[7:],
    "mixed": mixed,
    "country": country,
    "English words": worded(ENGLISH),
    "Pinyin": worded(PINYIN),
    "sounds": sounded,
    "parted": parted,
    "么": drawn("零么二三四五六七八九"),
    "Arabic": drawn("٠١٢٣٤٥٦٧٨٩"),
}


def id_card(r: Random) -> str:
    """An ID card's number with a right last digit."""
    area = r.choice(("110105", "330106", "440305", "510104", "310115", "420111", "610113"))
    body = f"{area}{r.randint(1950, 2010)}{r.randint(1, 12):02}{r.randint(1, 28):02}{digits(r, 3)}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    last = "10X98765432"[sum(w * int(d) for w, d in zip(weights, body, strict=True)) % 11]
    number = body + (last if r.random() < 0.7 else last.lower())
    way = r.randrange(5)
    return (number, number, f"{number[:6]} {number[6:14]} {number[14:]}", drawn(WIDE)(r, number), area + number[8:17])[
        way
    ]


def card(r: Random) -> str:
    """A bank card's number with a right last digit."""
    start, size = r.choice((("622202", 19), ("621700", 19), ("622588", 16), ("4", 16), ("52", 16), ("37", 15)))
    body = start + digits(r, size - 1 - len(start))
    doubled = sum(sum(divmod(2 * int(one), 10)) for one in body[-1::-2]) + sum(map(int, body[-2::-2]))
    number = body + str(-doubled % 10)
    return r.choice((plain, plain, cut(4, 4, 4, 4, by=" -"), drawn(WIDE)))(r, number)


def handle(r: Random) -> str:
    """What a messenger's id looks like."""
    word = r.choice(("xiaomei", "lihua", "zhang", "abc", "sunny", "dq", "hello", "wang", "love", "tiger"))
    return word + r.choice((digits(r, 4), "_" + digits(r, 3), digits(r, 6), "-" + digits(r, 2) + "x"))


def hiding_handle(r: Random) -> str:
    """An id with an emoji in it, spaces around a sign, or a sign as a word."""
    word, number = r.choice(("mango", "yuanyuan", "tutu", "pearl")), digits(r, 4)
    sign = r.choice(("下划线", "（下划线）", " _ ", " - ", "🌙", "✨✨", "*"))
    return f"{word}{sign}{number}"


MESSENGERS = (
    "微信",
    "微信号",
    "微信号：",
    "加V",
    "加v：",
    "加微",
    "+V ",
    "VX:",
    "vx",
    "wx:",
    "薇信",
    "威信：",
    "V信",
    "weixin:",
    "加薇 ",
    "加我微信",
    "WeChat: ",
)
MORE_MESSENGERS = (
    "徽信：",
    "嶶信:",
    "v.x:",
    "V X ",
    "➕v",
    "＋薇",
    "ＶＸ：",
    "微 信 ",
    "微❤:",
    "V❤ ",
    "加个微信 ",
    "wechat号",
    "卫星号",
    "微信是",
    "我的微信号是",
    "围信",
    "微伈：",
    "卫星：",
    "绿标：",
    "加賴 ",
    "LINE ID: ",
    "dd我 ",
)
QQS = ("QQ", "QQ：", "qq号", "扣扣", "扣扣：", "加Q ", "QQ群", "企鹅")
MORE_QQS = ("Q Q:", "ＱＱ", "口口", "秋秋：", "球球", "+q", "q:", "qq是", "扣 扣", "叩叩", "QQ group ", "寇寇：")


def messenger(names: tuple[str, ...]) -> Writer:
    """A messenger's name and an id on it; the id is what must go."""

    def write(r: Random) -> str:
        value = r.choice((handle, handle, hiding_handle, mobile))(r)
        return f"{r.choice(names)}\0{r.choice((plain, plain, plain, drawn(WIDE)))(r, value)}"

    return write


def qq(names: tuple[str, ...]) -> Writer:
    """QQ's name and a number."""

    def write(r: Random) -> str:
        number = r.choice("123456789") + digits(r, r.randint(5, 9))
        return (
            f"{r.choice(names)}\0{r.choice((plain, plain, drawn(WIDE), drawn(HAN), spaced, drawn(CIRCLED)))(r, number)}"
        )

    return write


def mail(r: Random) -> str:
    """An e-mail address."""
    local = r.choice((digits(r, 9), handle(r), f"{r.choice(('li', 'anna', 'tom'))}.{r.choice(('wei', 'smith'))}"))
    host = r.choice(("qq.com", "163.com", "gmail.com", "outlook.com", "foxmail.com", "sjtu.edu.cn", "acme-corp.io"))
    return r.choice(
        (f"{local}@{host}", f"{local}＠{host}", f"{local}(at){host}", f"{local}艾特{host}", f"{local}[at]{host}")
    )


def more_mail(r: Random) -> str:
    """An e-mail address, in other ways."""
    local = r.choice((digits(r, 8), handle(r), f"{r.choice(('mei', 'john'))}_{digits(r, 2)}"))
    name, end = r.choice((("qq", "com"), ("126", "com"), ("gmail", "com"), ("hotmail", "com"), ("yahoo", "com")))
    return r.choice(
        (
            f"{local}@{name}点{end}",
            f"{local}艾特{name}点{end}",
            f"{local} (at) {name} (dot) {end}",
            f"{local}#{name}.{end}",
            f"{local} at {name} dot {end}",
            f"{local}＠{name}．{end}",
            f"{local} @ {name} . {end}",
            f"{local}[at]{name}[dot]{end}",
            f"{local}(圈a){name}.{end}",
            f"{local}【艾特】{name}【点】{end}",
            f"{local}小老鼠{name}。{end}",
            f"{local}📧{name}.{end}",
        )
    )


def landline(r: Random) -> str:
    """A landline or a hotline."""
    area = r.choice(("010", "021", "0571", "0755", "028"))
    number = r.choice("2345678") + digits(r, 7)
    return r.choice(
        (
            f"{area}-{number}",
            f"{area} {number}",
            f"({area}){number}",
            f"（{area}）{number}",
            f"{area}-{number[:4]}-{number[4:]}",
            f"400-{digits(r, 3)}-{digits(r, 4)}",
            f"+86-{area[1:]}-{number}",
        )
    )


def abroad(r: Random) -> str:
    """A phone number as it is written in English."""
    area, middle, last = f"{r.randint(2, 9)}{digits(r, 2)}", f"{r.randint(2, 9)}{digits(r, 2)}", digits(r, 4)
    return r.choice(
        (
            f"({area}) {middle}-{last}",
            f"{area}-{middle}-{last}",
            f"{area}.{middle}.{last}",
            f"+1 {area} {middle} {last}",
            f"+1-{area}-{middle}-{last}",
            f"+44 20 {digits(r, 4)} {last}",
            f"+61 4{digits(r, 2)} {digits(r, 3)} {digits(r, 3)}",
            f"1-{area}-{middle}-{last}",
        )
    )


def address_zh(r: Random) -> str:
    """A Chinese postal address."""
    lead = r.choice(
        (
            "浙江省杭州市西湖区",
            "北京市朝阳区",
            "上海市浦东新区",
            "广东省深圳市南山区",
            "成都市武侯区",
            "江苏省苏州市",
            "",
        )
    )
    road = r.choice(("文三路", "建国路", "中山北路", "人民大道", "科技园路", "解放街", "学院路"))
    estate = r.choice(("阳光花园", "翠苑小区", "世纪公寓", "万科城", "金色家园", ""))
    fine = r.choice(
        (
            f"{r.randint(1, 30)}栋{r.randint(1, 4)}单元{r.randint(1, 30)}0{r.randint(1, 4)}室",
            f"{r.randint(1, 30)}号楼{r.randint(101, 2404)}",
            f"{r.randint(1, 9)}幢{r.randint(101, 999)}室",
            f"{r.choice('ABC')}座{r.randint(101, 2404)}",
        )
    )
    house = f"{r.randint(1, 999)}号"
    return r.choice(
        (
            f"{lead}{road}{house}",
            f"{lead}{road}{house}{estate}{fine if estate else ''}",
            f"{lead}{estate or '锦绣花园'}{fine}",
        )
    )


def more_address_zh(r: Random) -> str:
    """A Chinese postal address, of other places."""
    lead = r.choice(
        (
            "湖北省武汉市洪山区",
            "天津市和平区",
            "重庆渝北区",
            "西安市雁塔区",
            "福建省厦门市思明区湖滨街道",
            "山东 济南 历下区 ",
            "",
        )
    )
    road = r.choice(("珞喻路", "滨江大道", "新华路", "春熙巷", "和平里东街", "龙湖西路", "梧桐弄"))
    estate = r.choice(("绿城桂花园", "保利香槟国际公寓", "幸福里小区", "碧桂园", "师大新村", "锦江国际大厦"))
    han = drawn(HAN)
    fine = r.choice(
        (
            f"{r.randint(1, 9)}号楼{r.randint(1, 4)}单元{r.randint(101, 1804)}室",
            f"{han(r, str(r.randint(2, 9)))}栋{han(r, str(r.randint(1, 4)))}单元{r.randint(101, 904)}",
            f"{r.randint(1, 40)}幢{r.randint(1, 3)}单元{r.randint(101, 999)}号",
            f"{drawn(HAN_FORMAL)(r, str(r.randint(2, 9)))}栋{drawn(HAN_FORMAL)(r, str(r.randint(101, 999)))}室",
            f"{r.randint(1, 30)}-{r.randint(1, 4)}-{r.randint(101, 999)}",
        )
    )
    house = r.choice(
        (
            f"{r.randint(1, 999)}号",
            f"{r.randint(1, 90)}弄{r.randint(1, 90)}号",
            f"{r.randint(1, 999)}号院",
            drawn(WIDE)(r, str(r.randint(10, 99))) + "号",
        )
    )
    return r.choice((f"{lead}{road}{house}", f"{lead}{road}{house}{estate}{fine}", f"{lead}{estate}{fine}"))


def address_en(r: Random) -> str:
    """A street address."""
    street = r.choice(
        (
            "Maple Street",
            "Oak Ave",
            "Baker Street",
            "Elm St.",
            "Park Avenue",
            "Sunset Blvd",
            "King's Road",
            "5th Avenue",
        )
    )
    return f"{r.randint(1, 9999)} {street}" + r.choice(
        ("", ", Apt 4B", ", Springfield, IL 62704", f" Apt {r.randint(1, 99)}")
    )


def more_address_en(r: Random) -> str:
    """A street address, of other places."""
    street = r.choice(
        (
            "Willow Lane",
            "Cedar Hill Drive",
            "N Lincoln Rd",
            "Victoria Terrace",
            "Harbour View Court",
            "W 42nd Street",
            "Mission St",
        )
    )
    return f"{r.randint(1, 999)}{r.choice(('', '', 'A'))} {street}" + r.choice(
        ("", ", Unit 12", " #5", ", Portland, OR 97201", ", London")
    )


def paper(r: Random) -> str:
    """A plate."""
    return (
        r.choice("京沪浙粤苏川")
        + r.choice("ABCD")
        + r.choice(("", "·"))
        + digits(r, 3)
        + r.choice("ABCXY")
        + digits(r, 1)
    )


def one_of(choices: dict[str, Callable[[Random, str], str]]) -> Writer:
    """A mobile number in one of some disguises."""
    return lambda r: r.choice(list(choices.values()))(r, mobile(r))


CARRIERS_ZH = (
    "%s",
    "有问题联系我 %s",
    "我的联系方式：%s，随时找我",
    "需要的可以找我%s哦",
    "要拼单的留个言，%s",
    "@小满 麻烦登记一下：%s",
    "这个是快递要的 %s 谢谢大家",
    "昨天说的那个\n%s\n别忘了",
)
MORE_CARRIERS_ZH = (
    "%s",
    "姐妹们看这里👉%s",
    "各位邻居好，团长这边登记一下 %s。",
    "（%s）可以先记一下",
    "资料发你了：%s；收到回复",
    "麻烦帮我改成%s，之前那个不用了",
    "报名：王女士 %s 两大一小",
    "我刚换了新的……%s",
)
CARRIERS_EN = (
    "%s",
    "you can reach me at %s",
    "my contact: %s, thanks!",
    "Hi all, mine is %s if anyone needs it",
    "send it to %s please",
)
MORE_CARRIERS_EN = (
    "%s",
    "sure - %s - ping me anytime",
    "Here you go: %s. Talk soon",
    "updated my details\n%s\ncheers",
    "(%s) works best for me",
)
MESSENGERS_EN = ("my wechat is ", "WeChat ID: ", "add me on wechat: ", "wechat id ", "telegram: @", "my qq is ")
MORE_MESSENGERS_EN = (
    "hit me up on WhatsApp: ",
    "wechat - ",
    "Telegram @",
    "my wechat id is ",
    "discord: ",
    "skype: ",
)


def messenger_en(names: tuple[str, ...]) -> Writer:
    """An id with the words before it in English."""
    return lambda r: f"{r.choice(names)}\0{handle(r)}"


def either(*writers: Writer) -> Writer:
    """One of several ways."""
    return lambda r: r.choice(writers)(r)


CARRIERS = {"zh": CARRIERS_ZH + MORE_CARRIERS_ZH, "en": CARRIERS_EN + MORE_CARRIERS_EN}
WRITERS: dict[str, dict[str, Writer]] = {
    "zh": {
        "mobile": either(one_of(DISGUISES), one_of(MORE_DISGUISES)),
        "landline": landline,
        "id card": id_card,
        "bank card": card,
        "messenger": messenger(MESSENGERS + MORE_MESSENGERS),
        "QQ": qq(QQS + MORE_QQS),
        "wxid": lambda r: "wxid_" + handle(r).replace("-", ""),
        "e-mail": either(mail, more_mail),
        "address": either(address_zh, more_address_zh),
        "plate": paper,
    },
    "en": {
        "phone": abroad,
        "messenger": messenger_en(MESSENGERS_EN + MORE_MESSENGERS_EN),
        "e-mail": either(mail, more_mail),
        "address": either(address_en, more_address_en),
        "bank card": card,
    },
}


def contacts(
    seed: int,
    many: int,
    writers: Mapping[str, Mapping[str, Writer]] = WRITERS,
    carriers: Mapping[str, Sequence[str]] = CARRIERS,
) -> Iterator[Contact]:
    """Contacts in sentences, two thirds of them Chinese.

    Args:
        seed: decides everything.
        many: how many.
        writers: what writes each kind of contact, by language; "\\0" ends the words before the contact itself.
        carriers: the sentences by language, with %s for the contact.
    """
    r = Random(seed)
    for _ in range(many):
        language = r.choice(("zh", "zh", "en"))
        kind = r.choice(list(writers[language]))
        cue, _, value = writers[language][kind](r).rpartition("\0")
        yield Contact(r.choice(carriers[language]).replace("%s", cue + value), value, kind, language)


def members(seed: int, many: int) -> list[str]:
    """Names as they stand in a member table: personal names, nicknames, words, English names."""
    r = Random(seed)
    surnames = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹"
    given = "伟芳娜敏静丽强磊军洋勇艳杰娟涛超明霞平刚桂英华玉萍红梅鹏飞辉建国志婷雪慧莹颖琳涵梓轩浩然宇泽雨欣怡佳琪晨"
    words = (
        "阳光",
        "开心",
        "小雨",
        "晴天",
        "希望",
        "随缘",
        "开心就好",
        "老师",
        "群主",
        "向日葵",
        "云淡风轻",
        "星星",
        "快乐",
        "好运",
        "今天",
        "宝宝",
    )
    first = (
        "Alice",
        "Bob",
        "Carol",
        "David",
        "Emma",
        "Frank",
        "Grace",
        "Henry",
        "Will",
        "Mark",
        "Hope",
        "Kevin",
        "Lucy",
        "Nick",
        "Tony",
        "Jason",
    )
    last = ("Smith", "Chen", "Wang", "Brown", "Miller", "Lee", "Garcia", "Wilson", "Young", "King")
    made: list[str] = []
    while len(made) < many:
        way = r.random()
        if way < 0.45:
            made.append(r.choice(surnames) + "".join(r.choice(given) for _ in range(r.choice((1, 2, 2)))))
        elif way < 0.6:
            made.append(r.choice("小阿老大") + r.choice(surnames + given))
        elif way < 0.7:
            made.append(r.choice(given) * 2 + r.choice(("", "妈", "爸", "妈妈")))
        elif way < 0.8:
            made.append(r.choice(words) + r.choice(("", "", "🌸", "的我", "2024")))
        elif way < 0.95:
            made.append(
                f"{r.choice(first)} {r.choice(last)}"
                if r.random() < 0.6
                else r.choice(first) + r.choice(("", digits(r, 2)))
            )
        else:
            made.append(r.choice(given) + r.choice(("🌙", "～", "")))
    return made
