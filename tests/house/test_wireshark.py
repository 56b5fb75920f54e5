"""The dissector of HJ 212 for Wireshark and the keys of TLS sessions: tshark reads from a capture what the bench read.

Leaves how frames are built to the simulators: theirs are the frames that tshark is given.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from house import ROOT
from suite_kit import in_place, run_folder

from bench import pcap
from bench.history import read_history
from bench.tls_keys import NAME
from bench.virtual.capture import Capture, Passed
from bench.virtual.rules import PacketKind
from simulators.centres.hj212.codec import Packet, encode
from simulators.events import Received
from simulators.explain import centres

DISSECTOR = ROOT / "fixtures" / "wireshark" / "hj212.lua"
CENTRE, TERMINAL = ("10.2.0.10", 9010), ("10.2.0.2", 49152)


# Wireshark 4.4 loads no scripts for root; whoever tests as root asks as somebody else.
_SOMEBODY: dict[str, Any] = {"user": "nobody", "group": "nogroup", "extra_groups": []} if os.geteuid() == 0 else {}


@pytest.fixture
def tshark(program: Callable[[str], str]) -> Callable[..., list[str]]:
    """The lines that tshark tells of a capture, with keys of TLS where there are any."""
    found = program("tshark")

    def read(capture: Path, *words: str, keys: Path | None = None) -> list[str]:
        with tempfile.TemporaryDirectory() as name:
            room = Path(name)
            room.chmod(0o755)
            script, frames, log = (shutil.copy(path, room) if path else "" for path in (DISSECTOR, capture, keys))
            secrets = ("-o", f"tls.keylog_file:{log}") if log else ()
            for path in room.iterdir():
                path.chmod(0o644)
            done = subprocess.run(
                [found, "-X", f"lua_script:{script}", "-r", frames, *secrets, *words],
                capture_output=True,
                text=True,
                check=True,
                env={**os.environ, "HOME": name},
                **_SOMEBODY,
            )
        assert "Lua Error" not in done.stdout + done.stderr
        return done.stdout.splitlines()

    return read


def _bits(row: str) -> list[str]:
    """The cells of a row, yes and no as Wireshark wrote them before 4.4."""
    return [re.sub("True", "1", re.sub("False", "0", cell)) for cell in row.split("\t")]


def _capture(folder: Path, *said: bytes) -> Path:
    """What the terminal said, a segment each, over one connection that began before the capture."""
    capture, seq = Capture(), 0
    for number, octets in enumerate(said):
        capture.take(Passed(float(number), "uplink", PacketKind.DATA, 1, TERMINAL, CENTRE, seq, octets))
        seq += len(octets)
    (written,) = capture.write(folder, 1_772_380_800_000_000)
    return written.path


def _frame() -> bytes:
    cp = ((("DataTime", "20260302000000"),), (("e01-Cou", "0.20"), ("e01-Flag", "N")))
    return encode(Packet(qn="20260302000100202", st="31", cn="2051", pw="123456", mn="M1", flag=5, cp=cp))


def test_frames_that_are_whole_cut_joined_wrong_and_behind_garbage(
    tmp_path: Path, tshark: Callable[..., list[str]]
) -> None:
    frame = _frame()
    wrong = frame[:-6] + b"0000\r\n"
    capture = _capture(tmp_path, frame, frame[:40], frame[40:], frame + frame, wrong, b"\x00garbage" + frame)
    fields = ("hj212.cn", "hj212.mn", "hj212.flag.answer", "hj212.check.good", "hj212.field.name", "hj212.junk")
    words = [word for field in fields for word in ("-e", field)]
    rows = [_bits(line) for line in tshark(capture, "-Y", "hj212", "-T", "fields", *words)]
    names = "DataTime,e01-Cou,e01-Flag"
    sound = ["2051", "M1", "1", "1", names, ""]
    assert rows == [
        sound,
        sound,
        [f"{each},{each}" if each else "" for each in sound],
        ["2051", "M1", "1", "0", names, ""],
        [*sound[:5], b"\x00garbage".hex()],
    ]
    assert len(tshark(capture, "-Y", "hj212.wrong_check")) == 1


def test_the_words_of_the_dissector_are_the_bench_s() -> None:
    text = DISSECTOR.read_text("utf-8")
    for name in ("COMMANDS", "SYSTEMS", "ANSWERS", "RESULTS"):
        (block,) = re.findall(rf"local {name} = {{\n(.*?)\n}}", text, re.S)
        own = getattr(centres, {"ANSWERS": "_ANSWER_CODES", "RESULTS": "_RESULT_CODES"}.get(name, f"_{name}"))
        said = dict(re.findall(r'\["(\w+)"\] = "(.*)",', block))
        assert said == {code: f"{en} / {zh}" for code, (en, zh) in own.items()}, name


def test_a_third_party_reads_what_passed_through_tls(tmp_path: Path, tshark: Callable[..., list[str]]) -> None:
    told = in_place("run", "--case", "security/lets-nobody-read-uploads", "-n", "1", "--out", "out", cwd=tmp_path)
    assert told.code == 0, told.out
    (folder,) = run_folder(tmp_path / "out").glob("cases/*/*/1")
    capture, keys = folder / "capture-uplink.pcap", folder / NAME
    assert capture.read_bytes()[: len(pcap.HEAD)] == pcap.HEAD
    assert tshark(capture, "-Y", "hj212") == [], "without the keys nobody reads anything"
    read = tshark(capture, "-Y", 'hj212.cn == "2051"', "-T", "fields", "-e", "hj212.qn", keys=keys)
    history = read_history(folder / "record.jsonl")
    assert sorted(read) == sorted(event.qn for event in history.of(Received)) and len(read) > 20
