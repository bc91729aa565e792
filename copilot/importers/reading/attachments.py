"""What kind of message an attached file makes, told from its name."""

from __future__ import annotations

from copilot.records import MessageKind

_ENDINGS = {
    MessageKind.IMAGE: "jpg jpeg png gif webp heic heif bmp avif",
    MessageKind.VIDEO: "mp4 mov webm 3gp mkv avi m4v",
    MessageKind.VOICE: "opus ogg oga m4a amr aac mp3 wav",
    MessageKind.CARD: "vcf",
}
_KINDS = {ending: kind for kind, endings in _ENDINGS.items() for ending in endings.split()}


def kind_of_file(name: str) -> MessageKind:
    """Picture, video, sound or contact by the ending of a file's name; a plain file for any other."""
    return _KINDS.get(name.rpartition(".")[2].lower(), MessageKind.FILE)
