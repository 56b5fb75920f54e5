"""`carbonbench init`: a short profile that runs, made of ten answers, and the product started once to see what it does.

Leaves the whole capability statement to `carbonbench profile new`, and the trial to `profile_try`. What stands on the
command line is not asked; where nobody can be asked, defaults stand.
"""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.case import EXIT_PASS, EXIT_USAGE
from bench.dut.profile import DOCUMENTS

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


class InitError(Exception):
    """Answers that cannot be used; one sentence a line."""


@dataclass(frozen=True)
class Asked:
    """One of the questions: the option's name, what is asked in both languages, what stands where nobody answers."""

    key: str
    en: str
    zh: str
    default: str
    one_of: tuple[str, ...] = ()
    """Words that may be named, separated by commas; empty: any text."""


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


def answers(given: Mapping[str, str], ask: Callable[[str], str] | None) -> dict[str, str]:
    """Every question answered: by the command line, by whoever sits there, or by default. Raises InitError."""
    found: dict[str, str] = {}
    problems: list[str] = []
    for number, asked in enumerate(QUESTIONS, 1):
        said = given.get(asked.key)
        if said is None and ask is not None:
            among = f" ({', '.join(asked.one_of)})" if asked.one_of else ""
            shown = f" [{asked.default}]" if asked.default else ""
            said = ask(f"{number}/{len(QUESTIONS)} {asked.en} / {asked.zh}{among}{shown}: ").strip() or None
        text = asked.default if said is None else said
        wrong = [word for word in _words(text) if word not in asked.one_of] if asked.one_of else []
        if wrong or (asked.one_of and not _words(text)):
            problems.append(f"--{asked.key} {text}: expected of {', '.join(asked.one_of)} / 取值无效")
        found[asked.key] = text
    try:
        shlex.split(found["program"])
    except ValueError as error:
        problems.append(f"--program {found['program']}: {error} / 引号不匹配")
    config = Path(found["config"])
    if found["config"] and (config.is_absolute() or ".." in config.parts):
        problems.append(f"--config {config}: expected a name below the state folder / 应为状态目录内的文件名")
    port = found["ready"]
    if port and port != LOCAL and not (port.isascii() and port.isdecimal() and 0 < int(port[:6]) < 65536):
        problems.append(f"--ready {port}: expected a port, 1 to 65535, or {LOCAL} / 应为端口号")
    if problems:
        raise InitError("\n".join(problems))
    return found


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]


def profile_text(told: Mapping[str, str]) -> str:
    """The profile, some thirty lines."""
    reads, sends = _words(told["reads"]), _words(told["sends"])
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
        f"documents = {quoted(_words(told['documents']))}",
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
    lines += [f"command = {quoted(_command(told), ensure_ascii=False)}", "ready_s = 60"]
    if told["ready"]:
        port = "{{ local.port }}" if told["ready"] == LOCAL else told["ready"]
        lines.append(f'ready = "{{{{ local.host }}}}:{port}"')
    if told["config"]:
        lines += ["", "[connection.files]", f"{quoted(told['config'])} = {quoted(_template(told))}"]
    lines += [
        "",
        "# [connection.ask.readings]      # how the bench reads what was kept: docs/TERMINALS.md / 查询方式",
        '# get = "http://{{ local.host }}:{{ local.port }}/readings?point={{ query.point }}"',
        '# rows = "answer"',
        '# fields = { at = "row.at", value = "row.value" }',
        "",
    ]
    return "\n".join(lines)


def _command(told: Mapping[str, str]) -> list[str]:
    """The words of the command line; it runs in its state folder, so files named from here are named outright."""
    words = shlex.split(told["program"])
    return [str(Path(word).absolute()) if word != told["config"] and Path(word).is_file() else word for word in words]


def _template(told: Mapping[str, str]) -> str:
    return f"{Path(told['config']).name}.j2"


def write(told: Mapping[str, str], out: Path) -> list[Path]:
    """Write the profile and the template of its configuration. Raises InitError; then nothing was written."""
    files = {out: profile_text(told)}
    if told["program"] and told["config"]:
        files[out.parent / _template(told)] = WORLD
    there = [str(path) for path in files if path.exists()]
    if there:
        raise InitError(f"{', '.join(there)}: there already; give another --out, nothing is overwritten / 文件已存在")
    made: list[Path] = []
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        for path, text in files.items():
            path.write_text(text, "utf-8", newline="\n")
            made.append(path)
    except OSError as error:
        for path in made:
            path.unlink(missing_ok=True)
        raise InitError(f"{out}: cannot be written: {error.strerror} / 无法写入") from None
    return list(files)


def main(words: Mapping[str, Any]) -> int:
    """Ask, write, start once. Exit code: of the trial; 0 without one; 4 for answers that cannot be used."""
    out = Path(words["out"])
    ask = input if sys.stdin.isatty() and sys.stdout.isatty() else None
    try:
        told = answers({key: said for key, said in words.items() if isinstance(said, str)}, ask)
        files = write(told, out)
    except InitError as error:
        print(error, file=sys.stderr)
        return EXIT_USAGE
    except EOFError:
        print("init: no answer came; give the answers as options (carbonbench init --help) / 未作答", file=sys.stderr)
        return EXIT_USAGE
    print(f"{', '.join(map(str, files))}: written / 已生成")
    code = EXIT_PASS
    if told["program"] and not words["no_try"]:
        from bench.commands import profile_try

        code = profile_try.main(out, wait_s=words["wait"])
    rig = "loopback" if told["program"] else "lab"
    run = f"carbonbench run --rig {rig} --terminal {out} --case realtime/delivers-within-minutes"
    if code != EXIT_PASS and len(files) > 1:
        print(f"next / 下一步: give {files[1]} your program's form / 按程序格式修改: carbonbench profile try {out}")
        print(f"then / 然后: {run}")
    else:
        print(f"next / 下一步: {run}")
    return code
