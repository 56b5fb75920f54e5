"""The supply of a device on the table: what every driver can do, and the drivers of a relay and of a SCPI instrument.

Leaves people to `bench.operator` and the record to the rig. A driver believes nothing: what it switched it reads back.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Protocol

from pymodbus.client import AsyncModbusTcpClient
from pymodbus.exceptions import ModbusException

from bench.lab import sentences
from bench.lab.rigfile import ModbusRelay, ScpiSupply

_ANSWERS = {"1": True, "ON": True, "0": False, "OFF": False}
_LONGEST_ANSWER = 4096
# What goes wrong comes back as PowerTrouble; the library would also print every octet.
logging.getLogger("pymodbus.logging").setLevel(logging.CRITICAL + 1)


class PowerTrouble(RuntimeError):
    """The supply could not be switched or read; the text is one sentence for the user."""


class PowerDriver(Protocol):
    """Switches the terminal's supply."""

    async def switch(self, on: bool) -> None:
        """On or off; returns when it is so. Raises PowerTrouble."""
        ...

    async def state(self) -> bool | None:
        """Whether it is on; None where nobody can say without being asked to act. Raises PowerTrouble."""
        ...

    async def close(self) -> None:
        """Let go of it; the supply stays as it is."""
        ...


def contradicts(who: str, on: bool) -> PowerTrouble:
    """The state read back is not the one that was told."""
    told, says = (sentences.ON, sentences.OFF) if on else (sentences.OFF, sentences.ON)
    return PowerTrouble(sentences.POWER_CONTRADICTS(told=told, says=says).after(who))


class RelayPower:
    """A relay at a coil of a Modbus TCP device."""

    def __init__(self, relay: ModbusRelay) -> None:
        self._relay = relay
        self._who = f"Modbus relay {relay.host}:{relay.port}, unit {relay.unit}, coil {relay.coil}"
        self._client: AsyncModbusTcpClient | None = None

    async def _connected(self) -> AsyncModbusTcpClient:
        if self._client is None or not self._client.connected:
            await self.close()
            relay = self._relay
            client = AsyncModbusTcpClient(
                relay.host, port=relay.port, timeout=relay.timeout_s, retries=1, reconnect_delay=0
            )
            if not await client.connect():
                client.close()
                raise PowerTrouble(sentences.POWER_REFUSES().after(self._who))
            self._client = client
        return self._client

    async def switch(self, on: bool) -> None:
        """Write the coil and read it back."""
        client = await self._connected()
        try:
            answer = await client.write_coil(
                self._relay.coil, on is not self._relay.normally_closed, device_id=self._relay.unit
            )
        except ModbusException:
            raise PowerTrouble(sentences.NO_WRITE_ANSWER().after(self._who)) from None
        if answer.isError():
            raise PowerTrouble(sentences.WRITE_REFUSED(exception_code=answer.exception_code).after(self._who))
        if await self.state() is not on:
            raise contradicts(self._who, on)

    async def state(self) -> bool:
        """Read the coil."""
        client = await self._connected()
        try:
            answer = await client.read_coils(self._relay.coil, count=1, device_id=self._relay.unit)
        except ModbusException:
            raise PowerTrouble(sentences.NO_READ_ANSWER().after(self._who)) from None
        if answer.isError():
            raise PowerTrouble(sentences.READ_REFUSED(exception_code=answer.exception_code).after(self._who))
        return bool(answer.bits[0]) is not self._relay.normally_closed

    async def close(self) -> None:
        """End the connection."""
        client, self._client = self._client, None
        if client is not None:
            client.close()


class ScpiPower:
    """A programmable supply that speaks SCPI over TCP; its error queue is read after each command."""

    def __init__(self, supply: ScpiSupply) -> None:
        self._supply = supply
        self._who = f"SCPI supply {supply.host}:{supply.port}"
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def _connected(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self._streams is not None and self._streams[0].at_eof():
            # An instrument ends idle connections.
            await self.close()
        if self._streams is None:
            try:
                self._streams = await asyncio.wait_for(
                    asyncio.open_connection(self._supply.host, self._supply.port, limit=_LONGEST_ANSWER),
                    self._supply.timeout_s,
                )
            except (OSError, TimeoutError) as error:
                why = str(error) or f"nothing within {self._supply.timeout_s:g} s"
                raise PowerTrouble(sentences.POWER_UNREACHED(why=why).after(self._who)) from None
        return self._streams

    async def _say(self, words: str, *, answered: bool) -> str:
        reader, writer = await self._connected()
        try:
            writer.write(words.encode() + b"\n")
            await asyncio.wait_for(writer.drain(), self._supply.timeout_s)
            if not answered:
                return ""
            line = await asyncio.wait_for(reader.readline(), self._supply.timeout_s)
        except (OSError, TimeoutError, ValueError) as error:
            await self.close()
            why = str(error) or f"nothing within {self._supply.timeout_s:g} s"
            raise PowerTrouble(sentences.POWER_SILENT(words=words, why=why).after(self._who)) from None
        if not line.endswith(b"\n"):
            await self.close()
            raise PowerTrouble(sentences.POWER_CLOSED(words=words).after(self._who))
        return line.decode("ascii", "replace").strip()

    async def _select(self) -> None:
        if self._supply.select:
            await self._say(self._supply.select, answered=False)

    async def _no_error(self, words: str) -> None:
        answer = await self._say("SYST:ERR?", answered=True)
        number = answer.partition(",")[0]
        try:
            clean = int(number) == 0
        except ValueError:
            clean = False
        if not clean:
            raise PowerTrouble(sentences.POWER_ERROR(words=words, answer=answer).after(self._who))

    async def identity(self) -> str:
        """Maker, model, serial number and firmware (*IDN?)."""
        return await self._say("*IDN?", answered=True)

    async def switch(self, on: bool) -> None:
        """Send the command, look for an error, read the state back."""
        words = self._supply.on if on else self._supply.off
        await self._select()
        await self._say(words, answered=False)
        await self._no_error(words)
        if await self.state() is not on:
            raise contradicts(self._who, on)

    async def state(self) -> bool:
        """Ask for the state of the output."""
        await self._select()
        answer = await self._say(self._supply.query, answered=True)
        if answer.upper() not in _ANSWERS:
            raise PowerTrouble(sentences.POWER_STATE(query=self._supply.query, answer=answer).after(self._who))
        return _ANSWERS[answer.upper()]

    async def close(self) -> None:
        """End the connection."""
        streams, self._streams = self._streams, None
        if streams is not None:
            streams[1].close()
