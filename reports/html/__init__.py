"""The HTML pages: one self-contained file each, with no external resource, readable from a disk and printable on A4.

Leaves what a page shows to `reports.html.view`, its words to `reports.html.texts` and pictures to `reports.svg`.
"""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Protocol, cast

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from bench.case import Measurement, RunResult, Text, Verdict, shown_limit
from bench.evidence.sealed import signed_of
from conformance.clauses.cache import CompiledTemplates
from conformance.mutants.figure import FILE as FIGURE
from conformance.mutants.figure import UNRUN, read_figure, read_unrun
from conformance.mutants.subjects import file_of
from reports.blocks import visible
from reports.conformity import document_of, item_of
from reports.curve import curve_svg
from reports.entries import Entry
from reports.histogram import histogram_svg
from reports.html.texts import TEXTS
from reports.html.view import Glances, State, report
from reports.mutants import sentence
from reports.screen import span
from reports.svg import NAMES, STYLE
from reports.verdicts import write_whole

FILE = "report.html"
_HERE = Path(__file__).parent


def both(text: Text) -> Markup:
    """A text in both languages, of which the page shows one."""
    en, zh = escape(visible(text.en)), escape(visible(text.zh))
    return Markup(f'<span class="en" lang="en">{en}</span><span class="zh" lang="zh-CN">{zh}</span>')


class Named(Protocol):
    """A word of an enumeration with its name in Chinese."""

    @property
    def value(self) -> str:
        """In English."""
        ...

    @property
    def zh(self) -> str:
        """In Chinese."""
        ...


def named(word: Named) -> Markup:
    """A verdict, a change or a conformity in the language of the page."""
    return both(Text(word.value, word.zh))


_VERDICTS = {each.value: each for each in Verdict}


def worded(told: str) -> Markup:
    """A verdict by its word in the language of the page; anything else as it is."""
    return named(_VERDICTS[told]) if told in _VERDICTS else both(Text(told, told))


def halves(told: str) -> Markup:
    """Words told as English / Chinese, of which the page shows one; words of one language as they are."""
    en, _, zh = told.partition(" / ")
    return both(Text(en, zh or en))


def words(key: str) -> Markup:
    """A text of the page by its key, in both languages."""
    return both(TEXTS[key])


def words_of(key: str, item: str) -> Markup:
    """A text of the page as it reads of this item: the one for platforms where there is one."""
    return both(TEXTS.get(f"{key}-{item}", TEXTS[key]))


def plain(value: object) -> str:
    """Any text from outside with its control characters made visible; the template escapes it."""
    return visible(str(value))


def state_of(verdict: str) -> State:
    """A verdict (or its word) ready to be shown."""
    return State(Verdict(verdict).value)


def limit_of(op: str, limit: str) -> str:
    """A limit as it is printed: its relation and number, or the two ends of a band."""
    return visible(shown_limit({"<=": "≤", ">=": "≥", "==": "="}.get(op, op), limit))


def counted(counts: dict[str, int]) -> Markup:
    """Counts by verdict as words in both languages."""
    en = ", ".join(f"{number} {name}" for name, number in counts.items())
    zh = "，".join(f"{number} 条{Verdict(name).zh}" for name, number in counts.items())
    return both(Text(en, zh))


def css_string(text: str) -> Markup:
    """A text as a CSS string; everything but letters, digits and a few signs is escaped by number."""
    plain_signs = " ._-/:"
    shown = [
        char if char.isascii() and (char.isalnum() or char in plain_signs) else f"\\{ord(char):06x} " for char in text
    ]
    inside = "".join(shown)
    return Markup(f'"{inside}"')


def histogram(found: Measurement, id: str) -> Markup:
    """The picture of a measured distribution; empty where the measurement is none."""
    return Markup(histogram_svg(found, id) or curve_svg(found, id))


def performed(run: RunResult) -> str:
    """When the tests were done (ISO/IEC 17025, 7.8.2.1 i): start of the first sitting, end of the last."""
    ended = run.sittings[-1].ended if run.sittings else ""
    return " – ".join(_moment(told) for told in (run.started, ended) if told)


def _moment(told: str) -> str:
    try:
        return datetime.fromisoformat(told).isoformat(" ", "seconds")
    except ValueError:
        return told


_OPTIONS: dict[str, Any] = {
    "autoescape": True,
    "undefined": StrictUndefined,
    "trim_blocks": True,
    "lstrip_blocks": True,
}


@cache
def environment() -> Environment:
    """The templates with their helpers; everything is escaped unless it is Markup."""
    made = Environment(loader=FileSystemLoader(_HERE), bytecode_cache=CompiledTemplates(_OPTIONS), **_OPTIONS)
    helpers = cast(dict[str, Any], made.globals)
    helpers.update(
        t=words,
        t_of=words_of,
        both=both,
        named=named,
        texts=TEXTS,
        series_names=NAMES,
        state_of=state_of,
        limit_of=limit_of,
        counted=counted,
    )
    helpers.update(histogram=histogram, performed=performed)
    made.filters["plain"] = plain
    made.filters["css_string"] = css_string
    made.filters["span"] = span
    made.filters["halves"] = halves
    made.filters["worded"] = worded
    return made


def page(template: str, *, frames: bool = False, live: bool = False, **values: object) -> str:
    """A page with style and script inlined, and a policy that lets it load or run nothing else.

    It may have `frames` of its own; a `live` one may ask its own server for itself again.
    """
    names = ("script.js", "live.js") if live else ("script.js",)
    script = "".join((_HERE / name).read_text(encoding="utf-8") for name in names)
    digest = b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return (
        environment()
        .get_template(template)
        .render(
            style=Markup((_HERE / "style.css").read_text(encoding="utf-8") + STYLE),
            script=Markup(script),
            policy=f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'; base-uri 'none'"
            + ("; frame-src 'self'" if frames else "")
            + ("; connect-src 'self'" if live else ""),
            **values,
        )
    )


def report_html(
    run: RunResult,
    folder: Path,
    ledger: Sequence[Entry] = (),
    glances: Glances | None = None,
    writer: str = "",
) -> str:
    """The report of a run as one HTML text; `folder` holds the records, `writer` is the bench that writes."""
    in_run: dict[str, int] = {}
    for clause in run.clauses:
        document = document_of(clause.id)
        in_run[document] = in_run.get(document, 0) + 1
    item = item_of(run)
    return page(
        "report.html.j2",
        report=report(run, folder, ledger, glances),
        in_run=in_run,
        item=item,
        escapes=read_figure(file_of(item, FIGURE)),
        unrun=read_unrun(file_of(item, UNRUN)),
        sentence_of=sentence,
        signed=signed_of(folder),
        writer=writer,
    )


def write(
    run: RunResult,
    folder: Path,
    ledger: Sequence[Entry] = (),
    glances: Glances | None = None,
    writer: str = "",
) -> Path:
    """Write `report.html` into the run folder and return its path."""
    return write_whole(folder / FILE, report_html(run, folder, ledger, glances, writer))
