"""Why the storage room refuses something: messages by id, told in what is answered and logged.

Leaves when they are told to the modules of this room.
"""

from __future__ import annotations

from reference_terminal.model.messages import reason

SET_NOT_WHOLE = reason(
    "set-not-whole",
    en="expected a whole set of form {form}, found something else or a part of one",
    zh="应为完整的 {form} 备份文件",
)
SET_FORM = reason("set-form", en="expected a set of form {form}, found {got}", zh="格式应为 {form}")
SET_ALTERED = reason(
    "set-altered",
    en="the set is not as it was made: its SM3 does not agree",
    zh="备份文件已被改动或损坏：SM3 不符",
)
ROW_UNKNOWN = reason("row-unknown", en="line {number}: no row that this program knows", zh="第 {number} 行无法识别")
POINT_DIFFERS = reason(
    "point-differs",
    en="{point} is a {kind} in {unit} in the set and a {own_kind} in {own_unit} here; nothing was taken",
    zh="{point} 在备份中为 {unit}，本机为 {own_unit}，未导入",
)
DATABASE_CLOSED = reason(
    "database-closed",
    en="database {name} cannot be opened: {error}; check path, rights and free space",
    zh="无法打开数据库 {name}，请检查路径、权限和剩余空间",
)
NO_DATABASE = reason("no-database", en="no usable database: {found}", zh="没有可用的数据库")
SCHEMA_VERSION = reason(
    "schema-version",
    en="database has schema version {version}, this terminal knows {schema_version}; use the matching program",
    zh="数据库版本 {version} 与程序版本 {schema_version} 不符",
)
CAUSE_GONE = reason("cause-gone", en="the cause is gone", zh="原因已消除")
