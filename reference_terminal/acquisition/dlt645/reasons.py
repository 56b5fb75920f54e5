"""What is wrong with settings of DL/T 645 meters: messages by id, told in what is answered and logged.

Leaves finding what is wrong to the modules of this room.
"""

from __future__ import annotations

from reference_terminal.model.messages import reason

IDENTIFIER_DIGITS = reason(
    "identifier-digits",
    en="expected {digits} hexadecimal digits such as {such}, got {identifier!r}",
    zh="应为 {digits} 位十六进制数据标识，例如 {such}，实际为 {identifier!r}",
)
NO_PUBLIC_IDENTIFIER = reason(
    "no-public-identifier",
    en="identifier {identifier} is in no public table; add format, for example XXXXXX.XX",
    zh="数据标识 {identifier} 不在公开表中，请补充 format，例如 XXXXXX.XX",
)
NO_COUNTERPART = reason(
    "no-counterpart",
    en="{identifier} has no counterpart of 1997; set protocol dlt645-2007 for this meter",
    zh="{identifier} 没有 1997 版对应标识，请将该表的 protocol 设为 dlt645-2007",
)
DLT645_ADDRESS = reason(
    "dlt645-address", en="12 digits of the DL/T 645 address (A: any digit)", zh=" 12 位 DL/T 645 地址（A 表示任意数字）"
)
