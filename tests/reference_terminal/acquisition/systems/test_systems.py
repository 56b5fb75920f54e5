"""What the terminal makes of values of OPC UA servers and rows of databases, whom it trusts, and what it is told."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from asyncua import ua as asyncua_ua
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from reference_terminal.acquisition.driver import Content
from reference_terminal.acquisition.opcua import driver
from reference_terminal.acquisition.sql import row_source
from reference_terminal.crypto import certificates
from reference_terminal.crypto.certificates import CertificateError
from reference_terminal.model import reading
from reference_terminal.model.reading import flag_of
from reference_terminal.security.systems import trusted
from reference_terminal.settings.config import ConfigError, load_config

ua: Any = asyncua_ua
NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
NOW_MS = round(NOW.timestamp() * 1000)


def content(value: Any, kind: str, *, status: str = "Good", age_s: float | None = 5, max_age_s: int = 60) -> Content:
    found = ua.DataValue(
        ua.Variant(value, getattr(ua.VariantType, kind)),
        ua.StatusCode(ua.UInt32(getattr(ua.StatusCodes, status))),
        SourceTimestamp=None if age_s is None else NOW - timedelta(seconds=age_s),
    )
    return driver.content_of(found, NOW_MS, max_age_s)


# OPC UA.


@pytest.mark.parametrize(
    ("value", "kind", "raw", "number"),
    [
        (4294967295, "UInt32", "FFFFFFFF", "4294967295"),
        (-1, "Int16", "FFFF", "-1"),
        (2**64 - 1, "UInt64", "F" * 16, "18446744073709551615"),
        (0.1, "Double", "3FB999999999999A", "0.1"),
        (99999999.9, "Double", "4197D783FF99999A", "99999999.9"),
        (231.67999267578125, "Float", "4367AE14", "231.68"),
    ],
)
def test_numbers_keep_their_digits(value: float, kind: str, raw: str, number: str) -> None:
    found = content(value, kind)
    assert (found.cause, found.questionable) == ("", "")
    assert found.value == Decimal(number)
    assert found.raw == raw


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (math.nan, "Double"),
        (math.inf, "Float"),
        ("12.5", "String"),
        (True, "Boolean"),
        (None, "Null"),
        ([1.0], "Double"),
    ],
)
def test_what_is_no_number_is_none(value: Any, kind: str) -> None:
    found = content(value, kind)
    assert found.value is None and found.cause == reading.NOT_A_NUMBER


def test_status_and_source_time_decide() -> None:
    assert content(1.5, "Double", status="BadSensorFailure").cause == "bad status BadSensorFailure"
    assert content(1.5, "Double", status="BadSensorFailure").value is None
    unsure = content(1.5, "Double", status="UncertainLastUsableValue")
    assert (unsure.value, unsure.questionable) == (Decimal("1.5"), "uncertain status UncertainLastUsableValue")
    assert content(1.5, "Double", age_s=60).value == Decimal("1.5")
    assert content(1.5, "Double", age_s=60.001).cause == reading.STALE
    assert content(1.5, "Double", age_s=-61).cause == reading.SOURCE_CLOCK
    assert content(1.5, "Double", age_s=None).questionable == reading.NO_INSTANT


@pytest.mark.parametrize(
    ("cause", "flag"),
    [
        ("bad status BadNoCommunication", "B"),
        ("bad status BadNodeIdUnknown", "B"),
        ("bad status BadOutOfService", "C"),
        ("bad status BadSensorFailure", "D"),
        ("uncertain status UncertainLastUsableValue", "N"),
        (reading.LOCKED, "B"),
        (reading.NO_ROW, "B"),
    ],
)
def test_flags_of_causes(cause: str, flag: str) -> None:
    assert flag_of(cause) == flag


@given(st.integers(0, 2**32 - 1))
def test_every_status_code_has_a_name(code: int) -> None:
    assert driver.status_name(code)


# Rows.


@pytest.mark.parametrize(
    ("value", "number"),
    [
        ("123456.78", "123456.78"),
        (" 0.10 ", "0.10"),
        (Decimal("171749.375000000"), "171749.375"),
        (Decimal("100.000000000"), "100"),
        (0.1, "0.1"),
        (4294967295, "4294967295"),
    ],
)
def test_columns_of_numbers(value: Any, number: str) -> None:
    assert str(row_source.content_of(value).value) == number


@given(st.none() | st.booleans() | st.text() | st.floats() | st.binary() | st.decimals() | st.integers())
def test_any_column_is_a_finite_number_or_none(value: Any) -> None:
    found = row_source.content_of(value)
    assert (found.value is None) == (found.cause == reading.NOT_A_NUMBER)
    assert found.value is None or (found.value.is_finite() and abs(found.value.adjusted()) <= 30)


# Trust lists.


def make(name: str, issuer: tuple[str, Any] | None = None, *, ca: bool = False, days: int = 100) -> tuple[bytes, Any]:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    by = subject if issuer is None else x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer[0])])
    built = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(by)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(NOW - timedelta(days=200))
        .not_valid_after(NOW + timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .sign(key if issuer is None else issuer[1], hashes.SHA256())
    )
    return built.public_bytes(serialization.Encoding.DER), key


def listed(*shown: bytes) -> list[certificates.Certificate]:
    texts = [x509.load_der_x509_certificate(each).public_bytes(serialization.Encoding.PEM).decode() for each in shown]
    return certificates.read("trusted", "".join(texts))


def test_who_is_trusted() -> None:
    now_s = NOW_MS // 1000
    server, _ = make("server")
    authority, key = make("plant authority", ca=True)
    issued, _ = make("server", ("plant authority", key))
    sister, sister_key = make("server")
    by_sister, _ = make("server", ("server", sister_key))
    expired, _ = make("server", days=-1)
    trusted("s1", server, listed(authority, server), now_s)
    trusted("s1", issued, listed(authority), now_s)
    for shown, known, words in (
        (sister, listed(server), "a certificate that is not trusted (CN=server)"),
        (issued, listed(server), "not trusted"),
        # A server's certificate on the list is no authority.
        (by_sister, listed(sister), "not trusted"),
        (expired, listed(expired), "is valid from 2025-08-14 to 2026-03-01 only; replace it"),
        (b"nonsense", listed(server), "cannot be read"),
    ):
        with pytest.raises(CertificateError) as refused:
            trusted("s1", shown, known, now_s)
        assert words in refused.value.en and refused.value.zh


# The configuration.

_GOOD = """
[[systems]]
id = "dcs"
kind = "opcua"
url = "opc.tcp://10.1.0.9:4840/"

[[systems]]
id = "mes"
kind = "sql"
url = "sqlite:///plant.db"

[[meters]]
id = "stack"
system = "dcs"
[[meters.points]]
id = "co2"
kind = "instant"
unit = "%"
tag = "ns=2;s=stack.co2"

[[meters]]
id = "line"
system = "mes"
[[meters.points]]
id = "output"
kind = "counter"
unit = "t"
tag = "line.output"
"""


def test_a_configuration_of_systems_alone_is_one() -> None:
    config = load_config(_GOOD)
    assert [system.kind for system in config.systems] == ["opcua", "sql"]
    assert [(meter.carrier, meter.points[0].place.tag) for meter in config.meters] == [
        ("dcs", "ns=2;s=stack.co2"),
        ("mes", "line.output"),
    ]


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ('"opc.tcp://10.1.0.9:4840/"', '"http://x"', "systems[0].url: expected opc.tcp://host:port/, got 'http://x'"),
        (
            '"sqlite:///plant.db"',
            '"oracle://u:secret@h/d"',
            "systems[1].url: expected a database URL that begins with one of sqlite, postgresql, mysql, mariadb, odbc, "
            "got one that begins 'oracle'",
        ),
        ('system = "mes"', 'system = "mas"', "meters[1].system: no system is called 'mas'; did you mean 'mes'?"),
        ('system = "mes"', 'system = "mes"\nline = "x"', "meters[1].line: stands beside system; give one of them"),
        ('tag = "line.output"\n', "", "meters[1].points[0].tag: tag is missing; add it"),
        (
            'kind = "sql"',
            'kind = "sql"\nquery = "DELETE FROM readings"',
            "systems[1].query: expected one SELECT of id, tag, time and value with `id > :after` in it, "
            "and nothing else",
        ),
        (
            'kind = "opcua"',
            'kind = "opcua"\nsecurity = "encrypt"',
            "systems[0].trusted: security encrypt needs the terminal's certificate and key, and trusted server "
            "certificates; give trusted",
        ),
    ],
)
def test_what_is_wrong_is_one_sentence(old: str, new: str, sentence: str) -> None:
    with pytest.raises(ConfigError) as error:
        load_config(_GOOD.replace(old, new))
    told = [str(problem) for problem in error.value.problems]
    assert any(line.startswith(sentence) for line in told), told
    assert "secret" not in "".join(told)
