"""Speed of the HJ 212 codec of the bench, both directions, and of the terminal's own, which is written apart from it.

Leaves judging the numbers to the reader. Wall time is read here, where nothing is decided by it.

    python benchmarks/hj212.py [--json] [--rounds N]

One frame of one point (about 150 octets), one of ten (about 420), as they come and as they leave; a split, glued and
noisy stream; the best of N rounds. Both codecs are pure Python. The bench's reader names about sixty deviations and
gives every field, the terminal's gives the head and leaves CP as text until it is needed: that difference is in the
ratio.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from reference_terminal.uplink import frame as theirs_frame
from reference_terminal.uplink import message as theirs_message
from simulators.centres.codec import Frame, Packet, Splitter, encode, parse_data

COUNT = 20_000
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


def ours_in(stream: bytes) -> int:
    """Read a stream with the bench's codec; how many frames."""
    splitter = Splitter()
    count = 0
    for at in range(0, len(stream), 4096):
        for each in splitter.feed(stream[at : at + 4096]):
            if isinstance(each, Frame):
                parse_data(each.data)
                count += 1
    return count


def theirs_in(stream: bytes) -> int:
    """Read a stream with the terminal's codec; how many frames."""
    decoder = theirs_frame.Decoder()
    count = 0
    for at in range(0, len(stream), 4096):
        for each in decoder.feed(stream[at : at + 4096]):
            if isinstance(each, theirs_frame.Frame):
                theirs_message.parameters(theirs_message.parse(each.data).cp)
                count += 1
    return count


def measure(rounds: int) -> dict[str, float]:
    """All figures by name."""
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
    return figures


def main() -> int:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    figures = measure(options.rounds)
    if options.json:
        print(json.dumps(figures, indent=2))
    else:
        for name, value in figures.items():
            print(f"{name:<48} {value:>12,.0f} frames/s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
