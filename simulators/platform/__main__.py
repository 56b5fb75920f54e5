"""The reference platform as a program: python -m simulators.platform --config F."""

from __future__ import annotations

import argparse
import asyncio
import logging
import random
import signal
import sys
import time
from pathlib import Path

from simulators.platform.core.assembly import Platform
from simulators.platform.core.sentences import Refused, one_line
from simulators.platform.core.settings import SettingsError, read

_LINE = 2_000


class _HostClock:
    """The machine's clock."""

    def time_ns(self) -> int:
        """Now, UTC."""
        return time.time_ns()


class _Lines(logging.Formatter):
    """A line an event: what goes on below it is marked as such, and what others sent begins none."""

    def format(self, record: logging.LogRecord) -> str:
        """One event."""
        first, *rest = super().format(record).split("\n")
        return "\n".join((one_line(first, _LINE), *(f"  | {one_line(each, _LINE)}" for each in rest)))


async def _serve(platform: Platform) -> None:
    loop = asyncio.get_running_loop()
    over = loop.create_future()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, lambda: None if over.done() else over.set_result(None))
    await platform.start()
    print(f"{platform.settings.name}: listening at {platform.settings.people.host}:{platform.port}", flush=True)
    await over
    await platform.stop()


def main(words: list[str]) -> int:
    """0 after a stop that was asked for, 2 with one sentence for what is wrong with settings, files or ports."""
    parser = argparse.ArgumentParser(prog="python -m simulators.platform", description=__doc__)
    parser.add_argument("--config", type=Path, required=True, help="TOML file / TOML 配置文件")
    path: Path = parser.parse_args(words).config
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Lines())
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    try:
        settings = read(path.read_text("utf-8"))
        chance = random.SystemRandom() if settings.seed is None else random.Random(settings.seed)
        asyncio.run(_serve(Platform(settings, clock=_HostClock(), chance=chance, folder=path.parent)))
    except (OSError, UnicodeDecodeError) as error:
        print(f"{path}: {error}", file=sys.stderr)
        return 2
    except Refused as error:
        print(f"{path}: {error.en} / {error.zh}", file=sys.stderr)
        return 2
    except SettingsError as error:
        print("\n".join(f"{path}: {line}" for line in str(error).splitlines()), file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
