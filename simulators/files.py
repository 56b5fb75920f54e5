"""Text of a file that a person named: bounded, so that a device or a pipe in its place cannot hold the bench up.

Leaves what the text means, and the sentence about what is wrong, to those who asked for it.
"""

from __future__ import annotations

import errno
import stat
from pathlib import Path

MOST_OCTETS = 64 << 20
"""No description comes near this; a year of quarter-hours of a works is 2 MiB."""


def given_octets(path: Path) -> bytes:
    """The octets of a file, without the byte order mark that some editors put first.

    Raises OSError, whose strerror is the reason to tell, also for what is no file or has more than MOST_OCTETS.
    """
    mode = path.stat().st_mode
    if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
        raise OSError(errno.EINVAL, "a device or a pipe, not a file", str(path))
    with path.open("rb") as source:
        octets = source.read(MOST_OCTETS + 1)
    if len(octets) > MOST_OCTETS:
        raise OSError(errno.EFBIG, f"longer than {MOST_OCTETS >> 20} MiB", str(path))
    return octets.removeprefix(b"\xef\xbb\xbf")


def given_text(path: Path) -> str:
    """The same as text. Raises OSError like `given_octets`, and UnicodeDecodeError where it is not UTF-8."""
    return given_octets(path).decode("utf-8")
