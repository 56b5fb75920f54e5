"""Why the group room refuses something: messages by id, told in what is answered and logged.

Leaves when they are told to the modules of this room.
"""

from __future__ import annotations

from reference_terminal.model.messages import reason

NO_POINT = reason("no-point", en="no point {got} of slave {slave} is known here", zh="无此监测点")
UNIT_DIFFERS = reason("unit-differs", en="{point}: expected unit {unit}, got {got}", zh="单位不符")
NO_CLASS = reason("no-class", en="{point}: no such class of periods: {got}", zh="时段类别不符")
NO_PERIOD = reason("no-period", en="{point}: {start} to {end} is no {name}", zh="时段起止不符")
NOT_OVER = reason("not-over", en="{point}: the period from {start} is not over", zh="时段尚未结束")
NO_VALUE = reason("no-value", en="{point}: {got} flagged {flag} is no value", zh="取值无效")
NO_SLAVE = reason("no-slave", en="no slave of this name is known here", zh="未登记的从终端")
OTHER_CERTIFICATE = reason("other-certificate", en="the certificate is another's", zh="证书与名称不符")
