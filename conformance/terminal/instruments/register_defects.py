# pyright: reportPrivateUsage=false
"""Defects of tables of instruments: what is lost on the way in, left out on the way out, or found where it is not."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from msgspec import structs

from conformance.defects import Patch, defect
from reference_terminal.operations import instrument_table
from reference_terminal.operations.instruments import Instrument, Instruments
from reference_terminal.web.instruments import InstrumentsApi

_Rows = Sequence[tuple[str, Instrument]]


@defect(
    "import-loses-its-last-row",
    en="the last instrument of an imported table is not taken",
    zh="导入表格时丢失最后一行",
    clauses=("csmt/11.1b-1",),
)
def import_loses_its_last_row(patch: Patch) -> None:
    """The file ends without an empty line."""

    def take(self: Instruments, rows: _Rows, author: str) -> bool:
        return own(self, rows[:-1] if len(rows) > 1 else rows, author)

    own = patch(Instruments, "take", take)


@defect(
    "import-puts-a-column-aside",
    en="the region of an imported instrument is not kept",
    zh="导入表格时不保存所属区域",
    clauses=("csmt/11.1b-1", "csmt/11.1c"),
)
def import_puts_a_column_aside(patch: Patch) -> None:
    """The older table had no such column."""

    def take(self: Instruments, rows: _Rows, author: str) -> bool:
        return own(self, [(name, structs.replace(made, region="")) for name, made in rows], author)

    own = patch(Instruments, "take", take)


@defect(
    "import-overwrites-what-was-there",
    en="an import puts the first instrument of the register in the place of its own first row",
    zh="导入表格时误改台账中原有器具",
    clauses=("csmt/11.1b-1",),
)
def import_overwrites_what_was_there(patch: Patch) -> None:
    """Rows are matched by their order."""

    def take(self: Instruments, rows: _Rows, author: str) -> bool:
        return own(self, [*rows, ("e01", rows[0][1])] if len(rows) > 1 else rows, author)

    own = patch(Instruments, "take", take)


@defect(
    "export-knows-meters-alone",
    en="the exported table leaves out every instrument that is no meter of the terminal",
    zh="导出表格不含终端表计以外的器具",
    clauses=("csmt/11.1b-2",),
)
def export_knows_meters_alone(patch: Patch) -> None:
    """It goes through the settings."""

    def write(rows: Iterable[tuple[str, Instrument]]) -> bytes:
        return own([(name, made) for name, made in rows if not name.startswith("CB-")])

    own = patch(instrument_table, "write", write)


@defect(
    "export-shifts-a-column",
    en="sector and level stand under each other's heads in the exported table",
    zh="导出表格中所属行业与器具层级两列对调",
    clauses=("csmt/11.1b-2",),
)
def export_shifts_a_column(patch: Patch) -> None:
    """The heads were sorted anew."""

    def write(rows: Iterable[tuple[str, Instrument]]) -> bytes:
        return own([(name, structs.replace(made, sector=made.level, level=made.sector)) for name, made in rows])

    own = patch(instrument_table, "write", write)


@defect(
    "export-is-a-page",
    en="the exported table is a page that promises it, each time",
    zh="导出表格始终返回提示页面，不含表格",
    clauses=("csmt/11.1b-2",),
)
def export_is_a_page(patch: Patch) -> None:
    """It is made in the background, and nobody ever calls for it."""

    def write(rows: Iterable[tuple[str, Instrument]]) -> bytes:
        list(rows)
        return "<html>正在生成，请稍候</html>".encode()

    patch(instrument_table, "write", write)


def _searching(patch: Patch, blind: str) -> None:
    """A search that does not look at a column."""

    def instruments(self: InstrumentsApi, query: dict[str, str]) -> Any:
        return own(self, {key: text for key, text in query.items() if key != blind})

    own = patch(InstrumentsApi, "instruments", instruments)


def _of(blind: str, en: str, zh: str) -> None:
    @defect(
        f"search-ignores-{blind}",
        en=f"a search by {en} gives every instrument",
        zh=f"按{zh}查询仍列出全部器具",
        clauses=("csmt/11.1c",),
    )
    def search_ignores(patch: Patch) -> None:
        """The field is on the screen only."""
        _searching(patch, blind)


for _key, _en, _zh in (
    ("enterprise", "enterprise", "企业名称"),
    ("region", "region", "所属区域"),
    ("sector", "sector", "所属行业"),
    ("level", "level", "器具层级"),
):
    _of(_key, _en, _zh)


@defect(
    "search-sees-meters-alone",
    en="a search finds no instrument that is no meter of the terminal",
    zh="查询不到终端表计以外的器具",
    clauses=("csmt/11.1c",),
)
def search_sees_meters_alone(patch: Patch) -> None:
    """It goes through the settings."""

    def instruments(self: InstrumentsApi, query: dict[str, str]) -> Any:
        found = own(self, query)
        if query:
            found["instruments"] = [row for row in found["instruments"] if not row["instrument"].startswith("CB-")]
        return found

    own = patch(InstrumentsApi, "instruments", instruments)
