"""Sentences for people in English and Chinese, each known by an id: what is wrong with a description, and what to do.

Leaves finding what is wrong to the readers, and the sentences of one room to the room's own `sentences` (of one kind
alone: to its descriptor). `tests/house/test_sentences.py` holds ids, fields and punctuation of all of them.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import NamedTuple, cast


class Words(NamedTuple):
    """The same in two languages."""

    en: str
    zh: str

    def __str__(self) -> str:
        return f"{self.en} / {self.zh}"

    @classmethod
    def of(cls, told: object) -> Words:
        """What an error says that holds both languages in each line of its text; a line of one language is both."""
        halves = [line.rpartition(" / ") for line in str(told).splitlines()]
        return cls("\n".join(en or zh for en, _, zh in halves), "\n".join(zh for _, _, zh in halves))

    def after(self, place: object) -> str:
        """As a line: the place, and what is said of it; a place that is `Words` in the language of each."""
        if isinstance(place, Words):
            return f"{place.en}: {self.en} / {place.zh}：{self.zh}"
        return f"{place}: {self}"

    def at(self, place: str) -> tuple[str, str, str]:
        """With the place that is spoken of."""
        return place, self.en, self.zh


@dataclass(frozen=True)
class Sentence:
    """One sentence. `{name}` is a field: `Words` or an error in the sentence's language, several as it lists them."""

    id: str
    en: str
    zh: str

    def __call__(self, **fields: object) -> Words:
        """The sentence with its fields."""
        en = {name: _told(value, 0, ", ") for name, value in fields.items()}
        zh = {name: _told(value, 1, "、") for name, value in fields.items()}
        return Words(self.en.format(**en), self.zh.format(**zh))


def _told(value: object, language: int, between: str) -> object:
    if isinstance(value, Exception):
        value = Words.of(value)
    if isinstance(value, Words):
        return value[language]
    if isinstance(value, Collection) and not isinstance(value, str | bytes):
        return between.join(map(str, cast(Collection[object], value)))
    return value


_FEW = 12


def few(names: Sequence[str]) -> Words:
    """The first of some names, and how many more there are."""
    shown, more = names[:_FEW], len(names) - _FEW
    if not shown:
        return Words("none", "无")
    return MORE_NAMES(names=shown, more=more) if more > 0 else Words(", ".join(shown), "、".join(shown))


MORE_NAMES = Sentence("more-names", "{names} and {more} more", "{names}等，另有 {more} 个")
MISSING = Sentence("missing", "is missing; add it", "缺少此项，请补上")
MISSING_HINT = Sentence("missing-hint", "is missing; add it: {wanted}", "缺少此项，请补上：{wanted}")
MISSING_TABLE = Sentence(
    "missing-table", "is missing; add a table [{place}] with {names}", "缺少表 [{place}]，须含 {names}"
)
OTHER_KIND = Sentence(
    "key-of-other-kind", "belongs to {homes}, this is {kind}; remove it", "此项属于 {homes}，当前为 {kind}，请删除"
)
UNREADABLE = Sentence(
    "file-unreadable",
    "the file cannot be read ({reason}); check name and rights",
    "文件无法读取（{reason}），请检查文件名和权限",
)
NOT_UTF8 = Sentence(
    "not-utf8",
    "expected UTF-8, found octet {octet:02X} at offset {offset}; save the file as UTF-8",
    "文件不是 UTF-8 编码：偏移 {offset} 处为 {octet:02X}，请另存为 UTF-8",
)
NOT_TOML = Sentence("not-toml", "not valid TOML: {error}", "不是有效的 TOML：{error}")
INSTANT = Sentence(
    "instant-expected",
    "expected an instant such as {such} with zone, got {got!r}",
    "应为带时区的时刻，例如 {such}，实际为 {got!r}",
)
TWO_NAMED = Sentence(
    "name-given-twice",
    "the name is given to several {kind}; names must differ",
    "{kind}名称重复，应各不相同",
)
MAP_EXPECTED = Sentence(
    "map-expected",
    "expected a path ending in .toml or one of {names}, got {got!r}{meant}",
    "应为以 .toml 结尾的路径或 {names} 之一，实际为 {got!r}{meant}",
)
MAPS_TWICE = Sentence("map-and-maps", "give either map or maps, not both", "map 与 maps 只能给一个")
NO_SOURCE = Sentence(
    "no-source", "the plant has no source {source!r}; it has {names}", "工厂模型没有来源 {source!r}，可用：{names}"
)
CHANNEL_SHOWS_NONE = Sentence(
    "plain-certificate",
    "a plain channel shows no certificate; choose tls, mtls, gm-tls13 or tlcp",
    "明文通道不出示证书，请选择 tls、mtls、gm-tls13 或 tlcp",
)
NOTHING = Sentence("nothing", "nothing", "无内容")
LINE_OF = Sentence("line-of", "{path}, line {number}", "{path} 第 {number} 行")
