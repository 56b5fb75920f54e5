"""What is wrong with what stands behind systems, by id in both languages."""

from __future__ import annotations

from simulators.sentences import Sentence

NOT_REGISTERS = Sentence(
    "system-without-registers",
    "behind {system} a meter has a map of registers; {map} is none",
    "{system} 系统后的仪表须用寄存器表，{map} 不是寄存器表",
)
NO_SUCH_PLACE = Sentence(
    "system-place",
    "a meter behind {system} has no such place; remove {keys}",
    "{system} 系统后的仪表没有这些位置参数，请删除 {keys}",
)
URL_OR_SQL = Sentence(
    "database-kind",
    "a database given by URL is of the kind its URL names; remove sql or database",
    "数据库类型由 URL 决定，请删除 sql 或 database",
)
URL = Sentence(
    "database-url",
    "database: expected a URL such as sqlite:///plant.db, postgresql+psycopg2://user:password@host/name"
    " or mysql+pymysql://..., got {got!r}",
    "database：应为数据库 URL，例如 sqlite:///plant.db、postgresql+psycopg2://user:password@host/name"
    " 或 mysql+pymysql://...，实际为 {got!r}",
)
OPCUA_SECURITY = Sentence(
    "opcua-security",
    "the OPC UA server {place} has security {security} for meter {meter}; give both the same",
    "OPC UA 服务器 {place} 在仪表 {meter} 处的 security 为 {security}，两处须相同",
)
