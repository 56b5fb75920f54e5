"""Why a question to a meter brought no answer.

Leaves asking to the carriers (`modbus`, `line`) and what follows from a failure to the drivers.
"""

from __future__ import annotations

from reference_terminal.model import reading

_ILLEGAL_ADDRESS = 2


class ReadFailed(Exception):
    """A question that brought no contents; `cause` is kept with the readings, `code` is a Modbus exception or 0."""

    def __init__(self, cause: str, code: int = 0) -> None:
        super().__init__(cause)
        self.cause = cause
        self.code = code

    @property
    def hopeless(self) -> bool:
        """Whether asking the same unit further questions now is a waste of bus time."""
        return self.cause in (reading.TIMEOUT, reading.NO_CONNECTION)

    @property
    def illegal_address(self) -> bool:
        """Whether the device refused an address: also what strict devices say to a read across unused registers."""
        return self.code == _ILLEGAL_ADDRESS

    @property
    def worth_retrying(self) -> bool:
        """Whether the same question may fare better at once: not after a refusal or without a connection."""
        return self.cause in (
            reading.TIMEOUT,
            reading.BAD_FRAME,
            reading.CHECKSUM,
            reading.FOREIGN,
            reading.OTHER_ANSWER,
        )
