"""A session with an OPC UA server, made again whenever it is gone; only one with a trusted certificate is spoken to.

Leaves what answers mean to `driver` and the protocol to asyncua.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from asyncua import ua as asyncua_ua
from asyncua.client.client import Client
from asyncua.crypto.security_policies import SecurityPolicyBasic256Sha256
from asyncua.ua.uaerrors import UaError
from cryptography import x509
from OpenSSL import crypto

from reference_terminal.acquisition import messages, reasons
from reference_terminal.acquisition.failures import ReadFailed
from reference_terminal.crypto.certificates import CertificateError
from reference_terminal.model import reading
from reference_terminal.model.clock import WallClock
from reference_terminal.model.messages import text_of
from reference_terminal.model.seams import seam
from reference_terminal.security.systems import SystemKeys, trusted
from reference_terminal.settings.systems import SystemConfig
from reference_terminal.storage.journal import Journal

ua: Any = asyncua_ua
ALARM = messages.SYSTEM_REFUSED
_RENEW_SHARE = 0.6
_LONGEST_PAUSE_S = 30.0
_MOST_NODES = 200
# What it has to say of refusals is in the journal in two languages.
logging.getLogger("asyncua").setLevel(logging.CRITICAL)


@lru_cache(maxsize=4)
def _whole(key: crypto.PKey) -> Any:
    """A private key as asyncua takes it; taking it apart checks the whole key, which costs more than a session."""
    return key.to_cryptography_key()


class OpcUaClient:
    """One server. `keys` is what the terminal shows and trusts (None without security)."""

    def __init__(self, config: SystemConfig, keys: SystemKeys | None, clock: WallClock, journal: Journal) -> None:
        self.config = config
        self.bus = asyncio.Lock()
        self._keys = keys
        self._clock = clock
        self._journal = journal
        self._loop = asyncio.get_running_loop()
        self._client: Client | None = None
        self._renew_at_s = 0.0
        self._not_before_s = 0.0
        self._pause_s = 0.5

    @property
    def shared_timeout_s(self) -> float | None:
        """Nobody watches it: a server answers for all its devices or for none."""
        return None

    def close(self) -> None:
        """Drop the connection."""
        client, self._client = self._client, None
        if client is not None:
            client.disconnect_socket()

    async def read(self, nodes: Sequence[str]) -> list[Any]:
        """The data values of nodes in their order. Raises ReadFailed."""
        again = self._client is not None
        while True:
            try:
                return await self._read(nodes)
            except TimeoutError:
                self.close()
                raise ReadFailed(reading.TIMEOUT) from None
            except (UaError, OSError, asyncio.CancelledError) as error:
                if isinstance(error, asyncio.CancelledError):
                    self._heed_cancel()
                self.close()
                # A session that was good may have ended with its server; a new one may be better at once.
                if not again:
                    raise ReadFailed(reading.NO_CONNECTION) from None
                again = False

    @seam
    async def _read(self, nodes: Sequence[str]) -> list[Any]:
        client = await self._session()
        if self._loop.time() >= self._renew_at_s:
            await client.open_secure_channel(renew=True)
            self._plan_renewal(client)
        found: list[Any] = []
        for first in range(0, len(nodes), _MOST_NODES):
            wanted = [client.get_node(node) for node in nodes[first : first + _MOST_NODES]]
            found += await client.read_attributes(wanted)
        return found

    async def _session(self) -> Client:
        """The session that is open, or a new one. Raises ReadFailed during a pause and after a refusal."""
        if self._client is not None:
            return self._client
        if self._loop.time() < self._not_before_s:
            raise ReadFailed(reading.NO_CONNECTION)
        client = self._new()
        try:
            await self._open(client)
        except CertificateError as refusal:
            self._journal.raise_alarm(ALARM, self.config.id, reason=text_of(refusal))
            self._put_off()
            raise ReadFailed(reading.NO_CONNECTION) from None
        except BaseException:
            client.disconnect_socket()
            self._put_off()
            raise
        self._pause_s = 0.5
        self._client = client
        self._journal.clear_alarm(ALARM, self.config.id)
        self._plan_renewal(client)
        return client

    @seam
    def _put_off(self) -> None:
        self._not_before_s = self._loop.time() + self._pause_s
        self._pause_s = min(2 * self._pause_s, _LONGEST_PAUSE_S)

    def _plan_renewal(self, client: Client) -> None:
        self._renew_at_s = self._loop.time() + _RENEW_SHARE * client.secure_channel_timeout / 1000

    def _new(self) -> Client:
        client = Client(self.config.url, timeout=float(self.config.timeout_s))
        client.name = client.description = "carbon data terminal"
        return client

    async def _open(self, client: Client) -> None:
        if self._keys is not None:
            await self._secure(client, self._keys)
        await client.connect_sessionless()
        await client.create_session()
        await client.activate_session()

    async def _secure(self, client: Client, keys: SystemKeys) -> None:
        """Ask the server who it is and go on only with one that is trusted. Raises CertificateError."""
        mode = {
            "sign": ua.MessageSecurityMode.Sign,
            "encrypt": ua.MessageSecurityMode.SignAndEncrypt,
        }[self.config.security]
        keys.identity.check(self._clock.now_s())
        own = x509.load_pem_x509_certificate(keys.identity.leaf.pem.encode())
        client.application_uri = application_uri(own)
        endpoints = await client.connect_and_get_server_endpoints()
        shown = certificate_of(endpoints, mode)
        if shown is None:
            raise CertificateError(reasons.NO_BASIC256(name=self.config.id, security=self.config.security))
        trusted(self.config.id, shown, keys.trusted, self._clock.now_s())
        server = x509.load_der_x509_certificate(shown)
        client.security_policy = SecurityPolicyBasic256Sha256(server, own, _whole(keys.identity.key), mode)
        client.uaclient.set_security(client.security_policy)

    def _heed_cancel(self) -> None:
        """Raise the cancellation of this task; asyncua cancels its own requests when the connection goes."""
        task = asyncio.current_task()
        if task is not None and task.cancelling():
            raise asyncio.CancelledError


@seam
def certificate_of(endpoints: Sequence[Any], mode: Any) -> bytes | None:
    """The certificate of the endpoint that the settings ask for; None where a server has none."""
    policy = SecurityPolicyBasic256Sha256.URI
    return next(
        (
            bytes(each.ServerCertificate)
            for each in endpoints
            if each.SecurityMode == mode and each.SecurityPolicyUri == policy and each.ServerCertificate
        ),
        None,
    )


def application_uri(certificate: x509.Certificate) -> str:
    """The application's URI in a certificate; empty if it has none."""
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return ""
    return next(iter(names.get_values_for_type(x509.UniformResourceIdentifier)), "")
