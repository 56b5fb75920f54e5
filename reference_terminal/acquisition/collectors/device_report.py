"""What a message of a collector says of a device, and that it says nothing of use.

Leaves reading messages to `messages` and `messages_hj212`.
"""

from __future__ import annotations

from dataclasses import dataclass

from reference_terminal.acquisition.driver import Content
from reference_terminal.model import reading


class MessageError(ValueError):
    """A message that holds nothing of use; one sentence, and the cause that its readings get."""

    def __init__(self, text: str, cause: str = reading.BAD_FRAME) -> None:
        super().__init__(text)
        self.cause = cause


@dataclass(frozen=True)
class DeviceReport:
    """What a message says of one device at one instant (ms UTC by the collector's clock; None: it says no instant)."""

    node: str
    at_ms: int | None
    contents: dict[str, Content]
