"""A product of nobody's that accounts in its own style: own words, tonnes, epoch seconds, its own JSON.

Reads registers over Modbus TCP, sends minutes by HJ 212, answers over HTTP; standard library alone. `fault` in its
settings breaks it in one way: no-44-12, floats, takes-anything.
"""

from __future__ import annotations

import json
import socket
import struct
import sys
import threading
import time
from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

CO2 = Fraction(44, 12)
DEFAULTS = {
    "Erdgas": {"Hu": "389.31", "C": "15.3", "Ox": "0.99"},
    "Diesel": {"Hu": "43.33", "C": "20.2", "Ox": "0.98"},
}
RULES = {
    "Brennstoff": ("M", "Hu", "C", "Ox"),
    "Kohlenstoff+": ("M", "C"),
    "Kohlenstoff-": ("M", "C"),
    "Dampf": ("M", "h"),
    "Wasser": ("M", "T"),
    "Gruenstrom": ("M",),
}
LARGEST = {"Hu": 2000, "C": 60, "Ox": 1, "h": 3600, "T": 374}


class Product:
    """Registers, minutes, factors and entries."""

    def __init__(self, settings: dict[str, Any]) -> None:
        self.settings = settings
        self.fault = settings["fault"]
        self.sources = {each["id"]: each for each in settings["quellen"]}
        self.points = {each["id"]: each for each in settings["kanaele"]}
        self.lock = threading.Lock()
        self.closing: dict[str, dict[int, Fraction]] = {name: {} for name in self.points}
        self.changes: list[tuple[int, str, str, Fraction]] = []
        self.entries: dict[tuple[str, int, int], Fraction] = {}

    # Meters

    def poll(self) -> None:
        """Read every point at each whole period, for ever."""
        period = self.settings["takt"]
        while True:
            slot = (int(time.time()) // period + 1) * period
            while time.time() < slot:
                time.sleep(max(0.001, slot - time.time()))
            for place in dict.fromkeys((each["host"], each["port"]) for each in self.points.values()):
                try:
                    self._read_all(place, slot)
                except OSError:
                    continue
            if slot % 60 == 0:
                self.send(slot - 60)

    def _read_all(self, place: tuple[str, int], slot: int) -> None:
        with socket.create_connection(place, 3) as line:
            for name, point in self.points.items():
                if (point["host"], point["port"]) != place:
                    continue
                value = sum((self._part(line, point, each) for each in point["parts"]), Fraction(0))
                with self.lock:
                    self.closing[name].setdefault(slot, value * Fraction(point["scale"]))

    def _part(self, line: socket.socket, point: dict[str, Any], part: dict[str, Any]) -> Fraction:
        size = int(part["type"][1:]) // 8
        pdu = struct.pack(">BHH", point["fc"], part["address"], size // 2)
        line.sendall(struct.pack(">HHHB", 7, 0, len(pdu) + 1, point["unit_id"]) + pdu)
        head = _exactly(line, 9)
        octets = _exactly(line, head[8])
        if part["order"] == "CDAB":
            octets = b"".join(octets[at : at + 2] for at in range(size - 2, -1, -2))
        if part["type"][0] == "f":
            return Fraction(repr(struct.unpack(">f" if size == 4 else ">d", octets)[0])) * Fraction(part["factor"])
        return Fraction(int.from_bytes(octets, "big", signed=part["type"][0] == "i")) * Fraction(part["factor"])

    # Sums

    def factor(self, source: dict[str, Any], symbol: str, at: int) -> Fraction:
        """What counts at an instant."""
        newest = [each for each in self.changes if each[1:3] == (source["id"], symbol) and each[0] <= at]
        if newest:
            return max(newest, key=lambda each: each[0])[3]
        if symbol in source["werte"]:
            return Fraction(source["werte"][symbol])
        return Fraction(DEFAULTS[source["stoff"]][symbol])

    def tonnes(self, source: dict[str, Any], start: int, end: int) -> Fraction | None:
        """What a source emitted in [start, end)."""
        name = source["kanal"]
        if not name:
            amount = self.entries.get((source["id"], start, end))
            return None if amount is None else self.by_rule(source, amount * Fraction(source["mal"]), start)
        total = Fraction(0)
        for at in range(start, end, 60):
            before, after = self.closing[name].get(at), self.closing[name].get(at + 60)
            if before is None or after is None:
                return None
            total += self.by_rule(source, (after - before) * Fraction(source["mal"]), at)
        return total

    def by_rule(self, source: dict[str, Any], amount: Fraction, at: int) -> Fraction:
        """The rule with its numbers."""
        of = {symbol: self.factor(source, symbol, at) for symbol in RULES[source["regel"]] if symbol != "M"}
        carbon = Fraction(1) if self.fault == "no-44-12" else CO2
        match source["regel"]:
            case "Brennstoff":
                found = amount * of["Hu"] * of["C"] / 1000 * of["Ox"] * carbon
            case "Kohlenstoff+":
                found = amount * of["C"] * carbon
            case "Kohlenstoff-":
                found = -amount * of["C"] * carbon
            case "Dampf":
                found = amount * (of["h"] - Fraction("83.74")) / 1000 * Fraction("0.11")
            case "Wasser":
                found = amount * (of["T"] - 20) * Fraction("4.1868") / 1000 * Fraction("0.11")
            case _:
                found = Fraction(0)
        return Fraction(round(float(found), 4)) if self.fault == "floats" else found

    # What it says

    def balance(self, query: dict[str, str]) -> Any:
        """Rows of a stretch."""
        length = {"M1": 60, "H1": 3600, "T1": 86400}[query["raster"]]
        names = [query["quelle"]] if query["quelle"] else list(self.sources)
        rows: list[dict[str, Any]] = []
        with self.lock:
            for start in range(int(query["von"]), int(query["bis"]), length):
                found = [self.tonnes(self.sources[name], start, start + length) for name in names]
                known = [each for each in found if each is not None]
                whole = len(known) == len(found)
                rows.append({"ab": start, "dauer": length, "ganz": whole, "tonnen": _text(sum(known, Fraction(0)))})
        return {"zeilen": [row for row in rows if row["ganz"]]}

    def change(self, body: dict[str, str]) -> str:
        """A factor from an instant on; what is wrong with it, or nothing."""
        source = self.sources.get(body["quelle"])
        if self.fault == "takes-anything":
            return ""
        if source is None:
            return f"Quelle {body['quelle']} gibt es nicht"
        symbol = self.settings["namen"].get(body["groesse"], body["groesse"])
        if symbol not in RULES[source["regel"]]:
            return f"{source['regel']} kennt {body['groesse']} nicht"
        units = self.settings["einheiten"].get(symbol, {})
        if body["einheit"] not in units:
            return f"{symbol} in {body['einheit']} ist unbekannt"
        value = Fraction(body["wert"]) * Fraction(units[body["einheit"]])
        if not 0 <= value <= LARGEST[symbol]:
            return f"{symbol} = {body['wert']} {body['einheit']} ist unglaubhaft"
        if int(body["ab"]) < 1420070400:
            return "Verfahren gilt erst ab 2015"
        self.changes.append((int(body["ab"]), source["id"], symbol, value))
        return ""

    def enter(self, body: dict[str, str]) -> str:
        """An amount of a whole day; what is wrong with it, or nothing."""
        amount = Fraction(body["menge"])
        if amount < 0 and self.fault != "takes-anything":
            return "Menge ist negativ"
        self.entries[body["quelle"], int(body["von"]), int(body["bis"])] = amount
        return ""

    # Centre

    def send(self, start: int) -> None:
        """Minute data of HJ 212-2017, once, of every point with a code."""
        stamp = time.strftime("%Y%m%d%H%M%S", time.gmtime(start + 8 * 3600))
        for centre in self.settings["zentralen"]:
            fields = [f"DataTime={stamp}"]
            for name, code in centre["codes"].items():
                before, after = self.closing[name].get(start), self.closing[name].get(start + 60)
                if before is not None and after is not None:
                    fields.append(f"{code}-Cou={_text(after - before)},{code}-Flag=N")
            now = time.time()
            qn = time.strftime("%Y%m%d%H%M%S", time.gmtime(now + 8 * 3600)) + f"{int(now * 1000) % 1000:03d}"
            head = f"QN={qn};ST={centre['st']};CN=2051;PW={centre['pw']};MN={centre['mn']};Flag=5"
            body = f"{head};CP=&&{';'.join(fields)}&&"
            try:
                with socket.create_connection((centre["host"], centre["port"]), 3) as line:
                    line.sendall(f"##{len(body):04d}{body}{_crc(body.encode()):04X}\r\n".encode())
                    line.settimeout(3)
                    line.recv(1024)
            except OSError:
                continue


def _exactly(line: socket.socket, count: int) -> bytes:
    found = b""
    while len(found) < count:
        more = line.recv(count - len(found))
        if not more:
            raise OSError("closed")
        found += more
    return found


def _crc(octets: bytes) -> int:
    register = 0xFFFF
    for octet in octets:
        register = (register >> 8) ^ octet
        for _ in range(8):
            register = (register >> 1) ^ 0xA001 if register & 1 else register >> 1
    return register


def _text(value: Fraction) -> str:
    with localcontext() as context:
        context.prec = 60
        exact = Decimal(value.numerator) / Decimal(value.denominator)
        return f"{exact.quantize(Decimal('0.000001'), ROUND_HALF_UP):f}"


def main() -> None:
    """Run until killed."""
    product = Product(json.loads(Path(sys.argv[1]).read_text("utf-8")))

    class Door(BaseHTTPRequestHandler):
        def log_message(self, format: str, *args: Any) -> None:
            del format, args

        def _say(self, status: int, what: Any) -> None:
            octets = json.dumps(what).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(octets)))
            self.end_headers()
            self.wfile.write(octets)

        def do_GET(self) -> None:
            self._say(200, product.balance(dict(parse_qsl(urlsplit(self.path).query, keep_blank_values=True))))

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            wrong = product.change(body) if self.path == "/faktor" else product.enter(body)
            self._say(422 if wrong else 200, {"fehler": wrong} if wrong else {"ok": True})

    threading.Thread(target=product.poll, daemon=True).start()
    ThreadingHTTPServer((product.settings["host"], product.settings["port"]), Door).serve_forever()


if __name__ == "__main__":
    main()
