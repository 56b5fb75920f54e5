"""`carbonbench init`: a short profile that runs, made of ten answers, and the product started once to see what it does.

Leaves the whole capability statement to `carbonbench profile new`, the trial to `profile_try`, and what is a platform's
own to `init_platform`.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from bench.case import EXIT_PASS, EXIT_USAGE, Item
from bench.commands.products import init_platform, sentences
from bench.commands.products.questions import Asked, InitError, answered, command_words, quotes, template_name, words_of
from bench.dut.profile import DOCUMENTS
from simulators.sentences import Words

READS: Mapping[str, Mapping[str, str]] = {
    "modbus-tcp": {"protocol.modbus-tcp": "yes"},
    "modbus-rtu": {"protocol.modbus-rtu": "yes", "source.modbus": "yes"},
    "dlt645": {"source.dlt645": "yes"},
    "cjt188": {"source.cjt188": "yes"},
}
"""What a terminal may read, and the answers of the capability statement that say so."""
DENIED: tuple[str, ...] = ("protocol.modbus-tcp", "protocol.modbus-rtu")
"""Answered no where they are not named: cases choose between them."""
SENDS = {
    "hj212": "uplink.hj212",
    "https-json": "uplink.https-records",
    "hj212-window": "uplink.hj212-window",
}
LOCAL = "local"
"""In the place of a port: the one that the bench tells the product as its local interface."""
WORLD = """\
{# What your program is told of the bench: give it the form in which it is configured. What may be named here is in
   docs/TERMINALS.md; what becomes of it is shown by: carbonbench profile try FILE --show -#}
{
  "period_s": {{ period_s }},
  "local": { "host": {{ local.host | tojson }}, "port": {{ local.port }} },
  "meters": {{ meters | tojson(indent=2) }},
  "centres": [
{%- for centre in centres %}
    { "name": {{ centre.name | tojson }}, "host": {{ centre.host | tojson }}, "port": {{ centre.port }},
      "mn": {{ centre.mn | tojson }}, "pw": {{ centre.pw | tojson }}, "st": {{ centre.st | tojson }},
      "codes": {{ centre.codes | tojson }} }{{ "" if loop.last else "," }}
{%- endfor %}
  ]
}
"""


QUESTIONS = (
    Asked("name", "name of the terminal", "终端名称", "my terminal"),
    Asked("vendor", "its maker", "制造商", ""),
    Asked("model", "model", "型号", ""),
    Asked("firmware", "version of its firmware or software", "固件版本", ""),
    Asked("documents", "drafts it is to conform to", "声明符合的标准草案", "isc-2,csmt", DOCUMENTS),
    Asked("reads", "what it reads meters by", "采集协议", "modbus-tcp", tuple(READS)),
    Asked("sends", "what it sends by", "上传方式", "hj212", tuple(SENDS)),
    Asked("program", "its command line; empty for a device on the table", "启动命令；实体设备留空", ""),
    Asked("config", "file it is configured by, in its state folder", "配置文件名", "world.json"),
    Asked(
        "ready",
        "port at which it listens once up; local: the one it is told",
        "监听端口；local 为分配端口",
        "",
    ),
)


ANSWERS = tuple(dict.fromkeys(asked.key for asked in (*QUESTIONS, *init_platform.QUESTIONS)))
"""The answers as options."""


def answers(given: Mapping[str, str], ask: Callable[[str], str] | None) -> dict[str, str]:
    """Every question answered. Raises InitError."""
    return answered(QUESTIONS, given, ask, _flaws)


def _flaws(told: Mapping[str, str]) -> Iterator[str]:
    yield from quotes(told)
    port = told["ready"]
    if port and port != LOCAL and not (port.isascii() and port.isdecimal() and 0 < int(port[:6]) < 65536):
        yield sentences.READY_PORT(local=LOCAL).after(f"--ready {port}")


def profile_text(told: Mapping[str, str]) -> str:
    """The profile, some thirty lines."""
    reads, sends = words_of(told["reads"]), words_of(told["sends"])
    claims = dict.fromkeys(DENIED, "no")
    for word in reads:
        claims.update(READS[word])
    claims |= {SENDS[word]: "yes" for word in sends}
    quoted = json.dumps
    lines = [
        "# Made by carbonbench init: enough to run. All questions: carbonbench profile new --out FILE; one that is not",
        "# answered is inconclusive, never passed. / 由 carbonbench init 生成；未作答的问题不判通过。",
        "",
        "[terminal]",
        *(f"{key} = {quoted(told[key], ensure_ascii=False)}" for key in ("name", "vendor", "model", "firmware")),
        f"adapter = {quoted('command' if told['program'] else 'manual')}",
        f"documents = {quoted(words_of(told['documents']))}",
        'roles = ["terminal"]',
        "",
        "[claims]",
        *(f"{quoted(name)} = {quoted(answer)}" for name, answer in claims.items()),
        '# "local.readout" = "yes"   # once [connection.ask.readings] says how / 提供查询方式后填写',
        "",
        "[connection]",
    ]
    if not told["program"]:
        return "\n".join([*lines, 'rig = "rig.toml"   # the table it stands on: docs/LAB.md / 实验室台架', ""])
    lines += [f"command = {quoted(command_words(told), ensure_ascii=False)}", "ready_s = 60"]
    if told["ready"]:
        port = "{{ local.port }}" if told["ready"] == LOCAL else told["ready"]
        lines.append(f'ready = "{{{{ local.host }}}}:{port}"')
    if told["config"]:
        lines += ["", "[connection.files]", f"{quoted(told['config'])} = {quoted(template_name(told))}"]
    lines += [
        "",
        "# [connection.ask.readings]      # how the bench reads what was kept: docs/TERMINALS.md / 查询方式",
        '# get = "http://{{ local.host }}:{{ local.port }}/readings?point={{ query.point }}"',
        '# rows = "answer"',
        '# fields = { at = "row.at", value = "row.value" }',
        "",
    ]
    return "\n".join(lines)


def write(profile: str, template: str, told: Mapping[str, str], out: Path) -> list[Path]:
    """Write the profile and the template of its configuration. Raises InitError; then nothing was written."""
    files = {out: profile}
    if told["program"] and told["config"]:
        files[out.parent / template_name(told)] = template
    there = [str(path) for path in files if path.exists()]
    if there:
        raise InitError(sentences.THERE_ALREADY().after(", ".join(there)))
    made: list[Path] = []
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        for path, text in files.items():
            path.write_text(text, "utf-8", newline="\n")
            made.append(path)
    except OSError as error:
        for path in made:
            path.unlink(missing_ok=True)
        raise InitError(sentences.UNWRITABLE(strerror=error.strerror).after(out)) from None
    return list(files)


def main(words: Mapping[str, Any]) -> int:
    """Ask, write, start once. Exit code: of the trial; 0 without one; 4 for answers that cannot be used."""
    platform = words["item"] is Item.PLATFORM
    out = Path(words["out"] or f"my-{words['item'].value}.toml")
    ask = input if sys.stdin.isatty() and sys.stdout.isatty() else None
    given = {key: said for key, said in words.items() if key in ANSWERS and isinstance(said, str)}
    try:
        _fits(given, init_platform.QUESTIONS if platform else QUESTIONS, words["item"])
        if platform:
            told = answered(init_platform.QUESTIONS, given, ask, init_platform.flaws)
            found = init_platform.Found() if told["address"] == LOCAL else init_platform.look(told["address"])
            files = write(init_platform.profile_text(told, found), init_platform.WORLD, told, out)
        else:
            told, found = answers(given, ask), init_platform.Found()
            files = write(profile_text(told), WORLD, told, out)
    except InitError as error:
        print(error, file=sys.stderr)
        return EXIT_USAGE
    except EOFError:
        print(sentences.NO_ANSWER_CAME().after("init"), file=sys.stderr)
        return EXIT_USAGE
    print(sentences.WRITTEN().after(", ".join(map(str, files))))
    if found.where:
        said = sentences.LOGIN_TAKEN() if found.login else ""
        print(sentences.KINDS_TAKEN(paths=found.paths, said=said, lists=len(found.lists)).after(found.where))
    code = EXIT_PASS
    if (told["program"] or platform) and not words["no_try"]:
        from bench.commands.products import profile_try

        code = profile_try.main(out, wait_s=words["wait"])
    if platform:
        run = f"carbonbench run --rig loopback --profile {out} --case kept/keeps-what-is-entered"
    else:
        rig = "loopback" if told["program"] else "lab"
        run = f"carbonbench run --rig {rig} --terminal {out} --case realtime/delivers-within-minutes"
    if code != EXIT_PASS and len(files) > 1:
        print(sentences.NEXT_FORM(files=files[1], out=out))
        print(f"{sentences.THEN()}: {run}")
    else:
        print(f"{sentences.NEXT()}: {run}")
    return code


def _fits(given: Mapping[str, str], questions: Sequence[Asked], item: Item) -> None:
    known = {asked.key for asked in questions}
    wrong = [
        sentences.NOT_OF_ITEM(item=Words(item.value, item.zh)).after(f"--{key}") for key in given if key not in known
    ]
    if wrong:
        raise InitError("\n".join(wrong))
