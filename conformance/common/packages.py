"""Packages of the management software: sound ones in force, wrong ones refused, upgrades that touch no data (R-40).

Leaves the channel to `secrecy`. What became of a task is what the terminal told; what is in force is what it shows.
"""

from __future__ import annotations

import base64
import re
import zlib
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from bench.case import Check, Notice, Text, criterion
from bench.history import Behaviour, Commanded, History, Observed, Phase, Power, Received, Served, Stored
from bench.history.marks import Mark
from bench.history.observation import Words
from conformance.common.queries import answers
from conformance.common.times import MINUTE, local, seconds

REPORTS_BY_ITSELF = criterion(
    "reports-by-itself",
    en="the terminal looks for what the management software issues every 300 s",
    zh="终端每 300 s 向管理端碳软件查询下发内容",
    unit="s",
    scheduled=Text("the period at which the terminal asks by itself", "终端自行查询的周期"),
)
TAKEN_ONLINE = criterion(
    "taken-online",
    en="a sound package that is issued online is taken over, and the terminal says so",
    zh="在线下发的有效软件包被接收并回报",
    unit="packages",
)
LIMITS_TAKEN = criterion(
    "limits-taken",
    en="the least and the greatest value of each parameter are taken over",
    zh="各参数的最小值和最大值均被接收",
    unit="packages",
)
BEYOND_REFUSED = criterion(
    "beyond-refused",
    en="a parameter one below its least value or one above its greatest is refused",
    zh="参数低于最小值或高于最大值一个单位即被拒绝",
    unit="packages",
)
PARAMETERS_ACT = criterion("parameters-act", en="a parameter that was issued acts", zh="下发的参数已起作用")
NOTHING_LEFT_BEHIND = criterion(
    "nothing-left-behind",
    en="a refused package leaves nothing behind",
    zh="被拒绝的软件包不留下任何内容",
    unit="packages",
)
UPGRADES_IN_THE_END = criterion(
    "upgrades-in-the-end",
    en="power cut in between or not, the new program runs in the end",
    zh="升级过程断电后仍能完成升级",
    unit="upgrades",
)
BAD_PROGRAM_GIVEN_UP = criterion(
    "bad-program-given-up",
    en="a program that does not run is given up for the one before",
    zh="不可运行的程序被弃用并恢复原版本",
    unit="upgrades",
)
WORKS_AGAIN = criterion(
    "works-again", en="a working version acquires again within 10 min", zh="10 min 内恢复采集", unit="s", timed=True
)
ISSUER_SEES_NO_DATA = criterion(
    "issuer-sees-no-data", en="whoever upgrades is told no measured value", zh="升级过程不泄露监测数据", unit="values"
)
RECORDS_UNTOUCHED = criterion(
    "records-untouched",
    en="stored records and readings that are asked for are the same before and after the upgrades",
    zh="升级前后所查询的存储记录和读数一致",
    unit="answers",
)
ONLINE_IN_FORCE = criterion(
    "online-in-force", en="what was issued online is in force", zh="在线下发的内容已生效", unit="packages"
)
FORMULA_IN_FORCE = criterion(
    "formula-in-force",
    en="a formula that was issued online is told as taken and is in force",
    zh="在线下发的计算公式已回报并生效",
    unit="packages",
)
FACTOR_IN_FORCE = criterion(
    "factor-in-force",
    en="an emission factor that was issued online is told as taken and is in force",
    zh="在线下发的排放因子已回报并生效",
    unit="packages",
)
OFFLINE_IN_FORCE = criterion(
    "offline-in-force",
    en="what was handed over as a signed file is in force",
    zh="以签名文件导入的内容已生效",
    unit="packages",
)
FACTOR_FROM_FILE_IN_FORCE = criterion(
    "factor-from-file-in-force",
    en="an emission factor that was handed over on site is in force",
    zh="现场导入的排放因子已生效",
    unit="packages",
)
REFUSED = criterion(
    "refused-{0}",
    en="a package that is wrong ({0}) is refused with a reason, online and as a file",
    zh="异常软件包（{0}）在线和离线均被拒绝并说明原因",
    unit="packages",
)
REFUSALS_LOGGED = criterion(
    "refusals-logged",
    en="the log tells of the packages that were refused, at the time of each",
    zh="日志在相应时刻记录了被拒绝的软件包",
    unit="packages",
    notices=(Notice.PACKAGE_REFUSED,),
)
GIVING_UP_LOGGED = criterion(
    "giving-up-logged",
    en="the log tells of the program that was given up after it had been taken over",
    zh="日志记录了已接收但无法运行而被放弃的程序",
    unit="programs",
    notices=(Notice.PROGRAM_GIVEN_UP,),
)
NOT_BEFORE_ITS_DAY = criterion(
    "not-before-its-day",
    en="a package that counts from later on is not in force before",
    zh="带未来生效时间的软件包在生效时刻前不在用",
    unit="packages",
)
ON_ITS_DAY = criterion("on-its-day", en="from its instant on it is in force", zh="自生效时刻起在用", unit="packages")
LATER_TAKEN = criterion("later-taken", en="it is told as taken at once", zh="接收后即回报", unit="packages")


REPORT_US = 300 * 1_000_000
AGAIN_US = 10 * MINUTE
_LEAST_TEXT = 6

Wanted = tuple[str, str, str]
"""Kind, name, version."""


def report_findings(history: History, centre: str) -> Iterator[Check]:
    """The terminal reports to the management software by itself, at least every 300 s."""
    reports = [event.t for event in history.of(Received) if event.centre == centre and event.cn == "report"]
    served = any(True for _ in history.of(Served))
    gaps = [later - earlier for earlier, later in pairwise((history.began.t, *reports, history.end_us))]
    late = [gap for gap in gaps if gap > REPORT_US + 30_000_000]
    yield REPORTS_BY_ITSELF.decide(
        not late if served else None,
        measured=seconds(max(gaps, default=0)),
        limit=330,
        op="<=",
        evidence=[f"{len(reports)} reports / 次上报"],
    )


def results(history: History, centre: str) -> list[Commanded]:
    return [event for event in history.of(Commanded) if event.centre == centre and event.cn.startswith("issue-")]


def _told(history: History, centre: str) -> dict[Wanted, str]:
    """What the terminal said became of each package."""
    return {
        (event.cn.removeprefix("issue-"), event.answer.get("name", ""), event.answer.get("version", "")): event.result
        for event in results(history, centre)
    }


def _shown(history: History) -> list[Observed]:
    return answers(history, "packages")


def _forced(event: Observed) -> set[Wanted]:
    return {(row.get("kind", ""), row.get("name", ""), row.get("version", "")) for row in event.rows}


def taken_findings(
    history: History, centre: str, issued: Sequence[Wanted], imported: Sequence[Wanted]
) -> Iterator[Check]:
    """Every sound package is told as done and is in force, come by the network or as a file."""
    told = _told(history, centre)
    wrong = [f"{' '.join(each)}: {told.get(each, 'no result')}" for each in issued if told.get(each) != "done"]
    yield TAKEN_ONLINE.none_among(told, wrong)
    shown = _shown(history)
    forced = _forced(shown[-1]) if shown else set[Wanted]()
    for question, wanted in (
        (ONLINE_IN_FORCE, issued),
        (OFFLINE_IN_FORCE, imported),
    ):
        missing = [" ".join(each) for each in wanted if each not in forced]
        yield question.none_among(shown, missing)


class Since(Words, frozen=True, kw_only=True):
    """The instant, microseconds UTC."""

    since: int


COUNTS_FROM = Mark("counts-from", Since)
"""Packages are issued next that count from an instant on."""


class Package(Words, frozen=True, kw_only=True):
    """What it is: what is wrong with it, who issues it, by which way it comes."""

    package: str


PACKAGE = Mark("package", Package)
"""A package is issued, or handed over as a file, next."""


class Version(Words, frozen=True, kw_only=True):
    """The version of the program."""

    version: str


UPGRADE = Mark("upgrade", Version)
"""A program is issued next."""


def later_findings(history: History, centre: str, wanted: Sequence[Wanted], minutes: int) -> Iterator[Check]:
    """Packages that count from the instant of the phase `COUNTS_FROM` on: told, in force then and not before.

    `minutes` is the interval of minute data that the parameters set: what a centre reads (1063) is not it before.

    What was not taken is in force at no time: it shows nothing of a day.
    """
    mark, told, shown = COUNTS_FROM.last(history), _told(history, centre), _shown(history)
    since = mark.detail.since if mark is not None else history.end_us
    wrong = [f"{' '.join(each)}: {told.get(each, 'no result')}" for each in wanted if told.get(each) != "done"]
    yield LATER_TAKEN.none_among(told, wrong)
    before = [event for event in shown if event.t < since]
    after = [event for event in shown if event.t > since]
    early = [f"{local(event.t)}: {' '.join(each)}" for event in before for each in wanted if each in _forced(event)]
    early += [
        f"{local(event.t)}: {event.centre} is told MinInterval={minutes}"
        for event in history.of(Commanded)
        if event.cn == "1063" and event.t < since and event.answer.get("MinInterval") == str(minutes)
    ]
    yield NOT_BEFORE_ITS_DAY.none(early, len(before) > 1 and not wrong)
    late = [f"{' '.join(each)}: not in force" for each in wanted if after and each not in _forced(after[-1])]
    yield ON_ITS_DAY.none(late, after and not wrong)


def content_findings(history: History, centre: str, issued: Sequence[Wanted]) -> Iterator[Check]:
    """Formulas and factors, each by itself: told as done, and in force in the last answer."""
    told, shown = _told(history, centre), _shown(history)
    forced = _forced(shown[-1]) if shown else set[Wanted]()
    for question, kind in ((FORMULA_IN_FORCE, "method"), (FACTOR_IN_FORCE, "factors")):
        wrong: list[str] = []
        for each in issued:
            if each[0] == kind and told.get(each) != "done":
                wrong.append(f"{' '.join(each)}: {told.get(each, 'no result')}")
            elif each[0] == kind and each not in forced:
                wrong.append(f"{' '.join(each)}: not in force")
        yield question.none_among(told and shown, wrong)


def parameter_findings(history: History, centre: str, minutes: int) -> Iterator[Check]:
    """A parameter that was issued acts: the centre is told the new interval."""
    asked = [event for event in history.of(Commanded) if event.centre == centre and event.cn == "1063"]
    said = [event.answer.get("MinInterval", "") for event in asked if event.answer]
    yield PARAMETERS_ACT.decide(
        said[-1] == str(minutes) if said else None,
        expected=f"MinInterval={minutes}",
        actual=f"MinInterval={said[-1] if said else '-'}",
    )


def limit_findings(history: History, centre: str, inside: Sequence[str], beyond: Sequence[str]) -> Iterator[Check]:
    """Packages of parameters by their names: at the limits of each, and one beyond them."""
    told = {name: result for (_, name, _), result in _told(history, centre).items()}
    kept_out = [f"{name}: {told.get(name, 'no result')}" for name in inside if told.get(name) != "done"]
    yield LIMITS_TAKEN.none_among(told, kept_out)
    taken = [f"{name}: {told.get(name, 'no result')}" for name in beyond if told.get(name) != "refused"]
    yield BEYOND_REFUSED.none_among(told and len(kept_out) < len(inside), taken)


def on_site_finding(history: History, imported: Sequence[Wanted]) -> Check:
    """Factors that came as a file are in force in the last answer, whatever became of other files."""
    shown = _shown(history)
    forced = _forced(shown[-1]) if shown else set[Wanted]()
    missing = [f"{' '.join(each)}: not in force" for each in imported if each[0] == "factors" and each not in forced]
    return FACTOR_FROM_FILE_IN_FORCE.none_among(shown, missing)


def refusal_findings(history: History, centre: str, wrongs: Mapping[str, str]) -> Iterator[Check]:
    """Per wrong package, by its name: refused, with a reason; afterwards nothing of it is in force.

    Of one that was fetched whole it must be told what became of it.
    """
    fetched = {
        event.switches["fetched"].rpartition(" ")[0]
        for event in history.of(Behaviour)
        if event.centre == centre and "fetched" in event.switches
    }
    told = {event.answer.get("name", ""): event for event in results(history, centre)}
    files = dict(_imports(history))
    for name, wrong in wrongs.items():
        online, offline = told.get(name), files.get(name)
        said: list[str] = []
        if online is not None and (online.result != "refused" or not online.answer.get("message")):
            said.append(f"online: {online.result} {online.answer.get('message', '')}")
        if offline is not None and offline.rows and offline.rows[0].get("result") != "refused":
            said.append(f"as a file: {offline.rows[0].get('result')} {offline.rows[0].get('message', '')}")
        if online is None and name in fetched:
            said.append("online: fetched, and no result told")
        yield REFUSED.of(wrong).none_among(bool(said) or (online is not None and offline is not None), said)
    shown = _shown(history)
    left = [" ".join(each) for event in shown[1:] for each in _forced(event) - _forced(shown[0])]
    yield NOTHING_LEFT_BEHIND.none_among(len(shown) > 1 and told, left)


def refusal_moments(history: History, centre: str) -> list[tuple[int]]:
    """When each package was refused, online or as a file."""
    online = [event.t for event in results(history, centre) if event.result == "refused"]
    files = [answer.t for _, answer in _imports(history) if answer.rows and answer.rows[0].get("result") == "refused"]
    return [(at,) for at in sorted((*online, *files))]


def given_up_moments(history: History, centre: str, bad: Sequence[str]) -> list[tuple[int]]:
    """When each program that does not run was told to have failed; one that was refused at once was never taken."""
    return [
        (event.t,)
        for event in results(history, centre)
        if event.answer.get("version", "") in bad and event.result == "failed"
    ]


def _imports(history: History) -> Iterator[tuple[str, Observed]]:
    """Each file that was handed over, with what its phase says that it is (empty: no such phase, but another)."""
    name: str | None = None
    for event in history.events:
        if isinstance(event, Phase):
            name = "" if (told := PACKAGE.read(event)) is None else told.package
        elif isinstance(event, Observed) and event.what == "package" and name is not None and not event.problem:
            yield name, event


def upgrade_findings(history: History, centre: str, good: Sequence[str], bad: Sequence[str]) -> Iterator[Check]:
    """Good programs run in the end, bad ones are given up, data are the same, and acquisition goes on (R-40)."""
    told = {event.answer.get("version", ""): event.result for event in results(history, centre)}
    wrong = [f"{version}: {told.get(version, 'no result')}" for version in good if told.get(version) != "done"]
    yield UPGRADES_IN_THE_END.none_among(told, wrong)
    kept = [
        f"{version}: {told.get(version, 'no result')}"
        for version in bad
        if told.get(version) not in ("failed", "refused")
    ]
    yield BAD_PROGRAM_GIVEN_UP.none_among(told and bad, kept)
    yield from data_findings(history)
    yield from again_findings(history)
    yield from unseen_findings(history, centre)


def again_findings(history: History) -> Iterator[Check]:
    """Whatever became of an upgrade, meters are read again soon after each upgrade and each power cut."""
    cuts = [event.t for event in history.of(Power) if event.state == "restored"]
    served = [event.t for event in history.of(Served)]
    marks = [mark.t for mark in UPGRADE.of(history)]
    slow: list[str] = []
    worst = 0
    for at in (*cuts, *marks):
        again = next((t for t in served if t > at), None)
        took = history.end_us - at if again is None else again - at
        worst = max(worst, took)
        if took > AGAIN_US:
            slow.append(f"{local(at)}: no reading for {seconds(took)} s")
    yield WORKS_AGAIN.decide(
        not slow if cuts or (marks and served) else False if slow else None,
        measured=seconds(worst),
        limit=600,
        op="<=",
        evidence=slow,
    )


def unseen_findings(history: History, centre: str) -> Iterator[Check]:
    """No body that came to the issuer holds a value that any centre has stored."""
    long = (value for event in history.of(Stored) for value in event.fields.values() if len(value) >= _LEAST_TEXT)
    values = list(dict.fromkeys(long))
    bodies = [event for event in history.of(Received) if event.centre == centre]
    opened = [(event, f"{event.frame}\n{_decoded(event.frame)}") for event in bodies]
    seen = [f"{local(event.t)} {event.cn}: {value}" for event, text in opened for value in values if value in text]
    yield ISSUER_SEES_NO_DATA.none_among(bodies and values, seen, evidence=seen[:10])


def _decoded(text: str) -> str:
    """What stands in a body as base64, compressed or not."""
    found: list[str] = []
    for match in _BASE64.finditer(text):
        try:
            octets = base64.b64decode(match[0])
        except ValueError:
            continue
        for wbits in (zlib.MAX_WBITS | 32, -zlib.MAX_WBITS):
            try:
                octets += zlib.decompressobj(wbits).decompress(octets, _MOST_OCTETS)
            except zlib.error:
                continue
        found.append(octets.decode("utf-8", "replace"))
    return "\n".join(found)


_BASE64 = re.compile(r"[A-Za-z0-9+/]{16,}={0,2}")
_MOST_OCTETS = 1 << 22


def data_findings(history: History) -> Iterator[Check]:
    """The same question about stored records or readings has the same answer before and after."""
    first: dict[str, tuple[dict[str, str], ...]] = {}
    changed: list[str] = []
    again = 0
    for event in (*answers(history, "records"), *answers(history, "readings")):
        name = event.what + " " + " ".join(f"{key}={value}" for key, value in event.query.items())
        before = first.get(name)
        if before is None:
            first[name] = event.rows
            continue
        again += len(before)
        if before != event.rows:
            changed.append(f"{name}: {len(before)} rows before, {len(event.rows)} after, or other content")
    yield RECORDS_UNTOUCHED.none_among(again, changed, evidence=[f"{again} records compared / 条已比对", *changed[:10]])
