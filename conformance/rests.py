"""On which questions each check rests: found by the machine, by refusing what the sound product had answered.

Leaves what follows from a refusal to `bench.case.claimed`. The file `conformance/rests.json` is made by
`carbonbench prove --rests RUN` from the records of a whole run, never by hand. What a record cannot tell stands here:
cases that end at the first refusal (`ALSO`), and checks that stay open for good reason (`LEFT`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import msgspec

from bench.case import Case, Check, Text, Verdict, asked
from bench.case.claimed import Left
from bench.case.unanswered import NONSENSE
from bench.history import Event, History, Observed
from bench.history.people import LOOKS
from bench.history.questions import QUESTIONS

RESTS = Path(__file__).resolve().parent / "rests.json"
FORMAT = "carbonbench-rests/1"
Checks = Mapping[str, tuple[str, ...]]

ALSO: Mapping[str, tuple[str, ...]] = {"logins/asks-for-one-time-codes": ("codes",)}
"""Questions that a whole case rests on, because it goes no further without them."""
_NOT_SAID = Text(
    "what was never exchanged cannot be seen to be kept secret, or not to disturb",
    "未发生的交互不能用以判定是否保密或是否造成干扰",
)
_REFUSING = Text(
    "that wrong ones are refused shows only where right ones are taken; these have a check of their own",
    "仅当正确者被接受时，拒绝错误者才有意义；正确者另有判据",
)
_HOSTILE = Text(
    "a request that asks for more than it should may be refused, whoever makes it",
    "超出应有范围的请求，无论何人提出均可拒绝",
)
LEFT = (
    *(Left("*", check, _NOT_SAID) for check in ("nothing-readable", "uploads-encrypted", "no-persons-secret-*")),
    *(Left("*", check, _NOT_SAID) for check in ("acquires-meanwhile", "backfill-brings-nothing-else", "unharmed-*")),
    Left("function *", "served-meanwhile-*", _NOT_SAID),
    *(
        Left("*", check, _REFUSING)
        for check in ("refused-*", "altered-backup-refused", "weak-refused", "wrong-input-*")
    ),
    *(Left("*", check, _REFUSING) for check in ("not-released-by-oneself", "released-by-no-field")),
    *(Left("function addressed", check, _HOSTILE) for check in ("asks-nobody", "no-file-by-a-field")),
    *(
        Left("*", check, _NOT_SAID)
        for check in ("disclosed-nothing-else", "others-untouched", "articles-hidden", "*-apart")
    ),
    *(
        Left("*", check, _NOT_SAID)
        for check in ("no-false-*", "platform-nothing-else-named", "overseers-see-no-others")
    ),
    *(Left("*", check, _NOT_SAID) for check in ("log-not-forged", "no-single-delete")),
    *(Left("*", check, _REFUSING) for check in ("platform-forgeries-refused", "damaged-not-believed")),
    *(Left("*", check, _REFUSING) for check in ("open-interface-guarded", "control-password-asked")),
    Left(
        "function late",
        "*",
        Text(
            "a product may keep its log longer than it must, and refuse to clear it (R-39)",
            "产品可将日志保存更久并拒绝清除（R-39）",
        ),
    ),
)
"""Patterns of questions and checks."""


class RestsError(ValueError):
    """A file that is not this one; one sentence in both languages."""


class Rests(msgspec.Struct, frozen=True, kw_only=True):
    """The file: by case and check the questions without whose answer the check does not pass.

    `sources` has the fingerprint of each case that was looked at, rows or none (`rests_age`).
    """

    format: str = FORMAT
    cases: dict[str, dict[str, tuple[str, ...]]] = {}
    sources: dict[str, str] = {}


def read_rests(path: Path = RESTS) -> Rests:
    """What was found. Raises RestsError."""
    try:
        found = msgspec.json.decode(path.read_bytes(), type=Rests)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise RestsError(f"{path}: expected a file of prove --rests: {error} / 不是该文件") from None
    if found.format != FORMAT:
        raise RestsError(f"{path}: expected format {FORMAT}, got {found.format} / 格式不符")
    return found


@cache
def _read() -> Rests:
    return read_rests()


def rests_of(case: str) -> Checks:
    """The questions that each check of a case rests on."""
    found = _read().cases.get(case, {})
    return _Whole(found, ALSO[case]) if case in ALSO else found


class _Whole(dict[str, tuple[str, ...]]):
    """Of a case that rests on something as a whole."""

    def __init__(self, found: Checks, also: tuple[str, ...]) -> None:
        super().__init__(found)
        self._also = also

    def get(self, key: str, default: object = ()) -> tuple[str, ...]:  # type: ignore[override]
        """What is known of the check, and what the whole case rests on."""
        del default
        return (*super().get(key, ()), *self._also)


def found(case: type[Case], history: History) -> Checks:
    """From the record of a sound product: the checks that pass no longer once a question is refused throughout."""
    passing = {check for check, verdict in _verdicts(case, history) if verdict is Verdict.PASS}
    by_check: dict[str, list[str]] = {}
    for question in _answered(history):
        try:
            without = list(_verdicts(case, _without(history, question)))
        except (*NONSENSE, RuntimeError):
            continue  # One refusal alone, which others would have followed: no product gives such a record.
        for check, verdict in without:
            if check in passing and verdict is not Verdict.PASS:
                by_check.setdefault(check, []).append(question)
    return {check: tuple(sorted(questions)) for check, questions in sorted(by_check.items())}


def _answered(history: History) -> Iterator[str]:
    """The questions that were answered, each once; where it is right to refuse some, each with what it was about.

    An order that is right to be refused for some objects is left out: these are other things each time.
    """
    tried = asked.tried(history)
    rightly = {each.question for each in tried if each.refused}
    told = (each.name if each.question in rightly else each.question for each in tried if each.answered)
    orders = {each.name for each in tried if each.order and each.refused}
    yield from dict.fromkeys(name for name in told if name not in orders)


def _verdicts(case: type[Case], history: History) -> Iterator[tuple[str, Verdict]]:
    for each in case().judge(history):
        if isinstance(each, Check) and not each.condition:
            yield each.id, each.verdict


def _without(history: History, question: str) -> History:
    return History([_refused(event, question) for event in history.events])


def _refused(event: Event, question: str) -> Event:
    if not isinstance(event, Observed) or question not in (asked.question_of(event), asked.name_of(event)):
        return event
    if asked.at_platform(event):
        refused = msgspec.structs.replace(event, rows=(), problem="status 400: refused", outcome="refused", status=400)
        return refused if event.outcome == "done" else event
    if event.what in QUESTIONS or event.what in LOOKS:
        return msgspec.structs.replace(event, rows=(), problem="LookupError: refused", outcome="refused", status=400)
    row = {**event.rows[0], "outcome": "refused", "status": "400"} if event.rows else {}
    if "effect" in row:
        row["effect"] = "same"
    return msgspec.structs.replace(event, rows=(row,) if row else ())
