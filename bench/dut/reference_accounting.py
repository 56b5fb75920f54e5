"""A scenario's boundary as the reference terminal's table [accounting], and questions about emissions in its addresses.

Leaves the rest of its configuration and HTTP itself to `reference`; both forms are those of docs/ACCOUNTING.md.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from decimal import Decimal
from typing import Any, cast

from bench.dut import Seat, documents
from bench.dut.streams import Told
from bench.history.accounting import EmissionSource, Emitter, Feed, Figure, Limit
from simulators.stamps import local

Ask = Callable[[str, str, Any], Awaitable[Any]]
"""Method, target and body to the JSON of the answer; raises LookupError for a refusal."""

_OF = {"emitter": "total"}
_REASON = "accounting case"
_TOTAL = "总量 / Total"


def accounting_of(seat: Seat) -> dict[str, Any]:
    """The table [accounting]; empty where the scenario has no emitter."""
    emitter: Emitter | None = seat.settings.get("emitter")
    if emitter is None:
        return {}
    codes: Mapping[str, str] = seat.settings.get("emission_codes", {})
    table: dict[str, Any] = {
        "emitter": emitter.name,
        "sector": emitter.sector,
        "units": [
            {"id": unit.id, "production": unit.system, **_given(use=unit.use, site=unit.site)} for unit in emitter.units
        ],
        "sources": [_source(source) for source in emitter.sources],
        "figures": [_figure(each, codes) for each in emitter.figures],
        "products": [
            {"id": each.id, "point": each.point, **({"sources": list(each.sources)} if each.sources else {})}
            for each in emitter.products
        ],
    }
    if emitter.limits:
        table["limits"] = [_limit(each, emitter) for each in emitter.limits]
    versions = [
        _version(f"{source.id} {feed.symbol}", feed.since, factors=[_factor(source.id, feed.symbol, feed)])
        for source in emitter.sources
        for feed in source.inputs
        if feed.since
    ]
    if emitter.outside:
        outside = [{"id": name, "inside": False} for name in emitter.outside]
        versions.append(_version("boundary", _new_year(seat.site.world.start_us), sources=outside))
    return {"accounting": {**table, **({"versions": versions} if versions else {})}}


def figure_codes(seat: Seat, own: Mapping[str, str]) -> dict[str, str]:
    """Codes of the terminal's figures at a centre by what they are there; nothing where they are as everywhere."""
    emitter: Emitter | None = seat.settings.get("emitter")
    plain: Mapping[str, str] = seat.settings.get("emission_codes", {})
    return {
        _name({"of": each.of, "id": each.id, "gas": each.gas}): own[each.name]
        for each in (() if emitter is None else emitter.figures)
        if own.get(each.name) != plain.get(each.name)
    }


def _new_year(at_us: int) -> str:
    """The beginning of the year of an instant: a version of long ago would be asked for factors of long ago."""
    return f"{local(at_us).year}-01-01T00:00:00+08:00"


def _given(**texts: str) -> dict[str, str]:
    return {key: text for key, text in texts.items() if text}


def _unit(unit: str) -> str:
    return unit.replace("1e4Nm3", "10^4 Nm3").replace("1e3Nm3", "10^3 Nm3")


def _source(source: EmissionSource) -> dict[str, Any]:
    inputs: dict[str, dict[str, Any]] = {}
    for feed in source.inputs:
        if feed.since:
            continue
        if feed.point:
            inputs[feed.symbol] = {"point": feed.point, "unit": _unit(feed.unit)}
        elif feed.entered:
            inputs[feed.symbol] = {"entry": "amount", "every": feed.entered, "unit": _unit(feed.unit)}
        else:
            inputs[feed.symbol] = {
                "value": feed.value,
                "unit": _unit(feed.unit),
                "origin": feed.origin,
                **_given(factor=feed.code),
            }
    return {
        "id": source.id,
        "unit": source.unit,
        "scope": source.scope,
        **_given(category=source.category),
        "method": source.method,
        "term": source.term,
        **_given(item=source.item),
        "inputs": inputs,
        **({"stack": _stack(source)} if source.valid_share else {}),
    }


def _stack(source: EmissionSource) -> dict[str, str]:
    limits = _given(out_zero=source.zero_limit, out_span=source.span_limit)
    return {**_given(valid=source.valid_share, substitute=source.substitution), **limits}


def _figure(figure: Figure, codes: Mapping[str, str]) -> dict[str, Any]:
    return {
        "of": _OF.get(figure.of, figure.of),
        "key": figure.id,
        "measure": figure.gas,
        "unit": figure.unit,
        "decimals": figure.decimals,
        "code": codes.get(figure.name, ""),
    }


def _limit(limit: Limit, emitter: Emitter) -> dict[str, Any]:
    """A limit is told in the unit of its figure, which is kg unless the boundary says otherwise."""
    figure = next((each for each in emitter.figures if (each.of, each.id) == (limit.of, limit.id)), None)
    power = {"kg": 0, "t": 3}
    shift = power[limit.unit] - power["kg" if figure is None else figure.unit]
    above = f"{Decimal(limit.above).scaleb(shift):f}"
    return {"figure": _name({"of": limit.of, "id": limit.id}), "span": limit.kind, "above": above}


def _factor(source: str, symbol: str, feed: Feed) -> dict[str, Any]:
    return {"source": source, "input": symbol, "value": feed.value, "unit": _unit(feed.unit), "origin": feed.origin}


def _version(name: str, since: str, **changes: Any) -> dict[str, Any]:
    return {"name": name, "from": since, **changes}


def _iso(at_us: str) -> str:
    return f"{local(int(at_us)).isoformat(timespec='seconds')}+08:00"


def _name(query: Mapping[str, str]) -> str:
    """How the terminal calls a figure that was given no other name."""
    of = query.get("of", "source")
    id = query.get("id") or query.get("source", "")
    return ".".join(part for part in (query.get("gas", "CO2e").lower(), _OF.get(of, of), id) if part)


async def ask_accounting(ask: Ask, encode: Callable[[Mapping[str, str]], str], seat: Seat, what: str,
                         query: Mapping[str, str]) -> tuple[dict[str, str], ...] | None:  # fmt: skip
    """The rows of a question about emissions; None for a question about anything else."""
    if what in ("emissions", "emission-sum"):
        words = {"figure": _name(query), "from": _iso(query["from"]), "to": _iso(query["to"])}
        if what == "emissions":
            found = await ask("GET", f"emissions?{encode({**words, 'class': query['kind'], 'limit': '100000'})}", None)
            rows = cast("list[dict[str, Any]]", found["emissions"])
        else:
            found = await ask("GET", f"emission-total?{encode(words)}", None)
            rows = [found]
        return tuple(_row(row, str(found["unit"]), query.get("gas", "CO2e")) for row in rows)
    if what == "emission-chain":
        words = {"figure": _name(query), "class": query["kind"], "start": _iso(query["start"])}
        return _chain(await ask("GET", f"emission-explain?{encode(words)}", None))
    if what == "emission-history":
        words = {"figure": _name(query), "class": query["kind"], "start": _iso(query["start"])}
        found = await ask("GET", f"emission-history?{encode(words)}", None)
        rows = cast("list[dict[str, Any]]", found["superseded"])
        return tuple({"value": str(row["value"] or ""), "revision": str(row["revision"])} for row in rows)
    if what in ("intensity", "footprint"):
        words = {"product": query["product"], "from": _iso(query["from"]), "to": _iso(query["to"])}
        if what == "intensity":
            words["figure"] = "co2e.total"
        found = await ask("GET", f"{'emission-intensity' if what == 'intensity' else what}?{encode(words)}", None)
        return (_quotient(found),)
    if what == "emission-comparison":
        words = {"figure": _name(query), "class": query["kind"], "start": _iso(query["start"])}
        found = await ask("GET", f"emission-comparison?{encode(words)}", None)
        unit = str(found["unit"]).removesuffix("CO2e")
        return tuple(
            {
                "what": what_of,
                **{key: str(found[name].get(key) or "") for key in ("start", "value", "change")},
                "unit": unit,
            }
            for what_of, name in (("period", "period"), ("before", "before"), ("year-before", "year_before"))
        )
    if what in ("factor", "boundary", "formula"):
        body = _change(what, query)
        words = {"author": query["author"], "reason": query.get("origin") or _REASON}
        return _told(await ask("POST", f"accounting-version?{encode(words)}", body))
    if what == "activity":
        emitter = cast(Emitter, seat.settings["emitter"])
        feed = next(each for each in emitter.source(query["source"]).inputs if each.symbol == query["symbol"])
        words = {key: query[key] for key in ("source", "value", "author", "reason")}
        span = {"start": _iso(query["start"]), "end": _iso(query["end"])}
        body = {**words, **span, "input": query["symbol"], "unit": _unit(feed.unit), "origin": query["reason"]}
        return _told(await ask("POST", "accounting-entry", body))
    if what == "activities":
        words = {"source": query["source"], "from": _iso(query["from"]), "to": _iso(query["to"])}
        found = await ask("GET", f"accounting-entries?{encode(words)}", None)
        kept = ("start", "end", "value", "unit", "author", "reason")
        return tuple(
            {"symbol": str(row["input"]), **{key: str(row[key]) for key in kept}}
            for row in cast("list[dict[str, Any]]", found["entries"])
        )
    if what == "calibration":
        return _told(await ask("POST", "stack-calibration", {**query, "at": _iso(query["at"])}))
    if what == "recalculation":
        words = {"from": _iso(query["from"]), "to": _iso(query["to"])}
        return _told(await ask("POST", "recalculate", {**words, "author": query["author"], "reason": query["reason"]}))
    return None


def emission_events(local: tuple[str, int]) -> Told:
    """The stream of what each reading brings; events of the total are of no source."""
    return Told(
        f"http://{local[0]}:{local[1]}/api/v1/emission-events",
        fields={
            "source": "row.figure[12:] if row.figure[:12] == 'co2e.source.' else ''",
            **{name: f"row.{name}" for name in ("at", "value", "unit")},
        },
    )


def report_words(query: Mapping[str, str]) -> dict[str, str]:
    """The address of an inventory report."""
    return {"from": _iso(query["from"]), "to": _iso(query["to"]), "form": query["form"]}


def report_rows(octets: bytes) -> tuple[dict[str, str], ...]:
    """The rows of an inventory report; raises LookupError for what is no document.

    Both rows below the heading of the total state it, the other in whole tonnes.
    """
    try:
        rows = documents.rows_of(octets)
    except documents.DocumentError as error:
        raise LookupError(str(error)) from None
    heads = [at for at, row in enumerate(rows) if re.fullmatch(rf"(\d+ )?{_TOTAL}", row)]
    totals = {at + by for at in heads for by in (1, 2)}
    return tuple(
        {"text": row, **({"total": row.rpartition(": ")[2]} if at in totals else {})} for at, row in enumerate(rows)
    )


def _chain(found: Mapping[str, Any]) -> tuple[dict[str, str], ...]:
    """The inputs of a figure and the constants of its formula; fractions as decimal texts."""
    version = str(found.get("version") or "")
    inputs = [(row, str(row["origin"])) for row in found.get("inputs", ())]
    constants = [(row, "constant") for row in found.get("constants", ())]
    return tuple(
        {
            "symbol": str(row["name"]),
            "value": _decimal(str(row["value"])),
            "unit": str(row["unit"]).replace("10^4 Nm3", "1e4Nm3"),
            "origin": origin,
            "version": version,
        }
        for row, origin in (*inputs, *constants)
    )


def _decimal(text: str) -> str:
    above, _, below = text.partition("/")
    return f"{Decimal(above) / Decimal(below):f}" if below else text


def _quotient(found: Mapping[str, Any]) -> dict[str, str]:
    value = found["intensity"]
    return {
        "start": str(found["from"]),
        "end": str(found["to"]),
        "value": "" if value is None else str(value),
        "unit": str(found["unit"]).replace("CO2e", ""),
        "state": str(found["cause"]) or "complete",
    }


def _told(answer: Any) -> tuple[dict[str, str], ...]:
    return ({"result": "done", "message": str(answer)},)


def _change(what: str, query: Mapping[str, str]) -> dict[str, Any]:
    since = _iso(query["since"])
    if what == "boundary":
        return _version("boundary", since, sources=[{"id": query["source"], "inside": query["inside"] == "yes"}])
    if what == "formula":
        given = {key: query[key] for key in ("method", "term", "formula", "edition")}
        return _version(f"{query['method']} {query['term']}", since, formulas=[given])
    factor = {"source": query["source"], "input": query["symbol"], "value": query["value"]}
    return _version(
        f"{query['source']} {query['symbol']}",
        since,
        factors=[{**factor, "unit": _unit(query["unit"]), "origin": query["origin"]}],
    )


def _row(row: Mapping[str, Any], unit: str, gas: str) -> dict[str, str]:
    value = row.get("value")
    flags = [row["flag"]] if "flag" in row else cast("list[str]", row.get("flags", []))
    whole = value is not None and not any(flag != "N" for flag in flags) and not row.get("recalculating")
    version = row.get("version", row.get("versions"))
    return {
        "start": str(row["start"]),
        "end": str(row["end"]),
        "value": "" if value is None else str(value),
        "unit": unit.removesuffix(gas),
        "gas": gas,
        "method": str(row.get("method") or ""),
        "version": "" if version is None else str(version),
        "revision": str(row.get("revision", row.get("revised", ""))),
        "cumulative": str(row.get("cumulative") or ""),
        "state": "missing" if value is None else "complete" if whole else "partial",
    }
