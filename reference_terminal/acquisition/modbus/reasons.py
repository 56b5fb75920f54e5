"""What is wrong with settings of Modbus meters: messages by id, told in what is answered and logged.

Leaves finding what is wrong to the modules of this room.
"""

from __future__ import annotations

from reference_terminal.model.messages import reason

AT_TWENTY = reason("at-twenty", en="give the quantity at 20 mA", zh="请给出 20 mA 对应的量值")
CURRENT_ZERO = reason(
    "current-zero",
    en="expected 4 (4 to 20 mA) or 0 (0 to 20 mA), got {zero}",
    zh="应为 4（4 至 20 mA）或 0（0 至 20 mA），实际为 {zero}",
)
NO_RANGE = reason("no-range", en="is the same as {low}; a range needs two ends", zh="与 {low} 相同，量程两端应不同")
REGISTER_ROOM = reason(
    "register-room", en="{address} leaves no room for a {type}", zh="从地址 {address} 起放不下一个 {type}"
)
REGISTER = reason("register", en="register {address} (function {function})", zh="寄存器 {address}")
BESIDE_PARTS = reason(
    "beside-parts", en="stands beside parts; give it inside the parts only", zh="与 parts 并存，请只写在 parts 内"
)
