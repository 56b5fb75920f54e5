"""What is wrong with settings of CJ/T 188 meters: messages by id, told in what is answered and logged.

Leaves finding what is wrong to the modules of this room.
"""

from __future__ import annotations

from reference_terminal.model.messages import reason

TYPE_OCTET = reason(
    "type-octet",
    en="expected the type octet as two hexadecimal digits such as 10 (cold water), 20 (heat), got {kind!r}",
    zh="应为两位十六进制类型码，例如 10（冷水）、20（热量），实际为 {kind!r}",
)
OWN_LAYOUT = reason(
    "own-layout",
    en='a layout "own" and its fields belong together; give both or neither',
    zh="layout = “own” 与 fields 应同时给出或都不给",
)
FORMAT_OR_OCTETS = reason(
    "format-or-octets",
    en="expected format (a number) or octets (to be passed over); give one",
    zh="应给出 format（数值）或 octets（跳过的字节）之一",
)
FOUR_DIGITS = reason(
    "four-digits",
    en="expected 4 hexadecimal digits such as 901F, got {identifier!r}",
    zh="应为 4 位十六进制数据标识，实际为 {identifier!r}",
)
FIELD_NAME = reason(
    "field-name", en="expected one of {names}, got {name!r}{hint}", zh="应为 {names} 之一，实际为 {name!r}{hint}"
)
CJT188_ADDRESS = reason(
    "cjt188-address",
    en="14 digits of the CJ/T 188 address, maker's code first (A: any digit)",
    zh=" 14 位 CJ/T 188 地址，厂商代码在前（A 表示任意数字）",
)
FIELD_WIDTH = reason(
    "field-width", en="expected {wanted} digits, got {got}", zh="应为 {wanted} 位数字，实际为 {got} 位"
)
