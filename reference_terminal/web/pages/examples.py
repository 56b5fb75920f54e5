"""Settings of a meter of each protocol, as they stand in the form that adds one (CSMT 11.3).

Leaves what the keys mean to the manual. Each is whole: it could be sent as it is.
"""

from __future__ import annotations

_POINTS = """[[meters.points]]
id = "new.{0}"
kind = "{1}"
unit = "{2}"
{3}
"""
_LINE = """[[lines]]
id = "com-new"
device = "/dev/ttyS9"
baud = {0}
parity = "{1}"

"""
_METER = """[[meters]]
id = "new"
{0}
period_s = 60
"""
_ENERGY = ("energy", "counter", "kWh")
_REGISTERS = 'address = 0\ntype = "u32"\nscale = "0.01"'


def _on_line(
    protocol: str, own: str, point: tuple[str, str, str], place: str, baud: int = 9600, parity: str = "none"
) -> str:
    meter = _METER.format("\n".join(filter(None, (f'line = "com-new"\nprotocol = "{protocol}"', own))))
    return _LINE.format(baud, parity) + meter + _POINTS.format(*point, place)


def _at_gateway(place: str, point: tuple[str, str, str] = _ENERGY) -> str:
    gateway = '[[gateways]]\nid = "gateway-new"\nhost = "192.0.2.10"\nport = 502\n\n'
    return gateway + _METER.format('gateway = "gateway-new"\nunit = 1') + _POINTS.format(*point, place)


def _collected(protocol: str, port: int) -> str:
    collector = f'[[collectors]]\nid = "collector-new"\nprotocol = "{protocol}"\nhost = "192.0.2.11"\nport = {port}\n\n'
    meter = _METER.format('collector = "collector-new"\nnode = "E1"')
    return collector + meter + _POINTS.format(*_ENERGY, 'tag = "energy"')


def _of_system(kind: str, url: str, tag: str) -> str:
    system = f'[[systems]]\nid = "system-new"\nkind = "{kind}"\nurl = "{url}"\n\n'
    return system + _METER.format('system = "system-new"') + _POINTS.format(*_ENERGY, f'tag = "{tag}"')


_CURRENT = 'address = 0\ntype = "u16"\nanalog = { raw_high = "20000", current_low = "0", high = "100" }'
_SCALE = ("weight", "instant", "t")
EXAMPLES = {
    "Modbus TCP": _at_gateway(_REGISTERS),
    "Modbus RTU": _on_line("modbus-rtu", "unit = 1", _ENERGY, _REGISTERS),
    "Modbus ASCII": _on_line("modbus-ascii", "unit = 1", _ENERGY, _REGISTERS),
    "4-20 mA": _at_gateway(_CURRENT, ("flow", "instant", "m3/h")),
    "DL/T 645-2007": _on_line("dlt645-2007", 'address = "161"', _ENERGY, 'identifier = "00010000"', 2400, "even"),
    "DL/T 645-1997": _on_line("dlt645-1997", 'address = "161"', _ENERGY, 'identifier = "9010"', 1200, "even"),
    "CJ/T 188-2004": _on_line(
        "cjt188-2004", 'address = "78330011223344"', ("volume", "counter", "m3"), "", 2400, "even"
    ),
    "CJ/T 188-2018": _on_line(
        "cjt188-2018", 'address = "78330011223344"', ("volume", "counter", "m3"), "", 2400, "even"
    ),
    "XK3190": _on_line("xk3190", "", _SCALE, 'item = "weight"'),
    "MQTT": _collected("mqtt", 1883),
    "HTTPS": _collected("https", 443),
    "OPC UA": _of_system("opcua", "opc.tcp://192.0.2.12:4840/", "ns=2;s=energy"),
    "ODBC, SQL": _of_system("sql", "odbc:DSN=plant", "energy"),
}
