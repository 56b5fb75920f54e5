"""Reports and submissions: an emission report made from the account as it stands, data submitted by enterprises.

A report keeps the figures with which it was made; it is shown as a page that can be printed. Figures: `accounting`.
"""

from __future__ import annotations

from typing import Annotated

import jinja2
import msgspec
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from simulators.platform.accounting import Period, book, check_reach, shown
from simulators.platform.accounting import lines as accounts
from simulators.platform.accounting.lines import Of, Total
from simulators.platform.core import Amount, Desk, Instant, Thing, action, analysis, kind, ref, route, seam
from simulators.platform.core.times import end_of, local

_WRITERS = ("administrator", "operator", "manager", "clerk", "government")


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """One figure of a report."""

    item: str
    value: str
    unit: str


class EmissionReport(Thing, frozen=True, kw_only=True):
    """A report with its figures."""

    of: Of
    whose: str
    enterprise: Annotated[str, ref("enterprise")] = ""
    period: Period
    start: Instant
    made: Instant = 0
    figures: tuple[Item, ...] = ()


class Submission(Thing, frozen=True, kw_only=True):
    """What an enterprise submitted of a period."""

    enterprise: Annotated[str, ref("enterprise")] = ""
    period: Period
    start: Instant
    emission: Amount | None = None
    energy: Amount | None = None
    unit: str = "tCO2e"
    energy_unit: str = "GJ"
    submitted: Instant = 0


KINDS = (
    kind("emission_report", EmissionReport, en="emission report", zh="碳排放报告", tenant="park", write=_WRITERS),
    kind("submission", Submission, en="submission", zh="数据报送", tenant="enterprise"),
)


class Ordered(msgspec.Struct, frozen=True, kw_only=True):
    """Which report."""

    id: str = ""
    of: Of
    whose: str
    enterprise: str = ""
    period: Period
    start: Instant


@seam
def _figures(desk: Desk, of: str, id: str, low: int, high: int) -> list[Item]:
    """The figures of a report: total, energy, by class, by source."""
    lines = [line for line in book(desk).lines(low, high) if accounts.belongs(line, of, id)]
    whole = accounts.summed(lines)
    if whole.state == "missing":
        return []
    classes: dict[str, Total] = {}
    sources: dict[str, Total] = {}
    for line in lines:
        if not line.apart:
            classes.setdefault(line.source_class, Total()).add(line)
            sources.setdefault(line.source or line.key, Total()).add(line)
    return [
        Item(item="total", value=shown(whole.tonnes), unit="tCO2e"),
        Item(item="energy", value=shown(whole.energy), unit="GJ"),
        *(Item(item=f"class:{name}", value=shown(each.tonnes), unit="tCO2e") for name, each in sorted(classes.items())),
        *(
            Item(item=f"source:{name}", value=shown(each.tonnes), unit="tCO2e")
            for name, each in sorted(sources.items())
        ),
    ]


@action("emission_report", en="make an emission report", zh="生成碳排放报告", roles=_WRITERS)
def make(desk: Desk, body: Ordered) -> list[dict[str, str]]:
    """A report of a period; the first row holds its key."""
    check_reach(desk, body.of, body.whose if body.of not in ("park", "region", "sector") else "")
    figures = _figures(desk, body.of, body.whose, body.start, end_of(body.period, body.start))
    enterprise = body.enterprise or (body.whose if body.of == "enterprise" else "")
    key = desk.create(
        EmissionReport,
        id=body.id,
        of=body.of,
        whose=body.whose,
        enterprise=enterprise,
        period=body.period,
        start=body.start,
        made=desk.now_us,
        figures=figures,
    )
    return [{"id": key}]


class AskedReport(msgspec.Struct, frozen=True, kw_only=True):
    """Which report."""

    report: str


@analysis("report_figures", en="figures of a report", zh="报告数值")
def report_figures(desk: Desk, query: AskedReport) -> list[Item]:
    """As the report has them."""
    return list(desk.object(EmissionReport, query.report).figures)


_PAGE = jinja2.Environment(autoescape=True).from_string(
    """<!doctype html><html lang="zh"><meta charset="utf-8"><title>{{ title }}</title>
<h1>碳排放报告 Emission report</h1><p>{{ report.of }} {{ report.whose }}, {{ report.period }} {{ start }}</p>
<table><tr><th>项目 Item</th><th>数值 Value</th><th>单位 Unit</th></tr>
{% for each in report.figures %}<tr><td>{{ each.item }}</td><td>{{ each.value }}</td><td>{{ each.unit }}</td></tr>
{% endfor %}</table></html>"""
)


@route("GET", "/api/reports/{report}.html")
async def page(desk: Desk, request: Request) -> Response:
    """A report as a page."""
    report = desk.object(EmissionReport, request.path_params["report"])
    start = f"{local(report.start):%Y-%m-%d %H:%M}"
    return HTMLResponse(_PAGE.render(title=report.id, report=report, start=start))


class Handed(msgspec.Struct, frozen=True, kw_only=True):
    """Which period is submitted."""

    id: str = ""
    enterprise: str = ""
    period: Period
    start: Instant


@action("submission", en="submit data to the park", zh="向园区报送数据", roles=_WRITERS)
def submit(desk: Desk, body: Handed) -> list[dict[str, str]]:
    """The account of a period as it stands; the first row holds the key."""
    enterprise = body.enterprise or desk.account.enterprise
    check_reach(desk, "enterprise", enterprise)
    total = _submitted(desk, enterprise, body.start, end_of(body.period, body.start))
    key = desk.create(
        Submission,
        id=body.id,
        enterprise=enterprise,
        period=body.period,
        start=body.start,
        emission=shown(total.tonnes),
        energy=shown(total.energy),
        submitted=desk.now_us,
    )
    return [{"id": key}]


@seam
def _submitted(desk: Desk, enterprise: str, low: int, high: int) -> Total:
    """The account of an enterprise over a period."""
    return book(desk).total("enterprise", enterprise, low, high)
