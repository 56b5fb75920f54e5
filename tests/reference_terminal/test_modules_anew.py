"""A module put together anew while the rest of the terminal goes on: who listened before still hears."""

from __future__ import annotations

import asyncio
import random
from datetime import datetime, timedelta

from line_kit import Peer
from standby_kit import TEXT, Clock, Plant
from terminal_kit import SmallCentre, centre_text

from bench.virtual.loop import run as run_virtually
from bench.virtual.network import Network
from reference_terminal.assembly import Terminal
from reference_terminal.hj212 import message as messages
from reference_terminal.platform import Platform
from reference_terminal.settings.config import load_config

MAIN_ONLY = TEXT[: TEXT.index('[[meters]]\nid = "spare"')]
MAIN_ONLY = MAIN_ONLY.replace('"00010000" }}]', '"00010000", code = "e10001" }}]')


def realtime_after(module: str) -> list[timedelta]:
    """How long after its own time each packet of real-time data left, once a module was put together anew."""

    async def main() -> list[timedelta]:
        Network()
        await asyncio.start_server(Peer(Plant(lambda now_s: False).replies).serve, "127.0.0.1", 4001)
        centre = SmallCentre()
        await asyncio.start_server(centre._serve, "127.0.0.1", 7000)
        text = MAIN_ONLY.format(path=":memory:", period_s=30) + centre_text(7000, extra="realtime_s = 30")
        terminal = Terminal(load_config(text), Platform(clock=Clock(), random=random.Random(1)))
        task = asyncio.ensure_future(terminal.run())
        await asyncio.sleep(310)
        terminal._application_changed(module)
        await asyncio.sleep(15)
        centre.received.clear()
        await asyncio.sleep(300)
        await terminal.stop()
        await task
        return [late(message) for message in centre.of("2011")]

    return run_virtually(main())


def late(message: messages.Message) -> timedelta:
    sent = datetime.strptime(message.qn[:14], "%Y%m%d%H%M%S") + timedelta(milliseconds=int(message.qn[14:]))
    stamped = message.cp.removeprefix("DataTime=")[:14]
    return sent - datetime.strptime(stamped, "%Y%m%d%H%M%S")


def test_realtime_data_leave_at_once_after_the_uplink_was_put_together_anew() -> None:
    delays = realtime_after("uplink")
    assert len(delays) == 10
    assert max(delays) < timedelta(seconds=2)


def test_realtime_data_leave_at_once_after_acquisition_was_put_together_anew() -> None:
    delays = realtime_after("acquisition")
    assert len(delays) == 10
    assert max(delays) < timedelta(seconds=2)
