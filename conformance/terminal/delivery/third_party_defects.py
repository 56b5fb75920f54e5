# pyright: reportPrivateUsage=false
"""Defects towards third-party platforms: passed on in part, without name or token, in the clear.

Leaves channels to `security.channels_defects` and queues to `delivery_defects`.
"""

# The link is broken where it keeps its own state.
# pyright: reportPrivateUsage=false

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import takewhile
from typing import Any

from conformance.defects import Patch, defect
from reference_terminal.model.rows import Pending
from reference_terminal.uplink.platforms.documents import Document, Documents
from reference_terminal.uplink.platforms.records_json import RecordsLink


def _left_out(patch: Patch, *kinds: str) -> None:
    def due(self: Documents) -> Iterator[Document]:
        return (document for document in own(self) if document.what not in kinds)

    own = patch(Documents, "due", due)


@defect(
    "methods-kept-to-itself",
    en="third parties are not told the configured methods",
    zh="不向第三方传送核算方法",
    clauses=("csmt/11.13b",),
)
def methods_kept_to_itself(patch: Patch) -> None:
    """They have methods of their own."""
    _left_out(patch, "methods")


@defect(
    "boundaries-kept-to-itself",
    en="third parties are not told the configured boundaries",
    zh="不向第三方传送排放边界",
    clauses=("csmt/11.13c",),
)
def boundaries_kept_to_itself(patch: Patch) -> None:
    """They can be seen in the report."""
    _left_out(patch, "boundaries")


@defect(
    "boundaries-of-carbon-dioxide-equivalents",
    en="in the boundaries that third parties are told every gas is CO2e",
    zh="向第三方传送的排放边界中气体一律为 CO2e",
    clauses=("csmt/11.13c",),
)
def boundaries_of_carbon_dioxide_equivalents(patch: Patch) -> None:
    """In the end everything is reckoned so."""

    def due(self: Documents) -> Iterator[Document]:
        for document in own(self):
            rows = [
                {**row, "units": [{**unit, "gas": "CO2e"} for unit in row["units"]]} if "units" in row else row
                for row in document.rows
            ]
            yield replace(document, rows=rows)

    own = patch(Documents, "due", due)


@defect(
    "entries-passed-without-name",
    en="third parties are told entries by hand as the terminal's own",
    zh="向第三方传送的填报数据不含操作人",
    clauses=("csmt/11.13d",),
)
def entries_passed_without_name(patch: Patch) -> None:
    """A value is a value."""

    def due(self: Documents) -> Iterator[Document]:
        for document in own(self):
            rows = [{**row, "author": "terminal"} if "author" in row else row for row in document.rows]
            yield replace(document, rows=rows)

    own = patch(Documents, "due", due)


@defect(
    "statistics-end-at-an-instant",
    en="third parties get no statistics of what is listed behind a point that does not count",
    zh="第三方收不到列于瞬时量测点之后的累积量统计数据",
    clauses=("csmt/11.13e",),
)
def statistics_end_at_an_instant(patch: Patch) -> None:
    """The list is left at the first point that has none."""

    def due(self: Documents) -> Iterator[Document]:
        codes = [channel.code for channel in takewhile(lambda channel: channel.counter, self._channels)]
        for document in own(self):
            if document.what == "statistics":
                document = replace(document, rows=[row for row in document.rows if row["point"] in codes])
            yield document

    own = patch(Documents, "due", due)


@defect(
    "statistics-of-the-largest",
    en="third parties are told the largest value of a day for its sum",
    zh="向第三方传送的日统计为最大值而非合计",
    clauses=("csmt/11.13e",),
)
def statistics_of_the_largest(patch: Patch) -> None:
    """One column to the right."""

    def due(self: Documents) -> Iterator[Document]:
        for document in own(self):
            rows = [{**row, "value": row["max"]} if row.get("max") else row for row in document.rows]
            yield replace(document, rows=rows)

    own = patch(Documents, "due", due)


@defect(
    "third-parties-get-every-seventh-less",
    en="every seventh period is not passed on to third parties",
    zh="向第三方传送时每七个时段漏一个",
    clauses=("csmt/11.13a", "isc-2/7.2.4n"),
)
def third_parties_get_every_seventh_less(patch: Patch) -> None:
    """They are not the competent authority."""

    def rows(self: RecordsLink, item: Pending) -> list[dict[str, str]]:
        return [] if item.start_s // 900 % 7 == 0 else own(self, item)

    own = patch(RecordsLink, "_rows", rows)


@defect(
    "third-party-without-token",
    en="a third party is not shown the token it demands",
    zh="不出示第三方要求的令牌",
    clauses=("csmt/11.13f",),
)
def third_party_without_token(patch: Patch) -> None:
    """The certificate should do."""
    patch(RecordsLink, "headers", lambda self: [])  # pyright: ignore[reportUnknownLambdaType]


@defect(
    "refused-token-is-a-receipt",
    en="what a third party refuses for its token counts as passed on",
    zh="将令牌被拒视为已送达",
    clauses=("csmt/11.13a", "csmt/11.13f"),
)
def refused_token_is_a_receipt(patch: Patch) -> None:
    """It was heard, at least."""

    def is_success(self: RecordsLink, status: int, answer: dict[str, Any]) -> bool:
        return status == 401 or own(self, status, answer)

    own = patch(RecordsLink, "is_success", is_success)


@defect(
    "bodies-in-the-clear",
    en="bodies are not enciphered where a third party demands it",
    zh="不按第三方要求加密数据",
    clauses=("csmt/11.13g",),
)
def bodies_in_the_clear(patch: Patch) -> None:
    """The channel is encrypted anyway."""
    patch(RecordsLink, "_enciphered", lambda self, path, body: body)  # pyright: ignore[reportUnknownLambdaType]


@defect(
    "readings-not-told-in-json",
    en="over HTTPS/JSON and MQTT records are told, and readings never",
    zh="经 HTTPS/JSON 或 MQTT 只上传时段记录，不上传实时读数",
    clauses=("isc-2/9.3c",),
)
def readings_not_told_in_json(patch: Patch) -> None:
    """A condition is the wrong way round."""

    async def tell_readings(self: RecordsLink) -> None:
        return

    patch(RecordsLink, "_tell_readings", tell_readings)
