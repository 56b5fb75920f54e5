"""The command line `carbonbench`: parses words, calls the room that does the work, prints one sentence for wrong input.

The one place, with bench.commands, that may know every room.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence

from bench.case import EXIT_ERROR, EXIT_PASS
from bench.commands import words as alone
from bench.commands.finished import words as finished
from bench.commands.laboratory import words as laboratory
from bench.commands.outlet import OutletLost, outlets
from bench.commands.parsing import Parser, wrong_words
from bench.commands.products import words as products
from bench.commands.proof import words as proof
from bench.commands.running import words as running
from bench.commands.words import TERMINAL_TOOLS
from conformance.clauses.loading import SuiteBroken

# Commands that parse the rest of the line themselves.
_OWN_PARSERS = ("clauses", "profile")
# Commands that leave a folder, for which nobody has to read the screen.
_LASTING = ("run", "prove", "sweep", "parity")
COMMANDS = (
    running.run,
    running.listing,
    products.init,
    proof.prove,
    alone.load,
    alone.sweep,
    alone.parity,
    finished.rejudge_and_verify,
    running.status,
    finished.report,
    laboratory.issue,
    laboratory.validation,
    finished.explain_emission,
    alone.decode,
    alone.terminal,
    alone.simulate,
    laboratory.bench,
    laboratory.serve,
    laboratory.plan,
    finished.compare,
    laboratory.campaign,
    laboratory.lab,
    alone.clauses,
    products.profile,
)
"""The words of each command, in the order in which they are listed."""


def _version() -> int:
    from importlib.metadata import version

    from bench.commands.running.house import commit

    print(f"carbonbench {version('carbonbench')} ({commit()})")
    return EXIT_PASS


def parser() -> argparse.ArgumentParser:
    """The commands and their options."""
    top = Parser(
        prog="carbonbench",
        description="Conformance bench for carbon-emission monitoring terminals / 碳排放在线监测终端符合性试验台",
        epilog="Exit: 0 all pass, 1 a fail, 2 something undecided, 3 the bench failed or was stopped, "
        "4 words or files that cannot be used / 退出码：0 通过，1 不通过，2 无法判定，3 试验台出错或被中止，4 用法有误",
    )
    top.add_argument("--version", action="store_true", help="version of the bench / 版本")
    commands = top.add_subparsers(dest="command", metavar="COMMAND")

    def command(
        name: str, work: Callable[[argparse.Namespace], int], text: str, *, owns_help: bool = False
    ) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=text, description=text, add_help=not owns_help)
        made.set_defaults(work=work)
        return made

    for words in COMMANDS:
        words(command)
    return top


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
    tool = argv[:1] == ["terminal"] and argv[1:2] in [[name] for name in TERMINAL_TOOLS]
    # What follows a tool's name is the tool's, --help too.
    words, rest = parser().parse_known_args(argv[:2] if tool else argv)
    rest = [*rest, *argv[2:]] if tool else rest
    if rest and words.command and words.command not in _OWN_PARSERS and not tool:
        return wrong_words(f"carbonbench {words.command}: unknown words {' '.join(rest)}; see --help / 未知参数")
    if words.version:
        return _version()
    if not words.command:
        return wrong_words("carbonbench: expected a COMMAND; `carbonbench --help` lists them / 缺少命令")
    words.rest = rest
    try:
        return words.work(words)
    except KeyboardInterrupt:
        print("interrupted / 已中断", file=sys.stderr)
        return EXIT_ERROR
    except SuiteBroken as error:
        print(error, file=sys.stderr)
        return EXIT_ERROR


if __name__ == "__main__":
    sys.exit(main())
