"""What a person or program is told when something is not done: one sentence, in both languages, never a traceback."""

from __future__ import annotations


def one_line(text: str, most: int = 200) -> str:
    """Somebody else's text for a log: what would begin a line, colour a terminal or turn the text round is escaped."""
    return "".join(each if each.isprintable() else ascii(each)[1:-1] for each in text[:most])


class Refused(Exception):
    """A request that is not carried out: `status` as HTTP has it, one sentence in English and in Chinese."""

    def __init__(self, status: int, en: str, zh: str) -> None:
        super().__init__(en)
        self.status, self.en, self.zh = status, en, zh


def unknown(what: str, key: str) -> Refused:
    """Nothing of that name; told the same way of what exists and belongs to somebody else."""
    return Refused(404, f"there is no {what} {key!r}", f"不存在 {what}“{key}”")


def forbidden(what: str) -> Refused:
    """The account lacks the right."""
    return Refused(403, f"your role may not {what}", f"当前角色无权执行：{what}")


def wrong(what: str, en: str, zh: str) -> Refused:
    """A field or parameter that is wrong."""
    return Refused(400, f"{what}: {en}", f"{what}：{zh}")
