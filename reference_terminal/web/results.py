"""The local interface to results: intensity, footprint, comparison, trend, explanations, report (ISC-2 7.2.7, 7.2.8).

Leaves sums to `processing.tally` and `processing.amounts`. A quotient without anything to divide by is none, and says
why.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any, Literal

import msgspec
import tomli_w

from reference_terminal.accounting.book import FORMAT
from reference_terminal.accounting.printed import rounded, short
from reference_terminal.accounting.report import WRITERS
from reference_terminal.accounting.sectors import templates
from reference_terminal.model.messages import listing
from reference_terminal.model.seams import seam
from reference_terminal.model.times import iso, iso_ms, span_named
from reference_terminal.processing import amounts, explanation, messages, settlement
from reference_terminal.processing.emissions import shown
from reference_terminal.processing.exchange import Exchange
from reference_terminal.processing.inventory import Inventory
from reference_terminal.processing.tally import Tally, tally
from reference_terminal.settings.accounting import EQUIVALENT, SOURCE, TOTAL, FigureSet, ProductConfig
from reference_terminal.settings.reader import did_you_mean
from reference_terminal.web import refusals
from reference_terminal.web.accounting import AccountingApi, check_words
from reference_terminal.web.entry import is_decimal
from reference_terminal.web.parameters import FOREVER_S, check_rows, check_stretch, instant, number
from reference_terminal.web.parameters import shown as quoted
from reference_terminal.web.router import Addresses, Right, route
from reference_terminal.web.server import File, Request

_DIGITS = 6
_FIGURE = ("figure", "class")
_MEDIA = {
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_MOST_TREND = 1000
_MOST_RESULT = 4_000_000


class ResultsApi(Addresses):
    """What follows from emissions."""

    def __init__(self, accounting: AccountingApi) -> None:
        self._accounting = accounting
        self._terminal = accounting.terminal

    def _tally(self, figure: FigureSet, from_s: int, to_s: int) -> Tally:
        return tally(self._terminal.store, self._terminal.pipeline.by_id[figure.id].number, from_s, to_s)

    @seam
    def _product(self, query: Mapping[str, str]) -> ProductConfig:
        products = {each.id: each for each in self._accounting.emissions_of().config.products}
        name = query.get("product", "")
        if name not in products:
            known = ", ".join(products) or "none"
            hint = did_you_mean(name[:60], list(products))
            raise refusals.NO_PRODUCT(got=quoted(name), hint=hint, known=known)
        return products[name]

    def _stretch(self, query: Mapping[str, str]) -> tuple[int, int]:
        return instant(query, "from", 0), instant(query, "to", self._terminal.clock.now_s())

    def _unit(self, product: ProductConfig) -> str:
        return product.unit or self._terminal.pipeline.by_id[product.point].config.unit

    def _amount(self, product: ProductConfig, from_s: int, to_s: int) -> amounts.Amount:
        point = self._terminal.pipeline.by_id[product.point].number if product.point else None
        return amounts.of_product(self._terminal.store, product, point, from_s, to_s)

    # Products

    @route("POST", "product-amount", right=Right.ENTER, body=("product", "start", "end", "value", "author", "reason"))
    def enter(self, fields: dict[str, str]) -> Any:
        """How much of a product was made in a period; the last entry for a period counts."""
        with self._accounting.refusal_logged(fields["product"], fields):
            check_words(fields)
            product = self._product(fields)
            if product.point:
                raise refusals.PRODUCT_COUNTED(product=product.id, point=product.point)
            start_s, end_s = instant(fields, "start", 0), instant(fields, "end", 0)
            if not start_s < end_s:
                raise refusals.END_BEFORE_START()
            value = fields["value"]
            if not is_decimal(value) or Fraction(value) < 0:
                raise refusals.PRODUCT_NOT_NUMBER(got=quoted(value))
        terminal, source = self._terminal, amounts.PRODUCT + product.id

        def gather() -> None:
            terminal.store.write(
                "INSERT INTO accounting_entry (source, input, start_s, end_s, value, unit, origin, author, reason,"
                " entered_ms) VALUES (?,?,?,?,?,?,?,?,?,?)",
                (
                    source, amounts.AMOUNT_OF, start_s, end_s, value, product.unit, "",
                    fields["author"].strip(), fields["reason"].strip(), terminal.clock.now_ms(),
                ),
            )  # fmt: skip
            said = {key: fields[key].strip() for key in ("author", "value", "reason")}
            terminal.journal.event(
                messages.ACTIVITY_ENTERED, product.id, **said, input=amounts.AMOUNT_OF, unit=product.unit,
                since=iso(start_s), until=iso(end_s), old="-",
            )  # fmt: skip

        if not terminal.store.attempt(gather):
            raise refusals.NOT_RECORDED()
        return {"recorded": fields}

    @route(
        "GET", "emission-intensity", right=Right.READ, query=("figure", "product", "from", "to"), check=check_stretch
    )
    def intensity(self, query: dict[str, str]) -> Any:
        """A figure by kWh, GJ or product over any period."""
        figure, product = self._accounting.figure_of(query), self._product(query)
        from_s, to_s = self._stretch(query)
        found, made = self._tally(figure, from_s, to_s), self._amount(product, from_s, to_s)
        tonnes = _of(figure, found)
        return {"figure": figure.id, **self._quotient(figure, tonnes, found.whole, product, made, from_s, to_s)}

    @route("GET", "footprint", right=Right.READ, query=("product", "from", "to"), check=check_stretch)
    def footprint(self, query: dict[str, str]) -> Any:
        """The carbon footprint of a product, with the boundary of its own that the settings give it."""
        product, emissions = self._product(query), self._accounting.emissions_of()
        from_s, to_s = self._stretch(query)
        of_source = {each.key: each for each in emissions.figures.values() if each.of == SOURCE}
        total = next(each for each in emissions.figures.values() if each.of == "total" and each.measure == EQUIVALENT)
        figures = [of_source[name] for name in product.sources] or [total]
        found = [self._tally(each, from_s, to_s) for each in figures]
        tonnes = sum((each.equivalent for each in found), Fraction(0))
        made = self._amount(product, from_s, to_s)
        whole = all(each.whole for each in found)
        parts = [
            {"figure": each.id, "value": shown(each, one.equivalent), "exact_t": str(one.equivalent)}
            for each, one in zip(figures, found, strict=True)
        ]
        return {
            "boundary": [each.key or each.of for each in figures],
            "parts": parts,
            **self._quotient(total, tonnes, whole, product, made, from_s, to_s),
        }

    @seam
    def _quotient(
        self,
        figure: FigureSet,
        tonnes: Fraction,
        whole: bool,
        product: ProductConfig,
        made: amounts.Amount,
        from_s: int,
        to_s: int,
    ) -> dict[str, Any]:
        unit = self._unit(product)
        mass = tonnes * (1000 if figure.mass == "kg" else 1)
        cause = ""
        if not made.value:
            cause = f"no {product.id} was made in this period, so there is nothing to divide by / 产量为零，无法计算"
        elif not (whole and made.whole):
            cause = "the period is incomplete / 数据不完整"
        elif self._accounting.is_under_way(from_s, to_s):
            cause = "the period is being worked out again; ask once more when that is done / 正在重新计算，请稍后再查"
        told = None if not made.value else rounded(mass / made.value, _DIGITS)
        return {
            "product": product.id,
            "from": iso(from_s),
            "to": iso(to_s),
            "emission": shown(figure, tonnes),
            "emission_unit": figure.point.unit,
            "amount": short(made.value),
            "amount_unit": unit,
            "amount_by_hand": made.by_hand,
            "intensity": told if not cause else None,
            "known": told,
            "unit": f"{figure.point.unit}/{unit}",
            "exact": None if not made.value else str(mass / made.value),
            "cause": cause,
        }

    # Comparisons

    def _around(self, name: str, at_s: int) -> tuple[int, int]:
        long = settlement.long_named(name)
        if long is not None:
            return settlement.around(long, at_s)
        span = span_named(name) if name.isascii() and len(name) <= 10 else None
        if span is None:
            raise refusals.UNKNOWN_LONG_CLASS(got=quoted(name))
        return span.start(at_s), span.end(span.start(at_s))

    @route("GET", "emission-comparison", right=Right.READ, query=("figure", "class", "start"))
    def comparison(self, query: dict[str, str]) -> Any:
        """A period beside the one before and the same of the year before （环比、同比）."""
        figure, name = self._accounting.figure_of(query), query.get("class", "month")
        start_s, end_s = self._around(name, instant(query, "start", self._terminal.clock.now_s()))
        before = self._around(name, start_s - 1)
        same = self._around(name, settlement.year_before(start_s))
        now = self._told(figure, start_s, end_s)
        return {
            "figure": figure.id,
            "unit": figure.point.unit,
            "class": name,
            "period": now,
            "before": self._compared(figure, now, *before),
            "year_before": self._compared(figure, now, *same),
        }

    def _told(self, figure: FigureSet, start_s: int, end_s: int) -> dict[str, Any]:
        found = self._tally(figure, start_s, end_s)
        tonnes = _of(figure, found)
        under_way = self._accounting.is_under_way(start_s, end_s)
        return {
            "start": iso(start_s),
            "end": iso(end_s),
            "value": shown(figure, tonnes) if found.whole and not under_way else None,
            "known": shown(figure, tonnes),
            "exact_t": str(tonnes),
            "recalculating": under_way,
        }

    @seam
    def _compared(self, figure: FigureSet, now: dict[str, Any], start_s: int, end_s: int) -> dict[str, Any]:
        other = self._told(figure, start_s, end_s)
        if now["value"] is None or other["value"] is None:
            return {**other, "change": None, "percent": None}
        one, base = Fraction(now["exact_t"]), Fraction(other["exact_t"])
        percent = None if not base else rounded((one - base) * 100 / abs(base), 2)
        return {**other, "change": shown(figure, one - base), "percent": percent}

    @route(
        "GET", "emission-trend", right=Right.READ, query=("figure", "class", "from", "to", "limit"), check=check_rows
    )
    def trend(self, query: dict[str, str]) -> Any:
        """Periods one after the other: value, change against the one before, smallest, largest, mean, slope."""
        figure, name = self._accounting.figure_of(query), query.get("class", "day")
        from_s, to_s = self._stretch(query)
        most = number(query, "limit", 100, most=_MOST_TREND)
        rows: list[dict[str, Any]] = []
        start_s, end_s = self._around(name, min(from_s, FOREVER_S))
        first = self._terminal.store.connection.execute("SELECT min(start_s) FROM emission").fetchone()
        if first is not None and first[0] is not None and start_s < int(str(first[0])):
            start_s, end_s = self._around(name, int(str(first[0])))
        while end_s <= to_s and len(rows) < most:
            told = self._told(figure, start_s, end_s)
            known = rows[-1]["value"] is not None and told["value"] is not None if rows else False
            change = Fraction(told["exact_t"]) - Fraction(rows[-1]["exact_t"]) if known else None
            rows.append({**told, "change": None if change is None else shown(figure, change)})
            start_s, end_s = self._around(name, end_s)
        values = [Fraction(row["exact_t"]) for row in rows if row["value"] is not None]
        return {
            "figure": figure.id,
            "unit": figure.point.unit,
            "class": name,
            "trend": rows,
            "smallest": shown(figure, min(values)) if values else None,
            "largest": shown(figure, max(values)) if values else None,
            "mean": shown(figure, sum(values, Fraction(0)) / len(values)) if values else None,
            "slope": shown(figure, _slope(values)) if len(values) > 1 else None,
        }

    # Explanations

    @route(
        "GET",
        "emission-explain",
        right=Right.READ,
        query=("figure", "class", "start", "from", "to", "product", "compare", "form"),
    )
    def explain(self, query: dict[str, str]) -> Any:
        """How a figure came about, as JSON or text: a period, any sum, a quotient by a product, a comparison."""
        form = query.get("form", "json")
        if form not in ("json", "text"):
            raise refusals.UNKNOWN_REPORT_FORM(got=quoted(form))
        chain = self._chain(query)
        if form == "json":
            return chain
        text = "\n".join(explanation.text_of(chain)) + "\n"
        return File(text.encode(), "text/plain; charset=utf-8", "explanation.txt")

    def _chain(self, query: dict[str, str]) -> dict[str, Any]:
        if "product" in query:
            return self._chain_of_quotient(query)
        if "compare" in query:
            return self._chain_of_comparison(query)
        figure = self._accounting.figure_of(query)
        if "from" in query:
            check_stretch(query)
            return self._accounting.explanations().over(figure, *self._stretch(query))
        name, start_s = query.get("class", ""), instant(query, "start", 0)
        long = settlement.long_named(name)
        if long is not None:
            return self._accounting.explanations().over(figure, *settlement.around(long, start_s))
        return self._accounting.explained(figure, self._accounting.span_of(name), start_s)

    def _chain_of_quotient(self, query: dict[str, str]) -> dict[str, Any]:
        check_stretch(query)
        product, emissions = self._product(query), self._accounting.emissions_of()
        explanations, (from_s, to_s) = self._accounting.explanations(), self._stretch(query)
        if "figure" in query:
            told, figures = self.intensity(query), [self._accounting.figure_of(query)]
        else:
            told = self.footprint(query)
            named = {each.key or each.of: each for each in emissions.figures.values() if each.of in (SOURCE, TOTAL)}
            figures = [named[each] for each in told["boundary"]]
        return {
            **{key: told[key] for key in ("product", "from", "to", "intensity", "known", "unit", "exact", "cause")},
            "rounding": {"decimals": _DIGITS, "rule": explanation.ROUNDED},
            "emissions": [explanations.over(each, from_s, to_s) for each in figures],
            "amount": explanations.amount(product, self._amount(product, from_s, to_s), from_s, to_s),
        }

    def _chain_of_comparison(self, query: dict[str, str]) -> dict[str, Any]:
        beside = query["compare"]
        if beside not in ("before", "year_before"):
            raise refusals.UNKNOWN_COMPARISON(got=quoted(beside))
        figure, told = self._accounting.figure_of(query), self.comparison(query)
        explanations = self._accounting.explanations()
        both = {
            key: explanations.over(figure, instant(told[name], "start", 0), instant(told[name], "end", 0))
            for key, name in (("period", "period"), ("other", beside))
        }
        changes = {key: told[beside][key] for key in ("change", "percent")}
        return {"figure": figure.id, "compare": beside, "unit": told["unit"], **both, **changes}

    # The report

    @route("GET", "inventory-report", right=Right.READ, query=("class", "start", "from", "to", "form", "sector"))
    def report(self, query: dict[str, str]) -> File:
        """The report of a month, a quarter, a year (class and start) or any period (from and to), docx or xlsx."""
        emissions, terminal = self._accounting.emissions_of(), self._terminal
        form = f".{query.get('form', 'docx')}"
        if form not in WRITERS:
            raise refusals.UNKNOWN_DOCUMENT_FORM(got=quoted(form[1:]))
        sector = query.get("sector", "")
        if sector and sector not in templates():
            hint = did_you_mean(sector, list(templates()))
            raise refusals.NO_TEMPLATE(got=quoted(sector), hint=hint, known=listing(templates()))
        if "class" in query:
            from_s, to_s = self._around(query["class"], instant(query, "start", 0))
        else:
            check_stretch(query)
            from_s, to_s = self._stretch(query)
        if self._accounting.is_under_way(from_s, to_s):
            raise refusals.BEING_WORKED_OUT()
        by_id = terminal.pipeline.by_id
        inventory = Inventory(
            emissions,
            terminal.store,
            lambda name: by_id[name].number,
            lambda name: by_id[name].config.unit,
            terminal.config.name,
        )
        self._check_template(inventory, sector, from_s, to_s)
        try:
            made = inventory.compiled(from_s, to_s, terminal.clock.now_s(), sector)
        except LookupError as error:
            raise refusals.BOUNDARY_UNUSABLE(problem=error) from None
        name = f"inventory-{iso(from_s)[:10]}-{iso(to_s)[:10]}{form}"
        return File(WRITERS[form](made), _MEDIA[form], name)

    def _check_template(self, inventory: Inventory, sector: str, from_s: int, to_s: int) -> None:
        """Refuse a template that has no row for sources which the emitter's own has. Raises HttpError."""
        own = inventory.unlisted("", from_s, to_s)
        lost = [each for each in inventory.unlisted(sector, from_s, to_s) if each not in own]
        if lost:
            names = ", ".join(lost[:10])
            raise refusals.SECTOR_WITHOUT_ROWS(sector=sector, names=names)

    # Management software (CSMT 11.4)

    def _exchange(self) -> Exchange:
        terminal = self._terminal
        return Exchange(
            self._accounting.emissions_of(), terminal.store, lambda name: terminal.pipeline.by_id[name].number
        )

    @route("GET", "activity-export", right=Right.READ, query=("method", "from", "to", "form"), check=check_stretch)
    def export(self, query: dict[str, str]) -> Any:
        """What was acquired over a period, as an activity file: TOML for the tool `account`, or JSON."""
        emissions, form = self._accounting.emissions_of(), query.get("form", "toml")
        if form not in ("toml", "json"):
            raise refusals.UNKNOWN_EXCHANGE_FORM(got=quoted(form))
        from_s, to_s = self._stretch(query)
        boundary, wrong = emissions.versions.boundary(max(from_s, to_s - 1))
        if boundary is None:
            raise refusals.BOUNDARY_UNUSABLE(problem=wrong)
        method = query.get("method", emissions.config.method)
        known = list(dict.fromkeys(each.method.id for each in boundary.sources))
        if method not in known:
            raise refusals.NO_METHOD(got=quoted(method), known=", ".join(known))
        book = self._exchange().book(boundary, method, from_s, to_s)
        if form == "json":
            return book
        return File(tomli_w.dumps(book).encode(), "application/toml", f"activity-{method}-{iso(from_s)[:10]}.toml")

    @route("POST", "accounting-results", right=Right.ENTER, query=("from", "to", "author"), most_octets=_MOST_RESULT)
    def take_result(self, query: dict[str, str], request: Request) -> Any:
        """An account that the management software worked out (carbon-account/1): kept, compared source by source."""
        author = query.get("author", "").strip()
        if not author or len(author) > 64 or not author.isprintable():
            raise refusals.AUTHOR_NOT_PRINTABLE(most=64)
        check_stretch(query)
        exchange, (from_s, to_s) = self._exchange(), self._stretch(query)
        try:
            result = msgspec.json.decode(request.body, type=_Result)
            rows = exchange.compared(msgspec.to_builtins(result), from_s, to_s)
        except (msgspec.MsgspecError, ValueError, ZeroDivisionError, RecursionError):
            raise refusals.UNKNOWN_RESULT_FORM(form=FORMAT) from None
        terminal = self._terminal

        def gather() -> None:
            terminal.store.write(
                "INSERT INTO accounting_result (from_s, to_s, method, taken_ms, author, body) VALUES (?,?,?,?,?,?)",
                (from_s, to_s, result.method.id, terminal.clock.now_ms(), author, request.body.decode()),
            )
            terminal.journal.event(
                messages.RESULT_TAKEN, result.method.id, author=author, since=iso(from_s), until=iso(to_s)
            )

        if not terminal.store.attempt(gather):
            raise refusals.NOT_RECORDED()
        return {"result": "taken", "sources": rows}

    @route("GET", "accounting-results", right=Right.READ)
    def results(self, query: dict[str, str]) -> Any:
        """The accounts that were sent back, each with its total."""
        del query
        self._accounting.emissions_of()
        rows: list[Any] = list(
            self._terminal.store.connection.execute(
                "SELECT number, from_s, to_s, method, taken_ms, author, body FROM accounting_result ORDER BY number"
            )
        )
        return {
            "results": [
                {
                    "number": number,
                    "from": iso(from_s),
                    "to": iso(to_s),
                    "method": method,
                    "taken": iso_ms(taken_ms),
                    "author": author,
                    "total_t": msgspec.json.decode(body, type=_Result).total.exact,
                }
                for number, from_s, to_s, method, taken_ms, author, body in rows
            ]
        }


class _Exact(msgspec.Struct):
    exact: str


class _Line(msgspec.Struct):
    id: str
    equivalent_t: _Exact


class _Named(msgspec.Struct):
    id: str


class _Result(msgspec.Struct):
    """What is read of an account that was sent back."""

    format: Literal["carbon-account/1"]
    method: _Named
    total: _Exact
    sources: list[_Line]


@seam
def _of(figure: FigureSet, found: Tally) -> Fraction:
    return found.equivalent if figure.measure == EQUIVALENT else found.mass


def _slope(values: list[Fraction]) -> Fraction:
    """The least-squares slope, per period."""
    middle = Fraction(len(values) - 1, 2)
    mean = sum(values, Fraction(0)) / len(values)
    above = sum(((at - middle) * (value - mean) for at, value in enumerate(values)), Fraction(0))
    return above / sum(((at - middle) ** 2 for at in range(len(values))), Fraction(0))
