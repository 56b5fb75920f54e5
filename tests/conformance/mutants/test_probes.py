"""Lines that ran, told by the statements themselves."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from conformance.mutants import probes
from conformance.mutants.lines import sources

TEXT = '''"""What it is."""
from __future__ import annotations
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import nothing_of_that_name

NUMBER: int = (
    1 +
    2
)


class A:
    """A class."""

    x = 3

    def f(self, n: int) -> str:
        """A function."""
        match n:
            case 1:
                return "one"
            case 2 if self.x:
                return "two"
            case _:
                pass
        try:
            return str(1 // n)
        except ZeroDivisionError:
            n = 5
        else:
            n = 6
        finally:
            n += 1
        if n > 100:
            return "many"
        elif n > 2:
            return "some"
        return "few"

    def stub(self) -> None: ...
'''
USED = """
import sys
sys.path.insert(0, {folder!r})
from conformance.mutants import probes
probes.install({{"probed": None}})
import probed
imported = probes.ran()
probes.forget()
print(probed.__doc__, probed.A.__doc__, probed.A.f.__doc__, probed.A().f({number}))
print(sorted(imported["probed"]), sorted(probes.ran()["probed"]))
"""


def run(tmp_path: Path, number: int) -> list[str]:
    (tmp_path / "probed.py").write_text(TEXT)
    program = USED.format(folder=str(tmp_path), number=number)
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return told.stdout.splitlines()


def test_the_statements_that_ran_are_told_and_nothing_else_changes(tmp_path: Path) -> None:
    said, lines = run(tmp_path, 0)
    assert said == "What it is. A class. A function. some"
    imported = [3, 5, 8, 9, 10, 11, 14, 17, 19, 42]
    called = [21, 26, 27, 28, 29, 30, 31, 35, 36, 38, 39]
    assert lines == f"{imported} {called}"
    assert run(tmp_path, 2)[1] == f"{imported} {[21, 24, 25]}"


def test_every_statement_of_the_terminal_has_its_lines() -> None:
    for path in sources().values():
        text = path.read_text("utf-8")
        found = probes.statements(text)
        assert all(first in lines for first, lines in found.items()), path
        assert all(line <= text.count("\n") for lines in found.values() for line in lines), path
