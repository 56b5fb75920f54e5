"""Prompts at the console: shown and read on the terminal device itself, whatever became of standard input and output.

Leaves the questions to `person`. A test runner that captures output does not swallow them. Photos need the page.
"""

from __future__ import annotations

import asyncio
import os
from contextlib import suppress
from pathlib import Path

from bench.operator import sentences
from bench.operator.person import ATTEST, CHOOSE, Question, Reply, Take, WrongAnswer

_DEVICE = Path("/dev/tty")
_END = "."
_LONGEST_LINE = 65_536


class Console:
    """One console; lines are read while a question is open, and what was typed before it is thrown away."""

    def __init__(self, device: Path = _DEVICE) -> None:
        self._path = device
        self._device = -1
        self._rest = b""
        self._open: tuple[Question, Take] | None = None
        self._by = ""
        self._lines: list[str] = []

    async def start(self) -> None:
        """Open the device. Raises OSError."""
        self._device = os.open(self._path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK | os.O_CLOEXEC)
        asyncio.get_running_loop().add_reader(self._device, self._readable)

    async def stop(self) -> None:
        """Close the device."""
        if self._device >= 0:
            asyncio.get_running_loop().remove_reader(self._device)
            os.close(self._device)
            self._device = -1

    def show(self, number: int, question: Question, until_s: float, take: Take, said: str) -> None:
        """Print the question and how to answer it."""
        self._open, self._by, self._lines, self._rest = (question, take), said, [], b""
        clause = f" [{question.clause}]" if question.clause else ""
        self._say(f"\n=== {number}{clause} ({until_s:g} s)\n{question.en}\n{question.zh}\n{how(question)}")
        if not said:
            self._say(str(sentences.NAME_FIRST()))

    def withdraw(self, why: str) -> None:
        """Say that the question is closed."""
        if self._open is not None:
            self._open = None
            self._say(f"=== {why}\n")

    def _say(self, text: str) -> None:
        if self._device >= 0:
            with suppress(OSError):
                os.write(self._device, text.encode() + b"\n")

    def _readable(self) -> None:
        try:
            octets = os.read(self._device, _LONGEST_LINE)
        except BlockingIOError:
            return
        except OSError:
            octets = b""
        if not octets:
            # The console has hung up: nobody types any more, and the time-out does the rest.
            asyncio.get_running_loop().remove_reader(self._device)
            return
        self._rest = (self._rest + octets)[-_LONGEST_LINE:]
        while b"\n" in self._rest:
            line, _, self._rest = self._rest.partition(b"\n")
            self._line(line.decode("utf-8", "replace").rstrip("\r"))

    def _line(self, line: str) -> None:
        if self._open is None:
            return
        question, take = self._open
        if not self._by:
            self._by = line.strip()
            return
        if question.multiline and not line.startswith("!") and line != _END:
            self._lines.append(line)
            return
        text = "\n".join(self._lines) if question.multiline else line.strip()
        self._lines = []
        try:
            take(_reply(question, self._by, line if line.startswith("!") else text))
        except WrongAnswer as error:
            self._say(f"{error}\n{how(question)}")


def _reply(question: Question, by: str, text: str) -> Reply:
    if text.startswith("!"):
        return Reply(by, text[1:].strip(), able=False)
    if question.kind == CHOOSE and text.isdecimal() and 0 < int(text) <= len(question.choices):
        text = question.choices[int(text) - 1]
    if question.kind == ATTEST and text.casefold() not in (*sentences.YES, "y"):
        raise WrongAnswer(str(sentences.YES_OR_REASON()))
    return Reply(by, text)


def how(question: Question) -> str:
    """How to answer at a console."""
    if question.kind == CHOOSE:
        numbered = "\n".join(f"  {number} {each}" for number, each in enumerate(question.choices, start=1))
        words = f"{numbered}\n{sentences.TYPE_NUMBER()}"
    elif question.kind == ATTEST:
        words = str(sentences.TYPE_YES())
    elif question.multiline:
        words = str(sentences.TYPE_LINES(end=_END))
    else:
        words = str(sentences.TYPE_ANSWER())
    photo = f"\n{sentences.PHOTO_ON_PAGE()}" if question.photo else ""
    return f"{words}; {sentences.IF_NOT()}{photo}"
