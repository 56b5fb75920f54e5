"""Kinds of evidence: what of a product the bench must see for a check to be decided (R-46).

Leaves what a product offers to its capability statement.
"""

from __future__ import annotations

from enum import StrEnum


class EvidenceKind(StrEnum):
    """The weakest demand first: any product has wires, most a read-out, few let anybody look into their storage."""

    WIRES = "wires"
    READ_OUT = "read-out"
    STORAGE = "storage"

    @property
    def zh(self) -> str:
        """The kind in Chinese."""
        return {"wires": "线路", "read-out": "读出", "storage": "存储"}[self.value]
