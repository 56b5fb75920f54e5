"""Each number of a load has one user, however Locust spreads the users over processes."""

from __future__ import annotations

import subprocess
import sys

# Importing the engine changes the standard library of its process.
_WALK = """
import gevent
from bench.load.engine.numbers import ACTIVE, TERMINAL, Book, Numbers

book = Book({TERMINAL: 6, ACTIVE: 2})
asked = []

def process(name):
    def ask(kind, count):
        asked.append((name, kind, count))
        gevent.spawn_later(0.01, lambda: found.take(kind, book.give(kind, count)))
    found = Numbers(ask, book.take_back)
    return found

first, second = process("first"), process("second")

def users(of, kind, count):
    return [gevent.spawn(of.next, kind) for _ in range(count)]

def numbers(those):
    gevent.joinall(those)
    return [each.value for each in those]

# One process gets nearly all users, the other one, and one too many.
uneven = users(first, TERMINAL, 5) + users(second, TERMINAL, 2)
found = numbers(uneven)
assert sorted(found, key=str) == [0, 1, 2, 3, 4, 5, None], found
assert len(asked) < 7, asked

# Who goes gives his number to whoever comes, in another process too.
assert numbers(users(first, ACTIVE, 2)) == [0, 1]
assert numbers(users(second, ACTIVE, 1)) == [None]
first.back(ACTIVE, 0)
assert numbers(users(second, ACTIVE, 2)) == [0, None]

# Who is stopped while he waits takes none with him.
second.back(ACTIVE, 0)
gone, stays = users(first, ACTIVE, 2)
gevent.sleep(0)
gone.kill()
assert numbers([stays]) == [0]
first.back(ACTIVE, 0)
(gone,) = users(first, ACTIVE, 1)
gevent.sleep(0)
gone.kill()
gevent.sleep(0.05)
assert numbers(users(second, ACTIVE, 1)) == [0]
"""


def test_each_number_has_one_user_however_they_are_spread() -> None:
    told = subprocess.run([sys.executable, "-c", _WALK], capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stderr
