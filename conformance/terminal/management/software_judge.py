"""Software that comes and goes from afar: applications, modules, upgrades that are stopped (ISC-2 8.4, R-40).

Leaves whole upgrades and stored records to `packages`. What is installed is what the terminal's own reports to the
management software say from then on.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, cast

from bench.case import Check, EvidenceKind, criterion
from bench.history import Behaviour, Commanded, Connected, History, Received, Served
from bench.history.looks import STORAGE
from bench.history.marks import SETTLE, Mark
from bench.history.observation import Words
from conformance.common.delivery import setup_of
from conformance.common.frames import HJ212_KIND
from conformance.common.packages import UPGRADE, Version, results
from conformance.common.queries import questions
from conformance.common.times import MINUTE, SECOND, local, seconds

UPGRADED_OVER_LOCAL_NETWORK = criterion(
    "upgraded-over-local-network",
    en="a program handed over in the local network runs",
    zh="局域网内远程升级的程序已运行",
)
POLLING_UNDISTURBED = criterion(
    "polling-undisturbed",
    en="meters are read on while another module is installed, upgraded or removed",
    zh="其他模块安装、升级或卸载期间采集不中断",
    unit="s",
    timed=True,
)
CONNECTION_UNDISTURBED = criterion(
    "connection-undisturbed",
    en="the connection to a centre stays open while another module is installed, upgraded or removed",
    zh="其他模块安装、升级或卸载期间与中心的连接不中断",
    unit="connections",
)
INTERFACE_UNDISTURBED = criterion(
    "interface-undisturbed",
    en="the local interface answers while another module is installed, upgraded or removed",
    zh="其他模块安装、升级或卸载期间本地接口可用",
    unit="questions",
)
NO_COPY_LEFT = criterion(
    "no-copy-left",
    en="no copy of measured values is left in the terminal's storage",
    zh="终端存储中不留监测数据副本",
    unit="files",
    evidence=EvidenceKind.STORAGE,
)
DONE_AFTER_LOST_NETWORK = criterion(
    "done-after-lost-network",
    en="an upgrade whose network was lost while it was fetched is completed when the network is back",
    zh="下载中断网的升级在网络恢复后完成",
)
NEVER_HALF_INSTALLED = criterion(
    "never-half-installed",
    en="whatever is lost or stopped, a whole program of a known version runs",
    zh="无论断网或切断，始终运行完整的已知版本",
    unit="reports",
)
INSTALLED_RUNS = criterion(
    "installed-runs",
    en="an application that was installed from afar runs, and the terminal says so",
    zh="远程安装的应用程序已运行并上报",
    unit="packages",
)
UPGRADED_RUNS = criterion(
    "upgraded-runs",
    en="an application or module that was upgraded from afar runs, and the terminal says so",
    zh="远程升级的应用程序和模块已运行并上报",
    unit="packages",
)
BAD_APPLICATION_GIVEN_UP = criterion(
    "bad-application-given-up",
    en="an application that does not run is given up for the one before",
    zh="不可运行的应用程序被弃用并保留原版本",
    unit="packages",
)
REMOVED_IS_GONE = criterion(
    "removed-is-gone",
    en="an application that was removed from afar is gone",
    zh="远程卸载的应用程序已不存在",
    unit="packages",
)
STOPPED_WHILE_FETCHING = criterion(
    "stopped-while-fetching",
    en="an upgrade is stopped from afar while it is fetched",
    zh="升级包下载过程中可远程切断",
    unit="faults",
)
STOPPED_ON_TRIAL = criterion(
    "stopped-on-trial",
    en="an upgrade is stopped from afar while it is on trial, for the program before",
    zh="升级试运行中可远程切断并恢复原版本",
    unit="faults",
)


ACT_US = 11 * MINUTE
"""How long after a result the next report may take: twice the 300 s, and a minute."""
UNDISTURBED = {"acquisition": "polling", "uplink": "delivery", "interface": "interface"}
"""What a module does itself, and may therefore be away while it is upgraded."""


@dataclass(frozen=True)
class Report:
    """One report to the management software: version of the program, applications by name (version, state)."""

    t: int
    version: str
    applications: Mapping[str, tuple[str, str]]


@dataclass(frozen=True)
class Step:
    """One package of software: its name and version, and what becomes of it (installed, upgraded, given-up, gone)."""

    name: str
    version: str
    fate: str


def reports(history: History, centre: str) -> list[Report]:
    """What the terminal said of itself, in order."""
    found: list[Report] = []
    for event in history.of(Received):
        if event.centre != centre or event.cn != "report":
            continue
        try:
            body: Any = json.loads(event.frame)
            rows = cast(list[dict[str, str]], body.get("applications", []))
            listed = {str(row["name"]): (str(row["version"]), str(row["state"])) for row in rows}
            found.append(Report(event.t, str(body.get("version", "")), listed))
        except (ValueError, KeyError, TypeError, AttributeError):
            continue
    return found


def _told(history: History, centre: str) -> dict[tuple[str, str], Commanded]:
    """Results by name and version of the package."""
    return {(each.answer.get("name", ""), each.answer.get("version", "")): each for each in results(history, centre)}


def application_findings(history: History, centre: str, steps: Sequence[Step]) -> Iterator[Check]:
    """Applications and modules run once they are installed, bad ones are given up, removed ones are gone."""
    told, said = _told(history, centre), reports(history, centre)
    wrong: dict[str, list[str]] = {"installed": [], "upgraded": [], "given-up": [], "gone": []}
    seen = dict.fromkeys(wrong, 0)
    for step in steps:
        result = told.get((step.name, step.version))
        if result is None:
            wrong[step.fate].append(f"{step.name} {step.version}: no result")
            continue
        seen[step.fate] += 1
        after = [report for report in said if result.t < report.t <= result.t + ACT_US]
        shown = after[0].applications.get(step.name, ("", "")) if after else ("no report", "")
        what = f"{step.name} {step.version}: {result.result}, then {' '.join(shown).strip() or 'not listed'}"
        if step.fate in ("installed", "upgraded"):
            if result.result != "done" or shown != (step.version, "running"):
                wrong[step.fate].append(what)
        elif step.fate == "given-up":
            runs_before = shown[0] not in ("", "no report", step.version) and shown[1] == "running"
            if result.result not in ("failed", "refused") or not runs_before:
                wrong["given-up"].append(what)
        elif step.fate == "gone" and (result.result != "done" or shown != ("", "")):
            wrong["gone"].append(what)
    for fate, question in (
        ("installed", INSTALLED_RUNS),
        ("upgraded", UPGRADED_RUNS),
        ("given-up", BAD_APPLICATION_GIVEN_UP),
        ("gone", REMOVED_IS_GONE),
    ):  # fmt: skip
        yield question.none_among(seen[fate], wrong[fate])


class Software(Words, frozen=True, kw_only=True):
    """The name of the application."""

    software: str


APPLICATION, MODULE = Mark("application", Software), Mark("module", Software)
"""It is installed, removed or upgraded next; a module takes the place of a part of the terminal."""
CUT_OFF = Mark("cut-off", Version)
"""An upgrade is stopped from afar next."""


def _spans(history: History) -> list[tuple[str, int, int]]:
    """What was installed, removed or upgraded, from its issue to the next: name of the application, begin, end."""
    marks = [(mark.t, mark.detail.software) for kind in (APPLICATION, MODULE) for mark in kind.of(history)]
    marks += [(mark.t, "") for mark in SETTLE.of(history)]
    return [(name, at, later) for (at, name), (later, _) in pairwise(sorted(marks)) if name]


def undisturbed_findings(history: History, meter: str, centre: str, issuer: str) -> Iterator[Check]:
    """While one module is replaced polling, delivery and the local interface go on, but for the module's own part.

    Open where nothing was replaced: an order that was refused disturbs nobody.
    """
    spans = _spans(history)
    done = [each.t for each in results(history, issuer) if each.result == "done"]
    replaced = any(begin <= at < end for _, begin, end in spans for at in done)
    period = next((round(each.period_s * SECOND) for each in history.began.meters if each.name == meter), SECOND)
    served = [event.t for event in history.of(Served) if event.meter == meter]
    late: list[str] = []
    closed: list[str] = []
    silent: list[str] = []
    asked = 0
    worst = 0
    lines = [event for event in history.of(Connected) if event.at == centre and event.state != "opened"]
    status = questions(history, "status")
    for name, begin, end in spans:
        if name != "acquisition":
            inside = [t for t in served if begin - 2 * period <= t <= end + 2 * period]
            gaps = [(later - earlier, earlier) for earlier, later in pairwise(inside)] or [(end - begin, begin)]
            worst = max(worst, *(gap for gap, _ in gaps))
            late += [f"{name}: {local(at)} no reading for {seconds(gap)} s" for gap, at in gaps if gap > 2 * period]
        if name != "uplink":
            closed += [f"{name}: {local(event.t)} {event.state}" for event in lines if begin <= event.t < end]
        if name != "interface":
            inner = [event for event in status if begin <= event.asked < end]
            asked += len(inner)
            silent += [f"{name}: {local(event.asked)} {event.problem}" for event in inner if event.problem]
    connected = any(event.at == centre and event.state == "opened" for event in history.of(Connected))
    yield POLLING_UNDISTURBED.decide(
        False if late and served else True if replaced and served else None,
        measured=seconds(worst),
        limit=seconds(2 * period),
        op="<=",
        evidence=late[:10],
    )
    # Who asks and is answered may end a connection after each answer; that of HJ 212 stands.
    stands = connected and setup_of(history, centre).kind == HJ212_KIND
    yield CONNECTION_UNDISTURBED.none(closed if stands else [], replaced and stands, evidence=closed[:10])
    yield INTERFACE_UNDISTURBED.none(silent, replaced and asked, evidence=silent[:10])


def copy_findings(history: History) -> Iterator[Check]:
    """No file that has come into being meanwhile holds measured values (R-40 A: an internal copy is removed)."""
    looks = STORAGE.answered(history)
    first = [row.file for row in looks[0].rows] if looks else []
    # The positive control: where the store itself shows no value, a copy of it would show none either.
    seen = any(row.values for row in looks[0].rows) if looks else False
    added = [
        f"{row.file}: {row.values} values" for row in (looks[-1].rows if looks else ())
        if row.values and row.file not in first
    ]  # fmt: skip
    control = [f"{row.file}: {row.values} values / 个数值" for row in (looks[0].rows if looks else ())][:5]
    yield NO_COPY_LEFT.none(added, len(looks) > 1 and seen, evidence=[*added, *control])


def stopped_findings(history: History, centre: str, fetching: str, trial: str, lost: str) -> Iterator[Check]:
    """Versions of the program: stopped while fetched, stopped on trial, and one whose network was lost meanwhile."""
    told = {version: each for (_, version), each in _told(history, centre).items()}
    said = reports(history, centre)
    for version, question in (
        (fetching, STOPPED_WHILE_FETCHING),
        (trial, STOPPED_ON_TRIAL),
    ):  # fmt: skip
        issued = any(mark.detail.version == version for mark in CUT_OFF.of(history))
        result = told.get(version)
        after = [] if result is None else [report for report in said if report.t > result.t]
        wrong: list[str] = []
        if result is None:
            wrong.append(f"{version}: no result")
        elif result.result != "stopped":
            wrong.append(f"{version}: {result.result}, {result.answer.get('message', '')}")
        wrong += [f"{local(report.t)} {version} runs" for report in after if report.version == version][:3]
        if version == fetching and result is not None and result.accepted != "0":
            wrong.append(f"{version}: fetched to its end after it was stopped")
        yield question.none_among(issued and (result is None or after), wrong)
    result = told.get(lost)
    tried = any(mark.detail.version == lost for mark in UPGRADE.of(history))
    outcome = "no result" if result is None else result.result
    ran = any(report.version == lost for report in said)
    yield DONE_AFTER_LOST_NETWORK.decide(
        outcome == "done" and ran if tried and said else None,
        expected=f"{lost}: done",
        actual=f"{lost}: {outcome}{'' if ran else ', never ran'}",
    )
    known = {mark.detail.version for mark in UPGRADE.of(history)} | ({said[0].version} if said else set[str]())
    odd = [f"{local(report.t)} {report.version!r}" for report in said if report.version not in known]
    fetched = {
        event.switches["fetched"].rpartition(" ")[2]: event.t
        for event in reversed(history.of(Behaviour))
        if event.centre == centre and "fetched" in event.switches
    }
    early = [
        f"{local(report.t)} {report.version} before it was fetched"
        for report in said
        if report.version in (fetching, trial, lost) and report.t < fetched.get(report.version, history.end_us)
    ]
    yield NEVER_HALF_INSTALLED.decide(
        not odd and not early if len(said) > 1 and told else None,
        measured=len(odd) + len(early),
        limit=0,
        evidence=[*odd, *early][:10],
    )


def by_hand_finding(history: History, centre: str, version: str) -> Check:
    """A program handed over at the interface in the local network runs in the end."""
    given = questions(history, "package")
    said = [report.version for report in reports(history, centre)]
    return UPGRADED_OVER_LOCAL_NETWORK.decide(
        None if not given or not said else said[-1] == version,
        expected=version,
        actual=f"{said[-1] if said else '-'} {given[-1].problem if given else ''}".strip(),
    )
