"""What every command's words are parsed with: the parser, adding options to it, one sentence for what is wrong.

Leaves the words of each command to `words` of its folder, and which commands there are to `bench.cli`.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from typing import NoReturn, Protocol

from bench.case import EXIT_USAGE
from bench.commands import sentences
from bench.commands.option import Option


class Add(Protocol):
    """Makes the parser of a command, which calls `work` with the words given."""

    def __call__(
        self, name: str, work: Callable[[argparse.Namespace], int], text: str, *, owns_help: bool = False
    ) -> argparse.ArgumentParser: ...


def wrong_words(text: str) -> int:
    """Say what is wrong with the words; the exit code for it."""
    print(text, file=sys.stderr)
    return EXIT_USAGE


class Parser(argparse.ArgumentParser):
    """Wrong words end with EXIT_USAGE: argparse's own 2 would read as inconclusive."""

    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        self.exit(EXIT_USAGE, f"{sentences.WRONG_LINE(prog=self.prog, message=message)}\n")


def takes(parser: argparse.ArgumentParser, *rows: Option) -> None:
    """Add options to a command, each with its default."""
    for row in rows:
        row.put(parser)
