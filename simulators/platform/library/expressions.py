"""Formulas as text: + - * /, parentheses, decimal numbers and symbols, reckoned exactly.

Leaves what symbols mean to `rules`. A recursive descent of its own: no text of a user reaches an interpreter.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction

MOST_CHARACTERS = 500
_TOKEN = re.compile(r"\s*(?:(\d+(?:\.\d+)?)|([A-Za-z_][A-Za-z0-9_]*)|([-+*/()]))")
_DEEPEST = 30


class Malformed(ValueError):
    """No formula, in a sentence of either language."""

    def __init__(self, en: str, zh: str) -> None:
        super().__init__(f"{en} / {zh}")
        self.en = en
        self.zh = zh


def tokens(text: str) -> list[str]:
    """The words of a formula. Raises Malformed."""
    if len(text) > MOST_CHARACTERS:
        raise Malformed(f"is longer than {MOST_CHARACTERS} characters", f"超过 {MOST_CHARACTERS} 个字符")
    found: list[str] = []
    at = 0
    text = text.rstrip()
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise Malformed(f"cannot be read at {text[at : at + 10]!r}", f"在“{text[at : at + 10]}”处无法识别")
        found.append(match[match.lastindex or 0])
        at = match.end()
    return found


class _Reader:
    """Reads tokens once, reckoning as it goes."""

    def __init__(self, words: list[str], symbols: Mapping[str, Fraction]) -> None:
        self._words = words
        self._symbols = symbols
        self._at = 0
        self._depth = 0

    def whole(self) -> Fraction:
        found = self._sum()
        if self._at < len(self._words):
            raise Malformed(f"cannot be read at {self._words[self._at]!r}", f"在“{self._words[self._at]}”处无法识别")
        return found

    def _next(self) -> str:
        return self._words[self._at] if self._at < len(self._words) else ""

    def _take(self) -> str:
        word = self._next()
        self._at += 1
        return word

    def _sum(self) -> Fraction:
        found = self._product()
        while self._next() in ("+", "-"):
            found = found + self._product() if self._take() == "+" else found - self._product()
        return found

    def _product(self) -> Fraction:
        found = self._single()
        while self._next() in ("*", "/"):
            if self._take() == "*":
                found *= self._single()
                continue
            below = self._single()
            if not below:
                raise Malformed("divides by zero", "除数为零")
            found /= below
        return found

    def _single(self) -> Fraction:
        word = self._take()
        self._depth += 1
        if self._depth > _DEEPEST:
            raise Malformed("is nested too deeply", "嵌套过深")
        try:
            if word == "-":
                return -self._single()
            if word == "(":
                found = self._sum()
                if self._take() != ")":
                    raise Malformed("lacks a closing parenthesis", "缺少右括号")
                return found
            if word[:1].isdigit():
                return Fraction(word)
            if not word or word in "+*/)":
                raise Malformed(f"lacks a value before {word or 'its end'!r}", "缺少数值")
            return self._symbols[word]
        finally:
            self._depth -= 1


def reckon(text: str, symbols: Mapping[str, Fraction]) -> Fraction:
    """The value of a formula. Raises Malformed, and KeyError for a symbol without a value."""
    return _Reader(tokens(text), symbols).whole()


def checked(text: str) -> None:
    """Raises Malformed for what is no formula."""

    class AllOnes(dict[str, Fraction]):
        def __missing__(self, key: str) -> Fraction:
            return Fraction(1)

    try:
        reckon(text, AllOnes())
    except Malformed as flaw:
        if flaw.en != "divides by zero":
            raise
