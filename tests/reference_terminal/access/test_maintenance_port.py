"""The maintenance port: configuring there and nowhere else, from afar only once enabled (ISC-2 7.4.1.2(4), R-38)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from access_kit import Answered, Life, answered, api, events, live, log_in, request, text_of, token_of
from security_kit import HOSTS, authority, security

from reference_terminal.net.channel import ChannelRefused, Security, open_line
from reference_terminal.settings.config import ConfigError, load_config

LOCAL, REMOTE = 8443, 9443


def text(path: Path) -> str:
    by = authority("gm-tls13")
    own = by.leaf("server", "A", HOSTS, "good")
    material = {"certificate": own.certificate, "key": own.key, "anchors": by.anchor}
    pem = "\n".join(f"{name} = {json.dumps(text)}" for name, text in material.items())
    places = f'port = {LOCAL}\nremote_host = "127.0.0.1"\nremote_port = {REMOTE}\nchannel = "gm-tls13"'
    return text_of(str(path / "t.db"), more=f"[management]\n{places}\n{pem}\n")


async def afar(life: Life, peer: Security, octets: bytes) -> Answered:
    line = await open_line("127.0.0.1", REMOTE, peer, lambda: life.clock.time_ns() // 10**9, 20)
    line.write(octets)
    answer = b""
    while data := await line.read(65_536):
        answer += data
    return answered(answer)


def test_what_configures_is_had_at_the_maintenance_port_only(tmp_path: Path) -> None:
    async def body(life: Life) -> None:
        root, clerk = await token_of("root"), await token_of("carl")
        order = {"meter": "m1", "period_s": "60"}
        assert (await api("POST", "period", order, token=root)).code == "no-right"
        assert (await api("POST", "period", order, token=root, port=LOCAL)).status == 200
        assert (await api("POST", "period", order, token=clerk, port=LOCAL)).code == "no-right"
        assert (await api("GET", "points", token=clerk)).status == 200

    live(body, text(tmp_path))


def test_failures_of_all_doors_are_counted_together(tmp_path: Path) -> None:
    async def body(life: Life) -> None:
        wrong = {"name": "vera", "password": "Wrong.pass.1"}
        for port in (8080, LOCAL, 8080, LOCAL, 8080):
            assert (await api("POST", "login", wrong, port=port)).code == "login-refused"
        assert (await log_in("vera")).code == "account-locked"

    live(body, text(tmp_path))


def test_from_afar_nobody_answers_until_it_is_enabled_and_then_only_who_has_a_certificate(tmp_path: Path) -> None:
    async def body(life: Life) -> None:
        me = security("gm-tls13", server_name=HOSTS[1], crls=False)
        with pytest.raises(OSError):
            await afar(life, me, b"")
        root = await token_of("root")
        order = {"enabled": "yes"}
        assert (await api("POST", "management-interface", order, token=root, port=LOCAL)).status == 200
        login = request("POST", "/api/v1/login", {"name": "root", "password": "Wrong.pass.1"}, port=REMOTE)
        assert (await afar(life, me, login)).code == "login-refused"
        bare = Security("tls", HOSTS[1], authority("gm-tls13").anchor)
        for stranger in (bare, security("gm-tls13", "unknown-issuer", server_name=HOSTS[1], crls=False)):
            with pytest.raises((ChannelRefused, OSError)):
                assert (await afar(life, stranger, login)).status == 0
        await life.stop()
        await life.start()
        assert (await afar(life, me, login)).code == "login-refused", "it stays enabled"
        found = [each["code"] for each in await events(type="configuration")]
        assert found == ["management-interface-set"]
        root = await token_of("root")
        assert (await api("POST", "management-interface", {"enabled": "no"}, token=root, port=LOCAL)).status == 200

    live(body, text(tmp_path))


def test_a_maintenance_port_needs_accounts_and_the_loopback() -> None:
    with pytest.raises(ConfigError) as told:
        text = text_of(more='[management]\nport = 1\nhost = "0.0.0.0"')
        load_config(text[: text.index("[accounts]")])
    said = " ".join(str(problem) for problem in told.value.problems)
    assert "loopback" in said and "[accounts]" in said


@pytest.mark.parametrize(
    ("section", "told"),
    [
        ("[lan]\nport = 8444", "lan.certificate: HTTPS shows who the terminal is; give certificate and key"),
        ('[lan]\ncertificate = "no.pem"\nkey = "no.key"', "lan.certificate: expected PEM text or a readable file"),
    ],
)
def test_settings_of_https_that_will_not_do_are_told(section: str, told: str) -> None:
    with pytest.raises(ConfigError) as raised:
        load_config(text_of(more=section))
    assert told in str(raised.value)
