"""What the real rigs see of a terminal that is a program, and tell it: its barriers, its files, published lists."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from process_kit import LooksOn, conduct, profile, python, record, said

from bench.case import Case, Finding, Verdict, criterion
from bench.dut.profile import Claim
from bench.facade.bench import Bench, Unable
from bench.history import CutShort, History, ListServed, Observed, Phase
from bench.layout.scenario import Revocation, Scenario
from bench.rigs.loopback import RIG as LOOPBACK
from bench.rigs.process import RIG as PROCESS
from bench.run import CaseRig

RIGS = pytest.mark.parametrize("rig", [PROCESS, LOOPBACK], ids=["process", "loopback"])
GIVEN = {"given.ini": {"text": "pw = PW={{ centres[0].pw }}"}}

_WRITES = """
import os, time
with open('kept', 'w') as out:
    out.write('PW=' + words['pw']); out.flush(); os.fsync(out.fileno())
print('written', flush=True)
time.sleep(600)
"""


class Looks(LooksOn):
    """The program has synced one file: its barriers are counted, its files are looked into."""

    zh = "程序已落盘一个文件。"

    async def drive(self, bench: Bench) -> None:
        await said(bench, "written")
        bench.phase("counted", syncs=bench.power.syncs())
        await bench.terminal.storage()
        await bench.terminal.search()


@RIGS
def test_a_programs_own_files_and_barriers_are_seen_and_those_of_its_commissioning_are_not(
    rig: CaseRig, tmp_path: Path
) -> None:
    terminal = profile(python(_WRITES, pw="{{ centres[0].pw }}"), files=GIVEN)
    told = record(conduct(rig, Looks, terminal, tmp_path), tmp_path)
    (counted,) = told.of(Phase)
    assert counted.detail["syncs"] == "1"
    storage, secrets = told.of(Observed)
    assert [(row["file"], row["values"]) for row in storage.rows] == [("kept", "0")]
    held = [(row["where"], row["found"]) for row in secrets.rows if row["found"]]
    assert held == [("storage kept", "A password")]


_FETCHES = """
import time, urllib.request
for url in words['urls'].split():
    print('list', len(urllib.request.urlopen(url, timeout=50).read()), flush=True)
print('given', words['own'], words['look'], flush=True)
time.sleep(600)
"""


FETCHED = criterion("fetched", en="lists were fetched", zh="已获取列表")


class Publishes(Case):
    """Lists of revoked certificates are published."""

    zh = "发布吊销列表。"
    checks = {FETCHED: ("isc-2/7.4.1b",)}
    scenario = Scenario(
        circuits=1,
        points=1,
        centres=("A",),
        kinds=(),
        centre_options=(("A", {"channel": "mtls"}),),
        services=(Revocation(look_s=77),),
    )

    async def drive(self, bench: Bench) -> None:
        await said(bench, "given")

    def judge(self, history: History) -> Iterator[Finding]:
        yield FETCHED.decide(bool(history.of(ListServed)))


@RIGS
def test_a_program_is_told_where_lists_are_and_what_its_certificate_is(rig: CaseRig, tmp_path: Path) -> None:
    own = "{{ 'one' if 'BEGIN CERTIFICATE' in centres[0].certificate and centres[0].key else 'none' }}"
    words = python(_FETCHES, urls="{{ revocation.urls | join(' ') }}", own=own, look="{{ revocation.look_s }}")
    result = conduct(rig, Publishes, profile(words), tmp_path)
    assert result.verdict is Verdict.PASS, result.reason
    served = record(result, tmp_path).of(ListServed)
    assert [event.path for event in served] == ["/ecdsa-root.crl", "/ecdsa-intermediate.crl"]
    lines = ((tmp_path / result.record).parent / "terminal-1.log").read_text().splitlines()
    assert lines[-1] == "given one 77" and all(int(line.split()[1]) > 100 for line in lines[:2])


_KEEPS = """
import os, time
try:
    known = open('kept').read()
except FileNotFoundError:
    known = 'nothing'
print('found', known, open('given.ini').read()[:2], flush=True)
with open('kept', 'w') as out:
    out.write('rows'); out.flush(); os.fsync(out.fileno())
try:
    while not os.path.exists('never'):
        with open('more', 'a') as out:
            out.write('x')
        time.sleep(0.05)
except OSError as error:
    print('refused', error.errno, flush=True)
print('written', flush=True)
time.sleep(600)
"""


class Handles(LooksOn):
    """Storage in others' hands: it takes no writes, its files are spoiled, it is another device's."""

    zh = "存储被处理。"

    async def drive(self, bench: Bench) -> None:
        await said(bench, "found")
        async with bench.terminal.refusing():
            await said(bench, "written")
        for life, work in ((2, bench.terminal.damage), (3, bench.terminal.empty)):
            with pytest.raises(Unable):
                work()
            await bench.power.cut()
            work()
            await bench.power.restore()
            await said(bench, "found", life=life)


def test_storage_is_refused_spoiled_and_emptied(tmp_path: Path) -> None:
    result = conduct(PROCESS, Handles, profile(python(_KEEPS), files={"given.ini": {"text": "pw"}}), tmp_path)
    logs = [(tmp_path / result.record).parent / f"terminal-{life}.log" for life in (1, 2, 3)]
    first, spoiled, emptied = (log.read_text("utf-8", "replace").splitlines() for log in logs)
    assert first == ["found nothing pw", "refused 30", "written"]
    assert spoiled[0].startswith("found ") and "rows" not in spoiled[0] and spoiled[0].endswith(" pw")
    assert emptied[0] == "found nothing pw"
    names = [event.name for event in record(result, tmp_path).of(Phase)]
    assert names == ["storage-refuses", "storage-takes", "damaged", "emptied"]


class _WouldLookOnForAnHour(LooksOn):
    needs = ("protocol.modbus-tcp", "uplink.hj212")
    seconds = 3600.0


def test_a_case_ends_when_the_terminal_never_begins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bench.rigs.real.bench._LOOK_S", 0.1)
    claims = dict.fromkeys(_WouldLookOnForAnHour.needs, Claim.YES)
    idle = msgspec.structs.replace(profile(python("import time; time.sleep(600)"), starts_s=1), claims=claims)
    found = conduct(LOOPBACK, _WouldLookOnForAnHour, idle, tmp_path)
    history = record(found, tmp_path)
    (short,) = history.of(CutShort)
    assert short.because == "terminal" and "it asked no meter and connected to no centre" in short.what
    assert history.end_us - history.began.t < 600 * 1_000_000
