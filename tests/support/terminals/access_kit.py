"""A terminal with accounts in virtual time, and whoever comes to it over HTTP."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bench.virtual.loop import run as run_virtually
from bench.virtual.network import Network
from reference_terminal.assembly import Terminal
from reference_terminal.platform import Platform
from reference_terminal.settings.config import load_config

PORT = 8080
FIRST = {name: f"First-{number}-pass" for number, name in enumerate(("root", "olga", "anna", "carl", "rita", "vera"))}
ROLE = {
    "root": "administrator",
    "olga": "operator",
    "anna": "auditor",
    "carl": "clerk",
    "rita": "reviewer",
    "vera": "viewer",
}
OWN = {name: f"Secret.{number}.{number}" for number, name in enumerate(FIRST)}


def text_of(path: str = ":memory:", rules: str = "", more: str = "") -> str:
    """A configuration with an account of each role, one meter that nobody answers for, no centre."""
    people = "\n".join(
        f'[[accounts.delivered]]\nname = "{name}"\nrole = "{role}"\npassword = "{FIRST[name]}"'
        for name, role in ROLE.items()
    )
    return f"""
[terminal]
name = "T1"
[storage]
path = "{path}"
[security]
passphrase = "a passphrase of this machine"
[api]
host = "127.0.0.1"
port = {PORT}
[[gateways]]
id = "g1"
host = "127.0.0.1"
port = 4001
[[meters]]
id = "m1"
gateway = "g1"
period_s = 60
points = [
  {{ id = "energy", kind = "counter", address = 0, type = "u32", scale = "0.01", unit = "kWh", code = "a1" }},
]
{more}
[accounts]
{rules}
{people}
"""


class Clock:
    """The device's clock: the loop's time from 2026-03-01 on, which can be set."""

    def __init__(self) -> None:
        self._ahead_ns = 1_772_323_200 * 10**9

    def time_ns(self) -> int:
        """Now, UTC, in nanoseconds."""
        return self._ahead_ns + round(asyncio.get_running_loop().time() * 1e9)

    def set_time_ns(self, value: int) -> None:
        """Go on from `value`."""
        self._ahead_ns += value - self.time_ns()


@dataclass(frozen=True)
class Answered:
    """Status, header fields by lower-case name, body."""

    status: int
    fields: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)

    @property
    def code(self) -> str:
        """The code of an error."""
        return self.json["error"]["code"]


async def ask(
    method: str,
    path: str,
    body: Any = None,
    *,
    token: str = "",
    fields: Mapping[str, str] | None = None,
    form: bytes | None = None,
    port: int = PORT,
) -> Answered:
    """One request on a connection of its own."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request(method, path, body, token, fields, form, port))
    answer = await reader.read(-1)
    writer.close()
    return answered(answer)


def request(
    method: str,
    path: str,
    body: Any = None,
    token: str = "",
    fields: Mapping[str, str] | None = None,
    form: bytes | None = None,
    port: int = PORT,
) -> bytes:
    """The octets of a request."""
    octets = form if form is not None else b"" if body is None else json.dumps(body).encode()
    head = {"Host": f"127.0.0.1:{port}", "Connection": "close", "Content-Length": str(len(octets))}
    if form is not None:
        head["Content-Type"] = "application/x-www-form-urlencoded"
    elif body is not None:
        head["Content-Type"] = "application/json"
    if token:
        head["Authorization"] = f"Bearer {token}"
    head |= fields or {}
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in head.items())]
    return "\r\n".join([*lines, "", ""]).encode() + octets


def answered(answer: bytes) -> Answered:
    """An answer taken apart."""
    start, _, rest = answer.partition(b"\r\n\r\n")
    first, *others = start.decode().split("\r\n")
    told = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in others)}
    return Answered(int(first.split(" ")[1]), told, rest)


async def api(method: str, name: str, body: Any = None, *, token: str = "", **more: Any) -> Answered:
    """One request to the interface."""
    return await ask(method, f"/api/v1/{name}", body, token=token, **more)


async def log_in(name: str, password: str = "", **more: str) -> Answered:
    """Try to log in, with the own password where none is given."""
    return await api("POST", "login", {"name": name, "password": password or OWN[name], **more})


async def token_of(name: str) -> str:
    """A token of somebody whose password is changed already."""
    answer = await log_in(name)
    assert answer.status == 200, answer.body
    return answer.json["token"]


async def change_first(*names: str, port: int = PORT) -> None:
    """Put own passwords in the place of the first ones."""
    for name in names or tuple(FIRST):
        body = {"name": name, "password": FIRST[name], "new": OWN[name]}
        answer = await api("POST", "password", body, port=port)
        assert answer.status == 200, answer.body
        await asyncio.sleep(2)


async def token_with_new_password(name: str) -> str:
    """A token of somebody whose password has become too old."""
    new = f"{OWN[name]}.New"
    assert (await api("POST", "password", {"name": name, "password": OWN[name], "new": new})).status == 200
    return (await log_in(name, new)).json["token"]


async def events(token: str = "", **query: str) -> list[dict[str, Any]]:
    """Entries of the log, the oldest first."""
    token = token or await token_of("anna")
    asked = "&".join(f"{name}={value}" for name, value in {"order": "ascending", "limit": "1000", **query}.items())
    return (await api("GET", f"audit?{asked}", token=token)).json["entries"]


class Life:
    """A terminal that can be started anew on the same store."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.clock = Clock()
        self.lines: list[str] = []
        self.terminal: Terminal

    async def start(self) -> None:
        """Switch it on."""
        platform = Platform(clock=self.clock, random=random.Random(1), log=self.lines.append)
        self.terminal = Terminal(load_config(self.text), platform)
        self._task = asyncio.ensure_future(self.terminal.run())
        await asyncio.sleep(1)
        assert not self._task.done(), self._task.exception()

    async def stop(self) -> None:
        """Switch it off in good order."""
        await self.terminal.stop()
        await self._task


def live(body: Callable[[Life], Awaitable[Any]], text: str = "", *, changed: bool = True) -> Any:
    """Run `body` beside a terminal whose people have changed their first passwords, unless `changed` is false."""

    async def main() -> Any:
        Network()
        life = Life(text or text_of())
        await life.start()
        try:
            if changed:
                await change_first()
            return await body(life)
        finally:
            await life.stop()

    return run_virtually(main())
