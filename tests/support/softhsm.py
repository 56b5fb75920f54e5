"""SoftHSM in the place of a laboratory's token: a place for tokens of one test's own."""

from __future__ import annotations

import shutil
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pkcs11
import pytest

MODULES = ("/usr/lib/softhsm/libsofthsm2.so", "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so")


@contextmanager
def softhsm(room: Path, monkeypatch: pytest.MonkeyPatch) -> Generator[str, None, None]:
    """Gives the module that signs with the tokens below `room`; skips where SoftHSM is not installed.

    The library reads its configuration once in a process, so it is let go before and after.
    """
    module = next((each for each in MODULES if Path(each).exists()), None)
    if module is None or not shutil.which("softhsm2-util"):
        pytest.skip("SoftHSM is not installed: tools/peers --for signing")
    (room / "tokens").mkdir()
    (room / "softhsm2.conf").write_text(f"directories.tokendir = {room / 'tokens'}\n")
    monkeypatch.setenv("SOFTHSM2_CONF", str(room / "softhsm2.conf"))
    pkcs11.unload(module)
    try:
        yield module
    finally:
        pkcs11.unload(module)
