"""Collectors that are asked in the reference terminal's configuration: nothing besides what all collectors have.

Leaves everything that all collectors have to `reference_collectors`.
"""

from __future__ import annotations

from typing import Any

from simulators.collectors.https.descriptor import HttpsSpec


def told(spec: HttpsSpec) -> dict[str, Any]:
    """Nothing more."""
    del spec
    return {}
