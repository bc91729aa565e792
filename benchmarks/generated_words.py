"""The words and phrases of which generated chats are made, in Chinese and English.

A phrase is a template with one `%s` a slot and the kinds of its slots, one letter each:

    t  a thing     p  a place or maker     d  something one does     n  a small number     w  a member's name
    c  a coined word: a title or a brand, of which there are very many, as there are rare words in any real talk

Questions stand with the answers that fit them. `SAME` in an answer's kinds repeats the thing that was asked about.
"""

from __future__ import annotations

from itertools import product
from random import Random
from typing import NamedTuple

SAME = "="
Phrase = tuple[str, str]
_COINED = 24_000
# The 3,755 characters of GB 2312's first level, the frequent ones: rows 16 to 55, 94 to a row but for the last five.
_ROWS, _CELLS = range(0xB0, 0xD8), range(0xA1, 0xFF)


class Words(NamedTuple):
    """All that a generated chat is made of in one language.

    `exchanges` are questions with their answers; `statements` stand alone or are strung together by `joint`.
    """

    things: tuple[str, ...]
    places: tuple[str, ...]
    doings: tuple[str, ...]
    coined: tuple[str, ...]
    names: tuple[str, ...]
    chatter: tuple[str, ...]
    statements: tuple[Phrase, ...]
    exchanges: tuple[tuple[Phrase, tuple[Phrase, ...]], ...]
    joint: str


def _joined(first: str, second: str, glue: str = "", third: str = "") -> tuple[str, ...]:
    parts = [first.split(), second.split()] + ([third.split()] if third else [])
    return tuple(glue.join(pieces) for pieces in product(*parts))


def _listed(text: str) -> tuple[str, ...]:
    return tuple(text.split(" / "))


def _coined_chinese() -> tuple[str, ...]:
    cells = [bytes(pair) for pair in product(_ROWS, _CELLS)]
    frequent = b"".join(cells).decode("gb2312", errors="ignore")
    random = Random(2312)
    return tuple("".join(random.choices(frequent, k=random.randint(2, 4))) for _ in range(_COINED))


def _coined_english() -> tuple[str, ...]:
    first = "ba bre ca cho da dri el fa flo ga gri ha in jo ka kle la mo ne or pa pri qua ro sa sto ta tri u ve wa ze"
    middle = "l n r s m d t v b g nd st rt mp lk x"
    last = "a ab an ant ara el en ent er ero et ia ic id ile in ine io is ist it o ol on or os ote u um us"
    words = list(_joined(first, middle, third=last))
    random = Random(2312)
    random.shuffle(words)
    return tuple(words + [first + last for first, last in zip(words[:_COINED], words[7:], strict=False)])[:_COINED]


def chinese() -> Words:
    """Build the Chinese words: some 8,000 things, 2,000 places and 700 doings."""
    kinds = (
        "蓝色 白色 小号 大号 折叠 便携 二手 进口 国产 老款 新款 加厚 防水 静音 木质 不锈钢 儿童 双人 家用 车载 迷你 "
        "可调 手工 充电 无线 磁吸 实心 透明 软底 高帮 低糖 原味 椒盐 蒜香 冷冻 现磨 全麦 无糖 手剥 带壳 成套 单只 "
        "左手 右手 圆头 方形 长柄 短款 轻便 三层 六格 带盖 免钉 夜光 仿古 极简 碎花 格子 条纹 复古 男式 女式 老人 学生"
    )
    nouns = (
        "水杯 饭盒 书架 台灯 雨伞 帐篷 睡袋 背包 护膝 拖把 风扇 音箱 耳机 键盘 支架 路由器 插排 充电宝 数据线 硬盘 "
        "花盆 剪刀 锤子 电钻 梯子 油漆 胶水 地垫 窗帘 床单 枕头 被套 毛巾 牙刷 镜子 梳子 面霜 口罩 手套 围裙 "
        "锅铲 蒸锅 砂锅 菜板 茶壶 咖啡豆 面包 饼干 酸奶 豆腐 米粉 牛肉 鸡翅 虾仁 海带 木耳 香菇 番茄 土豆 苹果 "
        "橙子 葡萄 核桃 花生 蜂蜜 辣酱 腐乳 汤圆 馄饨 包子 跑鞋 球拍 泳镜 瑜伽垫 哑铃 鱼竿 车锁 头盔 车筐 打气筒 "
        "雨刷 机油 轮胎 坐垫 行车仪 拉杆箱 相机 镜头 三脚架 画板 毛笔 宣纸 口琴 吉他 琴弦 乐谱 拼图 积木 棋盘 卡牌 "
        "绘本 词典 习题册 课程表 体检表 报名表 收据 门禁卡 车位 快递柜 水表 电闸 水龙头 马桶圈 纱窗 门锁 空调 冰箱 "
        "洗衣机 净水器 油烟机 扫地机 投影仪 打印机 墨盒 猫粮 狗绳 鱼缸 仓鼠笼 猫砂"
    )
    return Words(
        things=_joined(kinds, nouns),
        places=_joined(
            "东门 西门 南桥 北街 青石 柳林 松风 云栖 望江 临湖 金穗 银杏 红枫 白鹭 翠谷 朝阳 晚霞 长亭 石榴 梧桐 "
            "清河 沙洲 双塔 三里 五柳 七星 九曲 百草 千帆 万象",
            "路 街 巷 里 园 桥 坊 湾",
            "",
            "菜场 五金店 便利店 打印店 修车铺 社区站 快递点 小超市 面馆",
        ),
        doings=_joined(
            "换 修 装 拆 买 退 借 还 洗 晒 搬 寄 取 订 约 交 补 查 登记 打听 报名 清理 检查 更新",
            "滤芯 电池 门锁 灯管 水管 网线 机票 车票 押金 会费 场地 球场 座位 名单 表格 材料 照片 证书 工具 样品 "
            "包裹 饭票 药箱 账号 密码 合同 订单 发票 号码",
        ),
        coined=_coined_chinese(),
        names=_joined(
            "阿 小 老 大", "强 敏 芳 杰 雯 涛 静 磊 娟 浩 琳 凯 萍 斌 欣 宇 洁 峰 玲 超 婷 辉 倩 勇 颖 鹏 莹 刚 璐 亮"
        )
        + _joined(
            "豆豆 果果 米粒 团团 可可 乐乐 球球 安安 念念 悠悠 七七 石头 元宝 芝麻 小鱼 木木 朵朵 糖糖 贝贝 阳阳",
            "妈 爸 妈妈 爸爸 奶奶 姥爷 姑姑 舅舅",
        )
        + _joined("三 五 七 九 十一 十二", "栋 号楼", third="李姐 王哥 陈工 赵老师 刘师傅 周姐 吴叔 郑姨 孙哥 钱姐"),
        chatter=_listed(
            "好的 / 收到 / 谢谢 / 谢谢啦 / 哈哈哈 / 哈哈哈哈哈 / +1 / 同问 / 早 / 早上好 / 晚安 / 辛苦了 / 太好了 / "
            "真不错 / 可以的 / 没问题 / 嗯嗯 / 是的 / 对 / 不客气 / 厉害 / 学到了 / 好嘞 / 明白 / [捂脸] / [强] / "
            "[玫瑰] / 👍 / 支持 / 我也是 / 等等 / 在吗 / 来了 / 马上 / 稍等 / 这么快 / 绝了 / 笑死 / 羡慕 / 恭喜 / "
            "加油 / 已报 / 算我一个 / 路过 / 围观 / 不急 / 随意 / 都行 / 听你的"
        ),
        statements=(
            ("昨天%s了，顺路带了%s回来", "dt"),
            ("最近在看《%s》，讲%s的那本", "cc"),
            ("%s这个牌子的%s不错，%s推荐的", "ctw"),
            ("刚听%s提起%s，还真没想到", "wc"),
            ("《%s》比《%s》好看，不接受反驳", "cc"),
            ("家里的%s又坏了，这是今年第%s回", "tn"),
            ("%s今天排队的人真多，等了%s分钟", "pn"),
            ("@%s 你要的%s我放门口了", "wt"),
            ("%s说%s那边下周开始装修", "wp"),
            ("刚从%s回来，%s卖完了", "pt"),
            ("终于把%s弄好了，折腾了%s个小时", "tn"),
            ("我这边%s还没%s，明天再说吧", "td"),
            ("%s比%s好用，亲测", "tt"),
            ("周末打算去%s，顺便%s", "pd"),
            ("%s涨价了，上个月还是%s块", "tn"),
            ("多出来一个%s，谁要自己来拿", "t"),
            ("我家那位非要买%s，家里已经有%s个了", "tn"),
            ("%s的老板换人了，味道不一样", "p"),
            ("今天%s的时候碰到%s，聊了半天", "dw"),
            ("%s到货了，比照片上小一圈", "t"),
            ("提醒一下，%s之前记得先%s", "dd"),
            ("上次说的%s，我找到说明书了，要按住%s秒", "tn"),
            ("%s在%s看到同款%s，便宜一半", "wpt"),
            ("群里有没有做过%s的朋友，交流一下", "d"),
            ("别买%s，用了%s天就裂了", "tn"),
            ("%s那家关门了，白跑一趟", "p"),
            ("孩子把%s当玩具，玩了一下午", "t"),
            ("今天群里好安静，大家都在%s吗", "d"),
        ),
        exchanges=(
            (
                ("请问%s在哪里买比较好？", "t"),
                (("%s有，%s块左右", "pn"), ("我在%s买的%s，挺好", "p="), ("问%s，他家开店的", "w")),
            ),
            (
                ("有人知道%s几点关门吗", "p"),
                (("晚上%s点", "n"), ("平时%s点，周末早一点", "n"), ("去之前打个电话问%s", "w")),
            ),
            (
                ("%s怎么弄啊，第一次搞", "d"),
                (("先%s，再去%s就行", "dp"), ("找%s，他熟", "w"), ("很简单，%s分钟搞定", "n")),
            ),
            (
                ("谁家有%s借用一下，明天还", "t"),
                (("我有，来%s拿", "p"), ("%s我家有%s个，随便用", "=n"), ("@%s 你家不是有吗", "w")),
            ),
            (
                ("有人用过%s的吗？怎么样", "c"),
                (("%s用了%s年没坏", "=n"), ("%s一般，不如%s", "=c"), ("%s有一个，问问", "w")),
            ),
            (
                ("%s和%s哪个好？", "tt"),
                (("我选%s，用了%s年", "=n"), ("看你要不要%s", "d"), ("差不多，买便宜的", "")),
            ),
            (
                ("想问下%s要多少钱", "d"),
                (("%s块，现场付", "n"), ("上次是%s块，%s那边可能贵点", "np"), ("不要钱，登记就行", "")),
            ),
            (
                ("%s不亮了是什么问题？", "t"),
                (("先看插头，再%s", "d"), ("送去%s看看，上次我的%s就是那修好的", "p="), ("八成要换，%s块", "n")),
            ),
            (
                ("周六去%s的车还有位置吗？", "p"),
                (("还有%s个", "n"), ("问%s，他开车", "w"), ("满了，%s那辆还有", "w")),
            ),
        ),
        joint="，",
    )


def english() -> Words:
    """Build the English words: some 4,000 things, 2,000 places and 500 doings."""
    kinds = (
        "blue folding spare wireless second-hand wooden steel cordless portable silent heavy waterproof refurbished "
        "old tiny double rechargeable magnetic padded insulated left-handed adjustable cracked vintage plain striped "
        "compact long-handled solid battery manual electric rusty brand-new borrowed broken cheap decent"
    )
    nouns = (
        "kettle grinder router charger ladder drill tent backpack pump tyre chain saddle helmet lamp shelf printer "
        "keyboard monitor cable battery speaker microphone tripod lens camera projector heater fan filter gasket "
        "valve hose tap hinge lock key gate fence spade rake wheelbarrow bucket paint brush roller sander clamp saw "
        "plane chisel vice hammer spanner socket bolt washer bearing sprocket derailleur brake pedal mudguard "
        "pannier bell stroller blanket mattress curtain cushion teapot saucepan skillet oven toaster freezer "
        "dishwasher mixer scale thermometer jar basket tray flask umbrella raincoat boots gloves scarf goggles "
        "racket paddle kayak rope harness stove lantern compass map notebook ruler folder stamp calendar violin "
        "banjo drumkit amplifier puzzle chessboard aquarium leash birdhouse seedling compost trellis greenhouse"
    )
    return Words(
        things=_joined(kinds, nouns, " "),
        places=_joined(
            " ".join(
                _joined(
                    "Ash Birch Clay Dun Elm Fern Glen Hazel Iron Kestrel Lark Mill Nettle Otter Penn Quarry Raven "
                    "Stone Thorn Upper Vale Willow Yar Amber Brook",
                    "field bridge ford gate hill mead stead wick combe burn",
                )
            ),
            "Hardware Market Library Station Cafe Garage Hall Bakery",
            " ",
        ),
        doings=_joined(
            "replace repair install collect return order book cancel clean move label measure tighten check update "
            "register renew upload share borrow",
            "permits tickets parcels invoices forms deposits keys filters fuses bulbs pipes brakes backups passwords "
            "samples manuals photos badges minutes tools seats batteries certificates leaflets",
            " the ",
        ),
        coined=_coined_english(),
        names=_joined(
            "Al Bea Cas Dan El Fin Gus Han Ida Jo Kim Lou Mae Ned Oli Pat Quin Ros Sid Tam Una Vic Wyn Yas Zed",
            "a by ca dora fred gail ham ine jah kin lyn mond nor otte",
        ),
        chatter=_listed(
            "thanks / thank you! / ok / sounds good / haha / lol same / +1 / morning all / good night / nice one / "
            "me too / on my way / no worries / got it / great news / well done / agreed / count me in / one sec / "
            "congrats! / yep / not really / fair enough / brilliant / cheers"
        ),
        statements=(
            ("went to %s yesterday and came back with a %s", "pt"),
            ("reading %s at the moment, the one about the %s", "ct"),
            ("the %s by %s is decent, %s told me about it", "tcw"),
            ("%s mentioned %s today, had never heard of it", "wc"),
            ("%s is better than %s and I will not be argued with", "cc"),
            ("my %s broke again, that's %s times this year", "tn"),
            ("the queue at %s was %s minutes long today", "pn"),
            ("@%s I left your %s by the door", "wt"),
            ("%s says %s is closed for works next week", "wp"),
            ("finally got the %s working, only took %s hours", "tn"),
            ("somebody should %s before the weekend", "d"),
            ("the %s is better than the %s if you ask me", "tt"),
            ("I'm going to %s on Saturday to %s", "pd"),
            ("the price of a %s went up by %s pounds", "tn"),
            ("I have a %s to give away, come and get it", "t"),
            ("%s has a new owner and it shows", "p"),
            ("ran into %s while I was trying to %s", "wd"),
            ("the %s arrived and it is smaller than in the photo", "t"),
            ("reminder to %s before you %s", "dd"),
            ("found the manual of that %s, hold the button for %s seconds", "tn"),
            ("%s saw a %s at %s for half the price", "wtp"),
            ("don't buy a %s, mine lasted %s days", "tn"),
            ("the kids turned the %s into a spaceship", "t"),
            ("quiet in here today, is everyone out to %s?", "d"),
        ),
        exchanges=(
            (
                ("where can I buy a %s?", "t"),
                (("%s has them for about %s pounds", "pn"), ("got my %s at %s", "=p"), ("ask %s", "w")),
            ),
            (
                ("what time does %s close?", "p"),
                (("%s o'clock I think", "n"), ("at %s on weekdays, earlier on Sundays", "n"), ("%s works there", "w")),
            ),
            (
                ("how do I %s? never done it before", "d"),
                (("first %s, then go to %s", "dp"), ("%s knows, ask there", "w"), ("takes %s minutes at most", "n")),
            ),
            (
                ("could anyone lend me a %s until tomorrow?", "t"),
                (("I can, pick it up at %s", "p"), ("I have %s of the %s, help yourself", "n="), ("@%s has one", "w")),
            ),
            (
                ("has anyone tried %s?", "c"),
                (("had %s for %s years, no trouble", "=n"), ("%s is so so, try %s", "=c"), ("%s has one, ask", "w")),
            ),
            (
                ("which is better, a %s or a %s?", "tt"),
                (
                    ("the %s, had mine for %s years", "=n"),
                    ("depends whether you want to %s", "d"),
                    ("the cheap one", ""),
                ),
            ),
            (
                ("how much is it to %s these days?", "d"),
                (("%s pounds", "n"), ("paid %s last time at %s", "np"), ("free if you sign the list", "")),
            ),
            (
                ("my %s won't start, any ideas?", "t"),
                (
                    ("check the plug, then %s", "d"),
                    ("take it to %s, they fixed my %s", "p="),
                    ("new one, %s pounds", "n"),
                ),
            ),
            (
                ("any seats left in the car to %s on Saturday?", "p"),
                (("%s left", "n"), ("ask %s who is driving", "w"), ("full, try %s", "w")),
            ),
        ),
        joint=", ",
    )
