"""The tables of messages: each code once, the same fields in both languages."""

from __future__ import annotations

import re
from pathlib import Path
from string import Formatter

import apsw

import reference_terminal
from reference_terminal.commissioning import catalogue
from reference_terminal.main import main
from reference_terminal.model.messages import Message, Text
from reference_terminal.storage.database import SCHEMA_VERSION, open_database

_HALF = re.compile(r"(?<=[\u4e00-\u9fff])[,:;()!?]|[,:;()!?](?=[\u4e00-\u9fff])")
_ROOT = Path(reference_terminal.__file__).parent
_DOC = '"""'


def fields(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name}


def test_each_code_stands_once() -> None:
    codes = [message.code for _, message in catalogue.messages()]
    assert len(codes) > 60
    assert len(codes) == len(set(codes))
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", code) for code in codes)


def test_a_message_says_the_same_in_both_languages() -> None:
    for _, message in catalogue.messages():
        assert message.en and message.zh and fields(message.zh) <= fields(message.en), message
        assert not _HALF.search(message.zh), message.zh


def test_a_field_may_speak_two_languages() -> None:
    message = Message("a", "a", "{count} of {what}", "{what} {count} 个")
    assert message(count=2, what=Text("meters", "表计")) == Text("2 of meters", "表计 2 个")


def test_codes_are_listed(capsys) -> None:  # type: ignore[no-untyped-def]
    assert main(["codes"]) == 0
    rows = [line.split("\t") for line in capsys.readouterr().out.splitlines()]
    assert ["meter-silent", "alarm", "processing", "meter silent", "no answer: {cause}", "无应答：{cause}"] in rows


def test_a_database_of_before_gets_codes(tmp_path: Path) -> None:
    path = str(tmp_path / "old.db")
    old = apsw.Connection(path)
    old.execute("CREATE TABLE event (number INTEGER PRIMARY KEY, at_ms, kind, subject, en, zh)")
    old.execute("CREATE TABLE alarm (number INTEGER PRIMARY KEY, kind, subject, raised_ms, cleared_ms, en, zh)")
    old.execute("INSERT INTO event (at_ms, kind, subject, en, zh) VALUES (1, 'gap', 'a', 'no data', '无数据')")
    old.execute("INSERT INTO alarm (kind, subject, raised_ms, en, zh) VALUES ('meter silent', 'a', 1, 'x', 'x')")
    old.execute("CREATE TABLE fingerprint (span, start_s, point, revision, digest, signature, deposited)")
    old.execute("PRAGMA user_version=1")
    old.close()
    connection, name = open_database(path, None)
    try:
        assert name == path
        assert connection.execute("PRAGMA user_version").fetchone() == (SCHEMA_VERSION,)
        assert connection.execute("SELECT code FROM event").fetchall() == [("",)]
        assert connection.execute("SELECT code FROM alarm").fetchall() == [("meter-silent",)]
    finally:
        connection.close()


def test_chinese_sentences_have_chinese_punctuation() -> None:
    half = re.compile(r"(?<=[\u4e00-\u9fff])[,;]|[,;](?=[\u4e00-\u9fff])|(?<=[\u4e00-\u9fff])\(|\((?=[\u4e00-\u9fff])")
    wrong = [
        f"{path.relative_to(_ROOT)}:{number} {line.strip()}"
        for path in sorted(_ROOT.rglob("*.py"))
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if half.search(line) and not line.startswith(_DOC)
    ]
    assert wrong == []
