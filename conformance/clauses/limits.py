"""The table of clauses that are decided in part, written into docs/LIMITS.md out of the ledger (R-06).

Leaves the rest of that page to people. Entries of one document that say the same share a row.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from conformance.clauses.ledger import InPart, Ledger, LedgerError, Words

PAGE = Path(__file__).resolve().parents[2] / "docs" / "LIMITS.md"
BEGIN = "<!-- written by `carbonbench clauses limits --write` out of the ledger; do not edit below -->"
END = "<!-- end of what is written -->"

SHORT = {"isc-2": "ISC-2", "csmt": "CSMT", "ssea": "SSEA", "cpcif": "CPCIF", "isc-1": "ISC-1"}
DECIDES: dict[str, Words] = {
    "planned": Words(zh="尚无用例", en="no case yet"),
    "operator": Words(zh="操作人员", en="a person at the device"),
    "inspection": Words(zh="审查", en="inspection"),
    "laboratory": Words(zh="实验室", en="a laboratory"),
}


def rows(ledger: Ledger) -> Iterator[tuple[str, InPart]]:
    """The clauses (`ISC-2 4.1h, 4.1i`) and what their cases decide of them, in the order of the ledger."""
    for document in ledger.documents:
        alike: dict[InPart, list[str]] = {}
        for entry in document.entries:
            if entry.in_part:
                alike.setdefault(entry.in_part, []).append(entry.id.partition("/")[2])
        for part, numbers in alike.items():
            yield f"{SHORT[document.document]} {', '.join(numbers)}", part


def table(ledger: Ledger) -> str:
    """The table in Markdown, each cell in both languages."""
    lines = [
        "| Clause / 条款 | Decided / 已判定 | Left open / 未判定 | Who decides the rest / 其余由谁判定 |",
        "|---|---|---|---|",
    ]
    for clauses, part in rows(ledger):
        lines.append(f"| {clauses} | {_cell(part.decided)} | {_cell(part.open)} | {_cell(DECIDES[part.by])} |")
    return "\n".join(lines) + "\n"


def _cell(words: Words) -> str:
    return f"{words.en}<br>{words.zh}".replace("|", "\\|")


def with_table(page: str, ledger: Ledger) -> str:
    """The page with the table between its marks. Raises LedgerError where a mark is missing."""
    head, begin, rest = page.partition(BEGIN)
    _, end, tail = rest.partition(END)
    if not begin or not end:
        raise LedgerError([f"LIMITS.md: expected the marks {BEGIN!r} and {END!r}"])
    return f"{head}{BEGIN}\n\n{table(ledger)}\n{END}{tail}"
