"""The outlet of a power strip that speaks SNMP (version 1, 2c or 3): set, then read until it reports what it was told.

Leaves the other drivers to `power`. Which object is an outlet's, and with which numbers, the rig file says: makers
differ, and their MIBs are theirs.
"""

from __future__ import annotations

import asyncio
import warnings
from collections.abc import Awaitable
from typing import Any, TypeVar

from puresnmp import V1, V2C, V3, Auth, Client, Priv, PyWrapper
from puresnmp.credentials import Credentials
from puresnmp.exc import ErrorResponse, NoSuchOID, SnmpError, Timeout
from x690.types import Integer

from bench.lab import sentences
from bench.lab.power import PowerTrouble, contradicts
from bench.lab.rigfile import SnmpStrip

# What the library thinks of its own parts is nothing a laboratory could act on.
warnings.filterwarnings("ignore", module=r"puresnmp_plugins\..*")

_POLL_S = 0.2
_SYS_DESCR = "1.3.6.1.2.1.1.1.0"
_T = TypeVar("_T")


class SnmpPower:
    """One outlet of a power strip."""

    def __init__(self, strip: SnmpStrip) -> None:
        self._strip = strip
        self._who = f"SNMP power strip {strip.host}:{strip.port}, {strip.oid}"
        self._client: PyWrapper | None = None

    def _wrapped(self) -> PyWrapper:
        if self._client is None:
            client = Client(self._strip.host, _credentials(self._strip), port=self._strip.port)
            client.configure(timeout=1, retries=max(round(self._strip.timeout_s), 1))
            self._client = PyWrapper(client)
        return self._client

    async def _asked(self, what: str, work: Awaitable[_T]) -> _T:
        strip = self._strip
        try:
            return await asyncio.wait_for(work, strip.timeout_s)
        except (Timeout, TimeoutError):
            why = sentences.KEYS if strip.version == "3" else sentences.COMMUNITY
            told = sentences.SNMP_SILENT(what=what, timeout_s=strip.timeout_s, why=why)
            raise PowerTrouble(told.after(self._who)) from None
        except NoSuchOID:
            raise PowerTrouble(sentences.NO_SUCH_OBJECT(what=what).after(self._who)) from None
        except ErrorResponse as error:
            told = f"{type(error).__name__} (error status {error.error_status})"
            raise PowerTrouble(sentences.SNMP_REFUSES(what=what, told=told).after(self._who)) from None
        except (SnmpError, OSError, ValueError) as error:
            raise PowerTrouble(
                sentences.SNMP_FAILED(what=what, error=error or type(error).__name__).after(self._who)
            ) from None

    async def identity(self) -> str:
        """What the strip says that it is (sysDescr), on one line."""
        told = await self._asked("sysDescr", self._wrapped().get(_SYS_DESCR))
        text = told.decode("utf-8", "replace") if isinstance(told, bytes) else str(told)
        return " ".join(text.split())[:80]

    async def switch(self, on: bool) -> None:
        """Write the outlet's command and wait until its state is so."""
        strip = self._strip
        value = strip.on if on else strip.off
        await self._asked(f"the write of {value}", self._wrapped().set(strip.oid.lstrip("."), Integer(value)))
        loop = asyncio.get_running_loop()
        until = loop.time() + strip.settles_s
        while await self.state() is not on:
            if loop.time() >= until:
                raise contradicts(self._who, on)
            await asyncio.sleep(_POLL_S)

    async def state(self) -> bool:
        """Read the outlet's state."""
        strip = self._strip
        oid = (strip.state_oid or strip.oid).lstrip(".")
        told: Any = await self._asked(f"a read of {oid}", self._wrapped().get(oid))
        on = strip.on if strip.state_on is None else strip.state_on
        off = strip.off if strip.state_off is None else strip.state_off
        if told not in (on, off) or not isinstance(told, int):
            raise PowerTrouble(sentences.SNMP_STATE(on=on, off=off, oid=oid, told=told).after(self._who))
        return told == on

    async def close(self) -> None:
        """Nothing stays open: SNMP has no connection."""
        self._client = None


def _credentials(strip: SnmpStrip) -> Credentials:
    if strip.version == "1":
        return V1(strip.community)
    if strip.version == "2c":
        return V2C(strip.community)
    auth = Auth(strip.auth_key.encode(), strip.auth) if strip.auth_key else None
    priv = Priv(strip.privacy_key.encode(), strip.privacy) if strip.privacy_key else None
    return V3(strip.user, auth, priv)
