"""Inputs nobody would send: pieces of every form, and sound messages bent a little.

Leaves what reads them to `fuzz_targets`.
"""

from __future__ import annotations

import random

PIECES = (
    b"##",
    b"##0100",
    b"##9999",
    b"##0005",
    b"\r\n",
    b"&&",
    b"CP=&&",
    b"QN=20260302000100001;",
    b"CN=2011;",
    b"MN=",
    b"=//",
    b"//",
    b'"\\ud800"',
    b"[" * 400,
    b'{"a":' * 300,
    b"9" * 5000,
    b"1e999999",
    b"NaN",
    b"\x00",
    b"\xff",
    b"\xed\xa0\x80",
    b"\xe2\x80\xae",
    b"\x1b[2J",
    b"null",
    b"true",
    b'"',
    b"{",
    b"}",
    b"]",
    b":",
    b",",
    b"http://a..b/",
    b"http://[::1",
    b"a=1\n",
    b"[[centres]]\n",
    b"\x10\x0d\x00\x04MQTT\x05\x02\x00<\x00\x00\x00",
    b"\x30\xff\xff\xff\x7f",
    b"\x82\x05\x00\x01\x00",
    b"0001-01-01T00:00:00",
    b"GET / HTTP/1.1\r\nHost: h\r\n\r\n",
    b"Content-Length: 99999999999999999999\r\n",
    b"Transfer-Encoding: chunked\r\n",
)
SOUND = (
    b'{"node":"n","timestamp":1772380800000,"values":{"a":1.5,"b":"2"},"errors":{"c":7}}',
    b'{"node":"n","timestamp":1,"tags":[{"name":"a","value":1},{"name":"b","error":3}]}',
    b'{"n":[{"ts":1,"values":{"a":1}}]}',
    b'{"location_code":"n","ts":1,"properties":[{"key":"a","value":1,"timestamp":2}]}',
    b'{"source":"1","records":[{"point":"k","kind":"hour","start":"2026-03-02T00:00:00+08:00","value":"1"}]}',
    b"##0101QN=20160801085857223;ST=32;CN=1062;PW=100000;MN=010000A8900016F000169DC0;Flag=5;CP=&&RtdInterval=30&&1C80\r\n",
    b"\x10\x11\x00\x04MQTT\x04\x02\x00<\x00\x05client0\x07\x00\x01thello",
    b'[terminal]\nname = "T"\n[[gateways]]\nid = "g"\nhost = "127.0.0.1"\n',
    b"http://example.org:80/a?b=c",
    b"\x32\x3a\x00\x17v1/devices/me/telemetry\x00\x01" + b'{"ts":1772380800000,"values":{"k01":"1"}}'[:31],
    bytes.fromhex("fefe68010000000000689108333334337a433333b016"),
    bytes.fromhex(
        "fefe681001000000000000811690 1f00 0012340000 2c 0012340000 2c 00000000000000 00 00 3616".replace(" ", "")
    ),
    bytes.fromhex("010304422a0000cf35"),
    b":010304422A00008C\r\n",
    b"\x02+0012342\x41\x42\x03",
    bytes.fromhex("1c0104e9") + bytes(44),
    b'{"format":"carbonbench-package/1","kind":"factors","name":"f","version":"1.0","validFrom":"2026-03-02T00:00:00Z"}',
    b'["carbonbench-terminal-set/1",{"terminal":"T","points":{"energy":["kWh","counter"]}}]\n["reading",1,1,1,"1","","","",1]\n',
    b'code,name,value\n1,a,2.5\n2,"b\nc",\n',
    b"POST /api/login HTTP/1.1\r\nHost: h\r\nContent-Length: 33\r\n\r\n" + b'{"account":"a","password":"bcdef"}',
)


def made(chance: random.Random) -> bytes:
    """One input."""
    octets = bytearray(chance.choice(SOUND) if chance.random() < 0.7 else b"")
    for _ in range(chance.randrange(1, 6)):
        at = chance.randrange(len(octets) + 1)
        match chance.randrange(5):
            case 0:
                octets[at:at] = chance.choice(PIECES)
            case 1:
                del octets[at : at + chance.randrange(1, 12)]
            case 2:
                octets[at:at] = bytes((chance.randrange(256),))
            case 3 if at < len(octets):
                octets[at] ^= 1 << chance.randrange(8)
            case _:
                octets += octets[at : at + 40]
    return bytes(octets[:60_000])
