"""What a process does that is asked to end: the same as by Ctrl-C, so that nothing is left behind.

Leaves which signals are heard to the commands.
"""

from __future__ import annotations

import signal


def like_ctrl_c(number: int, frame: object) -> None:
    """A handler of signals. In the background of a script SIGINT is ignored, and raising it would do nothing."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        raise KeyboardInterrupt
    signal.raise_signal(signal.SIGINT)
