"""Speed of the HJ 212 codec of the bench, both directions, and of the terminal's own, which is written apart from it.

Leaves judging the numbers to the reader. Wall time is read here, where nothing is decided by it.

    python benchmarks/hj212.py [--json] [--rounds N] [--peer-lua FOLDER]

One frame of one point (about 150 octets), one of ten (about 420), as they come and as they leave; a split, glued and
noisy stream; the best of N rounds. Both codecs are pure Python. The bench's reader names about sixty deviations and
gives every field, the terminal's gives the head and leaves CP as text until it is needed: that difference is in the
ratio.

``--peer-lua`` runs srdgame/lua-HJ212 beside them, from a folder that holds it (hj212/packet.lua) and the modules it
asks for (middleclass, date), under lupa. Its loops run inside Lua 5.4, so that no frame crosses into Python. It reads
CP into objects and turns values into floating numbers, names no deviations, and must give our octets before it is
timed.
"""

from __future__ import annotations

import argparse
import importlib
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from reference_terminal.hj212 import frame as theirs_frame
from reference_terminal.hj212 import message as theirs_message
from simulators.centres.hj212.codec import Frame, Packet, Splitter, encode, parse_data

COUNT = 20_000
PEER_COUNT = 4_000
CHUNK = 4096
PEER_MODULE = "hj212/packet.lua"
PEER_LOOPS = b"""
local folder, octets, points = ...
package.path = folder .. '/?.lua;' .. package.path
local packet = require 'hj212.packet'
local params = require 'hj212.params'
local tag = require 'hj212.params.tag'
local function quiet() end

local function read(stream, chunk)
    local count, rest, last = 0, '', nil
    for at = 1, #stream, chunk do
        rest = rest .. string.sub(stream, at, at + chunk - 1)
        repeat
            local found
            found, rest = packet.parse(rest, 1, quiet)
            if found then count, last = count + 1, found end
        until not found
    end
    return count, last
end

local _, seen = read(octets, #octets)
assert(seen, 'it does not accept the frame')
local when = seen:params():get('DataTime')
assert(#seen:params():tags()[when] == points, 'it does not read all points')
local content = params:new()
for number = 0, points - 1 do
    content:add_tag(when, tag:new(string.format('k%02d001', number), { Cou = '0.10', Flag = 'N' }))
end
local made = packet:new(seen:version(), seen:system(), seen:command(), seen:password(), seen:device_id(), true, content)
made:set_session(seen:session())
assert(made:encode() == octets, 'it writes other octets')

return function(stream, chunk) return (read(stream, chunk)) end,
    function(count) for _ = 1, count do made:encode() end end
"""
MN = "010000A8900016F000169DC0"


def packet(points: int) -> Packet:
    """Minute data of so many points."""
    items = tuple(((f"k{number:02d}001-Cou", "0.10"), (f"k{number:02d}001-Flag", "N")) for number in range(points))
    when = (("DataTime", "20260302000000"),)
    return Packet(qn="20260302001500001", st="31", cn="2051", pw="123456", mn=MN, flag=5, cp=(when, *items))


def best(rounds: int, count: int, work: Callable[[], object]) -> float:
    """Frames a second, the best round."""
    found = 0.0
    for _ in range(rounds):
        begun = time.perf_counter()
        work()
        found = max(found, count / (time.perf_counter() - begun))
    return found


class Peer:
    """srdgame/lua-HJ212 of a folder. SystemExit with one sentence if it cannot run."""

    def __init__(self, folder: Path) -> None:
        if not (folder / PEER_MODULE).is_file():
            raise SystemExit(f"--peer-lua: expected {PEER_MODULE} of srdgame/lua-HJ212 in {folder}: no such file.")
        try:
            lua = importlib.import_module("lupa.lua54")
        except ImportError:
            raise SystemExit("--peer-lua: expected the Python package lupa: pip install lupa.") from None
        self._runtime = lua.LuaRuntime
        self._error = lua.LuaError
        self._folder = folder

    def loops(self, octets: bytes, points: int) -> tuple[Callable[[bytes, int], int], Callable[[int], None]]:
        """A reader of (stream, octets a read), giving frames, and a writer of so many frames; proven on one frame."""
        try:
            return self._runtime(encoding=None).execute(PEER_LOOPS, bytes(self._folder.resolve()), octets, points)
        except self._error as error:
            cause = error.args[0] if error.args else ""
            said = cause.decode(errors="replace") if isinstance(cause, bytes) else str(cause)
            raise SystemExit(f"--peer-lua: the peer of {self._folder} failed: {said.splitlines()[0]}.") from None


def ours_in(stream: bytes) -> int:
    """Read a stream with the bench's codec; how many frames."""
    splitter = Splitter()
    count = 0
    for at in range(0, len(stream), CHUNK):
        for each in splitter.feed(stream[at : at + CHUNK]):
            if isinstance(each, Frame):
                parse_data(each.data)
                count += 1
    return count


def theirs_in(stream: bytes) -> int:
    """Read a stream with the terminal's codec; how many frames."""
    decoder = theirs_frame.Decoder()
    count = 0
    for at in range(0, len(stream), CHUNK):
        for each in decoder.feed(stream[at : at + CHUNK]):
            if isinstance(each, theirs_frame.Frame):
                theirs_message.parameters(theirs_message.parse(each.data).cp)
                count += 1
    return count


def measure(rounds: int, peer: Peer | None) -> dict[str, float]:
    """All figures by name: frames a second, and ratios to the peer."""
    figures: dict[str, float] = {}
    for points in (1, 10):
        made = packet(points)
        octets = encode(made)
        cp = ";".join(",".join(f"{name}={value}" for name, value in each) for each in made.cp)
        other = theirs_message.Message(made.qn, made.st, made.cn, made.pw, made.mn, made.flag, cp)
        assert theirs_frame.encode(theirs_message.encode(other)) == octets
        stream = octets * COUNT
        noisy = (b"noise##" + octets) * COUNT
        assert ours_in(stream) == theirs_in(stream) == ours_in(noisy) == COUNT

        def ours_out(made: Packet = made) -> None:
            for _ in range(COUNT):
                encode(made)

        def theirs_out(other: theirs_message.Message = other) -> None:
            for _ in range(COUNT):
                theirs_frame.encode(theirs_message.encode(other))

        name = f"{points} points, {len(octets)} octets"
        figures[f"in, {name}"] = best(rounds, COUNT, lambda stream=stream: ours_in(stream))
        figures[f"in, {name}, noise between"] = best(rounds, COUNT, lambda noisy=noisy: ours_in(noisy))
        figures[f"in, {name}, terminal's codec"] = best(rounds, COUNT, lambda stream=stream: theirs_in(stream))
        figures[f"out, {name}"] = best(rounds, COUNT, ours_out)
        figures[f"out, {name}, terminal's codec"] = best(rounds, COUNT, theirs_out)
        if peer is not None:
            reader, writer = peer.loops(octets, points)
            short = octets * PEER_COUNT
            assert reader(short, CHUNK) == PEER_COUNT
            peer_in = best(rounds, PEER_COUNT, lambda reader=reader, short=short: reader(short, CHUNK))
            peer_out = best(rounds, PEER_COUNT, lambda writer=writer: writer(PEER_COUNT))
            for way, value in (("in", peer_in), ("out", peer_out)):
                figures[f"{way}, {name}, lua-HJ212"] = value
                figures[f"{way}, {name}, ratio to lua-HJ212"] = figures[f"{way}, {name}"] / value
                terminal = figures[f"{way}, {name}, terminal's codec"]
                figures[f"{way}, {name}, terminal's ratio to lua-HJ212"] = terminal / value
    return figures


def main() -> int:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--peer-lua", type=Path, metavar="FOLDER", help="folder of srdgame/lua-HJ212 to run beside")
    options = parser.parse_args()
    figures = measure(options.rounds, Peer(options.peer_lua) if options.peer_lua else None)
    if options.json:
        print(json.dumps(figures, indent=2))
    else:
        for name, value in figures.items():
            figure = f"{value:>12.2f} ×" if "ratio" in name else f"{value:>12,.0f} frames/s"
            print(f"{name:<56} {figure}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
