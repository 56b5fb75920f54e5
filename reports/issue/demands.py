"""What ISO/IEC 17025:2017, 7.8, asks of a report and the laboratory has not said yet: one sentence for each.

Leaves the types of the files to `reading`. A field is never filled in here, and one that contradicts the run is asked
for anew.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime

import msgspec

from bench.case import VIRTUAL_RIG, RunResult, Text
from reports.conformity import claimed_documents
from reports.issue.papers import (
    AUTHORISES,
    CLOCK,
    DUTIES,
    ENVIRONMENT,
    HOST,
    INTERPRETS,
    REVIEWS,
    SUPPLY,
    TESTS,
    USES,
    Equipment,
    Item,
    Job,
    Lab,
    Person,
)
from reports.issue.reading import Said, Words
from reports.issue.uncertain import unstated

LANGUAGES = ("zh", "en")
_LAB_RIG = "lab"


class Demand(msgspec.Struct, frozen=True, kw_only=True):
    """One thing to be said: the number of the clause that asks for it, where it is written, and what is asked."""

    clause: str
    where: str
    asked: Text

    def __str__(self) -> str:
        return f"{self.clause:<12} {self.where}: {self.asked.en} / {self.asked.zh}"


def in_language(said: Said, language: str) -> str:
    """A text of the laboratory in the report's language; empty where it has none."""
    return getattr(said, language, "").strip() if isinstance(said, Words) else said.strip()


def name_of(said: Said) -> tuple[str, str]:
    """A name for comparing: in Chinese and in English."""
    return (said.zh, said.en) if isinstance(said, Words) else (said, said)


def names_a_folder(number: str) -> bool:
    """Whether a report's number can name the folder of its issues, and no other folder."""
    return bool(number.strip(".")) and all(char.isalnum() or char in "-_.()（）〔〕[]" for char in number)


def demands(
    lab: Lab,
    job: Job,
    run: RunResult,
    *,
    issue: int = 1,
    item: Mapping[str, str] | None = None,
    clock_problem: str = "",
    today: date | None = None,
) -> list[Demand]:
    """Everything that is missing or contradicts the run, in the order of the standard's clauses.

    `item` is what the run's opening statement says of the item under test, `clock_problem` why it knew nothing of its
    clock's source. `today` is the day on which the question is put; without it no date lies ahead.
    """
    return [
        *_identity(lab, job),
        *_customer(job),
        *_methods(lab, job, run),
        *_item(job, item or {}),
        *_dates(job, run, today),
        *_tests(job),
        *_environment(lab, job, run),
        *_equipment(lab, run),
        *_clock(run, clock_problem),
        *_results(job, run),
        *_persons(lab, job),
        *_external(job),
        *_opinions(lab, job),
        *_amendment(job, issue),
    ]


def _ask(clause: str, where: str, en: str, zh: str) -> Demand:
    return Demand(clause=clause, where=where, asked=Text(en, zh))


class _Asker:
    """Asks for texts that are empty in the language of the report."""

    def __init__(self, job: Job) -> None:
        self.language = job.report.language if job.report.language in LANGUAGES else LANGUAGES[0]

    def text(self, said: Said, clause: str, where: str, en: str, zh: str) -> Iterator[Demand]:
        """A demand unless something is said."""
        if in_language(said, self.language):
            return
        other = isinstance(said, Words) and (said.zh or said.en)
        note = f" (nothing in {self.language})" if other else ""
        yield _ask(clause, where, en + note, zh + ("（缺少报告所用语言）" if other else ""))


def _identity(lab: Lab, job: Job) -> Iterator[Demand]:
    ask = _Asker(job)
    told = lab.laboratory
    yield from ask.text(told.name, "7.8.2.1 b", "lab.toml laboratory.name", "name of the laboratory", "实验室名称")
    yield from ask.text(
        told.address, "7.8.2.1 b", "lab.toml laboratory.address", "address of the laboratory", "实验室地址"
    )
    for place, mark in enumerate(told.accreditations, start=1):
        where = f"lab.toml laboratory.accreditations[{place}]"
        if not (mark.mark and mark.number):
            yield _ask("8.1", where, "a mark needs its name and the number it is used under", "标志须有名称与编号")
        yield from ask.text(
            mark.scope,
            "8.1",
            f"{where}.scope",
            "whether these tests lie in the scope of this mark",
            "本次检测是否在该资质范围内",
        )
    yield from ask.text(job.tests.place, "7.8.2.1 c", "job.toml tests.place", "where the tests were done", "检测地点")
    number = job.report.number
    if not number:
        yield _ask("7.8.2.1 d", "job.toml report.number", "number of the report", "报告编号")
    elif not names_a_folder(number):
        yield _ask(
            "7.8.2.1 d",
            "job.toml report.number",
            f"letters, digits, - _ . and brackets, as it names a folder; found {number!r}",
            "编号只能含文字、数字、- _ . 和括号",
        )
    if job.report.language not in LANGUAGES:
        yield _ask(
            "7.8.1.2",
            "job.toml report.language",
            f'"zh" or "en": a report has one language; found {job.report.language!r}',
            "报告语言：zh 或 en（一份报告只有一种语言）",
        )
    yield from ask.text(
        job.report.kind, "7.8.1.2", "job.toml report.kind", "kind of the test (commissioned, type, …)", "检测类别"
    )


def _customer(job: Job) -> Iterator[Demand]:
    ask, told = _Asker(job), job.customer
    for said, key, en, zh in (
        (told.name, "name", "name of the customer", "委托单位名称"),
        (told.address, "address", "address of the customer", "委托单位地址"),
        (told.contact, "contact", "how the customer is reached", "委托单位联系方式"),
    ):
        yield from ask.text(said, "7.8.2.1 e", f"job.toml customer.{key}", en, zh)


def _methods(lab: Lab, job: Job, run: RunResult) -> Iterator[Demand]:
    ask = _Asker(job)
    held = {each.id: each for each in lab.documents}
    for name in sorted(claimed_documents(run)):
        where = f'lab.toml documents with id = "{name}"'
        if name not in held:
            yield _ask(
                "7.8.2.1 f",
                where,
                "title, edition, date and SM3 of the document as the laboratory holds it",
                "实验室所持标准文本的名称、版本、日期与 SM3",
            )
            continue
        draft = held[name]
        yield from ask.text(draft.title, "7.8.2.1 f", f"{where}, title", "title of the document", "标准名称")
        yield from ask.text(draft.edition, "7.8.2.1 f", f"{where}, edition", "its edition", "标准版本")
        if draft.date is None:
            yield _ask("7.8.2.1 f", f"{where}, date", "its date", "标准日期")
        if len(draft.sm3) != 64 or any(char not in "0123456789abcdef" for char in draft.sm3):
            yield _ask(
                "7.8.2.1 f",
                f"{where}, sm3",
                "SM3 of its file, 64 lower-case hex digits (openssl dgst -sm3)",
                "文件的 SM3（64 位小写十六进制）",
            )


_ITEM = (
    ("name", "what the item is", "样品名称"),
    ("vendor", "its vendor", "生产单位"),
    ("condition", "its condition", "样品状态"),
)
_ITEM_PLAIN = (
    ("model", "its model", "样品型号"),
    ("serial", "its serial number or the laboratory's mark on it", "样品编号"),
    ("firmware", "version of its firmware", "固件版本"),
    ("firmware_hash", "digest of its firmware", "固件摘要"),
)


_RECORDED = ("vendor", "model", "serial", "firmware", "firmware_hash")


def _item(job: Job, recorded: Mapping[str, str]) -> Iterator[Demand]:
    ask, told = _Asker(job), job.item
    for key, en, zh in _ITEM:
        yield from ask.text(getattr(told, key), "7.8.2.1 g", f"job.toml item.{key}", en, zh)
    for key, en, zh in _ITEM_PLAIN:
        if not getattr(told, key):
            yield _ask("7.8.2.1 g", f"job.toml item.{key}", en, zh)
    for key, en, zh in _ITEM_PLAIN:
        if recorded and key in ("serial", "firmware") and not recorded.get(key):
            yield _ask(
                "7.8.2.1 g",
                f"terminal.{key} of the profile, before the run",
                f"{en}: the records name none, so nothing binds them to this item",
                f"{zh}：记录中未载明，无法与样品对应",
            )
    for key, seen in recorded.items():
        said = name_of(getattr(told, key)) if key in _RECORDED else ()
        if any(said) and seen and seen not in said:
            yield _ask(
                "7.8.2.1 g",
                f"job.toml item.{key}",
                f"{next(filter(None, said))!r} is ordered, and the records are of an item with {seen!r}",
                "委托样品与记录中的样品不一致",
            )
    if told.quantity < 1:
        yield _ask("7.8.2.1 g", "job.toml item.quantity", "how many items were received", "样品数量")
    known = set(Item.__struct_fields__)
    if told.told_by_customer is None:
        yield _ask(
            "7.8.2.2",
            "job.toml item.told_by_customer",
            "which fields of [item] the customer supplied ([] for none)",
            "哪些样品信息由客户提供（无则 []）",
        )
    elif strange := [key for key in told.told_by_customer if key not in known]:
        yield _ask(
            "7.8.2.2",
            "job.toml item.told_by_customer",
            f"names of fields of [item]; {', '.join(strange)} is none",
            "应为 [item] 的字段名",
        )


def rigs_of(run: RunResult) -> tuple[str, ...]:
    """The rigs of a run, several where runs of a campaign are joined."""
    return tuple(run.rig.split(", "))


def days_of_tests(run: RunResult) -> tuple[date, date] | None:
    """First and last day of the tests by the clock of the bench's computer; None where the run does not tell."""
    moments: list[date] = []
    for sitting in run.sittings:
        for told in (sitting.started, sitting.ended):
            try:
                moments.append(datetime.fromisoformat(told).date())
            except ValueError:
                continue
    return (min(moments), max(moments)) if moments else None


def _dates(job: Job, run: RunResult, today: date | None) -> Iterator[Demand]:
    days = days_of_tests(run)
    received, issued = job.item.received, job.report.issued
    if received is None:
        yield _ask("7.8.2.1 h", "job.toml item.received", "date of receipt of the item", "收样日期")
    elif days and received > days[0]:
        yield _ask(
            "7.8.2.1 h",
            "job.toml item.received",
            f"received on {received}, and tested from {days[0]}: one of them is wrong",
            "收样日期晚于检测开始日期",
        )
    if days is None:
        yield _ask("7.8.2.1 i", "verdicts.json", "the run does not say when it was done", "运行未记录检测日期")
    if issued is None:
        yield _ask("7.8.2.1 j", "job.toml report.issued", "date of issue", "签发日期")
    elif days and issued < days[1]:
        yield _ask(
            "7.8.2.1 j",
            "job.toml report.issued",
            f"issued on {issued}, and tested until {days[1]}: one of them is wrong",
            "签发日期早于检测结束日期",
        )
    elif today and issued > today:
        yield _ask(
            "7.8.2.1 j",
            "job.toml report.issued",
            f"issued on {issued}, and today is {today}: a report bears no date that is still to come",
            "签发日期晚于今天",
        )


def _tests(job: Job) -> Iterator[Demand]:
    ask, told = _Asker(job), job.tests
    yield from ask.text(
        told.sampling,
        "7.8.2.1 k",
        "job.toml tests.sampling",
        "who took the sample and how, or that it was tested as received",
        "抽样说明，或注明按来样检测",
    )
    for key, clause, en, zh in (
        ("deviations", "7.8.2.1 n", "deviations from the method ([] for none)", "对方法的偏离（无则 []）"),
        ("additions", "7.8.2.1 n", "additions to the method ([] for none)", "对方法的增加（无则 []）"),
        (
            "customer_asks",
            "7.8.3.1 e",
            "further information that the customer asks for ([] for none)",
            "客户要求的其他信息（无则 []）",
        ),
    ):
        listed: Sequence[Said] | None = getattr(told, key)
        if listed is None:
            yield _ask(clause, f"job.toml tests.{key}", en, zh)
            continue
        for place, said in enumerate(listed, start=1):
            yield from ask.text(said, clause, f"job.toml tests.{key}[{place}]", "its words", "内容")


def _environment(lab: Lab, job: Job, run: RunResult) -> Iterator[Demand]:
    """Virtual time has no physical environment; every other rig has one that somebody measured."""
    if rigs_of(run) == (VIRTUAL_RIG,) and not job.environment:
        return
    ask = _Asker(job)
    if not job.environment:
        yield _ask(
            "7.8.3.1 a",
            "job.toml environment",
            "temperature, humidity and supply during the tests, with the instrument that told them",
            "检测期间的温度、湿度、供电及所用仪器",
        )
    known = {each.number for each in lab.equipment if ENVIRONMENT in each.used_for}
    for place, each in enumerate(job.environment, start=1):
        where = f"job.toml environment[{place}]"
        yield from ask.text(each.quantity, "7.8.3.1 a", f"{where}.quantity", "which quantity", "量的名称")
        if "" in (each.low, each.high, each.unit):
            yield _ask("7.8.3.1 a", where, "low, high and unit of what it kept", "最小值、最大值与单位")
        if each.equipment not in known:
            yield _ask(
                "7.8.3.1 a",
                f"{where}.equipment",
                f'number of an instrument of lab.toml that is used_for "{ENVIRONMENT}"; found {each.equipment!r}',
                "应为 lab.toml 中用于环境测量的设备编号",
            )


def _needed(run: RunResult) -> Collection[str]:
    """What the laboratory must name equipment for: the bench's machine always, more of it the more is real."""
    if rigs_of(run) == (VIRTUAL_RIG,):
        return (HOST,)
    return (HOST, CLOCK, ENVIRONMENT) + ((SUPPLY,) if _LAB_RIG in rigs_of(run) else ())


def _equipment(lab: Lab, run: RunResult) -> Iterator[Demand]:
    used = {word for each in lab.equipment for word in each.used_for}
    for word in _needed(run):
        if word not in used:
            yield _ask(
                "6.4",
                "lab.toml equipment",
                f'equipment that is used_for = ["{word}"] in tests on rig {run.rig}',
                f"缺少用于 {word} 的设备",
            )
    days = days_of_tests(run)
    seen: set[str] = set()
    for place, each in enumerate(lab.equipment, start=1):
        where = f"lab.toml equipment[{place}]"
        if each.number in seen:
            yield _ask("6.4.13 b", f"{where}.number", f"{each.number!r} is there twice", "设备编号重复")
        seen.add(each.number)
        yield from _one(each, where, days, {"name": each.name, "number": each.number})


def _clock(run: RunResult, problem: str) -> Iterator[Demand]:
    """In real time no equipment makes a clock traceable that the run itself saw unsynchronised."""
    if problem and rigs_of(run) != (VIRTUAL_RIG,):
        en, _, zh = problem.partition(" / ")
        words = "nothing held the bench's clock when the run began: "
        yield _ask("6.5", "the run", words + en, f"运行开始时台架时钟无参考：{zh or en}")


def _one(each: Equipment, where: str, days: tuple[date, date] | None, named: dict[str, Said]) -> Iterator[Demand]:
    for key, said in named.items():
        if not any(name_of(said)):
            yield _ask("6.4.13 b", f"{where}.{key}", f"its {key}", "设备名称或编号")
    if not (each.model or each.serial):
        yield _ask("6.4.13 b", where, "model or serial number", "设备型号或出厂编号")
    strange = [word for word in each.used_for if word not in USES]
    if strange or not each.used_for:
        yield _ask("6.4.13 b", f"{where}.used_for", f"some of {', '.join(USES)}", "用途取值")
    if any(name_of(each.uncalibrated)):
        return
    if not (each.calibrated and each.due and each.certificate and any(name_of(each.traceable_to))):
        yield _ask(
            "6.5",
            where,
            "calibrated, due, certificate and traceable_to, or in uncalibrated why it needs none",
            "校准日期、有效期、证书号与溯源，或在 uncalibrated 说明无须校准的理由",
        )
    elif days and not (each.calibrated <= days[0] and days[1] <= each.due):
        yield _ask(
            "6.4.13 e",
            where,
            f"tested {days[0]} to {days[1]}, calibrated from {each.calibrated} to {each.due}",
            "检测日期不在校准有效期内",
        )


def _results(job: Job, run: RunResult) -> Iterator[Demand]:
    rule = run.parameters.get("decision_rule", "simple")
    if job.tests.agreed_rule != rule:
        yield _ask(
            "7.8.6.1",
            "job.toml tests.agreed_rule",
            f'the decision rule agreed with the customer; the run used "{rule}", found {job.tests.agreed_rule!r}',
            "与客户约定的判定规则须与运行一致",
        )
    silent = unstated(run)
    if silent:
        shown = ", ".join(silent[:3]) + (", …" if len(silent) > 3 else "")
        yield _ask(
            "7.8.3.1 c",
            "verdicts.json",
            f"{len(silent)} results in s, min, h, d or % have neither U nor a reason why not: {shown}",
            "部分时间或百分比结果既无不确定度也无理由",
        )


def _persons(lab: Lab, job: Job) -> Iterator[Demand]:
    for place, each in enumerate(lab.persons, start=1):
        where = f"lab.toml persons[{place}]"
        if not any(name_of(each.name)) or not any(name_of(each.function)):
            yield _ask("7.8.2.1 o", where, "name and function", "姓名与职务")
        if strange := [word for word in each.may if word not in DUTIES]:
            yield _ask(
                "6.2.6", f"{where}.may", f"some of {', '.join(DUTIES)}; found {', '.join(strange)}", "授权范围取值"
            )
    for key, duty, en, zh in (
        ("tested", TESTS, "who tested", "检测人"),
        ("reviewed", REVIEWS, "who reviewed", "审核人"),
        ("authorised", AUTHORISES, "who authorises the report", "批准人"),
    ):
        yield from _person(lab, getattr(job.persons, key), duty, f"job.toml persons.{key}", "7.8.2.1 o", en, zh)


def _person(lab: Lab, said: Said, duty: str, where: str, clause: str, en: str, zh: str) -> Iterator[Demand]:
    found = person_of(lab, said)
    if found is None:
        yield _ask(clause, where, f"{en}, by a name of lab.toml", f"{zh}（须为 lab.toml 中的姓名）")
    elif duty not in found.may:
        name = next(filter(None, name_of(said)), "")
        yield _ask(
            "6.2.6",
            where,
            f'{name} may not: lab.toml has no "{duty}" for them',
            f"{name} 未获相应授权",
        )


def person_of(lab: Lab, said: Said) -> Person | None:
    """The person of the laboratory with a name; None where there is none."""
    wanted = set(filter(None, name_of(said)))
    return next((each for each in lab.persons if wanted & set(filter(None, name_of(each.name)))), None)


def _external(job: Job) -> Iterator[Demand]:
    if job.external is None:
        yield _ask(
            "7.8.2.1 p", "job.toml external", "results of other laboratories ([] for none)", "外部提供的结果（无则 []）"
        )
        return
    ask = _Asker(job)
    for place, each in enumerate(job.external, start=1):
        where = f"job.toml external[{place}]"
        for key, en, zh in (
            ("clause", "clause it decides", "所判定条款"),
            ("laboratory", "laboratory", "实验室"),
            ("accreditation", "its accreditation", "资质"),
            ("report", "number of its report", "报告编号"),
            ("method", "method with edition", "方法及版本"),
            ("specimen", "identity of specimen and firmware", "样品及固件标识"),
            ("result", "result", "结果"),
        ):
            yield from ask.text(getattr(each, key), "7.8.2.1 p", f"{where}.{key}", en, zh)


def _opinions(lab: Lab, job: Job) -> Iterator[Demand]:
    if job.opinions is None:
        yield _ask("7.8.7", "job.toml opinions", "opinions and interpretations ([] for none)", "意见和解释（无则 []）")
        return
    ask = _Asker(job)
    for place, each in enumerate(job.opinions, start=1):
        where = f"job.toml opinions[{place}]"
        yield from ask.text(each.text, "7.8.7.2", f"{where}.text", "the opinion", "意见内容")
        yield from ask.text(each.basis, "7.8.7.2", f"{where}.basis", "what it is based on", "意见依据")
        yield from _person(lab, each.by, INTERPRETS, f"{where}.by", "7.8.7.1", "who gives it", "意见提出人")


def _amendment(job: Job, issue: int) -> Iterator[Demand]:
    if issue == 1:
        return
    ask = _Asker(job)
    mine = next((each for each in job.amendments if each.issue == issue), None)
    if mine is None:
        yield _ask(
            "7.8.8.1",
            "job.toml amendments",
            f"an entry with issue = {issue} and its reason: issue {issue - 1} of this number is out",
            f"编号已签发第 {issue - 1} 版，须注明第 {issue} 版的修改理由",
        )
    else:
        yield from ask.text(mine.reason, "7.8.8.1", "job.toml amendments.reason", "why it is amended", "修改理由")
