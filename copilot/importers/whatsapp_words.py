"""What WhatsApp itself writes into an exported chat, in the languages of its users: media that was left out, attached
files, deleted messages, and notices about the group."""

from __future__ import annotations

import re

from copilot.importers.reading.attachments import kind_of_file
from copilot.records import MessageKind


def _any_of(lines: str) -> str:
    """A pattern for any of the phrases on these lines, which `|` separates; a line is a language or a few."""
    return "|".join(line.strip() for line in lines.strip().split("\n"))


def _pattern(*parts: str) -> re.Pattern[str]:
    return re.compile("".join(parts), re.DOTALL | re.IGNORECASE)


# On iPhones the kind of what was left out is named.
_OMITTED = {
    MessageKind.IMAGE: """
        image omitted|photo omitted
        图像已忽略|图片已忽略|圖片已略去|圖片已忽略|圖像已忽略
        imagen omitida|imagem ocultada|imagem omitida|immagine omessa|image absente
        bild weggelassen|afbeelding weggelaten|画像は含まれていません|изображение опущено
    """,
    MessageKind.VIDEO: """
        video omitted|video note omitted
        视频已忽略|影片已略去|影片已忽略|視訊已忽略
        video omitido|vídeo ocultado|vídeo omitido|video omesso|vidéo absente
        video weggelassen|video weggelaten|動画は含まれていません|видео опущено
    """,
    MessageKind.VOICE: """
        audio omitted
        音频已忽略|音訊已略去|音訊已忽略
        audio omitido|áudio ocultado|áudio omitido|audio omesso|audio omis
        audio weggelassen|audio weggelaten|音声は含まれていません|аудио опущено
    """,
    MessageKind.STICKER: """
        sticker omitted|gif omitted
        贴图已忽略|表情包已忽略|貼圖已略去|貼圖已忽略|gif 动态图已被忽略|gif 已略去|gif 已忽略
        sticker omitido|gif omitido|figurinha omitida|sticker non incluso|gif esclusa|sticker omis|gif retiré
        sticker weggelassen|gif weggelassen|sticker weggelaten|стикер опущен
    """,
    MessageKind.CARD: """
        contact card omitted
        联系人名片已忽略|聯絡人名片已略去
        tarjeta de contacto omitida|kontaktkarte ausgelassen
    """,
}
_OMITTED_KINDS = tuple((_pattern(_any_of(phrases)), kind) for kind, phrases in _OMITTED.items())
# `list.pdf • 2 pages document omitted`
_OMITTED_FILE = _pattern(
    r"(?:(?P<name>[^\n•]{1,200}\.\w{1,8})\b[^\n]{0,60})?\b(?:",
    _any_of("""
        document omitted
        文档已忽略|文件已略去|文件已忽略
        documento omitido|documento ocultado|documento omesso|document manquant
        dokument weggelassen|document weggelaten
    """),
    ")",
)
# On Android it is only said that something was left out.
_MEDIA_OMITTED = _pattern(
    "[<‹«](?:",
    _any_of("""
        media omitted
        省略影音内容|省略影音內容|已省略多媒體檔案|已省略多媒体文件|媒体文件已忽略
        multimedia omitido|archivo omitido|media omessi|médias omis|fichier omis
        mídia oculta|arquivo de mídia oculto|ficheiro não revelado
        medien ausgeschlossen|media weggelaten|без медиафайлов|файл пропущен
        미디어 파일을 생략한 메시지|미디어 파일을 제외한 메시지|メディアなし|メディアは含まれていません
    """),
    ")[>›»]",
)
_ATTACHED_AFTER = _pattern(
    r"(?P<name>[^\n]{1,255}\.\w{1,8}) \((?:",
    _any_of("""
        file attached
        文件附件|附件|檔案附件|附加檔案
        archivo adjunto|file allegato|fichier joint|arquivo anexado|ficheiro anexado
        datei angehängt|bestand bijgevoegd|файл добавлен|파일 첨부됨|ファイル添付
    """),
    r")\)(?:\n(?P<caption>.*))?",
)
_ATTACHED_WITHIN = _pattern(
    r"(?:(?P<caption>.*?)\s?)<(?:",
    _any_of("""
        attached
        附件|已附加|已附加檔案
        adjunto|allegato|pièce jointe|anexado|anhang|bijlage|прикреплено|첨부파일|添付ファイル
    """),
    r")\s?[:：]\s?(?P<name>[^<>\n]{1,255})>",
)
_DELETED = _pattern(
    "(?:",
    _any_of(r"""
        this message was deleted|you deleted this message|this message was deleted by admin[^\n]{0,80}
        此消息已删除|此消息已被删除|这条消息已删除|这条消息已被删除|消息已删除
        此訊息已刪除|此訊息已被刪除|這則訊息已刪除|訊息已刪除
        您删除了此消息|你删除了此消息|您已删除此消息|你已删除此消息|您删除了这条消息|你删除了这条消息
        你已刪除此訊息|您已刪除此訊息|你刪除了這則訊息|您刪除了這則訊息
        se eliminó este mensaje|eliminaste este mensaje|este mensaje fue eliminado
        questo messaggio è stato eliminato|hai eliminato questo messaggio
        ce message a été supprimé|vous avez supprimé ce message
        mensagem apagada|essa mensagem foi apagada|você apagou esta mensagem
        diese nachricht wurde gelöscht|du hast diese nachricht gelöscht
        dit bericht is verwijderd|dit bericht werd verwijderd
        данное сообщение удалено|вы удалили данное сообщение
        삭제된 메시지입니다|このメッセージは削除されました
    """),
    ")[.。]?",
)
_EDITED = _pattern(
    r"\s*\u200e?[<‹](?:",
    _any_of("""
        this message was edited
        这条消息已经过编辑|此消息已编辑|此訊息已編輯|已編輯此訊息
        se editó este mensaje|questo messaggio è stato modificato|ce message a été modifié
        mensagem editada|essa mensagem foi editada|diese nachricht wurde bearbeitet
    """),
    r")[>›]\s*$",
)
_POLL = re.compile(r"(?:POLL|投票|ENCUESTA|UMFRAGE|SONDAGE|SONDAGGIO|ENQUETE)[:：]\n(?P<words>.*)", re.DOTALL)
_OPTION = re.compile(
    r"\s{0,3}(?:OPTION|选项|選項|OPCIÓN|OPZIONE|OPÇÃO)[:：]\s{0,3}(?P<words>.*?)(?:\s{0,3}[(（]\d+[^()（）]*[)）])?"
)
_LONGEST_POLL = 10_000
_LOCATION = _pattern(
    "(?:live )?(?:location|位置|ubicación|standort|position|posizione|localização)",
    r"\s?[:：]\s?(?P<address>https?://\S+)",
)
_CALL = _pattern(
    "(?:",
    _any_of("""
        (?:missed |silenced )?(?:group )?(?:voice|video) call
        (?:未接|未接听的?)?(?:语音通话|語音通話|视频通话|視訊通話)
    """),
    r")[^\n]{0,60}",
)
# What notices about a group say after the name of who acts: it is searched for.
_NOTICE = _pattern(
    _any_of(r"""
        end-to-end encrypted|created (?:this )?group|created this community
        changed (?:the subject|the group|this group|their phone|the settings|to \+)
        joined (?:using|from|via)|(?:was|were) added|\badded \S|\bremoved \S|\bleft$|security code
        pinned a message|now an admin|no longer an admin|disappearing messages|this chat is with
        端到端加密|创建了?(?:此|本|这个|群)|更改了?(?:此|本|群|主题|安全)|变更了|加入了?(?:群|此|本|$)|添加了
        移除了|退出了?|离开了|安全码|成为(?:了)?(?:群)?管理员|使用此群组的邀请链接
        端對端加密|建立了?(?:此|本|這個|群)|更改為|變更了|新增了|離開了|安全代碼
        cifrados de extremo|creó (?:el|este) grupo|añadió a|eliminó a|salió del grupo|se unió|cambió (?:el|la|este|su)
        ende-zu-ende|hat die gruppe|hat .{1,80} (?:hinzugefügt|entfernt|geändert)|ist beigetreten
        chiffrés de bout|a créé le groupe|a ajouté|a quitté|crittografati end
        criptografia de ponta|criou (?:o|este) grupo
    """)
)
_NAMES_GROUP = _pattern(
    _any_of("""
        created group|changed the (?:subject|group)
        创建了?.{0,4}群|更改了?.{0,4}(?:主题|群)|将主题
        建立了?.{0,4}群|更改了?.{0,4}主題|將主旨
        creó el grupo|cambió el (?:asunto|nombre)|hat die gruppe|hat den betreff
        a créé le groupe|a changé le sujet|criou o grupo|mudou o nome
    """)
)


def is_notice(text: str) -> bool:
    """Whether a text without a sender, or one that WhatsApp marks as its own, is a notice about the group."""
    return _NOTICE.search(text[:300]) is not None


def names_group(words: str) -> bool:
    """Whether what stands before a colon is no name but the start of a notice that quotes something with a colon."""
    return _NAMES_GROUP.search(words) is not None


def is_deleted(text: str) -> bool:
    """Whether a text says that the message was deleted."""
    return len(text) < 200 and _DELETED.fullmatch(text) is not None


def without_edit_mark(text: str) -> str:
    """A text without the note at its end that it was edited."""
    if text[-1:] not in (">", "›"):
        return text
    # The mark is short; looking for it in all of a long text would cost the square of its length.
    return text[:-60] + _EDITED.sub("", text[-60:])


def kind_and_words(text: str) -> tuple[MessageKind, str]:
    """What a text stands for, and the words worth keeping: of a file its name, of media the caption.

    Args:
        text: without direction marks.
    """
    if len(text) < 300:
        if _MEDIA_OMITTED.fullmatch(text):
            return MessageKind.OTHER, ""
        for words, kind in _OMITTED_KINDS:
            if words.fullmatch(text):
                return kind, ""
        if omitted := _OMITTED_FILE.fullmatch(text):
            return MessageKind.FILE, (omitted["name"] or "").strip()
        if location := _LOCATION.match(text):
            return MessageKind.LOCATION, location["address"]
    attached = _ATTACHED_AFTER.fullmatch(text) or (_ATTACHED_WITHIN.fullmatch(text) if text.endswith(">") else None)
    if attached:
        kind = kind_of_file(attached["name"])
        name = attached["name"] if kind is MessageKind.FILE else ""
        return kind, "\n".join(part for part in (name, (attached["caption"] or "").strip()) if part)
    if len(text) < _LONGEST_POLL and (poll := _POLL.fullmatch(text)):
        return MessageKind.POLL, "\n".join(_poll_lines(poll["words"]))
    return MessageKind.TEXT, text


def call_or_notice(text: str) -> MessageKind | None:
    """The kind of a text that WhatsApp marks as its own; None where its words are not known."""
    if _CALL.match(text):
        return MessageKind.CALL
    return MessageKind.SYSTEM if is_notice(text) else None


def _poll_lines(words: str) -> list[str]:
    lines = []
    for line in words.split("\n"):
        if option := _OPTION.fullmatch(line):
            lines.append(f"- {option['words']}")
        elif line.strip():
            lines.append(line.strip())
    return lines
