"""Everyday words that mean the same where groups talk. The first of each line stands for the others.

They are of general use: what only one community says belongs into the variants of its FAQ entries.
"""

from __future__ import annotations

_ALIKE_ZH = """
周日 周天 礼拜天 礼拜日 星期天 星期日
周 礼拜 星期
孩 孩子 小孩 小孩子 小孩儿 小朋友 宝宝 宝贝 娃娃 娃
家长 爸妈 父母
爸 爸爸 老爸 父亲
妈 妈妈 老妈 母亲
老人 老年人 爷爷 奶奶 外公 外婆 姥姥 姥爷
新人 新手 新来的 刚进群 小白
钱费 多少钱 费用 收费 交费 缴费 付费 价格 价钱 价位 什么价 收钱 要钱 交钱 花钱 扣钱 罚钱 几块钱 定价 报价
免费 不要钱 不用钱 不收费 不收钱 白送
优惠 折扣 打折 福利 好处 便宜 实惠 划算 特价 促销
付款 支付 付钱 结账 买单 转账
退款 退钱 退费
押金 保证金 定金
赔 赔偿 赔钱 赔付
发票 开票
会员 会籍
报名 参加 报上名 登记 接龙
名额 位子 空位
候补 排队 递补
取消 去不了 来不了 不去了 不来了 不参加 退出
改期 改时间 换时间 延后 推迟
迟到 晚到 来晚
请假 缺席 缺课 没去上
地址 位置 地点 地方 定位 导航
公交 公车 巴士
停车 车位 停哪 泊车
开门 营业 开馆 开店 上班时间
关门 闭馆 打烊 歇业 休息日
时间 时段 时间段 钟点
开放时间 营业时间 开门时间 关门时间 几点开门 几点关门 几点开 几点关 开到几点 几点打烊 几点下班
多久 多长时间
最晚 截止 最迟 之前要
提前 事先 预先
预约 预订 预定 订位
丢 弄丢 丢失 遗失 不见了 找不到 丢掉
落下 忘拿 忘带 遗落 落在
坏 弄坏 损坏 破损 弄破 弄坏了 撕坏 弄烂
修 维修 修理 返修
换 更换 调换 替换
逾期 超期 过期 超时 还晚 晚还
续 续期 延期 延长 续借 续费
归还 还回 送回 还回来
借 借走 借阅 借用 租借
寄 邮寄 快递 物流 寄送 发货 包邮
送货 上门 配送 跑腿
电话 手机号 号码 联系方式 热线
微信 薇信 wx
密码 口令
账号 账户 帐号
登录 登陆 登不上 登不进 进不去
注册 开户 开通
打不开 闪退 用不了 没反应
网 wifi 无线网 网络
英文 英语 外语
中文 汉语
打印 打印机
照片 图片 相片 拍照
视频 录像 录屏
录音 回放 音频
资料 材料 文件 讲义
证书 证明 奖状
奖励 奖品 礼物 礼品 赠品
积分 分数 点数
活动 聚会 聚餐 团建
线下 现场 实地
线上 网上 在线 远程
开始 开场 开课 开营 启动
结束 散场 收尾 结营
集合 碰头 汇合
吃的 零食 食物 吃东西 点心 饼干 食品
饭 吃饭 餐厅 饭馆 饭店
过敏 忌口
发烧 生病 感冒 咳嗽 不舒服
卫生 消毒 清洁 干净
安全 危险
厕所 洗手间 卫生间
年龄 几岁 多大 岁数
人数 几个人 多少人
尺寸 大小 尺码 多大的
颜色 色号
推荐 介绍 安利 求推荐
选 挑 挑选 选择
买 购买 入手 采购 下单
卖 出售 转卖 出手
二手 闲置 旧的
捐 捐赠 捐献
群规 规则 规定 规矩
广告 推广 宣传
踢 移出 踢出 拉黑
禁言 不让说话
昵称 群名片 备注名 群名
管理员 群主 管理
客服 工作人员 店员
老师 讲师 教练
志愿者 义工
生效 起算 开始算
到账 打款 退回来
暂停 冻结 停用 停卡 先停
转让 过户 转给
领取 去拿 去取
交通 怎么去 怎么走 怎么过去
版本 款式
宠物 毛孩子
"""
_ALIKE_EN = """
price cost fee charge fare rate pricing
start begin beginning commence
end finish
open opening
close closing shut closed
kid child children toddler
parent mum mom dad
photo picture pic image photograph
phone mobile cell telephone
bug problem error fault glitch
broken faulty defective damaged cracked
fix repair mend
refund reimburse reimbursement
cancel cancellation
buy purchase
place location venue address
meetup meeting gathering
doc docs documentation manual guide
lend borrow loan
allow allowed permit permitted
signup register registration enroll enrol
bring take
wifi wlan
ship shipping delivery deliver postage
package parcel
return returns
discount deal offer coupon voucher promo
free complimentary
friend buddy mate colleague
car vehicle
park parking
bus coach
toilet restroom bathroom loo
food snack meal
drink beverage
dog pet
ticket pass
member membership
newcomer newbie beginner novice
rule guideline policy
admin administrator moderator organizer organiser host
ban kick remove
advert advertisement ad ads promotion
sell sale selling
secondhand used preowned
password passcode
account login
email e-mail
app application
website site webpage
update upgrade
install installation setup
delete erase
video recording
slide slides deck
deadline cutoff
schedule timetable agenda
late delayed delay
clean wash
size dimension
amount quantity
big large
small little
quick fast
weekday workday
trip tour outing excursion
travel travelling journey
class lesson course workshop
teacher instructor tutor
prize award reward
gift present
book reserve reservation booking
wait waiting queue waitlist
lost missing misplace
invoice receipt bill
guarantee warranty
subscribe subscription
change modify alter swap
choose select pick
"""
ZH = tuple(tuple(line.split()) for line in _ALIKE_ZH.strip().splitlines())
EN = tuple(tuple(line.split()) for line in _ALIKE_EN.strip().splitlines())
