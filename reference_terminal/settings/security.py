"""What the terminal is told of keys and channels, and reading it from TOML.

Leaves opening certificates and keys to the security room. A PEM text stands in the configuration itself or in a file
that it names.
"""

from __future__ import annotations

import errno
import os
import stat
from dataclasses import dataclass, field

from reference_terminal.settings import reasons
from reference_terminal.settings.reader import Section

CHANNELS = ("plain", "tls", "mtls", "gm-tls13")
PAYLOADS = ("clear", "sm4-sm2")
KINDS = ("minute", "quarter", "hour", "day", "month")
REVOCATION_POLICIES = ("refuse", "alarm")
STATUS_POLICIES = ("off", "soft", "hard")
MOST_OCTETS = 1_000_000
"""The most octets a file of certificates or keys may have."""
_MARKS = ("-----BEGIN ", "sealed1.")


@dataclass(frozen=True)
class SecurityConfig:
    """The terminal's own: passphrase of secrets at rest, SM2 device certificate and key.

    `fingerprints` are the classes of records that get one; `device` names the terminal there; `warn_days` is how long
    before its end a certificate is warned of. `crl_urls` are where revocation lists of the centres' issuers are fetched
    every `crl_look_s`; a list that has run out and cannot be had refuses the centres (`refuse`) or only raises an alarm
    (`alarm`). `ocsp` is whether centres' certificates are asked about, and whether one for which nobody answers is
    refused (`hard`) or alarmed (`soft`); at `ocsp_url`, or where the certificate says, every `ocsp_look_s`.
    `package_anchors` are the SM2 roots of whoever issues packages.
    """

    passphrase: str = field(default="", repr=False)
    passphrase_file: str = ""
    device: str = ""
    device_certificate: str = ""
    device_key: str = field(default="", repr=False)
    fingerprints: tuple[str, ...] = ()
    package_anchors: str = ""
    package_crls: str = ""
    warn_days: int = 30
    crl_urls: tuple[str, ...] = ()
    crl_look_s: int = 3600
    crl_policy: str = "refuse"
    ocsp: str = "off"
    ocsp_url: str = ""
    ocsp_look_s: int = 3600

    @property
    def has_vault(self) -> bool:
        """Whether secrets at rest can be sealed."""
        return bool(self.passphrase or self.passphrase_file)


@dataclass(frozen=True)
class ChannelConfig:
    """How a centre is reached safely. PEM texts, or names of files that hold them.

    `signing_key` signs payloads where it is not the device key of [security].
    """

    kind: str = "plain"
    server_name: str = ""
    anchors: str = ""
    crls: str = ""
    certificate: str = ""
    key: str = field(default="", repr=False)
    payload: str = "clear"
    payload_keys: tuple[str, ...] = field(default=(), repr=False)
    centre_certificate: str = ""
    signing_key: str = field(default="", repr=False)


def read_security(section: Section) -> SecurityConfig:
    """The section [security]; its problems go into it."""
    value = SecurityConfig(
        passphrase=section.text("passphrase", ""),
        passphrase_file=section.text("passphrase_file", ""),
        device=section.text("device", ""),
        device_certificate=section.text("device_certificate", ""),
        device_key=section.text("device_key", ""),
        fingerprints=section.texts("fingerprints", (), KINDS),
        package_anchors=section.text("package_anchors", ""),
        package_crls=section.text("package_crls", ""),
        warn_days=section.integer("warn_days", 1, 3650, 30),
        crl_urls=section.texts("crl_urls"),
        crl_look_s=section.integer("crl_look_s", 60, 86_400, 3600),
        crl_policy=section.choice("crl_policy", REVOCATION_POLICIES, "refuse"),
        ocsp=section.choice("ocsp", STATUS_POLICIES, "off"),
        ocsp_url=section.text("ocsp_url", ""),
        ocsp_look_s=section.integer("ocsp_look_s", 60, 86_400, 3600),
    )
    for key in ("device_certificate", "device_key", "package_anchors", "package_crls"):
        check_material(section, key, getattr(value, key))
    if bool(value.device_certificate) != bool(value.device_key):
        section.problem("device_key", reasons.DEVICE_PAIR())
    if value.fingerprints and not value.device_key:
        section.problem("fingerprints", reasons.DEVICE_SIGNS())
    for url in value.crl_urls:
        if not url.startswith("http://"):
            section.problem("crl_urls", reasons.LIST_ADDRESSES(url=url[:80]))
    if value.ocsp_url and not value.ocsp_url.startswith("http://"):
        section.problem("ocsp_url", reasons.OCSP_ADDRESS(ocsp_url=value.ocsp_url[:80]))
    if value.passphrase and value.passphrase_file:
        section.problem("passphrase", reasons.ONE_PASSPHRASE())
    section.done()
    return value


def read_channel(section: Section, security: SecurityConfig) -> ChannelConfig:
    """The channel of one centre, from the centre's own section; with certificates and no word on it mutual TLS."""
    usual = "mtls" if "certificate" in section or "anchors" in section else "plain"
    value = ChannelConfig(
        kind=section.choice("channel", CHANNELS, usual),
        server_name=section.text("server_name", ""),
        anchors=section.text("anchors", ""),
        crls=section.text("crls", ""),
        certificate=section.text("certificate", ""),
        key=section.text("key", ""),
        payload=section.choice("payload", PAYLOADS, "clear"),
        payload_keys=section.texts("payload_keys"),
        centre_certificate=section.text("centre_certificate", ""),
        signing_key=section.text("signing_key", ""),
    )
    if value.kind != "plain" and not value.anchors:
        section.problem("anchors", reasons.ANCHORS_MISSING(kind=value.kind))
    if bool(value.certificate) != bool(value.key):
        # Without both the terminal starts and says so: one centre without certificate must not hold up the others.
        section.problem("certificate", reasons.KEY_PAIR())
    if value.payload != "clear":
        _check_payload(section, value, security)
    if (value.key or value.payload_keys or value.signing_key) and not security.has_vault:
        section.problem("key", reasons.SEALED_AT_REST())
    for key in ("anchors", "crls", "certificate", "key", "centre_certificate", "signing_key"):
        check_material(section, key, getattr(value, key))
    return value


def _check_payload(section: Section, value: ChannelConfig, security: SecurityConfig) -> None:
    for key in value.payload_keys:
        if not key.startswith("sealed1.") and (len(key) != 32 or not all(c in "0123456789abcdefABCDEF" for c in key)):
            section.problem("payload_keys", reasons.SM4_KEYS())
    if not (value.payload_keys and value.centre_certificate and (value.signing_key or security.device_key)):
        section.problem("payload", reasons.PAYLOAD_KEYS())


def check_material(section: Section, key: str, value: str) -> None:
    """Note a named file that cannot be read."""
    if not value or value.lstrip().startswith(_MARKS):
        return
    try:
        text = material(value).decode("ascii")
    except OSError as error:
        section.problem(key, reasons.PEM_OR_FILE(value=value[:60], strerror=error.strerror or error))
        return
    except UnicodeDecodeError:
        text = ""
    if not any(mark in text for mark in _MARKS):
        section.problem(key, reasons.NO_PEM(value=value))


def material(path: str) -> bytes:
    """The octets of a file of certificates or keys. Raises OSError for what is no file, or too long to be one."""
    with open(path, "rb", opener=_patiently) as source:
        if not stat.S_ISREG(os.fstat(source.fileno()).st_mode):
            raise OSError(errno.EINVAL, "not a regular file")
        octets = source.read(MOST_OCTETS + 1)
    if len(octets) > MOST_OCTETS:
        raise OSError(errno.EFBIG, f"longer than {MOST_OCTETS} octets")
    return octets


def _patiently(path: str, flags: int) -> int:
    """Open without waiting for whoever writes into a pipe."""
    return os.open(path, flags | os.O_NONBLOCK)
