"""The command line: run the terminal in real time, or only check its configuration.

Leaves everything the terminal does to `assembly`.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import random
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from reference_terminal.assembly import Terminal, check_accounting
from reference_terminal.commissioning import commands
from reference_terminal.platform import Platform
from reference_terminal.security.keyring import Keyring
from reference_terminal.settings.config import Config, load_config
from reference_terminal.settings.problems import InputError
from reference_terminal.storage.database import StoreError


def main(argv: Sequence[str] | None = None) -> int:
    """Run; returns 0 after a stop in good order, 2 for a configuration that cannot be used, 1 for a failed start."""
    given = list(sys.argv[1:] if argv is None else argv)
    if given[:1] and given[0] in commands.TOOLS:
        return commands.main(given)
    parser = argparse.ArgumentParser(
        prog="reference_terminal",
        description="Carbon-emission monitoring terminal / 碳排放在线监测终端",
        epilog=f"Tools in place of CONFIG / 工具: {', '.join(commands.TOOLS)} (--help after each)",
    )
    parser.add_argument("config", metavar="CONFIG", type=Path, help="configuration file (TOML) / 配置文件")
    parser.add_argument("--check", action="store_true", help="check CONFIG and stop / 仅检查配置")
    arguments = parser.parse_args(given)
    try:
        config = load_config(arguments.config)
        Keyring(config, random.Random(0), only_look=True)
        check_accounting(config, Platform.real().clock.time_ns() // 10**9)
    except InputError as error:
        for problem in error.problems:
            print(problem, file=sys.stderr)
        print(
            f"{len(error.problems)} problem(s), nothing started / {len(error.problems)} 个问题，未启动", file=sys.stderr
        )
        return 2
    if arguments.check:
        counts = f"{len(config.meters)} meters, {len(config.points)} points, {len(config.centres)} centres"
        print(f"{arguments.config}: {counts} / 配置正确")
        return 0
    try:
        asyncio.run(_run(config))
    except (StoreError, OSError) as error:
        print(f"terminal cannot start: {error} / 终端无法启动", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        pass
    return 0


async def _run(config: Config) -> None:
    terminal = Terminal(config, Platform.real(log=lambda line: print(line, flush=True)))
    # What stays for ever is not looked through again and again while readings wait.
    gc.collect()
    gc.freeze()
    loop = asyncio.get_running_loop()
    stops: list[asyncio.Task[None]] = []

    def stop() -> None:
        stops.append(loop.create_task(terminal.stop()))

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop)
    await terminal.run()
