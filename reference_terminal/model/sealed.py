"""How a sealed secret looks as a text.

Leaves sealing and opening to `security.vault`.
"""

from __future__ import annotations

PREFIX = "sealed1."


class SealedError(Exception):
    """A sealed secret that this terminal cannot open; one sentence."""


def is_sealed(text: str) -> bool:
    """Whether a text is the sealed form of a secret."""
    return text.lstrip().startswith(PREFIX)
