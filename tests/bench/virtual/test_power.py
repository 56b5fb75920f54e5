"""Power domains: after a cut nothing of a life runs, at whatever callback it came; the bench and the others go on."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import random
from collections.abc import AsyncIterator
from typing import Any

import apsw
import pytest

from bench.virtual.disk import Keep, VirtualDisk
from bench.virtual.domain import Domain, PowerCut
from bench.virtual.loop import run, running_loop
from bench.virtual.network import Network


def world(cut: bool) -> list[str]:
    diary: list[str] = []
    sealed = False

    def note(line: str) -> None:
        if not sealed:
            diary.append(line)

    class Noisy:
        def __del__(self) -> None:
            note("del")

    async def numbers() -> AsyncIterator[int]:
        try:
            while True:
                await asyncio.sleep(1)
                yield 1
        finally:
            note("generator finally")

    async def device() -> None:
        noisy = Noisy()
        child = asyncio.create_task(sleeper())
        running_loop().call_later(5, note, "timer")
        try:
            async for _ in numbers():
                note("tick")
        except asyncio.CancelledError:
            note("cancelled")
            child.cancel()
            raise
        finally:
            note("finally")
            del noisy

    async def sleeper() -> None:
        try:
            await asyncio.sleep(4)
            note("child")
        finally:
            note("child finally")

    async def main() -> None:
        nonlocal sealed
        domain = Domain("device")
        domain.create_task(device())
        await asyncio.sleep(2.5)
        if cut:
            domain.kill()
        gc.collect()
        await asyncio.sleep(4)
        gc.collect()
        sealed = cut

    run(main())
    return diary


def test_a_cut_leaves_no_word() -> None:
    assert world(cut=True) == ["tick", "tick"]


def test_without_a_cut_everything_is_said() -> None:
    diary = world(cut=False)
    for line in ("timer", "child", "child finally", "cancelled", "finally", "del"):
        assert line in diary
    assert diary.count("tick") == 6


def after_events(count: int | None) -> tuple[list[int], int, bool]:
    done: list[int] = []

    async def device() -> None:
        for number in range(20):
            done.append(number)
            await asyncio.sleep(0)

    async def main() -> tuple[list[int], int, bool]:
        domain = Domain("device")
        domain.create_task(device())
        if count is not None:
            domain.kill_after_events(count)
        await asyncio.sleep(1)
        return done, domain.events, domain.alive

    return run(main())


@pytest.mark.parametrize("count", [1, 2, 7, 19])
def test_the_cut_falls_between_any_two_callbacks(count: int) -> None:
    assert after_events(count) == (list(range(count)), count, False)


def test_without_a_count_the_device_ends_by_itself() -> None:
    done, events, alive = after_events(None)
    assert done == list(range(20))
    assert events == 21
    assert alive


def test_an_exact_instant() -> None:
    async def main() -> list[float]:
        ticks: list[float] = []

        async def device() -> None:
            while True:
                await asyncio.sleep(0.25)
                ticks.append(running_loop().time())

        domain = Domain("device")
        domain.create_task(device())
        domain.kill_at(0.8)
        await asyncio.sleep(5)
        return ticks

    assert run(main()) == [0.25, 0.5, 0.75]


def test_boot_begins_a_new_life_and_a_hook_hears_of_the_cut() -> None:
    async def main() -> tuple[list[str], int]:
        story: list[str] = []
        domain = Domain("device")
        domain.on_cut(lambda who: story.append(f"cut {who.generation}"))

        async def device() -> str:
            await asyncio.sleep(1)
            return "done"

        task = domain.create_task(device())
        domain.kill()
        domain.kill()
        with pytest.raises(RuntimeError, match="has no power"):
            domain.create_task(device())
        domain.boot()
        with pytest.raises(RuntimeError, match="is running"):
            domain.boot()
        story.append(await domain.run(device()))
        assert not task.done()
        return story, domain.generation

    assert run(main()) == (["cut 1", "done"], 2)


def test_nothing_a_dead_frame_does_reaches_the_world() -> None:
    """A device that cuts its own power in the middle of a callback goes on talking to nobody."""

    async def main() -> tuple[bytes, bool, list[int]]:
        loop = running_loop()
        net = Network(loop)
        domain = Domain("device")
        net.host("device", "10.0.0.2", domain=domain)
        net.path("device", "bench")
        heard = b""
        timers: list[int] = []
        flag = asyncio.Event()

        async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            nonlocal heard
            while data := await reader.read(100):
                heard += data
            writer.close()

        await asyncio.start_server(listen, "0.0.0.0", 9)

        async def device() -> None:
            _, writer = await asyncio.open_connection("192.0.2.1", 9)
            writer.write(b"before")
            await asyncio.sleep(1)
            domain.kill()
            writer.write(b"after")
            writer.close()
            loop.call_later(1, timers.append, 1)
            loop.call_soon(timers.append, 2)
            loop.call_soon(flag.set)
            asyncio.get_running_loop().create_task(device())

        domain.create_task(device())
        await asyncio.sleep(10)
        return heard, flag.is_set(), timers

    assert run(main()) == (b"before", False, [])


def store(cut_at: int | None, moment: str) -> tuple[list[int], list[str]]:
    """A device that stores a row a second; power fails at a sync and comes back; the rows it then finds."""
    story: list[str] = []

    async def main() -> list[int]:
        loop = running_loop()
        disk = VirtualDisk(random.Random(7))
        domain = Domain("device")
        domain.on_cut(lambda _: disk.power_cut(Keep.NOTHING))

        def open_store() -> apsw.Connection:
            connection = apsw.Connection("store.db", vfs=disk.vfs_name)
            connection.pragma("locking_mode", "EXCLUSIVE")
            connection.pragma("journal_mode", "WAL")
            connection.pragma("synchronous", "FULL")
            connection.execute("CREATE TABLE IF NOT EXISTS reading(number)")
            return connection

        async def device() -> None:
            connection = open_store()
            for number in range(1, 6):
                await asyncio.sleep(1)
                try:
                    connection.execute("INSERT INTO reading VALUES(?)", (number,))
                except Exception as error:
                    story.append(f"caught {type(error).__name__}")
                story.append(f"stored {number}")

        def cut() -> None:
            domain.kill()
            loop.call_later(60, domain.boot)

        domain.create_task(device())
        await asyncio.sleep(0.5)
        if cut_at is not None:
            disk.cut_at_sync(cut_at, cut, moment=moment)
        await asyncio.sleep(100)
        assert domain.alive
        rows: list[Any] = list(domain.call(open_store).execute("SELECT number FROM reading"))
        return [row[0] for row in rows]

    return run(main()), story


def test_power_cut_before_a_sync() -> None:
    assert store(3, "before") == ([1, 2], ["stored 1", "stored 2"])


def test_power_cut_after_a_sync() -> None:
    assert store(3, "after") == ([1, 2, 3], ["stored 1", "stored 2"])


def test_no_power_cut() -> None:
    rows, story = store(None, "before")
    assert rows == [1, 2, 3, 4, 5]
    assert story == [f"stored {number}" for number in rows]


def test_power_cut_is_not_an_exception_a_device_handles() -> None:
    assert not issubclass(PowerCut, Exception)


def test_peers_are_not_told_and_learn_it_from_the_booted_host() -> None:
    async def main() -> tuple[list[str], list[str]]:
        loop = running_loop()
        net = Network(loop)
        domain = Domain("meter")
        net.host("meter", "10.0.0.3", domain=domain)
        net.path("bench", "meter", [net.link("field", latency_s=0.001)])

        async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            with contextlib.suppress(ConnectionError):
                while data := await reader.read(100):
                    writer.write(data)

        async def serve() -> None:
            await asyncio.start_server(echo, "0.0.0.0", 502)

        await domain.run(serve())
        story: list[str] = []

        async def client() -> None:
            reader, writer = await asyncio.open_connection("10.0.0.3", 502)
            writer.write(b"1")
            story.append((await reader.read(10)).decode())
            await asyncio.sleep(5)
            writer.write(b"2")
            try:
                story.append((await reader.read(10)).decode())
            except ConnectionResetError:
                story.append(f"reset {loop.time():.0f}")

        task = asyncio.create_task(client())
        await asyncio.sleep(2)
        domain.kill()
        await asyncio.sleep(60)
        silence = list(story)
        try:
            async with asyncio.timeout(10):
                await asyncio.open_connection("10.0.0.3", 502)
        except TimeoutError:
            silence.append("no answer while off")
        domain.boot()
        try:
            await asyncio.open_connection("10.0.0.3", 502)
        except ConnectionRefusedError:
            silence.append("refused while nobody listens")
        await task
        return silence, story

    silence, story = run(main())
    assert silence == ["1", "no answer while off", "refused while nobody listens"]
    assert story[0] == "1"
    assert story[1].startswith("reset 1")
