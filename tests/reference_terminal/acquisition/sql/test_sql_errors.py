"""What an error of a database means follows from its code, whatever language its text is in."""

from __future__ import annotations

import sqlite3

import pytest

from reference_terminal.acquisition.sql import errors
from reference_terminal.acquisition.sql.errors import AWAY, BUSY, WRONG


class _Psycopg(Exception):
    pgcode = "55P03"


class _Sqlite(sqlite3.OperationalError):
    sqlite_errorcode = 261


@pytest.mark.parametrize(
    ("error", "means"),
    [
        # PostgreSQL: fields of the server's answer.
        (Exception({"S": "致命错误", "C": "28P01", "M": '用户 "x" Password 认证失败'}), WRONG),
        (Exception({"S": "错误", "C": "57014", "M": "由于语句执行超时, 正在取消查询命令"}), BUSY),
        (Exception({"S": "FATAL", "C": "57P03", "M": "the database system is starting up"}), AWAY),
        (Exception({"S": "FATAL", "C": "53300", "M": "sorry, too many clients already"}), AWAY),
        (Exception({"S": "ERROR", "C": "25006", "M": "cannot execute DELETE in a read-only transaction"}), WRONG),
        (_Psycopg("verrou non disponible"), BUSY),
        # MariaDB: numbers.
        (Exception(1205, "Lock wait timeout exceeded"), BUSY),
        (Exception(1969, "Query execution was interrupted (max_statement_time exceeded)"), BUSY),
        (Exception(1146, "Tabelle 'x' existiert nicht"), WRONG),
        (Exception(1045, "Access denied"), WRONG),
        (Exception(2003, "Can't connect"), AWAY),
        (Exception(1040, "Too many connections"), AWAY),
        # SQLite: the kind in the lowest octet.
        (_Sqlite("database is locked"), BUSY),
        # ODBC: SQLSTATE, and the driver's own number where that says nothing.
        (Exception("42S22", "[42S22] [ma-3.1.15]Unknown column 'x' (1054) (SQLExecDirectW)"), WRONG),
        (Exception("HYT00", "[HYT00] time-out (0) (SQLDriverConnect)"), BUSY),
        (Exception("08001", "[08001] could not connect (101) (SQLDriverConnect)"), AWAY),
        (Exception("HY000", "[HY000] [SQLite]database is locked (5) (5) (SQLExecDirectW)"), BUSY),
        (Exception("HY000", "[HY000] [SQLite]no such column: x (1) (1) (SQLExecDirectW)"), WRONG),
        (Exception("HY000", "[HY000] [SQLite]connect failed (14) (SQLDriverConnect)"), AWAY),
        (Exception("HY000", "[HY000] Lock wait timeout exceeded (1205) (SQLExecDirectW)"), BUSY),
        (Exception("IM002", "[IM002] Data source name not found (0) (SQLDriverConnect)"), WRONG),
        (Exception("01000", "[01000] Can't open lib 'x' (0) (SQLDriverConnect)"), WRONG),
        # Whatever carries no code may mend itself.
        (ConnectionResetError(104, "Connection reset by peer"), AWAY),
        (PermissionError(1, "Operation not permitted"), AWAY),
        (Exception("the locked door does not exist"), AWAY),
        (Exception(), AWAY),
        (None, AWAY),
    ],
)
def test_the_code_tells_what_an_error_means(error: BaseException | None, means: str) -> None:
    assert errors.meaning(error) == means


def test_people_are_told_what_the_database_said() -> None:
    assert errors.said(Exception({"C": "42P01", "M": '关系 "x" 不存在'})) == '关系 "x" 不存在'
    assert errors.said(Exception("42S02", "[42S02] no such table")) == "[42S02] no such table"
    assert errors.said(Exception(1146, "Table 'x' doesn't exist")) == "(1146, \"Table 'x' doesn't exist\")"
    assert errors.said(sqlite3.OperationalError("no such table: x")) == "no such table: x"
