"""Speed of the bench's oracle for SM2, SM3 and SM4 beside the fast libraries of this machine.

Leaves judging the numbers to the reader. Wall time is read here, where nothing is decided by it.

    python benchmarks/oracle.py [--json] [--seconds S] [--cpu]

The oracle is slow by intent: pure Python, written apart from every stack a terminal would use. Beside it, in the same
run: `hashlib` and `hmac` (OpenSSL of Python) and `cryptography` (SM4). SM2 of a terminal: benchmarks/gm_terminal.py.
"""

from __future__ import annotations

import argparse
import hashlib
import hmac
import json
import random
import sys
import time
from collections.abc import Callable
from pathlib import Path

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

sys.path.insert(0, str(Path(__file__).parents[1]))

from simulators.trust import oracle

KEY = bytes.fromhex("0123456789abcdeffedcba9876543210")
MESSAGE = bytes(range(256))
NONCE = bytes(12)


clock: Callable[[], float] = time.perf_counter
"""What seconds are read from; `--cpu` puts processor time here."""


def rate(work: Callable[[], object], seconds: float) -> float:
    """How often a second."""
    work()
    count, begun = 0, clock()
    while (taken := clock() - begun) < seconds:
        work()
        count += 1
    return count / taken


def cipher(mode: modes.Mode) -> bytes:
    """256 octets by `cryptography`."""
    made = Cipher(algorithms.SM4(KEY), mode).encryptor()
    return made.update(MESSAGE) + made.finalize()


def measure(seconds: float) -> dict[str, tuple[float, float]]:
    """Operations a second by name: the oracle, and the fast library beside it (0 where there is none in Python)."""
    chance = random.Random(1)
    private = oracle.new_key(chance)
    public = oracle.public_of(private)
    signature = oracle.sign(private, MESSAGE, chance)
    sealed = oracle.encrypt(public, MESSAGE, chance)
    pairs: dict[str, tuple[Callable[[], object], Callable[[], object] | None]] = {
        "SM2 sign": (lambda: oracle.sign(private, MESSAGE, chance), None),
        "SM2 verify": (lambda: oracle.verify(public, MESSAGE, signature), None),
        "SM2 encrypt, 256 octets": (lambda: oracle.encrypt(public, MESSAGE, chance), None),
        "SM2 decrypt, 256 octets": (lambda: oracle.decrypt(private, sealed), None),
        "SM3, 256 octets": (lambda: oracle.sm3(MESSAGE), lambda: hashlib.new("sm3", MESSAGE).digest()),
        "HMAC-SM3, 256 octets": (lambda: oracle.hmac_sm3(KEY, MESSAGE), lambda: hmac.digest(KEY, MESSAGE, "sm3")),
        "SM4-ECB, 256 octets": (lambda: oracle.sm4_ecb(KEY, MESSAGE), lambda: cipher(modes.ECB())),
        "SM4-CBC, 256 octets": (lambda: oracle.sm4_cbc(KEY, KEY, MESSAGE), lambda: cipher(modes.CBC(KEY))),
        "SM4-GCM, 256 octets": (lambda: oracle.sm4_gcm(KEY, NONCE, MESSAGE), lambda: cipher(modes.GCM(NONCE))),
    }
    return {
        name: (rate(ours, seconds), rate(theirs, seconds) if theirs else 0.0) for name, (ours, theirs) in pairs.items()
    }


def main() -> int:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--seconds", type=float, default=0.5)
    parser.add_argument("--cpu", action="store_true", help="processor time instead of wall time")
    options = parser.parse_args()
    if options.cpu:
        global clock
        clock = time.process_time
    figures = measure(options.seconds)
    if options.json:
        print(json.dumps(figures, indent=2))
        return 0
    print(f"{'operations a second':<28} {'oracle':>12} {'fast library':>14}")
    for name, (ours, theirs) in figures.items():
        beside = f"{theirs:>14,.0f}   oracle is {ours / theirs:.4f} of it" if theirs else ""
        print(f"{name:<28} {ours:>12,.0f} {beside}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
