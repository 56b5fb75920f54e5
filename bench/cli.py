"""The command line `carbonbench`: parses words, calls the room that does the work, prints one sentence for wrong input.

The one place, with bench.commands, that may know every room.
"""

from __future__ import annotations

import argparse
import difflib
import sys
from collections.abc import Callable, Sequence

from bench.case import EXIT_ERROR, EXIT_PASS
from bench.commands import sentences
from bench.commands import words as alone
from bench.commands.finished import words as finished
from bench.commands.laboratory import words as laboratory
from bench.commands.outlet import OutletLost, outlets
from bench.commands.parsing import Add, Parser, wrong_words
from bench.commands.products import words as products
from bench.commands.proof import words as proof
from bench.commands.running import words as running
from bench.commands.words import TERMINAL_TOOLS
from bench.sentences import WAS_INTERRUPTED
from conformance.clauses.loading import SuiteBroken

# Commands that parse the rest of the line themselves.
_OWN_PARSERS = ("clauses", "profile")
# Commands that leave a folder, for which nobody has to read the screen.
_LASTING = ("run", "prove", "sweep", "parity")
COMMANDS: tuple[tuple[str, tuple[Callable[[Add], None], ...]], ...] = (
    (
        "a product on the bench / 试验产品",
        (products.init, products.profile, running.listing, running.run, running.status),
    ),
    (
        "a run that has ended / 查看与复核",
        (
            finished.report,
            finished.compare,
            finished.rejudge_and_verify,
            finished.explain_emission,
            alone.decode,
        ),
    ),
    (
        "a laboratory / 实验室",
        (
            laboratory.bench,
            laboratory.plan,
            laboratory.serve,
            laboratory.campaign,
            laboratory.issue,
            laboratory.validation,
            laboratory.lab,
        ),
    ),
    ("the drafts / 标准草案", (alone.clauses,)),
    (
        "the bench itself, and load / 台架自身与负载",
        (proof.prove, alone.parity, alone.sweep, alone.load, alone.simulate, alone.terminal),
    ),
)
"""The words of each command, by what they are for, in the order in which they are listed."""


_EXITS = (
    "Exit: 0 all pass, 1 a fail, 2 something undecided, 3 the bench failed or was stopped, 4 words or files that",
    "cannot be used / 退出码：0 通过，1 不通过，2 无法判定，3 试验台出错或被中止，4 用法有误",
    "carbonbench COMMAND --help tells the words of each / 各命令参数见 --help",
)


def _version() -> int:
    from importlib.metadata import version

    from bench.commands.running.house import commit

    print(f"carbonbench {version('carbonbench')} ({commit()})")
    return EXIT_PASS


def parser() -> argparse.ArgumentParser:
    """The commands and their options."""
    top = Parser(
        prog="carbonbench",
        usage="carbonbench [-h] [--version] COMMAND ...",
        description="Conformance bench for carbon-emission monitoring terminals / 碳排放在线监测终端符合性试验台",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    top.add_argument("--version", action="store_true", help="version of the bench / 版本")
    commands = top.add_subparsers(prog="carbonbench", dest="command", metavar="COMMAND", help=argparse.SUPPRESS)
    listed: list[str] = []

    def command(
        name: str, work: Callable[[argparse.Namespace], int], text: str, *, owns_help: bool = False
    ) -> argparse.ArgumentParser:
        made = commands.add_parser(name, description=text, add_help=not owns_help)
        made.set_defaults(work=work)
        listed.append(f"  {name:<17} {text}")
        return made

    for purpose, several in COMMANDS:
        listed += ["", f"{purpose}:"]
        for words in several:
            words(command)
    top.epilog = "\n".join([*listed[1:], "", *_EXITS])
    return top


def _names() -> list[str]:
    """The names of all commands."""
    found: list[str] = []

    def command(name: str, *_words: object, **_more: object) -> argparse.ArgumentParser:
        found.append(name)
        return argparse.ArgumentParser()

    for _, several in COMMANDS:
        for words in several:
            words(command)
    return found


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; a closed pipe, a full disk, Ctrl-C are no traceback."""
    told = list(sys.argv[1:] if argv is None else argv)
    with outlets(going_on=told[:1] in [[name] for name in _LASTING], for_machines="--json" in told):
        try:
            code = _main(told)
            sys.stdout.flush()
            return code
        except BrokenPipeError:
            return EXIT_PASS
        except OutletLost as error:
            print(error, file=sys.stderr)
            return EXIT_ERROR


def _main(argv: Sequence[str]) -> int:
    if argv and not argv[0].startswith("-") and argv[0] not in (known := _names()):
        close = difflib.get_close_matches(argv[0], known, 1)
        meant = sentences.MEANT(names=close) if close else ""
        return wrong_words(sentences.NO_COMMAND(meant=meant).after(f"carbonbench {argv[0]}"))
    tool = argv[:1] == ["terminal"] and argv[1:2] in [[name] for name in TERMINAL_TOOLS]
    # What follows a tool's name is the tool's, --help too.
    words, rest = parser().parse_known_args(argv[:2] if tool else argv)
    rest = [*rest, *argv[2:]] if tool else rest
    if rest and words.command and words.command not in _OWN_PARSERS and not tool:
        return wrong_words(sentences.UNKNOWN_WORDS(words=" ".join(rest)).after(f"carbonbench {words.command}"))
    if words.version:
        return _version()
    if not words.command:
        return wrong_words(sentences.COMMAND_EXPECTED().after("carbonbench"))
    words.rest = rest
    try:
        return words.work(words)
    except KeyboardInterrupt:
        print(WAS_INTERRUPTED(), file=sys.stderr)
        return EXIT_ERROR
    except SuiteBroken as error:
        print(error, file=sys.stderr)
        return EXIT_ERROR


if __name__ == "__main__":
    sys.exit(main())
