"""Questions of `init`: what stands on the command line is not asked; where nobody can be asked, defaults stand.

Leaves which questions there are, and what the answers make, to `init` and `init_platform`.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.commands.products import sentences


class InitError(Exception):
    """Answers that cannot be used; one sentence a line."""


@dataclass(frozen=True)
class Asked:
    """One of the questions: the option's name, what is asked in both languages, what stands where nobody answers."""

    key: str
    en: str
    zh: str
    default: str
    one_of: tuple[str, ...] = ()
    """Words that may be named, separated by commas; empty: any text."""


def answered(
    questions: Sequence[Asked],
    given: Mapping[str, str],
    ask: Callable[[str], str] | None,
    flaws: Callable[[Mapping[str, str]], Iterable[str]],
) -> dict[str, str]:
    """Every question answered: by the command line, by whoever sits there, or by default. Raises InitError."""
    found: dict[str, str] = {}
    problems: list[str] = []
    for number, asked in enumerate(questions, 1):
        said = given.get(asked.key)
        if said is None and ask is not None:
            among = f" ({', '.join(asked.one_of)})" if asked.one_of else ""
            shown = f" [{asked.default}]" if asked.default else ""
            said = ask(f"{number}/{len(questions)} {asked.en} / {asked.zh}{among}{shown}: ").strip() or None
        text = asked.default if said is None else said
        wrong = [word for word in words_of(text) if word not in asked.one_of] if asked.one_of else []
        if wrong or (asked.one_of and not words_of(text)):
            problems.append(sentences.ONE_OF(one_of=asked.one_of).after(f"--{asked.key} {text}"))
        found[asked.key] = text
    problems += flaws(found)
    if problems:
        raise InitError("\n".join(problems))
    return found


def words_of(text: str) -> list[str]:
    """Words separated by commas."""
    return [word.strip() for word in text.split(",") if word.strip()]


def quotes(told: Mapping[str, str]) -> Iterator[str]:
    """What is wrong with a program's command line and the name of its configuration, a sentence each."""
    try:
        shlex.split(told["program"])
    except ValueError as error:
        yield sentences.QUOTES(error=error).after(f"--program {told['program']}")
    config = Path(told["config"])
    if told["config"] and (config.is_absolute() or ".." in config.parts):
        yield sentences.BELOW_STATE().after(f"--config {config}")


def template_name(told: Mapping[str, str]) -> str:
    """What the template of the program's configuration is called, beside the profile."""
    return f"{Path(told['config']).name}.j2"


def command_words(told: Mapping[str, str]) -> list[str]:
    """The words of the command line; it runs in its state folder, so files named from here are named outright."""
    words = shlex.split(told["program"])
    return [str(Path(word).absolute()) if word != told["config"] and Path(word).is_file() else word for word in words]
