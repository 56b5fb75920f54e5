"""The person at the bench: questions go out on every channel at once, the first answer counts and is put on record.

Leaves showing them to the channels (`console`, `web`). One question at a time: a person has one pair of hands. No
question waits longer than its time-out, and a time-out is on record like an answer.

    person = Person(channels, record=bench.record, now_us=bench.clock.now_us, folder=logs)
    answer = await person.ask(Question("power-off", "do", "Switch the terminal off", "请断开终端电源"))
"""

from __future__ import annotations

import asyncio
import hashlib
import itertools
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

import msgspec

from bench.history import Event, Observed
from bench.history.phases import PERSON_ASKED, AskedOf
from bench.operator import sentences

DO, TELL, CHOOSE, ATTEST = "do", "tell", "choose", "attest"
"""Kinds of questions: do something and confirm; tell what you see; choose one; attest a statement by name."""
KINDS = (DO, TELL, CHOOSE, ATTEST)
PHOTO_OCTETS = 16 << 20
_PHOTOS = {b"\xff\xd8\xff": "jpg", b"\x89PNG\r\n\x1a\n": "png"}
_MOST_TEXT = 1 << 20
_NAME = re.compile(r"[^\x00-\x1f\x7f]{1,80}")


class NoAnswer(TimeoutError):
    """The person did not answer in time, or could not do it; the text is one sentence for the report."""


class WrongAnswer(ValueError):
    """An answer that cannot count; the text says what is expected. The question stays open."""


class Question(msgspec.Struct, frozen=True):
    """What a person is asked. `choices` belong to `choose`; `photo` asks for a picture as evidence; `clause` names why.

    `multiline` says that the answer is a table or a text of lines.
    """

    id: str
    kind: str
    en: str
    zh: str
    choices: tuple[str, ...] = ()
    photo: bool = False
    multiline: bool = False
    clause: str = ""


class Photo(msgspec.Struct, frozen=True):
    """A picture as it was handed in; `octets` begin with the mark of JPEG or PNG."""

    octets: bytes


class Reply(msgspec.Struct, frozen=True):
    """What came back through a channel. `able` False: it cannot be done, for the reason in `text`."""

    by: str
    text: str = ""
    able: bool = True
    photos: tuple[Photo, ...] = ()


class Answer(msgspec.Struct, frozen=True):
    """A reply that counted: who, when (microseconds UTC), what, and the pictures' files."""

    by: str
    at_us: int
    text: str
    files: tuple[str, ...] = ()


Take = Callable[[Reply], None]


class Channel(Protocol):
    """A way to reach the person."""

    async def start(self) -> None:
        """Open it. Raises OSError."""
        ...

    def show(self, number: int, question: Question, until_s: float, take: Take, said: str) -> None:
        """Put a question; `take` gets the reply and raises WrongAnswer for one that cannot count.

        `until_s` is how many seconds it stays open, `said` the name that answered last.
        """
        ...

    def withdraw(self, why: str) -> None:
        """The question is closed, in these words; nothing if none is open."""
        ...

    async def stop(self) -> None:
        """Close it; may be repeated."""
        ...


def problem(question: Question, reply: Reply) -> str:
    """Why a reply cannot count; empty if it can."""
    if _NAME.fullmatch(reply.by.strip()) is None:
        return str(sentences.GIVE_NAME())
    if len(reply.text) > _MOST_TEXT:
        return str(sentences.TEXT_LONG())
    if not reply.able:
        return "" if reply.text.strip() else str(sentences.SAY_WHY())
    if question.kind == CHOOSE and reply.text not in question.choices:
        return str(sentences.ONE_OF(choices=question.choices, text=reply.text[:40]))
    if question.kind == TELL and not reply.text.strip():
        return str(sentences.ANSWER_EMPTY())
    if question.photo and not reply.photos:
        return str(sentences.PHOTO_ASKED())
    for photo in reply.photos:
        if len(photo.octets) > PHOTO_OCTETS:
            return str(sentences.PHOTO_LARGE(octets=len(photo.octets) >> 20, most=PHOTO_OCTETS >> 20))
        if not kind_of(photo):
            return str(sentences.PHOTO_KIND())
    return ""


def kind_of(photo: Photo) -> str:
    """The ending of a picture's file by its first octets; empty for what is no picture."""
    return next((ending for mark, ending in _PHOTOS.items() if photo.octets.startswith(mark)), "")


class Person:
    """Whoever stands at the bench. `name` is who is expected; pictures go to `folder`."""

    def __init__(
        self,
        channels: Sequence[Channel],
        *,
        record: Callable[[Event], None],
        now_us: Callable[[], int],
        folder: Path,
        name: str = "",
        timeout_s: float = 600.0,
    ) -> None:
        if not channels:
            raise ValueError("a person needs at least one channel to be asked through")
        self.name = name
        self.timeout_s = timeout_s
        self._channels = tuple(channels)
        self._record = record
        self._now_us = now_us
        self._folder = folder
        self._numbers = itertools.count(1)
        self._hands = asyncio.Lock()

    async def start(self) -> None:
        """Open the channels. Raises OSError."""
        for channel in self._channels:
            await channel.start()

    async def stop(self) -> None:
        """Close the channels."""
        for channel in self._channels:
            channel.withdraw(str(sentences.BENCH_ENDED()))
            await channel.stop()

    async def ask(self, question: Question, timeout_s: float | None = None) -> Answer:
        """Ask and wait for the first reply that counts. Raises NoAnswer, after which the question is closed."""
        if question.kind not in KINDS:
            raise ValueError(f"question {question.id!r}: expected a kind of {', '.join(KINDS)}, got {question.kind!r}")
        async with self._hands:
            return await self._ask(question, self.timeout_s if timeout_s is None else timeout_s)

    async def _ask(self, question: Question, within_s: float) -> Answer:
        number, asked = next(self._numbers), self._now_us()
        came: asyncio.Future[tuple[Reply, int]] = asyncio.get_running_loop().create_future()

        def take(reply: Reply) -> None:
            if came.done():
                raise WrongAnswer(str(sentences.QUESTION_CLOSED()))
            if wrong := problem(question, reply):
                raise WrongAnswer(wrong)
            self.name = reply.by.strip()
            came.set_result((reply, self._now_us()))

        told = AskedOf(number=number, question=question.id, en=question.en, zh=question.zh)
        self._record(PERSON_ASKED.event(asked, told))
        for channel in self._channels:
            channel.show(number, question, within_s, take, self.name)
        why = str(sentences.BENCH_WENT_ON())
        try:
            async with asyncio.timeout(within_s):
                reply, at_us = await came
            why = str(sentences.ANSWERED_BY(strip=reply.by.strip()))
        except TimeoutError:
            words = str(sentences.NOBODY_ANSWERED(id=question.id, within_s=within_s))
            why = words
            self._observe(question, asked, number, problem=words)
            raise NoAnswer(words) from None
        except asyncio.CancelledError:
            self._observe(question, asked, number, problem=str(sentences.WITHDRAWN()))
            raise
        finally:
            for channel in self._channels:
                channel.withdraw(why)
        return self._counted(question, asked, number, reply, at_us)

    def _counted(self, question: Question, asked: int, number: int, reply: Reply, at_us: int) -> Answer:
        by = reply.by.strip()
        row = {"by": by, "at": str(at_us), "text": reply.text, "able": "yes" if reply.able else "no"}
        files: list[str] = []
        for index, photo in enumerate(reply.photos, start=1):
            name = f"photo-{number}-{index}.{kind_of(photo)}"
            self._folder.mkdir(parents=True, exist_ok=True)
            partial = self._folder / f"{name}.part"
            partial.write_bytes(photo.octets)
            partial.replace(self._folder / name)
            row |= {f"photo{index}": name, f"sm3-{index}": hashlib.new("sm3", photo.octets).hexdigest()}
            files.append(name)
        if not reply.able:
            words = str(sentences.COULD_NOT(by=by, id=question.id, strip=reply.text.strip()))
            self._observe(question, asked, number, row, problem=words)
            raise NoAnswer(words)
        self._observe(question, asked, number, row)
        return Answer(by=by, at_us=at_us, text=reply.text, files=tuple(files))

    def _observe(
        self, question: Question, asked: int, number: int, row: dict[str, str] | None = None, problem: str = ""
    ) -> None:
        query = {"number": str(number), "question": question.id, "kind": question.kind, "en": question.en}
        query |= {"zh": question.zh} | ({"clause": question.clause} if question.clause else {})
        rows = () if row is None else (row,)
        self._record(Observed(t=self._now_us(), what="person", asked=asked, query=query, rows=rows, problem=problem))


class PersonPower:
    """Power by hand: asks to switch off and on, and takes the word for it (`bench.lab.power.PowerDriver`)."""

    def __init__(self, person: Person, timeout_s: float | None = None) -> None:
        self._person = person
        self._timeout_s = timeout_s

    async def switch(self, on: bool) -> None:
        """Ask. Raises NoAnswer."""
        how = sentences.ON if on else sentences.OFF
        question = Question(
            f"power-{how.en}",
            DO,
            *sentences.SWITCH_SUPPLY(how=how),
        )
        await self._person.ask(question, self._timeout_s)

    async def state(self) -> bool | None:
        """Nobody knows without looking."""
        return None

    async def close(self) -> None:
        """Nothing to let go of."""
