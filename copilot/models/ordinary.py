"""What tells a name from a word: surnames, characters of given names, and words that people take for nicknames.

The lists are short on purpose: they hold what is both a likely name in a member table and a likely word in a message.
"""

from __future__ import annotations

from typing import Final


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


SURNAMES: Final = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔"
    "钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤温康施文牛樊葛邢"
    "安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷盛曲翁冉骆蓝路"
    "游辛靳管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳时穆农司卓古吉缪简车项连芦麦褚娄窦戚岑景党宫费卜冷晏席卫米柏宗瞿桂全"
    "佟应臧闵苟邬边卞姬师和仇栾隋商刁沙荣巫寇桑郎甄丛仲虞敖巩明佘池查麻苑迟邝官封谈匡鞠惠荆乐冀郁胥南班储原栗燕楚"
    "鄢劳谌奚皮粟冼蔺楼盘满闻厉伊仝区郜海阚花权强帅屠豆朴盖练廉禹井祖漆巴丰支卿国狄平计索宣晋相初门云容敬来扈晁芮"
    "都普阙浦戈伏鹿薄邸雍辜羊阿乌母裘亓修邰赫杭况那宿鲜印逯隆茹诺战慕危玉银亢嵇公哈湛宾戎勾茅利於呼居揭干但尉冶斯"
    "元束檀衣信展阴"
)
"""Surnames of one character."""

RARE_AS_SURNAMES: Final = frozenset(
    "和全强国平来那都但居干信云海花相门初原计容利公元连路明应向时成解单官楼南满区阳万安关文方任白高金车景游华管房"
    "简师商沙边盘权支索宣展斯衣印危银玉母普修鲜战皮乐农司党费冷麻谈封储栗劳帅盖练井祖巴丰敬"
)
"""Surnames that are more often something else: with one character they make a word as easily as a name."""

GIVEN: Final = frozenset(
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛超秀霞平刚桂英华玉萍红梅鹏飞辉玲兰建国志明婷雪慧莹颖琳瑶萱涵梓轩浩然宇泽睿雨欣"
    "怡佳琪晨曦诗雅若彤紫妍嘉俊豪思语晓雯婉晴薇倩蕾菲悦瑜璐媛茜楠娇淑珍凤琴云莲珊蓉琼彬斌栋峰毅鑫博凯航旭昊翔铭瑞"
    "霖煜哲皓楷锋炜骏恒辰逸岩松柏森林满舟"
)
"""Characters of which given names are made."""

WORDS_ZH: Final = _set(
    "高兴 马上 方便 方法 方向 安全 白天 黄金 金额 金钱 于是 任何 任务 任性 周末 周一 周二 周三 周四 周五 周六 "
    "周日 时间 时候 路上 路人 路过 成功 成本 常常 向来 全部 毛病 温和 温柔 温暖 江湖 石头 花钱 花花 雷人 万一 "
    "万能 米饭 田地 夏天 关于 关系 关心 关注 关键 古代 单位 单独 单身 解决 应该 查看 项目 房间 房子 史上 武器 "
    "文件 文章 文明 明天 明白 明年 平安 平时 平台 来了 国家 国庆 强大 南方 海边 大海 云朵 白云 元气 信心 信息 "
    "和平 和气 阳光 公司 公开 公平 利息 乐观 快乐 开心 简单 管理 游戏 游客 连接 段子 程序 钟头 石榴 康复 牛奶 "
    "易懂 严重 严格 毕业 毕竟 季节 华丽 盛大 蓝天 蓝色 白色 黑色 红色 黄色 金色 银行 商店 商家 师傅 师父 老师 "
    "同学 老板 老公 老婆 妈妈 爸爸 爷爷 奶奶 哥哥 姐姐 弟弟 妹妹 叔叔 阿姨 宝宝 宝贝 宝妈 大家 大神 大佬 小白 "
    "小心 小时 小学 小孩 小区 小雨 小雪 小草 小猫 小狗 小鱼 小熊 小米 小康 小气 小明 阿门 老大 老人 大概 大约 "
    "大雨 大树 星星 月亮 太阳 晴天 雨天 雪花 清风 微风 天空 天使 天天 海洋 森林 春天 秋天 冬天 春风 花开 向日葵 "
    "彩虹 流星 希望 梦想 自由 自在 随缘 随便 随风 知足 幸福 平凡 平淡 安静 安好 简约 努力 加油 奋斗 坚持 珍惜 "
    "感恩 善良 美丽 漂亮 可爱 聪明 健康 富贵 吉祥 如意 好运 发财 无聊 无名 无所谓 匿名 佚名 路人甲 过客 用户 "
    "群主 群员 群友 管理员 机器人 客服 助手 助理 店长 老板娘 主播 编辑 运营 产品 测试 设计 开发 前端 后端 财务 "
    "人事 行政 今天 昨天 后天 早上 早安 晚安 晚上 中午 下午 你好 您好 谢谢 不客气 没关系 不知道 为什么 怎么办 "
    "好的 可以 收到 西瓜 苹果 香蕉 橙子 柠檬 草莓 葡萄 桃子 樱桃 土豆 番茄 白菜 大白菜 豆腐 豆浆 米粒 面包 蛋糕 "
    "饼干 糖果 咖啡 可乐 奶茶 牛排 火锅 老虎 狮子 兔子 猫咪 狗狗 熊猫 大熊猫 小猪 小鸟 蝴蝶 蜗牛 玫瑰 茉莉 百合 "
    "荷花 牡丹 梅花 桂花 北京 上海 广州 深圳 杭州 南京 成都 重庆 武汉 西安 中国 世界 手机 电脑 微信 快递 视频 "
    "图片 红包 问题 消息 新手 新人 菜鸟 高手 专家 学生 家长 业主 邻居 朋友 先生 女士 小姐 美女 帅哥 男神 女神 "
    "吃货 懒猫 夜猫子 开心就好 随便看看 谢谢大家 没有问题 一切随缘 平平淡淡 岁月静好 心想事成 万事如意 一帆风顺 "
    "顺其自然 知足常乐 看看 试试 慢慢 刚刚 偷偷 默默 静静 悄悄 哈哈 呵呵 嘻嘻 嘿嘿 嗯嗯 哦哦 多多 点点 圆圆 团团 "
    "乐乐 球球 点滴 一点 张开 张嘴 张口 刘海 陈旧 陈年 黄瓜 黄昏 黄河 马路 马虎 马桶 马达 朱红 胡说 胡子 胡闹 "
    "胡同 何必 何况 何时 何处 高级 高度 高考 高速 高铁 高中 高端 高清 高温 高大 林业 梁山 谢天 宋代 唐朝 许多 "
    "许愿 许久 许可 韩国 曾经 曾几何时 肖像 田野 余额 余下 余地 叶子 程度 苏打 丁点 沈阳 姜汤 钟情 范围 金属 "
    "金融 石油 夏季 方案 方式 方面 白酒 白痴 白领 江山 雷电 龙虾 史诗 陶瓷 贺卡 顾客 顾虑 毛巾 毛衣 毛利 万岁 "
    "万物 万事 钱包 钱财 武术 戴上 莫名 莫非 向前 向上 向下 汤圆 温度 温馨 康乃馨 施工 文化 文字 文档 文本 牛肉 "
    "安装 安排 安慰 安心 安卓 齐全 易拉罐 乔迁 章节 申请 关闭 关机 包括 包装 包子 包邮 宁愿 宁可 尚未 符合 符号 "
    "舒服 舒适 纪念 纪录 童年 童话 单纯 单价 单子 季度 成绩 成为 成长 成员 谷歌 曲线 路线 路由 路由器 路口 路费 "
    "游泳 管用 管家 房东 房价 房租 解释 解压 时代 时刻 时机 农村 农民 司机 古怪 吉他 简介 简直 简历 车子 车位 "
    "车票 项链 连续 连锁 麦克风 景色 党员 宫殿 费用 费劲 冷静 冷门 席位 卫生 米线 全家 全国 全新 应用 应付 边上 "
    "商量 商品 沙发 荣誉 明星 明显 明明 池塘 查询 查收 麻烦 麻辣 官方 官网 封面 谈话 乐园 南瓜 班级 班长 储存 "
    "原因 原来 燕窝 劳动 皮肤 楼上 楼下 盘点 满意 满足 区别 海鲜 海报 花生 权限 权利 强烈 强制 豆子 盖子 练习 "
    "祖国 巴士 丰富 支持 支付 国际 国内 平均 平板 计划 计算 索性 宣传 相信 相关 相当 初中 初级 门口 门票 云端 "
    "容易 敬请 来回 来源 都是 普通 修改 修理 鲜花 况且 那么 那个 那边 那里 印象 战争 战斗 玉米 银色 公交 公园 "
    "公告 利用 呼吸 居然 居民 干净 干嘛 干活 但是 元旦 束缚 信用 信任 展示 展览 阴天"
)
"""Chinese words that are nicknames too, or begin with a surname."""

WORDS_EN: Final = _set(
    "will mark may hope grace joy rose bill frank jack art rich drew chase hunter summer autumn sunny happy "
    "lucky angel tiger admin moon star sky cloud rain snow coffee apple orange lemon cherry king queen boss max "
    "pat sue rob nick ray dawn eve faith june april august spring winter river lake ocean sea sun light dark "
    "night day dream magic music rock jazz smile love peace life free cool nice good great best super mega ultra "
    "pro user test guest member owner bot system data info help support service team group chat hello hi hey "
    "thanks thank yes no ok okay please sorry welcome bye morning evening tea milk honey sugar candy cookie cake "
    "bread rice bean pepper ginger basil sage olive berry peach plum melon mango kiwi cat dog bird fish bear "
    "wolf fox lion panda bunny rabbit duck horse monkey dragon phoenix ghost shadow knight ninja hero legend "
    "master student teacher doctor captain chief lord prince princess lady miss mister sir mom mum dad baby kid "
    "boy girl man woman friend buddy bro sis guy dude red blue green black white gold silver pink purple gray "
    "grey brown violet amber jade ruby pearl diamond crystal stone hill dale glen cliff brook forest woods field "
    "park street home house garden world earth mars venus jupiter saturn nova echo delta alpha beta gamma omega "
    "zero one two three four five six seven eight nine ten lance pierce wade grant chance sterling ward page "
    "dean duke earl victor gene cash bob don ben ken van sam tim tom jim dan ted al ed carol bell penny iris "
    "lily daisy heather holly ivy fern clover mercy patience charity harmony melody destiny trinity honor major "
    "miller baker cook carter mason taylor smith turner walker fisher potter archer parker porter young old new "
    "long short strong swift sharp bright noble just true real only some any many more most other about after "
    "again back been before being both can come could did does down each even every find first for from get give "
    "go had has have he her here him his how if in into is it its know like little look made make me much must "
    "my never not now of off on or our out over own part people right said same see she should so such take tell "
    "than that the their them then there these they thing think this time to too under up us use very want was "
    "way we well went were what when where which while who why with work would year you your java python linux "
    "windows google android"
)
"""English words that are names too, and such as people take for one."""

COMPOUND: Final = tuple(_set("欧阳 上官 司马 诸葛 东方 皇甫 尉迟 公孙 令狐 慕容 司徒 夏侯 端木 南宫"))
"""Surnames of two characters."""
