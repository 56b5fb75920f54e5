"""Looking for measured values in files: as text, and inside what is compressed."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import zipfile
import zlib
from collections.abc import Callable

import pytest

from bench.facade.secrets import count_values

VALUES = (b"261182.73", b"13948.8333")
TEXT = b"a 261182.73 b 13948.8333"


def zipped(octets: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as packed:
        packed.writestr("records.csv", octets)
    return file.getvalue()


@pytest.mark.parametrize("pack", [bytes, gzip.compress, bz2.compress, lzma.compress, zlib.compress, zipped])
def test_values_are_found_however_a_copy_is_packed(pack: Callable[[bytes], bytes]) -> None:
    (row,) = count_values({"copy": pack(TEXT)}, VALUES)
    assert row.values == 2


def test_a_damaged_archive_holds_nothing() -> None:
    (row,) = count_values({"copy": gzip.compress(TEXT)[:-9]}, VALUES)
    assert row.values == 0
