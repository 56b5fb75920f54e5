"""Data centres of the bench's world as tables of the reference terminal's configuration.

Leaves meters to reference_meters and the terminal itself to reference.
"""

from __future__ import annotations

from typing import Any

from bench.dut import Seat, sentences
from bench.dut.emission_codes import figures_at
from bench.dut.reference_accounting import figure_codes
from bench.dut.reference_kinds import tables_of
from bench.dut.reference_meters import NoDriver
from bench.dut.revocation import lists_of, status_of
from simulators.centres.kinds import kind_of
from simulators.centres.spec import CentreSpec
from simulators.trust.authority import TerminalSide

_CHANNELS = ("plain", "tls", "mtls", "gm-tls13")
_FINGERPRINTED = ("quarter", "hour", "day", "month")
PASSPHRASE = "a passphrase of the bench, for secrets at rest"


def centre_of(seat: Seat, spec: CentreSpec) -> dict[str, Any]:
    """One centre, with the codes of all points that go there. Raises NoDriver."""
    tables = tables_of(spec)
    if not tables.protocol or spec.channel not in _CHANNELS:
        raise NoDriver(str(sentences.CENTRE_UNSPOKEN(name=spec.name, kind=spec.kind, channel=spec.channel)))
    rows = seat.rows
    side = side_of(seat, spec)
    return {
        "id": spec.name,
        "protocol": tables.protocol,
        "host": spec.host,
        "port": spec.port,
        "mn": spec.mn,
        "pw": spec.pw,
        "st": spec.st,
        "uploads": [*(["2011"] if spec.realtime_interval_s else []), "2051", "2061", "2031"],
        **({"realtime_s": spec.realtime_interval_s} if spec.realtime_interval_s else {}),
        "minute_interval": spec.minute_interval,
        "overtime_s": spec.over_time_s,
        "recount": spec.re_count,
        "buffer_h": seat.settings["buffer_h"],
        "codes": {
            **{row.id: row.codes[spec.name] for row in rows if spec.name in row.codes},
            **figure_codes(seat, figures_at(seat, spec)),
        },
        **tables.told(spec, side),
        **_channel(spec, side, seat.site.world.revocation is not None),
    }


def side_of(seat: Seat, spec: CentreSpec) -> TerminalSide:
    """What the world gives the terminal for a centre; nothing where nothing is needed."""
    plain = spec.channel == "plain" and kind_of(spec).payload(spec) == "clear" and not kind_of(spec).shares
    return TerminalSide() if plain else seat.site.terminal_side(spec.name)


def _channel(spec: CentreSpec, side: TerminalSide, fetched: bool) -> dict[str, Any]:
    given: dict[str, Any] = {}
    if spec.channel != "plain":
        given = {
            "channel": spec.channel,
            "server_name": side.server_name,
            "anchors": side.anchors,
            "crls": "" if fetched else side.crls,
            "certificate": side.certificate,
            "key": side.key,
        }
    if (payload := kind_of(spec).payload(spec)) != "clear":
        given |= {
            "payload": payload,
            "payload_keys": [side.payload_key],
            "centre_certificate": side.centre_certificate,
            "signing_key": side.device_key,
        }
    return {key: value for key, value in given.items() if value}


def _revocation(seat: Seat) -> dict[str, Any]:
    """Where revocation lists are fetched, whether certificates are asked about, and what follows without an answer."""
    lists, status = lists_of(seat), status_of(seat)
    # The address of the responder stands in the certificates.
    told: dict[str, Any] = {} if status is None else {"ocsp": status.policy, "ocsp_look_s": status.look_s}
    if lists is not None:
        told |= {"crl_urls": list(lists.urls), "crl_look_s": lists.look_s, "crl_policy": lists.policy}
    return told


def security_of(seat: Seat) -> dict[str, Any]:
    """The terminal's own section of keys; empty for a world that needs none."""
    specs = seat.site.world.centres
    sides = [side_of(seat, spec) for spec in specs]
    found: dict[str, Any] = _revocation(seat)
    tables = [tables_of(spec) for spec in specs]
    keepers = [side for table, side in zip(tables, sides, strict=True) if table.keeps_fingerprints]
    device = next((side for side in (*keepers, *sides) if side.device_key), None)
    if device is not None:
        found |= {"device_certificate": device.device_certificate, "device_key": device.device_key}
    issuer = next((side for table, side in zip(tables, sides, strict=True) if table.issues), None)
    if issuer is not None:
        found |= {"package_anchors": issuer.device_anchors, "package_crls": issuer.device_crls}
    if keepers:
        found["fingerprints"] = list(_FINGERPRINTED)
    if any(side != TerminalSide() for side in sides) or any(table.gives_out for table in tables):
        found["passphrase"] = PASSPHRASE
    return found
