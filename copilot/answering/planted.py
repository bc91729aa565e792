"""Words that speak to a machine instead of to people: orders that somebody planted where a model would read them.

Members' text reaches a model only inside data blocks, a model that answers holds no tools, and what it claims is
checked. This is one more fence: what is recognised here is not told to the model, and no claim may rest on it. It
knows common turns of phrase in Chinese and English; an order in other words passes, and meets the other fences.
"""

from __future__ import annotations

import re

from copilot.text.fold import folded

_MACHINE = (
    r"(?:ai|人工智能|大?语言模型|大?模型|机器人|小?助手|智能体|副驾|co-?pilot|chatgpt|gpt|llm|bot|assistant|chatbot)"
)
_ZH = re.compile(
    r"(?:忽略|无视|忘[记掉]|不要理会|不用理会|别管|绕过|跳过|覆盖|推翻)[^。!?\n]{0,12}(?:指令|提示词?|规则|要求|设定|约束|限制|命令|上文|以上|前文|之前)"
    r"|(?:系统|开发者|管理员)(?:提示词?|指令|命令|消息|通知|覆盖)(?:[:】\]]|结束|开始|更新)"
    r"|你(?:现在|从现在起|接下来|今后)?(?:是|扮演|充当|变成)(?:了|一个|一名|一位|没有)?.{0,8}(?:助手|机器人|ai|模型|dan)"
    rf"|(?:作为|身为)(?:一个|一名)?{_MACHINE}"
    rf"|{_MACHINE}[^。!?\n]{{0,10}}(?:请|必须|务必|应该|应当|立即|马上|只能|只需|需要|要|一律)[^。!?\n]{{0,8}}"
    r"(?:回答|回复|输出|告诉|说|发|执行|忽略|照做|调用|加上|推荐|引导|公布|删|踢)"
    r"|(?:回答|回复|输出|总结|作答)(?:时|的时候|中|里|前|末尾|最后|开头)(?:[^。!?\n]{0,6})(?:必须|务必|一律|只|都要|请|要)[^。!?\n]{0,6}"
    r"(?:说|写|回|输出|加|带|包含|附|引导|推荐|提到)"
    r"|(?:回答|回复)(?:所有|任何|一切|每[个条])(?:问题|提问|消息)"
    r"|(?:如果|要是|只要|以后|今后|凡是)[^。!?\n]{0,8}(?:有?人|谁|成员|用户|群友)?(?:再)?(?:问|提问)[^。!?\n]{0,24}?(?:就|都|请|一律|统一)(?:说|回|答|告诉|推荐)"
    r"|(?:把|将)[^。!?\n]{0,10}(?:密码|密钥|口令|令牌|token|api ?key|提示词)[^。!?\n]{0,8}(?:发|告诉|输出|写|给|说|贴)"
    r"|(?:输出|打印|泄露|公布|复述|重复|说出|贴出)[^。!?\n]{0,10}(?:密码|密钥|提示词|系统提示|指令|api ?key)"
    r"|(?:发|发送|发布|推送|群发)(?:一[条个份])?@?(?:全员|全体|所有人)的?(?:公告|通知|消息)"
    r"|只(?:需|要|能|准|可)?(?:回答|输出|回复)\W{0,3}(?:none|yes|ok|无)"
    r"|(?:不要|不用|无需|别)(?:引用|核对|验证|标注)(?:出处|来源|原文)?"
    r"|(?:调用|使用)(?:工具|函数|接口)|工具(?:结果|返回|调用)\W"
)
_EN = re.compile(
    r"\b(?:ignore|disregard|forget|override|bypass|skip)\b.{0,30}\b(?:instructions?|prompts?|rules?|above|previous|prior"
    r"|guidelines?|context|constraints?)\b"
    r"|\b(?:system|developer|admin(?:istrator)?)\s*(?:prompt|message|instructions?|note|override|notice|update)\b\s*[:\]>]"
    r"|\bsystem\s*:|\byou are now\b|\bfrom now on,? (?:you|always|only|answer|reply)\b"
    r"|\b(?:act as|pretend (?:to be|that you|you are)|role-?play as)\b"
    r"|\bas an? (?:ai|language model|assistant|chatbot)\b"
    rf"|\b{_MACHINE}s?\b.{{0,24}}\b(?:must|should|please|shall|needs? to|has to|have to|always|are to|is to)\b.{{0,24}}"
    r"\b(?:say|tell|reply|answer|respond|output|print|send|include|ignore|post|announce|reveal|recommend|call|delete|ban)\b"
    r"|\b(?:when|whenever|if|once) (?:you(?:'re| are)? |some(?:one|body) |any(?:one|body) |users? |members? |people )?"
    r"(?:asks?|asked|answering|replying|responding)\b.{0,60}\b(?:say|tell|reply|answer|respond|recommend|point)\b"
    r"|\b(?:reply|respond|answer|output|print|say)\b (?:only|exactly|nothing but|just|with the)\b"
    r"|\banswer (?:all|every|any) questions?\b"
    r"|\b(?:print|reveal|output|send|show|leak|repeat|post|give|tell)\b.{0,24}\b(?:passwords?|api[ _-]?keys?|secrets?"
    r"|tokens?|system prompt|your instructions|your prompt)\b"
    r"|\b(?:send|post|publish|make)\b.{0,16}\b(?:announcement|notice)\b.{0,12}\b(?:all|everyone)\b"
    r"|\btool[_ -]?(?:call|result|response|output)s?\b|\bfunction[_ -]?call"
    r"|\b(?:don't|do not|never) (?:cite|verify|quote)\b"
    r"|<\s*/?\s*(?:system|assistant|user|data|instructions?|tool)\b|\[/?inst\]|<\|[a-z_]+\|>"
)
# What no admin writes for people: whole prompts, the marks of roles, the ends of data blocks.
_PLAIN = re.compile(
    r"(?:忽略|无视|不要理会|不用理会|别管|绕过|推翻)[^。!?\n]{0,12}(?:指令|提示词|系统提示)"
    r"|忘[记掉](?:以上|之前|前面|所有)[^。!?\n]{0,8}(?:指令|提示词?)"
    r"|(?:系统|开发者)(?:提示词|指令)[:】\]]"
    r"|\b(?:ignore|disregard|forget|override|bypass)\b.{0,30}\b(?:instructions?|prompts?)\b"
    r"|\b(?:system|developer) (?:prompt|message)\s*[:\]>]"
    r"|<\s*/?\s*(?:system|assistant|user|data|instructions?|tool)\b|\[/?inst\]|<\|[a-z_]+\|>"
)
_APART = re.compile(r"(?<=[一-鿿])[\W_]+(?=[一-鿿])")


def speaks_to_machine(text: str, *, by_admin: bool = False) -> bool:
    """Whether a text gives orders to whoever answers by machine.

    Args:
        text: raw text; hidden characters, look-alikes and characters set apart ("忽 略 指 令") are seen through.
        by_admin: whether an admin wrote it: then passwords, bots and replies are what it is about, and only what is
            no language among people counts.
    """
    plain = folded(text)
    patterns = (_PLAIN,) if by_admin else (_EN, _ZH)
    return any(pattern.search(one) for pattern in patterns for one in (plain, _APART.sub("", plain)))
