"""Terminals in the manner of the national platform: registered by enterprise, sets kept whole, enciphered or not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ports import free_port
from reference_platform_kit import HOUR_US, START_US, Answer, Caller, HandClock, furnish, kept, settings, standing
from virtually import virtually

from simulators.platform import Platform
from simulators.platform.core.settings import Https
from simulators.trust import oracle

CODE = "04-01-0000-040200-30"
ENTERPRISE = "91320500MA1XXXXX0X"


def entry(**changed: Any) -> dict[str, Any]:
    plain = {"dataCode": CODE, "dataValue": 123.45, "inputType": 4, "statType": 1, "statDate": "2026-03-02 00:00:00"}
    return {**plain, "uploadDate": "2026-03-03 01:38:00", "scope": 1, "valid": True, **changed}


def told(platform: Platform, port: int) -> Caller:
    desk = platform.desk()
    furnish(desk)
    desk.change("enterprise", "A", code=ENTERPRISE, region="320500")
    desk.create("point", id="A.nat", enterprise="A", terminal="MN-A", code=CODE, unit="kWh")
    return Caller("127.0.0.1", port)


async def registered(sender: Caller, **changed: str) -> Answer:
    body = {"region": "320500", "enterpriseCode": ENTERPRISE, "terminalCode": "MN-A", **changed}
    return await sender.call("POST", "/enterprise/register", body)


def sealed(row: dict[str, Any], key: str) -> dict[str, str]:
    plain = {name: str(value).lower() if isinstance(value, bool) else str(value) for name, value in row.items()}
    return {name: oracle.sm4_ecb(bytes.fromhex(key), padded(text.encode())).hex() for name, text in plain.items()}


def padded(octets: bytes) -> bytes:
    """PKCS7."""
    return octets + bytes((16 - len(octets) % 16,)) * (16 - len(octets) % 16)


@pytest.mark.parametrize("encrypted", [False, True])
def test_a_terminal_registers_and_its_sets_are_kept(tmp_path: Path, encrypted: bool) -> None:
    async def main() -> None:
        port = free_port()
        async with standing(tmp_path, HandClock(), settings(http=Https(port=port, encrypted=encrypted))) as platform:
            sender = told(platform, port)
            first, again = (await registered(sender)).json, (await registered(sender)).json
            assert first["responseCode"] == "0"
            assert first["deviceId"] == again["deviceId"]
            assert first["centerDataURL"].endswith("/uploadEnergyData")
            rows = [
                entry(),
                entry(statType=0, dataValue=1.5),
                entry(statType=2, dataValue=9, statDate="2026-03-01 00:00:00"),
            ]
            if encrypted:
                rows = [sealed(row, first["secretKey"]) for row in rows]
            who = {"deviceId": first["deviceId"], "enterpriseCode": ENTERPRISE}
            sent = await sender.call("POST", "/uploadEnergyData", {**who, "data": rows})
            assert sent.json == {"responseCode": "0", "responseMessage": "RECEIVE SUCCESS"}
            assert [value for value, _, _ in kept(platform, "A.nat")] == ["1.5", "123.45"]
            (month,) = platform.desk().records("A.nat", "month", START_US - 48 * HOUR_US, START_US)
            assert (month.value, month.source) == ("9", "own")
            listed = await sender.call("POST", "/downloadConfigData", who)
            assert CODE in [each["dataCode"] for each in listed.json["collectItemConfig"]]
            assert (await sender.call("POST", "/versionCheck", who)).json["dicVersion"] == "3"

    virtually(main())


@pytest.mark.parametrize(
    ("who", "row", "code"),
    [
        ({"terminalCode": "MN-B"}, {}, "1"),
        ({"enterpriseCode": "9" * 18}, {}, "1"),
        ({"region": "110000"}, {}, "1"),
        ({}, {"deviceId": "0" * 32}, "2"),
        ({}, {"data": []}, "1"),
        ({}, {"data": [entry()] * 501}, "1"),
        ({}, {"data": [entry(), entry(dataValue="x")]}, "1"),
        ({}, {"data": [entry(), entry(statDate="2026-03-02 00:30:00")]}, "1"),
        ({}, {"data": [entry(), {"dataCode": CODE}]}, "1"),
    ],
)
def test_what_is_wrong_is_refused_whole(tmp_path: Path, who: dict[str, str], row: dict[str, Any], code: str) -> None:
    async def main() -> None:
        port = free_port()
        async with standing(tmp_path, HandClock(), settings(http=Https(port=port))) as platform:
            sender = told(platform, port)
            answer = await registered(sender, **who)
            if not who:
                body = {"deviceId": answer.json["deviceId"], "enterpriseCode": ENTERPRISE, "data": [entry()], **row}
                answer = await sender.call("POST", "/uploadEnergyData", body)
            assert answer.json["responseCode"] == code
            assert kept(platform, "A.nat") == []

    virtually(main())
