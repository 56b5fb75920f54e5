# pyright: reportPrivateUsage=false
"""Defects of stored data as a whole: sets that lack something, tables for people, emission sources, age and room."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import apsw
import msgspec
from msgspec import structs

from conformance.defects import Patch, defect
from conformance.defects.seams import changes_stored
from reference_terminal.model.rows import Record
from reference_terminal.model.times import DAY_S, Span
from reference_terminal.operations.housekeeping import Housekeeping
from reference_terminal.processing.classes import Classes
from reference_terminal.storage import archive
from reference_terminal.storage.store import Store
from reference_terminal.web.errors import HttpError
from reference_terminal.web.server import File
from reference_terminal.web.stored import StoredApi

_YEAR, _FILES = "archive/backs-up-one-year", "archive/exports-and-imports"
_CLASSES, _AGE, _ROOM = "archive/keeps-by-emission-source", "archive/keeps-for-years", "archive/has-room-for-years"
_BACKUP = ("isc-2/9.1h",)
_SETS = ("isc-2/7.2.3b", "isc-2/7.2.3c", "isc-2/9.1h")
_TABLES = ("isc-2/7.2.3-B(4)b",)
_BY_SOURCE = ("isc-2/7.2.3a",)
_KEPT = ("isc-2/7.2.3-B(4)a", "isc-2/9.2b")


@defect(
    "no-backup-while-measuring",
    en="a set can be made only while no meter is read",
    zh="采集运行时拒绝备份",
    clauses=_BACKUP,
)
def no_backup_while_measuring(patch: Patch) -> None:
    """The maker takes the database for locked."""

    async def give(self: StoredApi, from_s: int, to_s: int) -> File:
        raise HttpError(409, "meters are being read; stop acquisition first", "采集运行中,请先停止采集")

    patch(StoredApi, "give", give)


@defect(
    "acquisition-halts-for-backup",
    en="while a set is made and for five minutes afterwards no meter is read",
    zh="备份时及其后五分钟停止采集",
    clauses=_BACKUP,
)
def acquisition_halts_for_backup(patch: Patch) -> None:
    """To have a quiet database."""
    whole = StoredApi.give

    async def give(self: StoredApi, from_s: int, to_s: int) -> File:
        terminal: Any = self._terminal
        for poller in terminal.pollers:
            for meter in poller._meters:
                meter.next_s += 300
        return await whole(self, from_s, to_s)

    patch(StoredApi, "give", give)


@defect(
    "altered-set-taken",
    en="a set is taken without a look at its digest",
    zh="导入备份时不核对摘要",
    clauses=_SETS,
)
def altered_set_taken(patch: Patch) -> None:
    """Lines that can be read are taken, the others are left out."""

    def read(octets: bytes, points: Mapping[str, archive.Described]) -> list[list[Any]]:
        rows: list[list[Any]] = []
        for line in octets.splitlines():
            try:
                row = msgspec.json.decode(line, type=list[Any])
            except (msgspec.DecodeError, UnicodeDecodeError):
                continue
            table = archive._TABLES.get(row[0]) if row and isinstance(row[0], str) else None
            if table is not None and len(row) == len(table.columns) + 1:
                rows.append(row)
        return rows

    patch(archive, "read", read)


@defect(
    "restored-through-floats",
    en="values of a set are restored through binary floats",
    zh="恢复时数值经二进制浮点转换",
    clauses=_SETS,
)
def restored_through_floats(patch: Patch) -> None:
    """Trailing zeros are gone, and with them the resolution."""
    whole = archive._insert

    def insert(connection: apsw.Connection, name: str, values: Sequence[Any], numbers: Mapping[str, int]) -> None:
        row = list(values)
        if name == "record":
            at = archive._TABLES[name].columns.index("value")
            row[at] = None if row[at] is None else str(float(row[at]))
        whole(connection, name, row, numbers)

    patch(archive, "_insert", insert)


@defect(
    "settings-left-out-of-sets",
    en="what was set at the terminal is not in its sets",
    zh="备份不含在终端上所作的设置",
    clauses=_BACKUP,
)
def settings_left_out_of_sets(patch: Patch) -> None:
    """Only measured data are thought of."""

    def none(scope: str, name: str, value: str) -> bool:
        return False

    patch(archive, "_is_carried", none)


@defect(
    "log-emptied-by-restore",
    en="a restore begins the event log anew",
    zh="恢复备份时清空事件日志",
    clauses=_BACKUP,
)
def log_emptied_by_restore(patch: Patch) -> None:
    """The database is put back as a whole, and the log with it."""
    whole = archive.put

    def put(store: Store, rows: Sequence[Sequence[Any]], tell: Callable[[], None]) -> archive.Taken | None:
        taken = whole(store, rows, tell)
        store.write("DELETE FROM event", ())
        store.flush()
        return taken

    patch(archive, "put", put)


@defect(
    "import-without-minutes",
    en="minute values of a set are left out on import",
    zh="导入时略去分钟值",
    clauses=_SETS,
)
def import_without_minutes(patch: Patch) -> None:
    """They are thought to be made again from the readings."""
    whole = archive.put

    def put(store: Store, rows: Sequence[Sequence[Any]], tell: Callable[[], None]) -> archive.Taken | None:
        return whole(store, [row for row in rows if row[0] != "record" or row[1] > 60], tell)

    patch(archive, "put", put)


@defect(
    "table-of-a-hundred-rows",
    en="a table for people ends after a hundred rows a point",
    zh="导出文件每个监测点仅一百行",
    clauses=_TABLES,
)
def table_of_a_hundred_rows(patch: Patch) -> None:
    """The page of the screen is exported instead of the data."""
    whole = StoredApi._slice

    def cut(self: StoredApi, state: Any, span: Span | None, from_s: int, to_s: int) -> tuple[list[list[Any]], int]:
        rows, _ = whole(self, state, span, from_s, to_s)
        return rows[:100], to_s

    patch(StoredApi, "_slice", cut)


@defect(
    "table-in-whole-numbers",
    en="values in a table for people are rounded to whole numbers",
    zh="导出文件中的数值被取整",
    clauses=_TABLES,
)
def table_in_whole_numbers(patch: Patch) -> None:
    """For the looks of it."""
    whole = StoredApi._slice

    def rounded(self: StoredApi, state: Any, span: Span | None, from_s: int, to_s: int) -> tuple[list[list[Any]], int]:
        rows, next_s = whole(self, state, span, from_s, to_s)
        at = 3 if span is None else 4
        return [[*row[:at], row[at] and f"{float(row[at]):.0f}", *row[at + 1 :]] for row in rows], next_s

    patch(StoredApi, "_slice", rounded)


@defect(
    "table-all-in-kilowatt-hours",
    en="every value in a table for people is said to be in kWh",
    zh="导出文件中所有数值均标为 kWh",
    clauses=_TABLES,
)
def table_all_in_kilowatt_hours(patch: Patch) -> None:
    """The unit stands in the head of the form."""
    whole = StoredApi._slice

    def named(self: StoredApi, state: Any, span: Span | None, from_s: int, to_s: int) -> tuple[list[list[Any]], int]:
        rows, next_s = whole(self, state, span, from_s, to_s)
        return [[row[0], "kWh", *row[2:]] for row in rows], next_s

    patch(StoredApi, "_slice", named)


@defect(
    "emission-sources-cut-short",
    en="names of emission sources are cut to twelve characters",
    zh="排放源名称被截断为十二个字符",
    clauses=_BY_SOURCE,
)
def emission_sources_cut_short(patch: Patch) -> None:
    """The column is that wide; different sources become one."""
    whole = Classes._note

    def note(self: Classes, point: str, name: str, now_s: int) -> None:
        whole(self, point, name[:12], now_s)

    patch(Classes, "_note", note)


@defect(
    "classified-since-start-only",
    en="after a start only new data are found under their emission source",
    zh="重启后仅新数据归入排放源",
    clauses=_BY_SOURCE,
)
def classified_since_start_only(patch: Patch) -> None:
    """The index by source stands in memory."""
    begin, whole = Classes.__init__, Classes.records
    started: list[int] = [0]

    def initialise(self: Classes, store: Store, clock: Any, points: Any) -> None:
        begin(self, store, clock, points)
        started[0] = clock.now_s()

    def records(self: Classes, name: str, span: Span, from_s: int, to_s: int) -> list[tuple[str, Record]]:
        return whole(self, name, span, max(from_s, started[0]), to_s)

    patch(Classes, "__init__", initialise)
    patch(Classes, "records", records)


@defect(
    "emission-sources-mixed",
    en="data of emission sources of one kind are stored together",
    zh="同类排放源的数据混存",
    clauses=_BY_SOURCE,
)
def emission_sources_mixed(patch: Patch) -> None:
    """All electricity is one class."""
    whole = Classes.records

    def records(self: Classes, name: str, span: Span, from_s: int, to_s: int) -> list[tuple[str, Record]]:
        alike = [other for other in self.names() if other.split()[-1] == name.split()[-1]]
        return [found for other in alike for found in whole(self, other, span, from_s, to_s)]

    patch(Classes, "records", records)


def _unclassified(patch: Patch, *points: str) -> None:
    """Leave data of these points out of every emission source."""
    whole = Classes.records

    def records(self: Classes, name: str, span: Span, from_s: int, to_s: int) -> list[tuple[str, Record]]:
        return [found for found in whole(self, name, span, from_s, to_s) if found[0] not in points]

    patch(Classes, "records", records)


@defect(
    "fuel-belongs-to-nothing",
    en="data of fuel that is burnt belong to no emission source",
    zh="燃料燃烧数据未归入任何排放源",
    clauses=(*_BY_SOURCE, "isc-2/5.3a"),
)
def fuel_belongs_to_nothing(patch: Patch) -> None:
    """The terminal was made for electricity."""
    _unclassified(patch, "gas.volume")


@defect(
    "heat-belongs-to-nothing",
    en="data of heat that is bought belong to no emission source",
    zh="外购热力数据未归入任何排放源",
    clauses=(*_BY_SOURCE, "isc-2/5.3b"),
)
def heat_belongs_to_nothing(patch: Patch) -> None:
    """Nobody had thought of steam."""
    _unclassified(patch, "steam.mass")


@defect(
    "raw-kept-for-a-quarter",
    en="readings and minute values are deleted after 92 days whatever is set",
    zh="无论如何设定，原始读数和分钟值 92 天后删除",
    clauses=_KEPT,
)
def raw_kept_for_a_quarter(patch: Patch) -> None:
    """Six months were thought to be more than anybody looks at."""
    patch(Housekeeping, "raw_border_s", lambda self, now_s: now_s - 92 * DAY_S)


@defect(
    "values-kept-for-three-years",
    en="values of periods are deleted after three years whatever is set",
    zh="无论如何设定，时段值三年后删除",
    clauses=_KEPT,
)
def values_kept_for_three_years(patch: Patch) -> None:
    """The flash is too small for five."""
    whole = Housekeeping.clean

    def clean(self: Housekeeping, now_s: int) -> None:
        whole(self, now_s)
        self._delete("record", "start_s", "start_s<?", now_s - 1095 * DAY_S)

    patch(Housekeeping, "clean", clean)


@defect(
    "short-ages-as-delivered",
    en="as delivered readings are kept for a month and values for a year",
    zh="出厂设定：原始数据保存一个月，汇总数据保存一年",
    clauses=_KEPT,
)
def short_ages_as_delivered(patch: Patch) -> None:
    """And nobody is told that it should be longer."""
    whole, tell = Housekeeping.__init__, StoredApi.storage

    def initialise(self: Housekeeping, config: Any, *rest: Any) -> None:
        short = structs.replace(config.storage, raw_days=31, record_days=366)
        whole(self, dataclasses.replace(config, storage=short), *rest)

    def storage(self: StoredApi, query: dict[str, str]) -> Any:
        return {**tell(self, query), "raw_days": 31, "settled_days": 366}

    patch(Housekeeping, "__init__", initialise)
    patch(StoredApi, "storage", storage)


@defect(
    "frames-kept-with-readings",
    en="with every reading the whole telegram of the meter is stored",
    zh="每个读数都连同整帧报文存储",
    clauses=_KEPT,
)
def frames_kept_with_readings(patch: Patch) -> None:
    """Good for looking for faults, and the store is full after four years."""
    changes_stored(patch, lambda reading: structs.replace(reading, raw=reading.raw * 16))
