# pyright: reportPrivateUsage=false
"""Defects of what is entered by hand: entries that mend nothing, and wrong input that is taken."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from conformance.defects import Patch, defect
from conformance.defects.seams import at_opening
from reference_terminal.model.rows import Pending, Record
from reference_terminal.model.times import span_of
from reference_terminal.processing import manual
from reference_terminal.processing.manual import Entry, ManualEntries
from reference_terminal.processing.pipeline import PointState
from reference_terminal.storage.outbox import Outbox
from reference_terminal.web import entry
from reference_terminal.web import manual as form
from reference_terminal.web.api import Api
from reference_terminal.web.delivery import DeliveryApi
from reference_terminal.web.errors import HttpError

_MENDS, _INPUT = "byhand/mends-uploaded-data", "byhand/refuses-wrong-input"
_INCOMPLETE, _INACCURATE = ("isc-2/7.2.4(5)c",), ("isc-2/7.2.4(5)d",)
_BACKFILL = "isc-2/7.2.4(5)b"
_CHECKED = ("isc-2/7.4.1.4(3)a",)


def _put_only(patch: Patch, *, missing: bool) -> None:
    """Put entries into force for one of the two kinds of periods only: those without a value, or those with one."""
    whole = ManualEntries._put

    def put(self: ManualEntries, state: PointState, record: Record) -> None:
        known = self._record(state, span_of(record.span), record.start_s)
        if (known is None or known.value is None) == missing:
            whole(self, state, record)

    patch(ManualEntries, "_put", put)


@defect(
    "missing-values-not-mended",
    en="an entry for a period without a value is kept and never takes effect",
    zh="对缺失时段的人工填报仅保存而不生效",
    clauses=(*_INCOMPLETE, _BACKFILL),
)
def missing_values_not_mended(patch: Patch) -> None:
    """There is no value that could be replaced."""
    _put_only(patch, missing=False)


@defect(
    "wrong-values-not-mended",
    en="an entry for a period that has a value is kept and never takes effect",
    zh="对已有数值时段的人工填报仅保存而不生效",
    clauses=_INACCURATE,
)
def wrong_values_not_mended(patch: Patch) -> None:
    """What was measured is held to be right."""
    _put_only(patch, missing=True)


@defect(
    "entries-sent-as-measured",
    en="values entered by hand are sent with the flag of a good measurement",
    zh="人工填报值以正常测量标志上传",
    clauses=(*_INCOMPLETE, *_INACCURATE, _BACKFILL),
)
def entries_sent_as_measured(patch: Patch) -> None:
    """The centre complained of another flag."""
    patch(manual, "FLAG", "N")


@defect(
    "entries-undone-by-restart",
    en="after a restart the values entered by hand have given way to what was measured",
    zh="重启后人工填报值被测量值覆盖",
    clauses=(*_INCOMPLETE, *_INACCURATE),
)
def entries_undone_by_restart(patch: Patch) -> None:
    """Records are made again from the readings."""
    same = "manual_entry.span=record.span AND manual_entry.start_s=record.start_s"
    at_opening(
        patch,
        f"UPDATE record SET value=(SELECT original FROM manual_entry WHERE {same} ORDER BY number LIMIT 1)"
        f" WHERE EXISTS (SELECT 1 FROM manual_entry WHERE {same})",
    )


@defect(
    "exponents-taken",
    en="a number with an exponent is taken as a value",
    zh="带指数的文本被当作数值接受",
    clauses=_CHECKED,
)
def exponents_taken(patch: Patch) -> None:
    """Whatever the library can read is a number."""
    whole = entry.is_decimal
    patch(form, "is_decimal", lambda text: whole(text.replace("e", "")))


@defect(
    "refused-and-kept",
    en="an entry that is refused stands among the entries all the same",
    zh="被拒绝的填报仍保存在填报记录中",
    clauses=_CHECKED,
)
def refused_and_kept(patch: Patch) -> None:
    """It is written first and looked at afterwards."""
    whole = Api.enter

    def enter(self: Api, fields: dict[str, str]) -> Any:
        try:
            return whole(self, fields)
        except HttpError:
            self._terminal.store.write(
                "INSERT INTO manual_entry (point, span, start_s, end_s, value, author, reason, entered_ms, revision,"
                " original_flag, verdict) SELECT point, span, start_s, end_s, ?, ?, ?, entered_ms, 0, '', 'refused'"
                " FROM manual_entry LIMIT 1",
                (fields["value"], fields["author"], fields["reason"]),
            )
            self._terminal.store.flush()
            raise

    patch(Api, "enter", enter)


@defect(
    "trailing-noughts-refused",
    en="a value that ends in a nought after the point is refused",
    zh="小数末位为零的数值被拒绝",
    clauses=_CHECKED,
)
def trailing_noughts_refused(patch: Patch) -> None:
    """It is not the shortest way to write it."""
    whole = entry.is_decimal
    patch(form, "is_decimal", lambda text: whole(text) and not ("." in text and text.endswith("0")))


@defect(
    "wrong-times-answered-as-taken",
    en="an upload time that is none is answered as taken",
    zh="对非时刻的上传时间回复已接受",
    clauses=_CHECKED,
)
def wrong_times_answered_as_taken(patch: Patch) -> None:
    """The form is shown again either way."""

    def set_(self: DeliveryApi, fields: dict[str, str]) -> Any:
        try:
            return own(self, fields)
        except HttpError:
            return {"recorded": fields}

    own = patch(DeliveryApi, "set_upload_time", set_)


@defect(
    "wrong-times-are-midnight",
    en="an upload time that is none is refused, and midnight is set",
    zh="非时刻的上传时间被拒绝，但上传时间变为零时",
    clauses=_CHECKED,
)
def wrong_times_are_midnight(patch: Patch) -> None:
    """What cannot be read is nought."""

    def set_(self: DeliveryApi, fields: dict[str, str]) -> Any:
        try:
            return own(self, fields)
        except HttpError:
            own(self, {**fields, "time": "00:00:00"})
            raise

    own = patch(DeliveryApi, "set_upload_time", set_)


@defect(
    "midnight-is-no-time",
    en="midnight is refused as an upload time",
    zh="零时被拒绝作为上传时间",
    clauses=_CHECKED,
)
def midnight_is_no_time(patch: Patch) -> None:
    """Nought is taken for nothing."""

    def set_(self: DeliveryApi, fields: dict[str, str]) -> Any:
        if not any(map(int, filter(str.isdigit, fields["time"]))):
            raise HttpError(400, "no time", "无时间")
        return own(self, fields)

    own = patch(DeliveryApi, "set_upload_time", set_)


@defect(
    "quarter-in-one-entry",
    en="one entry may cover a quarter of a year",
    zh="一次填报可覆盖一个季度",
    clauses=("csmt/11.2c",),
)
def quarter_in_one_entry(patch: Patch) -> None:
    """It is put down under the day on which the quarter begins."""
    whole = Api.enter

    def enter(self: Api, fields: dict[str, str]) -> Any:
        return whole(self, {name: "day" if text == "quarter_year" else text for name, text in fields.items()})

    patch(Api, "enter", enter)


@defect(
    "wrong-number-breaks-the-interface",
    en="what is no number breaks the interface instead of being refused",
    zh="非数值输入导致接口内部错误而非被拒绝",
    clauses=("isc-2/7.4.1.4(3)a",),
)
def wrong_number_breaks_the_interface(patch: Patch) -> None:
    """The number is made first and looked at afterwards: Infinity is one, 12a stops the handler."""
    patch(form, "is_decimal", lambda text: Decimal(text) == Decimal(text).quantize(Decimal("0.01")))


@defect(
    "numbers-as-the-library-has-them",
    en="Infinity, 1_000 and digits of other scripts are taken for numbers",
    zh="接受 Infinity、1_000 及非 ASCII 数字",
    clauses=("isc-2/7.4.1.4(3)a",),
)
def numbers_as_the_library_has_them(patch: Patch) -> None:
    """Whatever the library makes a number of is one."""

    def known(text: str) -> bool:
        try:
            return Decimal(text) == Decimal(text) and "e" not in text
        except InvalidOperation:
            return False

    patch(form, "is_decimal", known)


@defect(
    "days-not-made-up-from-entries",
    en="a day that lacked hours stays without value after they were entered",
    zh="填报缺失小时后日值仍缺失",
    clauses=("isc-2/7.2.4(5)c",),
)
def days_not_made_up_from_entries(patch: Patch) -> None:
    """An entry is for the hour it names."""
    patch(ManualEntries, "_make_up", lambda self, state, entry: None)


@defect(
    "corrected-entries-not-added-up",
    en="a day made up from entries stays as it was when one of them is corrected",
    zh="更正填报后已合成的日值不随之更新",
    clauses=("isc-2/7.2.4(5)c",),
)
def corrected_entries_not_added_up(patch: Patch) -> None:
    """A period that has a value needs none."""
    whole = ManualEntries._make_up
    seen: dict[tuple[str, int], None] = {}

    def make_up(self: ManualEntries, state: PointState, entry: Entry) -> None:
        key = (entry.point, entry.start_s)
        if key not in seen:
            seen[key] = None
            whole(self, state, entry)

    patch(ManualEntries, "_make_up", make_up)


@defect(
    "second-entries-without-effect",
    en="an entry that corrects one before it is kept and never takes effect",
    zh="对已填报值的更正仅保存而不生效",
    clauses=("isc-2/7.2.4(5)c",),
)
def second_entries_without_effect(patch: Patch) -> None:
    """What was entered once stands."""
    seen: dict[tuple[int, int, int], None] = {}

    def put(self: ManualEntries, state: PointState, record: Record) -> None:
        key = (record.point, record.span, record.start_s)
        if key not in seen:
            seen[key] = None
            whole(self, state, record)

    whole = patch(ManualEntries, "_put", put)


@defect(
    "revision-waits-for-the-next-start",
    en="a correction that was entered before an upload was answered is sent after the next start only",
    zh="上传应答前录入的更正要到下次启动后才上传",
    clauses=("isc-2/7.2.4(5)d",),
)
def revision_waits_for_the_next_start(patch: Patch) -> None:
    """Its period is not taken from what is in flight when the answer comes."""

    def delivered(self: Outbox, item: Pending) -> None:
        key = (item.span, item.start_s)
        revised = key in self._revised
        own(self, item)
        if revised:
            self._in_flight[key] = None

    own = patch(Outbox, "delivered", delivered)
