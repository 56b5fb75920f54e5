"""The virtual loop: order, jumping, deadlock, livelock, and that nothing of the wall clock gets in."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator

import pytest
import simpy

from bench.virtual.loop import Deadlock, Livelock, VirtualLoop, finish, run, running_loop


def test_two_days_are_a_matter_of_jumping() -> None:
    async def main() -> float:
        await asyncio.sleep(48 * 3600)
        return running_loop().time()

    assert run(main()) == 172_800.0


def test_simpy_comes_first_at_the_same_instant() -> None:
    async def main() -> list[tuple[str, float]]:
        loop = running_loop()
        order: list[tuple[str, float]] = []

        def plant(env: simpy.Environment) -> object:
            for _ in range(3):
                yield env.timeout(10)
                order.append(("plant", float(env.now)))

        loop.env.process(plant(loop.env))  # pyright: ignore
        for _ in range(3):
            await asyncio.sleep(10)
            order.append(("terminal", loop.time()))
        return order

    assert run(main()) == [(who, at) for at in (10.0, 20.0, 30.0) for who in ("plant", "terminal")]


def test_timers_of_one_instant_run_in_the_order_they_were_set() -> None:
    async def main() -> list[int]:
        loop = running_loop()
        order: list[int] = []
        for number in (3, 1, 2):
            loop.call_at(5.0, order.append, number)
        loop.call_soon(loop.call_at, 5.0, order.append, 4)
        await asyncio.sleep(6)
        return order

    assert run(main()) == [3, 1, 2, 4]


def test_a_cancelled_timer_does_not_run_nor_hold_the_clock() -> None:
    async def main() -> tuple[list[int], float]:
        loop = running_loop()
        ran: list[int] = []
        loop.call_later(5, ran.append, 1).cancel()
        for _ in range(5000):
            loop.call_later(1000, ran.append, 2).cancel()
        await asyncio.sleep(7)
        return ran, loop.time()

    assert run(main()) == ([], 7.0)


def test_waiting_for_a_simpy_event_gives_its_value_or_its_failure() -> None:
    async def main() -> tuple[object, float, str]:
        loop = running_loop()
        value = await loop.until(loop.env.timeout(3, "steam"))
        broken = loop.env.event()
        loop.call_later(1, broken.fail, ValueError("boiler"))
        try:
            await loop.until(broken)
        except ValueError as error:
            return value, loop.time(), str(error)
        return value, loop.time(), "no failure"

    assert run(main()) == ("steam", 4.0, "boiler")


def test_deadlock_is_reported_with_who_waits() -> None:
    async def main() -> None:
        await asyncio.sleep(2)
        await running_loop().create_future()

    with pytest.raises(Deadlock, match=r"at 2\.000000 s.*Task-1"):
        run(main())


def test_livelock_is_reported() -> None:
    async def main() -> None:
        loop = running_loop()

        def again() -> None:
            loop.call_soon(again)

        again()
        await asyncio.sleep(1)

    loop = VirtualLoop(livelock_limit=1000)
    try:
        with pytest.raises(Livelock, match=r"more than 1000 callbacks at 0\.000000 s"):
            loop.run_until_complete(main())
    finally:
        with contextlib.suppress(Livelock):
            finish(loop)


def test_many_callbacks_over_time_are_no_livelock() -> None:
    async def main() -> float:
        for _ in range(2000):
            await asyncio.sleep(0.001)
        return running_loop().time()

    loop = VirtualLoop(livelock_limit=1000)
    try:
        assert loop.run_until_complete(main()) == pytest.approx(2.0)
    finally:
        finish(loop)


def test_executor_runs_in_place() -> None:
    async def main() -> tuple[int, str]:
        value = await asyncio.to_thread(lambda: 42)
        try:
            await running_loop().run_in_executor(None, lambda: 1 // 0)
        except ZeroDivisionError as error:
            return value, str(error)
        return value, ""

    assert run(main()) == (42, "integer division or modulo by zero")


def test_timeouts_task_groups_locks_and_generators_work() -> None:
    async def main() -> list[str]:
        story: list[str] = []
        lock = asyncio.Lock()

        async def worker(name: str, seconds: float) -> None:
            async with lock:
                await asyncio.sleep(seconds)
                story.append(f"{name} {running_loop().time()}")

        async with asyncio.TaskGroup() as group:
            group.create_task(worker("a", 2))
            group.create_task(worker("b", 1))
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(5):
                await asyncio.sleep(100)
        story.append(f"gave up {running_loop().time()}")

        async def numbers() -> AsyncIterator[int]:
            try:
                yield 1
                yield 2
            finally:
                await asyncio.sleep(1)
                story.append("generator closed")

        async for number in numbers():
            story.append(str(number))
            break
        await asyncio.sleep(2)
        return story

    story: list[str] = run(main())
    assert story == ["a 2.0", "b 3.0", "gave up 8.0", "1", "generator closed"]


def test_what_is_left_is_cancelled_oldest_first() -> None:
    ended: list[str] = []

    async def forever(name: str) -> None:
        try:
            await asyncio.sleep(10**9)
        finally:
            ended.append(name)

    async def main() -> None:
        running_loop().keep([asyncio.create_task(forever(name)) for name in "cab"])
        await asyncio.sleep(1)

    run(main())
    assert ended == ["c", "a", "b"]


def test_task_names_repeat_from_world_to_world() -> None:
    async def main() -> list[str]:
        return [task.get_name() for task in [asyncio.create_task(asyncio.sleep(0)) for _ in range(3)]]

    assert run(main()) == run(main()) == ["Task-2", "Task-3", "Task-4"]


def test_an_exception_in_a_callback_reaches_the_handler_and_the_loop_goes_on() -> None:
    async def main() -> list[str]:
        loop = running_loop()
        heard: list[str] = []
        loop.set_exception_handler(lambda _, context: heard.append(repr(context["exception"])))
        loop.call_later(1, lambda: 1 // 0)
        await asyncio.sleep(2)
        return heard

    assert run(main()) == ["ZeroDivisionError('integer division or modulo by zero')"]


def test_debug_mode_changes_nothing() -> None:
    async def main() -> float:
        await asyncio.sleep(2)
        return running_loop().time()

    assert run(main(), debug=True) == 2.0


def test_no_network_is_a_clear_sentence() -> None:
    async def main() -> None:
        await asyncio.open_connection("10.0.0.1", 502)

    with pytest.raises(NotImplementedError, match="no network, expected one"):
        run(main())


def test_ctrl_c_cannot_be_taken_for_an_error_by_what_runs_at_that_moment() -> None:
    went_on: list[str] = []

    async def swallows() -> None:
        try:
            signal.raise_signal(signal.SIGINT)
            sum(range(1000))
        except BaseException:
            went_on.append("caught it")
        await asyncio.sleep(1)
        went_on.append("slept")

    with pytest.raises(KeyboardInterrupt):
        run(swallows())
    assert went_on == []
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_the_second_ctrl_c_ends_what_never_yields() -> None:
    reached: list[str] = []

    async def stuck() -> None:
        signal.raise_signal(signal.SIGINT)
        reached.append("first")
        signal.raise_signal(signal.SIGINT)
        sum(range(1000))
        reached.append("second")

    with pytest.raises(KeyboardInterrupt):
        run(stuck())
    assert reached == ["first"]
