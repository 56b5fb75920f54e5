"""Lines by which a build server shows a failure beside the change: workflow commands of GitHub Actions.

Leaves everything else to the other reports. Printed only where the server says that it reads them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bench.case import RunResult
from reports.blocks import blocks, visible

MOST = 10
"""The server shows no more of one kind."""


def asked(environ: Mapping[str, str]) -> bool:
    """Whether the output is read by such a server."""
    return environ.get("GITHUB_ACTIONS") == "true"


def lines(run: RunResult) -> Iterator[str]:
    """One line for each block that did not pass, fails first: what was expected, what came, how to replay it."""
    for block in blocks(run)[:MOST]:
        kind = "error" if block.verdict.value in ("fail", "error") else "warning"
        check = block.check
        seen = f"{check.name.en}: expected {check.expected}, actual {check.actual}" if check else block.case.reason
        text = f"{seen}\nreplay: {block.case.replay}"
        yield f"::{kind} title={_property(block.heading)}::{_data(text)}"


def _data(text: str) -> str:
    escaped = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return visible(escaped)


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
