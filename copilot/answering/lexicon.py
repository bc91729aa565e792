"""The words by which questions are told from what they are about: asking words, words that mean the same, and the marks
of facts. Everything here matches folded text.
"""

from __future__ import annotations

import re

from copilot.answering.question import Asks

# Words that ask, point or are polite. They are taken out of a question before its Chinese is cut into pairs.
ASKING_WORDS = re.compile(
    r"请问一?下?|请教一?下?|咨询一?下?|想问一?下?|问一?下|麻烦|谢谢|大家|各位|有没有人?|有人知道|有人|谁知道|知道"
    r"|有没有|能不能|可不可以|是不是"
    r"|会不会|要不要|可以|能否|可否|是否|什么时候|什么|啥时候|时候|怎么样|怎么办|怎么|怎样|咋办|咋|如何|为什么|为啥"
    r"|为何|哪里|哪儿|哪天|哪个|哪些|哪位"
    r"|哪|多少|多久|多大|多长|几点|几号|几天|几个|几次|几本|几|啥|谁|上一次|上次|上回|最近|这次|下次|我们|你们|咱们"
    r"|他们|他家|这个|那个|这种|那种|这边|那边|一下"
    r"|现在|目前|的话|还是|或者|以及|如果|应该|需要|必须|关于|一般|比较|还有|已经|到底|究竟|告诉|话说"
)
# Single characters that close a clause or point; next to them no pair makes a word that is worth looking for.
GLUE = re.compile(r"[的了吗呢么吧啊呀嘛哦哈是我你您他她它这那得地着过和跟与或就也都在]")

_STOP = (
    "a an the is are am was were be been being do does did done have has had having can could will would shall "
    "should may might must i me my mine we us our ours you your yours he him his she her it its they them their "
    "this that these those there here what which who whom whose when where why how if then than so and or but not "
    "no nor of in on at by for from to with about into as up out off over under again any some anyone anybody "
    "someone somebody everyone all one ones please thanks thank hi hey hello know tell need want like get got go "
    "going just also still too very really much many lot let s t d ll m re ve don doesn didn isn aren wasn won "
    "wouldn can't cannot wondering wonder possible way anything something idea question ask asked last time latest "
    "ever yet now doing make does 's there's"
)
STOP_WORDS = frozenset(_STOP.split())

# The kinds whose answers show by a fact of their own.
FACT_KINDS = frozenset({Asks.WHEN, Asks.WHERE, Asks.WHO, Asks.HOW_MUCH})
# The facts by which an answer of each kind is known, in folded text. Any text may answer what is in none of them.
FACTS: dict[Asks, re.Pattern[str]] = {
    Asks.WHEN: re.compile(
        r"\d{1,2} ?[:点时月号日]|[一二三四五六七八九十] ?[点月号日]|周[一二三四五六日天末]|星期|礼拜|[今明后昨]天"
        r"|今晚|明晚|上午|下午|中午|早上|晚上|月底|年底|月初"
        r"|\d天|小时|分钟|\d{1,2}[/.\-]\d{1,2}|\b(?:mon|tues|wednes|thurs|fri|satur|sun)day|\b\d{1,2} ?(?:am|pm"
        r"|a\.m|p\.m)"
        r"|\b(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]* \d|\d (?:jan|feb|mar|apr|may|jun|jul|aug"
        r"|sep|oct|nov|dec)"
        r"|\btoday\b|\btomorrow\b|\btonight\b|\bnoon\b|\bweek|\b(?:hours?|days?|minutes?|months?|o'clock)\b|\d(?:st"
        r"|nd|rd|th)\b"
    ),
    Asks.WHERE: re.compile(
        r"在|那家|这家|家店|边上|[路号楼层室厅站园区街]|到[店馆场]|门口|对面|旁边|附近|地址|线上|小程序|链接|\b(?:at|in|on|near|behind"
        r"|opposite|under|next to|room|street|road"
        r"|floor|hall)\b|https?:"
    ),
    Asks.HOW_MUCH: re.compile(
        r"\d|[一二两三四五六七八九十百千万半几]+ ?[元块毛折天个本次人份位年月周岁小公分]|免费|不要钱|不收|不限"
        r"|\bfree\b|\b(?:one|two|three|four|five|six|seven"
        r"|eight|nine|ten|dozen|half|no limit|unlimited)\b"
    ),
    Asks.WHO: re.compile(
        r"@|找|[老馆店群团班]师|馆[长员]|店长|群主|管理|客服|妈|爸|哥|姐|我来|\b(?:i'll|i am|i'm|ask|contact|admin"
        r"|organi[sz]er|team|by)\b"
    ),
    Asks.WHY: re.compile(
        r"因为|由于|原因|为了|所以|应该是|可能是|估计|\b(?:because|since|due|reason|cause|probably|so that)\b"
    ),
    Asks.YES_NO: re.compile(
        r"可以|不[行能用可是会要得]|能|行|有|没|是|对|得|要|会|\b(?:yes|yeah|yep|yup|no|nope|not|can|cannot|can't"
        r"|sure|ok|okay|allowed"
        r"|of course|you need|is|are|does|doesn't|will|won't|isn't)\b"
    ),
}
