"""What was parsed or compiled once is remembered by its sources, so that short commands answer at once.

Leaves building to the caller. A remembered value is used only if it was made from exactly these octets by exactly this
code, and kept only if the octets are the same after building as before; a folder that cannot be written costs time and
nothing else.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TypeVar

import jinja2
import msgspec
from jinja2.bccache import Bucket

T = TypeVar("T")

_SEAL = 32


def cache_folder() -> Path:
    """Where remembered values stand: `carbonbench` in XDG_CACHE_HOME, or in ~/.cache."""
    named = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(named) if named else Path("~/.cache").expanduser()) / "carbonbench"


def remembered(kind: str, sources: Iterable[Path], build: Callable[[], T], shape: type[T]) -> T:
    """The value `build` makes of the sources, or the one remembered for exactly their content.

    `build` reads the sources itself, so that an edit may come between: what was made during one is not remembered.
    """
    paths = tuple(sources)
    digest = _digest(paths)
    if digest is None:
        return build()
    path = cache_folder() / f"{kind}-{digest[:32]}.msgpack"
    with contextlib.suppress(OSError, msgspec.DecodeError):
        octets = path.read_bytes()
        if hashlib.sha256(octets[_SEAL:]).digest() == octets[:_SEAL]:
            return msgspec.msgpack.decode(octets[_SEAL:], type=shape)
    value = build()
    if _digest(paths) == digest:
        _keep(path, kind, msgspec.msgpack.encode(value))
    return value


class CompiledTemplates(jinja2.FileSystemBytecodeCache):
    """The compiled templates of an environment with these options; Jinja itself compares source and version."""

    def __init__(self, options: Mapping[str, object]) -> None:
        made_by = sorted((name, repr(value)) for name, value in options.items())
        key = hashlib.sha256(f"{jinja2.__version__} {made_by}".encode()).hexdigest()[:16]
        super().__init__(str(cache_folder()), f"template-{key}-%s.cache")

    def load_bytecode(self, bucket: Bucket) -> None:
        """Fill a bucket from what is remembered, if that can be read."""
        with contextlib.suppress(OSError):
            super().load_bytecode(bucket)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Remember a bucket, if there is room."""
        with contextlib.suppress(OSError):
            cache_folder().mkdir(parents=True, exist_ok=True)
            super().dump_bytecode(bucket)


def _digest(sources: Iterable[Path]) -> str | None:
    found = hashlib.sha256(msgspec.__version__.encode())
    for path in sources:
        try:
            octets = path.read_bytes()
        except OSError:
            return None
        found.update(f"{path}\0{len(octets)}\0".encode() + octets)
    return found.hexdigest()


def _keep(path: Path, kind: str, payload: bytes) -> None:
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        for old in sorted(path.parent.glob(f"{kind}-*.msgpack"), key=lambda file: file.stat().st_mtime)[:-7]:
            old.unlink(missing_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
            file.write(hashlib.sha256(payload).digest() + payload)
        os.replace(file.name, path)
