"""The door for slaves: who they are by their certificate, records once each, and what is no record of theirs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from access_kit import Answered, Life, answered, live, request, text_of
from security_kit import HOSTS, NAME, authority, security

from reference_terminal.model.times import HOUR, iso
from reference_terminal.net.channel import open_line
from reference_terminal.settings.config import ConfigError, load_config

PORT = 9700
POINT = '[[group.slaves.points]]\ntag = "e01"\nid = "{0}.e01"\nkind = "counter"\nunit = "kWh"\n'


def text(path: Path, more: str = "") -> str:
    by = authority("mtls")
    own = by.leaf("server", "A", HOSTS, "good")
    pem = "\n".join(
        f"{name} = {json.dumps(text)}"
        for name, text in {"certificate": own.certificate, "key": own.key, "anchors": by.anchor}.items()
    )
    slaves = "".join(f'[[group.slaves]]\nid = "{name}"\n{POINT.format(name)}' for name in (NAME, "another"))
    return text_of(
        str(path / "t.db"), more=f'[group]\nhost = "127.0.0.1"\nport = {PORT}\nchannel = "mtls"\n{pem}\n{slaves}{more}'
    )


async def report(life: Life, rows: list[dict[str, str]], source: str = NAME) -> Answered:
    line = await open_line("127.0.0.1", PORT, security("mtls"), lambda: life.clock.time_ns() // 10**9, 20)
    line.write(request("POST", "/api/records", {"source": source, "records": rows}))
    answer = b""
    while data := await line.read(65_536):
        answer += data
    return answered(answer)


def row(life: Life, **changes: str) -> dict[str, str]:
    start_s = HOUR.start(life.clock.time_ns() // 10**9) - 3600
    usual = {"point": "e01", "kind": "hour", "start": iso(start_s), "end": iso(start_s + 3600)}
    return {**usual, "value": "12.5", "unit": "kWh", "flag": "N", **changes}


def kept(life: Life, point: str) -> list[tuple[str | None, str, int]]:
    terminal = life.terminal
    number = terminal.pipeline.by_id[point].number
    found = terminal.store.records(HOUR.code, number, 0, 2**33, 10)
    return [(each.value, each.flag, each.revision) for each in found]


def test_a_record_counts_once_and_a_changed_one_is_a_revision(tmp_path: Path) -> None:
    async def body(life: Life) -> None:
        for _ in range(2):
            assert (await report(life, [row(life)])).json == {"accepted": 1}
            assert kept(life, f"{NAME}.e01") == [("12.5", "N", 0)]
        assert (await report(life, [row(life, value="13")])).status == 200
        assert kept(life, f"{NAME}.e01") == [("13", "N", 1)]

    live(body, text(tmp_path))


def test_nobody_reports_in_anothers_name(tmp_path: Path) -> None:
    async def body(life: Life) -> None:
        for name in ("another", "nobody"):
            assert (await report(life, [row(life)], name)).status == 403
        assert kept(life, "another.e01") == []

    live(body, text(tmp_path))


@pytest.mark.parametrize(
    "changes",
    [
        {"point": "e02"},
        {"kind": "week"},
        {"kind": "min7"},
        {"unit": "MWh"},
        {"value": "NaN"},
        {"value": ""},
        {"value": "1e400"},
        {"flag": "normal"},
        {"start": "yesterday"},
        {"end": "2026-03-01T09:30:00+08:00"},
        {"start": "2030-01-01T00:00:00+08:00", "end": "2030-01-01T01:00:00+08:00"},
    ],
    ids=str,
)
def test_what_is_no_record_of_the_slave_is_refused_with_all_that_came_with_it(
    tmp_path: Path, changes: dict[str, str]
) -> None:
    async def body(life: Life) -> None:
        answer = await report(life, [row(life), row(life, **changes)])
        assert answer.status == 400 and answer.json["error"]["zh"]
        assert kept(life, f"{NAME}.e01") == []

    live(body, text(tmp_path), changed=False)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('channel = "mtls"', 'channel = "plain"', "group.channel"),
        ('id = "another"', f'id = "{NAME}"', "group.slaves"),
        ('kind = "counter"', 'kind = "sum"', "kind"),
        ('unit = "kWh"', 'unit = "kW"', "unit"),
        (f"port = {PORT}", "port = 0", "group.port"),
    ],
)
def test_wrong_settings_are_told(tmp_path: Path, old: str, new: str, told: str) -> None:
    whole: Any = text(tmp_path)
    assert load_config(whole).group is not None
    with pytest.raises(ConfigError, match=told.replace(".", r"\.")):
        load_config(whole.replace(old, new))
