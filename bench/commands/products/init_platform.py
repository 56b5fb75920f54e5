"""`carbonbench init --item platform`: a short profile of a platform, of ten answers and of what it says of its own API.

Leaves asking and writing to `init`, and trying what came out to `platform_try`. What an OpenAPI description at the
address says is taken over: login, lists and orders to create. What it does not say stands there to be filled in.
"""

from __future__ import annotations

import json
import re
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http.client import HTTPException
from typing import Any, cast
from urllib.parse import urlsplit

from bench.commands.products import sentences
from bench.commands.products.questions import Asked, command_words, quotes, template_name, words_of
from bench.dut.platform import WAYS
from bench.dut.platform.vocabulary import kinds
from bench.dut.profile import DOCUMENTS

LOCAL = "local"
"""In the place of an address: host and port that the bench tells a program."""
DESCRIPTIONS = ("/openapi.json", "/api/openapi.json", "/v3/api-docs", "/swagger.json", "/api-docs", "/api/swagger.json")
"""Where frameworks put what they say of themselves."""
CLAIMS = {"hj212": "platform.intake.hj212", "http": "platform.intake.json", "mqtt": "platform.intake.mqtt"}
"""What a way of terminals claims, by its first word."""
QUESTIONS = (
    Asked("name", "name of the platform", "平台名称", "my platform"),
    Asked("vendor", "its maker", "制造商", ""),
    Asked("model", "model", "型号", ""),
    Asked("firmware", "version of its software", "软件版本", ""),
    Asked("documents", "drafts it is to conform to", "声明符合的标准草案", "ssea,cpcif,isc-1", DOCUMENTS),
    Asked("program", "its command line; empty for a platform that is up already", "启动命令；已在运行的平台留空", ""),
    Asked("config", "file the program is configured by, in its state folder", "配置文件名", "platform.json"),
    Asked(
        "address", "http://host:port of its people's interface; local: as the program is told", "人员接口地址", LOCAL
    ),
    Asked("takes", "ways terminals come by, with ports: hj212=9212,http=9080", "终端接入方式及端口", ""),
    Asked("account", "an administrator as name:password", "管理员 账号:口令", "administrator:Administrator-1"),
)
WORLD = """\
{# What your program is told of the bench: give it the form in which it is configured. What may be named here is in
   docs/PLATFORM.md; what becomes of it is shown by: carbonbench profile try FILE --show -#}
{
  "local": { "host": {{ local.host | tojson }}, "port": {{ local.port }} },
  "uplink": { "host": {{ uplink.host | tojson }} },
  "intakes": { {%- for way, intake in intakes.items() %} {{ way | tojson }}: {{ intake.port }}{{ "" if loop.last else "," }}{% endfor %} },
  "accounts": [
{%- for word, account in accounts.items() %}
    { "name": {{ account.name | tojson }}, "password": {{ account.password | tojson }}, "role": {{ account.role | tojson }} }{{ "" if loop.last else "," }}
{%- endfor %}
  ]
}
"""  # noqa: E501 (lines of a template)
_TIMEOUT_S = 10
_NO_ANSWER = (OSError, ValueError, RecursionError, HTTPException)
"""Nobody there, or what came is no JSON, or no HTTP."""
_MOST = 16 * 1024 * 1024
_LOGIN = re.compile(r"log-?in|sign-?in|auth|authenticate|token|sessions?", re.I)
_NAMES = ("username", "account", "user", "login", "name", "email")
_TOKENS = ("access_token", "accessToken", "token", "jwt", "id_token")


def flaws(told: Mapping[str, str]) -> Iterator[str]:
    """What is wrong with the answers, a sentence each."""
    yield from quotes(told)
    if not told["program"] and told["address"] == LOCAL:
        yield sentences.ADDRESS_NEEDED().after("--address")
    elif told["address"] != LOCAL and not _is_address(told["address"]):
        yield sentences.ADDRESS_FORM(local=LOCAL).after(f"--address {told['address']}")
    for word in words_of(told["takes"]):
        way, _, port = word.partition("=")
        if way not in WAYS:
            yield sentences.WAYS_FORM(ways=WAYS).after(f"--takes {word}")
        elif not (port.isascii() and port.isdecimal() and 0 < int(port[:6]) < 65536):
            yield sentences.PORT_FORM().after(f"--takes {word}")
    name, colon, password = told["account"].partition(":")
    if not (name and colon and password):
        yield sentences.ACCOUNT_FORM().after(f"--account {name}")


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        return False


@dataclass
class Found:
    """What a platform says of itself: `login` and `lists` as lines of a profile, `where` the description was."""

    where: str = ""
    paths: int = 0
    login: str = ""
    token: str = ""
    lists: dict[str, list[str]] = field(default_factory=dict[str, list[str]])


def look(address: str) -> Found:
    """What the description of its API at an address says; nothing where there is none, or nobody answers."""
    for path in DESCRIPTIONS:
        try:
            with urllib.request.urlopen(address.rstrip("/") + path, timeout=_TIMEOUT_S) as answer:
                told = json.loads(answer.read(_MOST))
        except urllib.error.HTTPError:
            continue
        except _NO_ANSWER:
            # Nobody there: the other addresses would only be waited for. No JSON there: the next.
            if path == DESCRIPTIONS[0] and not _answers(address):
                return Found()
            continue
        if isinstance(told, dict) and isinstance(cast("dict[str, Any]", told).get("paths"), dict):
            return described(cast("dict[str, Any]", told), path)
    return Found()


def _answers(address: str) -> bool:
    try:
        urllib.request.urlopen(address, timeout=_TIMEOUT_S).close()
    except urllib.error.HTTPError:
        return True
    except _NO_ANSWER:
        return False
    return True


def described(told: Mapping[str, Any], where: str) -> Found:
    """Login, lists and orders to create out of an OpenAPI description."""
    paths: dict[str, Any] = told["paths"]
    found = Found(where, len(paths))
    words = {form: name for name in kinds() for form in (name, _plural(name), name.replace("-", "_"))}
    for path, methods in sorted(paths.items()):
        if not isinstance(methods, dict) or "{" in path:
            continue
        last = path.rstrip("/").rpartition("/")[2]
        post = cast("dict[str, Any]", methods).get("post")
        if post and not found.login and _LOGIN.fullmatch(last):
            _take_login(found, path, told, post)
        kind = words.get(last.lower())
        if kind is not None and "get" in methods and kind not in found.lists:
            lines = [f'list = {{ get = {_quoted(path)}, rows = "answer.json" }}']
            if post:
                lines.append(
                    f'create = {{ post = {_quoted(path)}, json = "{{{{ fields }}}}", key = "answer.json.id" }}'
                )
            found.lists[kind] = lines
    return found


def _plural(name: str) -> str:
    return f"{name[:-1]}ies" if name.endswith("y") else f"{name}s"


def _take_login(found: Found, path: str, told: Mapping[str, Any], post: Any) -> None:
    asked, form = _body(told, post)
    names = [each for each in asked if each.lower() in _NAMES]
    if not names or "password" not in asked:
        return
    fields = f'{names[0]} = "{{{{ account.name }}}}", password = "{{{{ account.password }}}}"'
    answered = _answered(told, post)
    found.token = next((each for each in _TOKENS if each in answered), _TOKENS[0] if not answered else "")
    keep = f", keep = {{ token = {_quoted(f'answer.json.{found.token}')} }}" if found.token else ""
    found.login = f"{{ post = {_quoted(path)}, {'form' if form else 'json'} = {{ {fields} }}{keep} }}"


def _body(told: Mapping[str, Any], post: Any) -> tuple[tuple[str, ...], bool]:
    """The fields of a request's body, and whether it is a form."""
    content = _at(post, "requestBody", "content")
    for kind, form in (("application/json", False), ("application/x-www-form-urlencoded", True)):
        if kind in content:
            return tuple(_fields(told, _at(content, kind, "schema"))), form
    # Swagger 2 has parameters in the place of a body.
    given = post.get("parameters") if isinstance(post, dict) else None
    for each in cast("list[Any]", given) if isinstance(given, list) else []:
        if _at(each, "schema"):
            return tuple(_fields(told, _at(each, "schema"))), False
    return (), False


def _answered(told: Mapping[str, Any], post: Any) -> tuple[str, ...]:
    for status in ("200", "201"):
        answer = _at(post, "responses", status)
        schema = _at(answer, "content", "application/json", "schema") or _at(answer, "schema")
        if schema:
            return tuple(_fields(told, schema))
    return ()


def _fields(told: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    named = schema.get("$ref")
    if isinstance(named, str) and named.startswith("#/"):
        schema = _at(told, *named[2:].split("/"))
    return _at(schema, "properties")


def _at(table: Any, *keys: str) -> dict[str, Any]:
    for key in keys:
        table = cast("dict[str, Any]", table).get(key) if isinstance(table, dict) else None
    return cast("dict[str, Any]", table) if isinstance(table, dict) else {}


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def profile_text(told: Mapping[str, str], found: Found) -> str:
    """The profile, some fifty lines."""
    name, _, password = told["account"].partition(":")
    ways = dict(word.split("=", 1) for word in words_of(told["takes"]))
    claims = {"platform.objects": "yes"} if found.lists else {}
    if ways:
        claims |= {"platform.intake": "yes"} | {
            CLAIMS[way.partition("-")[0].replace("https", "http")]: "yes" for way in ways
        }
    base = "http://{{ local.host }}:{{ local.port }}" if told["address"] == LOCAL else told["address"].rstrip("/")
    lines = [
        "# Made by carbonbench init: enough to be tried. All questions: profile new --roles platform; one that is",
        "# not answered is inconclusive, never passed. / 由 carbonbench init 生成；未作答的问题不判通过。",
        "",
        "[platform]",
        *(f"{key} = {_quoted(told[key])}" for key in ("name", "vendor", "model")),
        f"version = {_quoted(told['firmware'])}",
        f"adapter = {_quoted('command' if told['program'] else 'address')}",
        f"documents = {_quoted_list(words_of(told['documents']))}",
        'roles = ["platform"]',
        "",
        "[claims]",
        *(f"{_quoted(claim)} = {_quoted(answer)}" for claim, answer in claims.items()),
        *(
            []
            if found.lists
            else ['# "platform.objects" = "yes"   # once [functions] says how / 填写 [functions] 后启用']
        ),
        '# "platform.readings" = "yes"  # once [functions.analyses] says how values are asked for / 说明查询方式后启用',
        "",
        "[connection]",
    ]
    if told["program"]:
        lines += [f"command = {_quoted_list(command_words(told))}", "ready_s = 60"]
        if told["address"] == LOCAL:
            lines.append('ready = "{{ local.host }}:{{ local.port }}"')
        if told["config"]:
            lines += ["", "[connection.files]", f"{_quoted(told['config'])} = {_quoted(template_name(told))}"]
    for way, port in ways.items():
        lines += ["", f"[connection.{way}]", f"port = {port}"]
        if not told["program"]:
            lines.append(f"host = {_quoted(urlsplit(told['address']).hostname or '')}")
        if way.startswith("http"):
            lines.append('# path = "/api/records"   # or a form of its own: docs/PLATFORM.md / 或自有格式')
    lines += ["", *_people(base, name, password, found), *_functions(found)]
    return "\n".join(lines)


def _people(base: str, name: str, password: str, found: Found) -> list[str]:
    who = f'name = {_quoted(name)}, role = "administrator", password = {_quoted(password)}, fresh = false'
    login = found.login or (
        '{ post = "/api/login", json = { account = "{{ account.name }}", password = "{{ account.password }}" }, '
        'keep = { token = "answer.json.token" } }'
    )
    signed = bool(found.token) or not found.login
    return [
        "# How people and programs log in: docs/ACCESS.md. / 登录方式",
        *(
            []
            if found.login
            else ["# Nothing said how; this is a guess to be corrected. / 未能获知登录方式，以下须修改"]
        ),
        "[access.doors.api]",
        f"base = {_quoted(base)}",
        f"login = [{login}]",
        'entered = "answer.status in (200, 201)"',
        *(['sign = { Authorization = "Bearer {{ session.token }}" }', 'token = "token"'] if signed else []),
        'refused = "answer.status in (401, 403, 404)"',
        "",
        "# Cases also know operator-of-park, auditor, clerk-a, manager-a, clerk-b, government. / 其余账号",
        "[access.accounts]",
        f"administrator = {{ {who} }}",
        "",
    ]


def _functions(found: Found) -> list[str]:
    if not found.lists:
        return [
            "# How objects are kept and analyses asked: docs/PLATFORM.md. / 对象与分析的请求方式",
            '# [functions.objects."*"]',
            '# list = { get = "/{{ kind }}?{{ filter | urlencode }}", rows = "answer.json" }',
            "",
        ]
    lines = [
        f"# As {found.where} has them; names of fields: docs/PLATFORM.md. / 取自接口描述，字段名须核对",
        "[functions]",
    ]
    for kind, calls in found.lists.items():
        lines += ["", f"[functions.objects.{kind}]", *calls]
    return [*lines, ""]


def _quoted_list(texts: list[str]) -> str:
    return json.dumps(texts, ensure_ascii=False)
