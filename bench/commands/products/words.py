"""The words of `init` and `profile`, and the calls that they become.

Leaves the work to the modules beside it, which are imported when their command is given.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from bench.case import Item
from bench.commands import rows
from bench.commands.option import Option
from bench.commands.parsing import Add, Parser, takes, wrong_words
from bench.commands.running.options import ROWS, wrong_item

INIT_ANSWERS = {
    "vendor": "its maker / 制造商",
    "model": "model / 型号",
    "firmware": "version / 固件版本",
    "documents": "drafts, separated by commas / 标准",
    "reads": "modbus-tcp, modbus-rtu, dlt645, cjt188 / 采集协议",
    "sends": "hj212, https-json, hj212-window / 上传方式",
    "program": "its command line; empty: a device, or a platform that is up / 启动命令",
    "config": "file it is configured by / 配置文件名",
    "ready": "port at which it listens once up, or local / 就绪端口",
    "address": "of a platform: http://host:port, or local / 平台地址",
    "takes": "of a platform: ways terminals come by, hj212=9212,http=9080 / 终端接入方式",
    "account": "of a platform: name:password of an administrator / 平台管理员",
}
"""The answers of `init` as options; its questions are those of `bench.commands.products.init` and `init_platform`."""


def _init(words: argparse.Namespace) -> int:
    if wrong := rows.wrong_wait(words.wait) or "".join(wrong_item(words.item)):
        return wrong_words(wrong)
    from bench.commands.products import init

    return init.main({**vars(words), "item": Item(words.item or Item.TERMINAL)})


def _profile(words: argparse.Namespace) -> int:
    if words.rest[:1] == ["try"]:
        return _profile_try(words.rest[1:])
    from conformance.clauses import ics

    return ics.main(words.rest)


def trying() -> Parser:
    """What the words of `profile try` are parsed with."""
    parser = Parser(
        prog="carbonbench profile try",
        description="start the product once, ask each hook, show what came back / 启动一次并逐一询问",
    )
    takes(
        parser,
        Option("profile", "FILE", "profile (TOML) / 档案文件", kind=Path),
        rows.WAIT,
        Option("--orders", "", "also what changes the product / 包括改变终端状态的指令"),
        Option("--show", "", "command line and files as made / 显示启动命令与配置文件"),
        rows.JSON,
    )
    return parser


def _profile_try(rest: Sequence[str]) -> int:
    words = trying().parse_args(list(rest))
    if wrong := rows.wrong_wait(words.wait):
        return wrong_words(wrong)
    from bench.commands.products import profile_try

    return profile_try.main(words.profile, wait_s=words.wait, orders=words.orders, as_json=words.json, show=words.show)


def init(command: Add) -> None:
    """The words of `init`."""
    takes(
        command("init", _init, "ten questions, a short profile that runs, a first start / 快速生成终端档案"),
        ROWS["item"],
        replace(rows.NAME, default=None),
        *(Option(f"--{key}", "TEXT", text, default=None) for key, text in INIT_ANSWERS.items()),
        rows.NEW_PROFILE,
        rows.WAIT,
        Option("--no-try", "", "do not start the product / 不试运行"),
    )


def profile(command: Add) -> None:
    """The words of `profile`."""
    command("profile", _profile, "a terminal's profile: new, check, try / 终端档案", owns_help=True)
