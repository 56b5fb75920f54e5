"""What an option of a command is: how it is written, told, read; one object is added to every command that has it.

Leaves which there are to `rows`, and those of a run to `running.options`.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from dataclasses import KW_ONLY, dataclass
from pathlib import Path
from typing import Any

from bench.commands import sentences

_MOST_DIGITS = 1000


class Line:
    """A command line while it is read: `words` by key, what was `made` of them so far by field, its `problems`."""

    def __init__(self, words: Mapping[str, Any]) -> None:
        self.words = words
        self.made: dict[str, Any] = {}
        self.problems: list[str] = []


def _as_given(name: str, given: Any, line: Line) -> Any:
    return given


@dataclass(frozen=True)
class Option:
    """An option that takes a word, any number of words (`many`) or, without `metavar`, none; without dashes a place.

    `help` is English / Chinese; a `default` is told behind the English. `kind` makes the value of a word, `choices` are
    the words there are, `count` is how many words a place takes (argparse's `nargs`). `shorts` are letters that stand
    for a value of it. `only` names the commands in which its name means something else than in all others.

    Of a run: `read` makes the value of the name and what was given; problems go to the line. One that is not `kept`
    says where this sitting is, not what the run is. `selects`: reports repeat it; `replays`: the line that replays a
    case does. `also` are other names. `key` is what argparse and pytest call it, by its name unless told.
    """

    name: str
    metavar: str
    help: str
    _: KW_ONLY
    many: bool = False
    default: str | float | None = ""
    kind: Callable[[str], Any] | None = None
    choices: tuple[str, ...] = ()
    count: str = ""
    required: bool = False
    shorts: tuple[tuple[str, str], ...] = ()
    only: tuple[str, ...] = ()
    read: Callable[[str, Any, Line], Any] = _as_given
    is_path: bool = False
    kept: bool = True
    selects: bool = False
    replays: bool = False
    also: tuple[str, ...] = ()
    key: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "key", self.key or self.name.removeprefix("--").replace("-", "_"))

    @property
    def told(self) -> str:
        """What help says of it."""
        en, slash, zh = self.help.rpartition(" / ")
        default = f"{self.default:g}" if isinstance(self.default, float) else self.default
        return f"{en} (default {default}){slash}{zh}" if default else self.help

    def add_to(self, add: Callable[..., object], default: str | float | None = "") -> None:
        """Tell a parser of it by argparse's `add_argument` or pytest's `addoption`."""
        if not self.name.startswith("-"):
            more: dict[str, Any] = {"nargs": self.count} if self.count else {}
            more |= {"default": default} if self.count == "?" else {}
            more |= {"choices": self.choices} if self.choices else {"metavar": self.metavar}
            more |= {"type": self.kind} if self.kind else {}
            add(self.name, help=self.told, **more)
        elif not self.metavar:
            add(self.name, action="store_true", help=self.told)
        elif self.many:
            more = {"type": self.kind} if self.kind else {}
            add(self.name, action="append", default=[], metavar=self.metavar, help=self.told, **more)
        else:
            more = {"type": self.kind} if self.kind else {}
            more |= {"required": True} if self.required else {}
            add(self.name, *self.also, dest=self.key, default=default, metavar=self.metavar, help=self.told, **more)

    def put(self, parser: argparse.ArgumentParser | argparse._ArgumentGroup, *, given_alone: bool = False) -> None:  # pyright: ignore[reportPrivateUsage]
        """Add it, with its letters, to a parser or a group of one; `given_alone`: without its default."""

        def add(*names: str, **more: Any) -> None:
            vars(parser.add_argument(*names, **more))["row"] = self

        self.add_to(add, "" if given_alone else self.default)
        for letter, value in self.shorts:
            as_long = f"as {self.name} {value}".rstrip()
            add(letter, dest=self.key, action="store_const", const=value or True, help=f"{as_long} / 同左")

    def value(self, line: Line) -> Any:
        """What a line says of it."""
        given = line.words.get(self.key)
        if self.many:
            return self.read(self.name, tuple(given or ()), line)
        return self.read(self.name, given or self.default if self.metavar else bool(given), line)

    def restored(self, plain: Any) -> Any:
        """The value again that a run folder kept."""
        if self.many:
            return tuple(plain)
        return Path(plain) if self.is_path and plain is not None else plain

    def written(self, value: Any) -> list[str]:
        """The words that say this value; none for an empty one."""
        if self.many:
            return [word for each in value for word in (self.name, each)]
        return [self.name, *([str(value)] if self.metavar else [])] if value else []


def whole(option: str, text: str, problems: list[str], *, least: int = 0, most: int | None = None) -> int:
    """The whole number that an option gives; what is wrong with it becomes a problem, and `least` is given."""
    number = int(text) if text.isascii() and text.isdecimal() and len(text) < _MOST_DIGITS else -1
    if number < least:
        problems.append(sentences.LEAST_WHOLE(least=least).after(f"{option} {text}"))
    elif most is not None and number > most:
        problems.append(sentences.MOST_WHOLE(most=most).after(f"{option} {text}"))
    return max(number, least)
