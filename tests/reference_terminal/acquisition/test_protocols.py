"""Protocols of meters are found by walking; whatever loops over them sees all of them and names none."""

from __future__ import annotations

import re
from pathlib import Path

import reference_terminal
from reference_terminal.acquisition.protocol import AcquisitionProtocol, probes
from reference_terminal.settings.protocols import GATEWAY, LINE, protocols, words_at

_ROOT = Path(reference_terminal.__file__).parent


def test_every_folder_with_a_descriptor_is_a_protocol() -> None:
    folders = {path.parent.name for path in (_ROOT / "acquisition").glob("*/descriptor.py")}
    found = dict.fromkeys(protocols().values())
    assert {type(each).__module__.split(".")[-2] for each in found} == folders
    assert all(isinstance(each, AcquisitionProtocol) for each in found)


def test_what_a_configuration_may_call_them_stands_in_order() -> None:
    assert list(protocols()) == [
        *("modbus-tcp", "modbus-rtu", "modbus-ascii"),
        *("dlt645-2007", "dlt645-1997", "dlt645-auto"),
        *("cjt188-2004", "cjt188-2018"),
        *("xk3190", "xk3190-command", "xk3190-reversed", "toledo-a12e"),
    ]
    assert words_at(GATEWAY) == ("modbus-tcp",)
    assert set(words_at(LINE)) == set(protocols()) - {"modbus-tcp"}


def test_devices_are_looked_for_in_this_order() -> None:
    assert list(probes()) == ["dlt645-2007", "dlt645-1997", "cjt188", "modbus-rtu", "modbus-ascii", "modbus-tcp"]


def test_the_assembly_and_what_reads_settings_of_meters_name_no_protocol() -> None:
    named = re.compile(r"acquisition\.(dlt645|cjt188|scale)|dlt645|cjt188|xk3190|toledo")
    for name in ("assembly.py", "acquisition/carriers.py", "acquisition/protocol.py", "commissioning/probe.py"):
        assert not named.search((_ROOT / name).read_text(encoding="utf-8")), name
    for name in ("meters", "carriers", "occupancy", "protocols"):
        assert not named.search((_ROOT / f"settings/{name}.py").read_text(encoding="utf-8")), name
