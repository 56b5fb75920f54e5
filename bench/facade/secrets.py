"""Secrets that the bench gave a terminal, and looking for them where they must not be (R-35, ISC-2 7.4.1.4).

Leaves getting at storage and interfaces to the rigs. What is found is told by name: the record must not hold a secret.
"""

from __future__ import annotations

import base64
import bz2
import gzip
import io
import json
import lzma
import re
import zipfile
import zlib
from collections.abc import Mapping, Sequence

from bench.history.looks import FileRow
from bench.history.people import SecretRow
from simulators.centres.kinds import kind_of
from simulators.world import Site

QUESTIONS = ("config", "status", "centres", "log", "alarms", "packages", "points")
"""What a local interface is asked for in search of secrets."""
_LEAST_TEXT = 6
_PEM = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----(.*?)-----END", re.DOTALL)


def secrets_of(site: Site) -> dict[str, list[bytes]]:
    """Every secret by name, in each form in which it might lie about: text, octets, both cases of hex."""
    found: dict[str, list[bytes]] = {}
    for spec in site.world.centres:
        name = spec.name
        if spec.channel != "plain" or kind_of(spec).payload(spec) != "clear" or kind_of(spec).signs:
            side = site.terminal_side(name)
            for what, text in (("key", side.key), ("device key", side.device_key)):
                if text:
                    found[f"{name} {what}"] = _key(text)
            for number, text in enumerate(site.keys_given_later.get(name, []), 1):
                found[f"{name} key given later, {number}"] = _key(text)
            if side.payload_key:
                found[f"{name} payload key"] = _hex(side.payload_key)
            if side.token:
                found[f"{name} token"] = [side.token.encode()]
        found[f"{name} password"] = [
            f"PW={spec.pw}".encode(),
            *(f'"pw":{blank}"{spec.pw}"'.encode() for blank in ("", " ")),
        ]
        platform = site.platforms.get(name)
        if platform is not None:
            found |= {f"{name} {what}": _hex(key) for what, key in platform.keys_given_out.items()}
    return found


def forms_of(text: str) -> list[bytes]:
    """A secret text as it is, in base64 and in hex of either case."""
    octets = text.encode()
    return [octets, base64.b64encode(octets).rstrip(b"="), octets.hex().encode(), octets.hex().upper().encode()]


def _hex(text: str) -> list[bytes]:
    return [text.lower().encode(), text.upper().encode(), bytes.fromhex(text)]


def _key(pem: str) -> list[bytes]:
    """The base64 of a private key without line breaks and by its second line, and its octets."""
    match = _PEM.search(pem)
    lines = match[1].split() if match else []
    der = base64.b64decode("".join(lines))
    # The middle of PKCS#8 is the key itself; its begin is the same for all keys of a curve.
    return [lines[1].encode(), der[len(der) // 4 : len(der) // 4 + 24]] if len(lines) > 1 else []


def search(places: Mapping[str, bytes | None], secrets: Mapping[str, Sequence[bytes]]) -> tuple[SecretRow, ...]:
    """A row where, octets, found for each place; `found` names the secrets in it, separated by commas.

    A place that gave no answer is None: its `octets` are empty, and nothing was searched there.
    """
    return tuple(
        SecretRow(
            where=where,
            octets="" if octets is None else str(len(octets)),
            found=", ".join(name for name, forms in secrets.items() if any(form in (octets or b"") for form in forms)),
        )
        for where, octets in places.items()
    )


def values_of(site: Site) -> list[bytes]:
    """Measured values that centres have stored, those long enough to be no chance find."""
    centres = site.everyone.values()
    texts = {
        text: None
        for centre in centres
        for versions in centre.records.values()
        for fields, _ in versions
        for text in fields.values()
        if len(text) >= _LEAST_TEXT
    }
    return [text.encode("utf-8", "backslashreplace") for text in texts]


def count_values(files: Mapping[str, bytes], values: Sequence[bytes]) -> tuple[FileRow, ...]:
    """A row file, octets, values for each file; `values` counts the different ones in it, compressed or not."""
    opened = {name: octets + unpacked(octets) for name, octets in files.items()}
    return tuple(
        FileRow(file=name, octets=len(octets), values=sum(value in opened[name] for value in values))
        for name, octets in files.items()
    )


def unpacked(octets: bytes) -> bytes:
    """What a compressed file (gzip, zlib, bzip2, xz, zip) holds; nothing for any other, or for one that is damaged."""
    try:
        if octets.startswith(b"PK\x03\x04"):
            with zipfile.ZipFile(io.BytesIO(octets)) as packed:
                return b"".join(packed.read(name) for name in packed.namelist())
        for magic, opener in _PACKED:
            if octets.startswith(magic):
                return opener(octets)
    except (OSError, EOFError, ValueError, RuntimeError, zlib.error, lzma.LZMAError, zipfile.BadZipFile):
        pass
    return b""


_PACKED = (
    (b"\x1f\x8b", gzip.decompress),
    (b"BZh", bz2.decompress),
    (b"\xfd7zXZ", lzma.decompress),
    (b"\x78\x01", zlib.decompress),
    (b"\x78\x9c", zlib.decompress),
    (b"\x78\xda", zlib.decompress),
)


def text_of(rows: Sequence[Mapping[str, str]]) -> bytes:
    """What an interface showed, as octets to search."""
    shown = "\n".join(value for row in rows for value in (*row.values(), json.dumps(dict(row))))
    return shown.encode("utf-8", "backslashreplace")
