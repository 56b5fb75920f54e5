"""One connection to a Modbus gateway, in virtual time: its rest between requests, and its patience with an answer."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from decimal import Decimal
from itertools import pairwise

import pytest

from bench.virtual.loop import run as run_virtually
from bench.virtual.network import Network
from reference_terminal.acquisition.failures import ReadFailed
from reference_terminal.acquisition.modbus.blocks import Block
from reference_terminal.acquisition.modbus.client import GatewayClient
from reference_terminal.settings.meters import GatewayConfig

BLOCK = Block(3, 0, 2, False)
ANSWER = bytes.fromhex("0000 0007 01 03 04 00BC614E".replace(" ", ""))


def at_a_gateway(
    config: GatewayConfig,
    body: Callable[[GatewayClient], Awaitable[None]],
    mute_from: int = 9,
    *,
    answer: bytes = ANSWER,
    closed: Callable[[], None] = lambda: None,
) -> list[float]:
    """Run `body` against a gateway that answers 20 ms after each request until `mute_from`; when requests came (s).

    `closed` is called when the client hangs up.
    """
    asked: list[float] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while octets := await reader.read(4096):
            asked.append(asyncio.get_running_loop().time())
            if len(asked) >= mute_from:
                continue
            await asyncio.sleep(0.02)
            writer.write(octets[:2] + answer)
        closed()

    async def main() -> None:
        Network()
        listening = await asyncio.start_server(serve, "127.0.0.1", 502)
        client = GatewayClient(config, random.Random(1))
        await body(client)
        client.close()
        listening.close()

    run_virtually(main())
    return asked


@pytest.mark.parametrize("turnaround_s", ["0", "0.05", "2"])
def test_a_gateway_rests_between_an_answer_and_the_next_request(turnaround_s: str) -> None:
    async def body(client: GatewayClient) -> None:
        for _ in range(3):
            assert await client.read(1, BLOCK, 0) == bytes.fromhex("00BC614E")

    config = GatewayConfig("g", "127.0.0.1", turnaround_s=Decimal(turnaround_s))
    asked = at_a_gateway(config, body)
    gaps = [later - earlier for earlier, later in pairwise(asked)]
    assert len(gaps) == 2
    assert all(abs(gap - 0.02 - float(turnaround_s)) < 0.01 for gap in gaps)


def test_a_gateway_that_was_left_alone_long_enough_is_asked_at_once() -> None:
    async def body(client: GatewayClient) -> None:
        await client.read(1, BLOCK, 0)
        await asyncio.sleep(60)
        await client.read(1, BLOCK, 0)

    first, second = at_a_gateway(GatewayConfig("g", "127.0.0.1", turnaround_s=Decimal("0.5")), body)
    assert abs(second - first - 60.02) < 0.01


@pytest.mark.parametrize(("patience_s", "waited_s"), [(None, 1.0), (0.25, 0.25), (30.0, 1.0)])
def test_patience_with_an_answer_is_not_the_rest_before_its_request(patience_s: float | None, waited_s: float) -> None:
    async def body(client: GatewayClient) -> None:
        await client.read(1, BLOCK, 0)
        loop = asyncio.get_running_loop()
        begin = loop.time()
        with pytest.raises(ReadFailed, match="timeout"):
            await client.read(1, BLOCK, 0, patience_s)
        assert abs(loop.time() - begin - 0.5 - waited_s) < 0.01

    at_a_gateway(GatewayConfig("g", "127.0.0.1", turnaround_s=Decimal("0.5")), body, mute_from=2)


@pytest.mark.parametrize(
    ("told", "cause"),
    [
        ("0000 0005 01 03 02 00BC", "bad frame"),
        ("0000 0009 01 03 06 00BC614E0001", "bad frame"),
        ("0000 0006 01 03 03 00BC61", "bad frame"),
        ("0000 0007 01 04 04 00BC614E", "bad frame"),
        ("0000 0003 01 83 02", "exception 2"),
        ("0000 0007 01 03 05 00BC614E", "no connection"),
    ],
)
def test_answers_of_another_length_or_function_are_none(told: str, cause: str) -> None:
    async def body(client: GatewayClient) -> None:
        with pytest.raises(ReadFailed) as failed:
            await client.read(1, BLOCK, 0)
        causes.append(failed.value.cause)

    causes: list[str] = []
    at_a_gateway(GatewayConfig("g", "127.0.0.1"), body, answer=bytes.fromhex(told.replace(" ", "")))
    assert causes == [cause]


def test_input_registers_are_read_too() -> None:
    async def body(client: GatewayClient) -> None:
        assert await client.read(1, Block(4, 0, 2, False), 0) == bytes.fromhex("00BC614E")

    at_a_gateway(GatewayConfig("g", "127.0.0.1"), body, answer=bytes.fromhex("0000000701040400BC614E"))


def test_a_connection_on_which_nothing_comes_any_more_is_given_up() -> None:
    async def body(client: GatewayClient) -> None:
        for number in range(1, 8):
            with pytest.raises(ReadFailed, match=r"timeout|no connection"):
                await client.read(1, BLOCK, 0)
            if hung_up:
                break
            await asyncio.sleep(1)
            tried.append(number)

    hung_up: list[bool] = []
    tried: list[int] = []
    at_a_gateway(GatewayConfig("g", "127.0.0.1"), body, 1, closed=lambda: hung_up.append(True))
    assert tried and hung_up
