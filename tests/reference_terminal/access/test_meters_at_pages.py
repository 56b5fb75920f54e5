"""Meters of every protocol are added at a page, kept over a restart, and taken away again (CSMT 11.3)."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from access_kit import Life, api, live, text_of, token_of

from reference_terminal.settings.config import load_config, with_meters
from reference_terminal.settings.overlay import tables_of
from reference_terminal.settings.protocols import protocols
from reference_terminal.web.pages.examples import EXAMPLES


def config(folder: Path) -> str:
    return text_of(str(folder / "t.db"))


@pytest.mark.parametrize("name", list(EXAMPLES))
def test_the_example_of_each_protocol_is_taken_as_it_is(name: str, tmp_path: Path) -> None:
    wider = with_meters(load_config(config(tmp_path)), tables_of(EXAMPLES[name]))
    assert [meter.id for meter in wider.meters] == ["m1", "new"]


def test_every_protocol_on_lines_and_gateways_has_an_example(tmp_path: Path) -> None:
    before = load_config(config(tmp_path))
    made = [with_meters(before, tables_of(text)).meters[-1] for text in EXAMPLES.values()]
    assert {protocols()[each.protocol] for each in made if each.protocol in protocols()} == set(protocols().values())
    assert len([each for each in made if each.collector]) == len([each for each in made if each.system]) == 2


async def _meters(token: str) -> list[str]:
    return [each["meter"] for each in (await api("GET", "acquisition", token=token)).json["meters"]]


def test_an_added_meter_is_kept_and_taken_away_again(tmp_path: Path) -> None:
    async def body(life: Life) -> None:
        root, clerk = await token_of("root"), await token_of("carl")
        order = {"settings": EXAMPLES["DL/T 645-2007"].replace('device = "/dev/ttyS9"', 'host = "127.0.0.1"\nport = 9')}
        assert (await api("POST", "meter-add", order, token=clerk)).code == "no-right"
        assert (await api("POST", "meter-add", order, token=root)).json == {"added": ["new"]}
        await asyncio.sleep(5)
        assert await _meters(root) == ["m1", "new"]
        again = await api("POST", "meter-add", order, token=root)
        assert again.status == 400 and "new" in again.json["error"]["en"]
        await life.stop()
        await life.start()
        await asyncio.sleep(5)
        root = await token_of("root")
        assert await _meters(root) == ["m1", "new"]
        assert (await api("POST", "meter-remove", {"meter": "m1"}, token=root)).status == 404
        point = life.terminal.config.meters[-1].points[0].id
        centre = f'id = "B"\nhost = "127.0.0.1"\nport = 9\nmn = "MN1"\n[codes]\n"{point}" = "k1"\n'
        assert (await api("POST", "centre-add", {"settings": centre}, token=root)).json == {"added": "B"}
        await asyncio.sleep(5)
        named = await api("POST", "meter-remove", {"meter": "new"}, token=root)
        assert named.status == 409 and point in named.json["error"]["zh"]
        assert (await api("POST", "centre-remove", {"centre": "B"}, token=root)).status == 200
        await asyncio.sleep(5)
        assert (await api("POST", "meter-remove", {"meter": "new"}, token=root)).json == {"removed": "new"}
        await asyncio.sleep(5)
        assert await _meters(root) == ["m1"]

    live(body, config(tmp_path))
