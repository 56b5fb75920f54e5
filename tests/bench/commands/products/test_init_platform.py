"""`carbonbench init --item platform`: what a platform says of its API is taken over; wrong answers are sentences."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from bench import cli
from bench.commands.products import init_platform
from bench.dut.profile import Claim, load_profile

FIELDS = {"username": {"type": "string"}, "password": {"type": "string"}}
API = {
    "openapi": "3.1.0",
    "paths": {
        "/api/v2/sign-in": {
            "post": {
                "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Login"}}}},
                "responses": {
                    "200": {"content": {"application/json": {"schema": {"properties": {"jwt": {"type": "string"}}}}}}
                },
            }
        },
        "/api/v2/enterprises": {"get": {}, "post": {}},
        "/api/v2/enterprises/{key}": {"get": {}},
        "/api/v2/factors": {"get": {}},
        "/api/v2/weather": {"get": {}},
    },
    "components": {"schemas": {"Login": {"properties": FIELDS}}},
}
SWAGGER = {
    "swagger": "2.0",
    "paths": {"/login": {"post": {"parameters": [{"in": "body", "schema": {"properties": FIELDS}}], "responses": {}}}},
}


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def platform(tmp_path: Path) -> Iterator[str]:
    """A platform that is up and describes its API where FastAPI does."""
    (tmp_path / "served").mkdir()
    (tmp_path / "served" / "openapi.json").write_text(json.dumps(API), "utf-8")
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(tmp_path / "served"))) as server:
        at = threading.Thread(target=server.serve_forever, daemon=True)
        at.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        at.join()


def made(tmp_path: Path, *words: str) -> int:
    return cli.main(["init", "--item", "platform", "--out", str(tmp_path / "my.toml"), "--no-try", *words])


def test_what_it_says_of_its_api_is_taken_over(
    tmp_path: Path, platform: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert made(tmp_path, "--address", platform, "--takes", "hj212=9212,https=9443") == 0
    assert "/openapi.json: 5 paths; login, 2 kinds taken over" in capsys.readouterr().out
    profile = load_profile(tmp_path / "my.toml")
    assert profile.adapter == "address" and profile.intakes["hj212"].host == "127.0.0.1"
    assert profile.claim("platform.objects") is Claim.YES and profile.claim("platform.intake.json") is Claim.YES
    assert profile.access is not None and profile.functions is not None
    (login,) = profile.access.doors["api"].login
    assert login.post == "/api/v2/sign-in" and login.keep == {"token": "answer.json.jwt"}
    assert login.json == {"username": "{{ account.name }}", "password": "{{ account.password }}"}
    assert set(profile.functions.objects) == {"enterprise", "factor"}
    assert profile.functions.objects["factor"].create is None
    assert cli.main(["profile", "check", str(tmp_path / "my.toml")]) == 0


def test_an_older_form_of_description_has_a_login_too() -> None:
    found = init_platform.described(SWAGGER, "/swagger.json")
    assert found.login.startswith('{ post = "/login", json = { username =') and found.token == "access_token"


def test_a_program_has_a_template_and_is_told_where_it_listens(tmp_path: Path) -> None:
    assert made(tmp_path, "--program", f"{sys.executable} -m mine", "--takes", "mqtt=1883", "--name", "平台") == 0
    profile = load_profile(tmp_path / "my.toml")
    assert (profile.name, profile.adapter) == ("平台", "command")
    assert profile.connection["files"] == {"platform.json": "platform.json.j2"}
    assert "intakes.items()" in (tmp_path / "platform.json.j2").read_text("utf-8")
    assert cli.main(["profile", "check", str(tmp_path / "my.toml")]) == 0


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((), "--address: a platform that is up already has one"),
        (("--address", "ftp://box"), "expected http://host:port"),
        (("--address", "http://box:99999"), "expected http://host:port"),
        (("--address", "http://[::1"), "expected http://host:port"),
        (("--program", "box", "--takes", "pigeon=1"), "expected of hj212"),
        (("--program", "box", "--takes", "hj212"), "expected a port"),
        (("--program", "box", "--account", "root"), "expected name:password"),
        (("--program", "box", "--reads", "dlt645"), "--reads: not of a platform"),
        (("--item", "platfrom"), "expected one of terminal, platform"),
    ],
)
def test_a_wrong_answer_is_a_sentence_and_nothing_is_written(
    tmp_path: Path, words: tuple[str, ...], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert made(tmp_path, *words) == 4
    assert told in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
