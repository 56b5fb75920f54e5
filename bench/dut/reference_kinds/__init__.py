"""How the reference terminal is told of centres, one module a kind, by the kind's id (with _ for -).

Leaves to others: address, codes and channel, which all centres have (`reference_centres`). A kind without a module here
is one that the reference terminal does not deliver to.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, ClassVar

from simulators.centres.spec import CentreSpec
from simulators.trust.authority import TerminalSide


class CentreTables:
    """What a kind of centre fills in its own way in the terminal's configuration.

    `protocol` is its word there; empty: the terminal does not speak to it. `keeps_fingerprints`: records are signed for
    it. `issues`: its packages are taken. `gives_out`: it gives the terminal a secret, to be kept under a passphrase.
    """

    protocol: ClassVar[str] = ""
    keeps_fingerprints: ClassVar[bool] = False
    issues: ClassVar[bool] = False
    gives_out: ClassVar[bool] = False

    def told(self, spec: CentreSpec, side: TerminalSide) -> dict[str, Any]:
        """Settings of a centre that only this kind has."""
        del spec, side
        return {}


@cache
def _tables() -> dict[str, CentreTables]:
    names = sorted(path.stem for path in Path(__file__).parent.glob("[a-z]*.py"))
    return {name: import_module(f"{__name__}.{name}").TABLES for name in names}


def tables_of(spec: CentreSpec) -> CentreTables:
    """How the terminal is told of a centre; empty tables for one of a kind that it does not deliver to."""
    return _tables().get(spec.kind.replace("-", "_"), CentreTables())
