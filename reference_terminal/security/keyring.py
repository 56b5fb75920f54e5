"""The terminal's keys and certificates in use: opened once at start, sealed at rest, warned of before they end.

Leaves what they are used for to channels, payloads and fingerprints.
"""

from __future__ import annotations

import os
import random
from dataclasses import dataclass
from pathlib import Path

from reference_terminal.crypto.certificates import (
    Certificate,
    CertificateError,
    Identity,
    Trusted,
    identity,
    lists,
    read,
    sm2_key,
    sm2_public,
)
from reference_terminal.crypto.sm2 import PrivateKey, PublicKey
from reference_terminal.model.messages import Text, text_of
from reference_terminal.model.sealed import SealedError, is_sealed
from reference_terminal.net.channel import Security, needs_own
from reference_terminal.security import reasons
from reference_terminal.security.payload import Payload, PayloadKeys
from reference_terminal.security.systems import SystemKeys
from reference_terminal.security.vault import Vault
from reference_terminal.settings.centres import CentreConfig
from reference_terminal.settings.collectors import CollectorConfig
from reference_terminal.settings.config import Config
from reference_terminal.settings.problems import InputError, Problem
from reference_terminal.settings.security import ChannelConfig, material
from reference_terminal.settings.systems import SystemConfig


class KeyringError(InputError):
    """Certificates or keys that cannot be used; `problems` lists all of them."""


@dataclass(frozen=True)
class Device:
    """Who the terminal is for payloads and fingerprints: SM2 certificate (PEM), its key and its public key."""

    name: str
    certificate: str
    key: PrivateKey
    public: PublicKey


class Keyring:
    """Everything of a configuration that is secret or certified. Raises KeyringError with all problems at once.

    `only_look`: neither make a passphrase file nor seal key files.
    """

    def __init__(self, config: Config, chance: random.Random, *, only_look: bool = False) -> None:
        self._chance = chance
        self._only_look = only_look
        self._problems: list[Problem] = []
        self._sealed_files: list[str] = []
        self.vault = self._vault(config)
        self.device = self._device(config)
        self.trusted = self._trusted(config)
        self.security: dict[str, Security] = {}
        self.payloads: dict[str, Payload | None] = {}
        self.tokens: dict[str, str] = {}
        self.body_keys: dict[str, bytes] = {}
        for centre in config.centres:
            self._read_centre(centre)
        self.collectors: dict[str, Security] = {}
        for collector in config.collectors:
            self._read_collector(collector)
        self.systems: dict[str, SystemKeys | None] = {}
        for system in config.systems:
            self._read_system(system)
        self.management = self._management(config)
        self.group = self._group(config)
        self.lan = self._lan(config)
        if self._problems:
            raise KeyringError(self._problems)

    @property
    def sealed_files(self) -> tuple[str, ...]:
        """Key files that lay open at this start and were sealed."""
        return tuple(self._sealed_files)

    def missing_certificates(self) -> list[str]:
        """The centres that ask for a certificate of the terminal's own and have none."""
        return [name for name, each in self.security.items() if needs_own(each.channel) and each.identity is None]

    def own_certificates(self) -> dict[str, Certificate]:
        """The terminal's own certificates by what they are for."""
        found = {f"centre {name}": each.identity.leaf for name, each in self.security.items() if each.identity}
        found |= {f"collector {name}": each.identity.leaf for name, each in self.collectors.items() if each.identity}
        found |= {f"system {name}": each.identity.leaf for name, each in self.systems.items() if each is not None}
        if self.management is not None and self.management.identity is not None:
            found["management"] = self.management.identity.leaf
        if self.group is not None and self.group.identity is not None:
            found["group"] = self.group.identity.leaf
        if self.lan is not None and self.lan.identity is not None:
            found["lan"] = self.lan.identity.leaf
        if self.device is not None:
            found["device"] = read("device", self.device.certificate)[0]
        return found

    # Reading

    def _problem(self, where: str, error: CertificateError | SealedError) -> None:
        if isinstance(error, CertificateError):
            self._problems.append(Problem(where, text_of(error)))
        else:
            en, _, zh = str(error).partition(" / ")
            self._problems.append(Problem(where, Text(en, zh)))

    def _vault(self, config: Config) -> Vault | None:
        given = config.security
        if not given.has_vault:
            return None
        if given.passphrase:
            return Vault(given.passphrase.encode(), self._chance)
        path = Path(given.passphrase_file)
        try:
            if not path.exists():
                if self._only_look:
                    return Vault(b"", self._chance)
                _write(path, random.SystemRandom().randbytes(32).hex())
            text = material(given.passphrase_file).strip()
        except OSError as error:
            text = b""
            self._problems.append(
                Problem(
                    "security.passphrase_file", reasons.PASSPHRASE_FILE(path=path, strerror=error.strerror or error)
                )
            )
        if len(text) < 16 and not self._problems:
            self._problems.append(Problem("security.passphrase_file", reasons.PASSPHRASE_SHORT(path=path)))
        return Vault(text, self._chance)

    def _public(self, value: str) -> str:
        """A certificate text that is given itself or by the name of a file."""
        return value if not value or "-----BEGIN " in value else material(value).decode("ascii")

    def secret(self, name: str, value: str) -> str:
        """A secret that is given itself, sealed, or in a file; an open file is sealed in place. Raises SealedError."""
        if not value or "-----BEGIN " in value:
            return value
        if is_sealed(value):
            return self._open(name, value)
        path = Path(value)
        text = material(value).decode("ascii")
        if is_sealed(text):
            return self._open(name, text)
        if self.vault is not None and not self._only_look:
            _write(path, self.vault.seal(name, text.encode()) + "\n")
            self._sealed_files.append(value)
        return text

    def _open(self, name: str, sealed: str) -> str:
        if self.vault is None:
            raise SealedError(str(reasons.NO_PASSPHRASE(name=name)))
        return self.vault.open(name, sealed).decode()

    def _device(self, config: Config) -> Device | None:
        given = config.security
        if not given.device_key:
            return None
        try:
            certificate = self._public(given.device_certificate)
            name = given.device or read("device certificate", certificate)[0].subject
            key = sm2_key("device key", self.secret("device key", given.device_key), self._chance)
            public = sm2_public("device certificate", certificate)
            if not public.verify(b"pair", key.sign(b"pair")):
                raise CertificateError(reasons.DEVICE_KEY_FOREIGN())
        except (CertificateError, SealedError) as error:
            self._problem("security.device_key", error)
            return None
        return Device(name, certificate, key, public)

    def _read_collector(self, collector: CollectorConfig) -> None:
        try:
            self.collectors[collector.id] = self._security(f"collector {collector.id}", collector.channel)
        except (CertificateError, SealedError) as error:
            self._problem(f"collectors.{collector.id}", error)

    def _management(self, config: Config) -> Security | None:
        """How the remote maintenance port is secured; None where there is none."""
        if config.management is None or not config.management.remote_host:
            return None
        try:
            return self._security("management", config.management.channel)
        except (CertificateError, SealedError) as error:
            self._problem("management", error)
            return None

    def _lan(self, config: Config) -> Security | None:
        """What is shown on the local network over HTTPS; None where there is no such door."""
        if config.lan is None:
            return None
        given = config.lan.channel
        try:
            own = identity("lan", self._public(given.certificate), self.secret("lan key", given.key))
            return Security(channel=given.kind, identity=own)
        except (CertificateError, SealedError) as error:
            self._problem("lan", error)
            return None

    def _group(self, config: Config) -> Security | None:
        """How the door for slaves is secured; None where there is none."""
        if config.group is None:
            return None
        try:
            return self._security("group", config.group.channel)
        except (CertificateError, SealedError) as error:
            self._problem("group", error)
            return None

    def _read_system(self, system: SystemConfig) -> None:
        self.systems[system.id] = None
        if system.security == "none":
            return
        what = f"system {system.id}"
        try:
            own = identity(what, self._public(system.certificate), self.secret(f"{what} key", system.key))
            self.systems[system.id] = SystemKeys(own, tuple(read("trusted", self._public(system.trusted))))
        except (CertificateError, SealedError) as error:
            self._problem(f"systems.{system.id}", error)

    def _security(self, name: str, channel: ChannelConfig) -> Security:
        """How a channel is secured. Raises CertificateError, SealedError."""
        security = Security(
            channel=channel.kind,
            server_name=channel.server_name,
            anchors=self._public(channel.anchors),
            crls=self._public(channel.crls),
            identity=self._identity(name, channel),
        )
        if channel.kind != "plain":
            read("anchors", security.anchors)
            lists("crls", security.crls)
        return security

    def _trusted(self, config: Config) -> Trusted | None:
        """Whose packages are taken; None without anchors."""
        given = config.security
        if not given.package_anchors:
            return None
        anchors, revoked = self._public(given.package_anchors), self._public(given.package_crls)
        try:
            read("package_anchors", anchors)
            lists("package_crls", revoked)
        except CertificateError as error:
            self._problem("security.package_anchors", error)
            return None
        return Trusted(anchors, revoked)

    def _read_centre(self, centre: CentreConfig) -> None:
        where = f"centres.{centre.id}"
        channel = centre.channel
        try:
            self.security[centre.id] = self._security(centre.id, channel)
            self.payloads[centre.id] = self._payload(centre.id, channel)
            self.tokens[centre.id] = self.secret_word(f"{centre.id} token", centre.platform.token)
            self.body_keys[centre.id] = bytes.fromhex(
                self.secret_word(f"{centre.id} body key", centre.platform.body_key)
            )
        except (CertificateError, SealedError) as error:
            self._problem(where, error)

    def secret_word(self, name: str, value: str) -> str:
        """A secret that is a word and not a file: as it is, or sealed. Raises SealedError."""
        return self._open(name, value) if is_sealed(value) else value

    def _identity(self, name: str, channel: ChannelConfig) -> Identity | None:
        if not needs_own(channel.kind) or not channel.certificate:
            return None
        return identity(name, self._public(channel.certificate), self.secret(f"{name} key", channel.key))

    def _payload(self, name: str, channel: ChannelConfig) -> Payload | None:
        if channel.payload == "clear":
            return None
        if channel.signing_key:
            own = sm2_key(f"{name} signing key", self.secret(f"{name} signing key", channel.signing_key), self._chance)
        elif self.device is not None:
            own = self.device.key
        else:
            return None
        keys = tuple(bytes.fromhex(self.secret_word(f"{name} payload key", key)) for key in channel.payload_keys)
        centre = sm2_public(f"{name} centre certificate", self._public(channel.centre_certificate))
        return Payload(PayloadKeys(keys, own, centre), self._chance)


def _write(path: Path, text: str) -> None:
    """Put a secret into a file that only its owner reads: whole or not at all."""
    beside = path.with_name(f"{path.name}.new")
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
