"""Why the access room refuses something: messages by id, told in what is answered and logged.

Leaves when they are told to the modules of this room.
"""

from __future__ import annotations

from reference_terminal.model.messages import reason

WRONG_LOGIN = reason("wrong-login", en="name, password or code is wrong", zh="账户名、口令或动态口令错误")
STORE_BUSY = reason("store-busy", en="the store cannot be written now; try again", zh="存储暂不可写，请稍后重试")
NOT_FROM_HERE = reason(
    "not-from-here", en="administrators may not log in from this address", zh="不允许管理员从该地址登录"
)
LOCKED = reason("locked", en="locked for {seconds} s more", zh="账户已锁定，剩余 {seconds} 秒")
GIVEN_BY_ANOTHER = reason(
    "given-by-another", en="this password was given by another; change it first", zh="初始口令须先修改"
)
PASSWORD_TOO_OLD = reason(
    "password-too-old",
    en="the password is older than {days} days; change it first",
    zh="口令已超过 {days} 天有效期，须先修改",
)
PASSWORD_UNPRINTABLE = reason(
    "password-unprintable",
    en="expected at most {most} printable octets",
    zh="口令应为可见字符，不超过 {most} 字节",
)
PASSWORD_SHORT = reason("password-short", en="expected at least {least} characters", zh="口令至少 {least} 位")
PASSWORD_CLASSES = reason(
    "password-classes",
    en="expected at least {least} of: capital letters, small letters, digits, other characters",
    zh="口令应至少包含大写字母、小写字母、数字、其他字符中的 {least} 类",
)
PASSWORD_IS_NAME = reason(
    "password-is-name",
    en="expected a password without the account's name in it",
    zh="口令不应包含账户名",
)
PASSWORD_USED = reason("password-used", en="this password was used before; choose another", zh="不得重复使用以前的口令")
NO_ACCOUNT = reason("no-account", en="no account is called {got}", zh="没有该账户")
NAME_TAKEN = reason(
    "name-taken",
    en="this name is or was an account's; names are never given again",
    zh="账户名已使用过，不得重复",
)
UNKNOWN_ROLE = reason("unknown-role", en="expected role one of {known}", zh="role 应为 {known} 之一")
ROLES_EXCLUDE = reason(
    "roles-exclude",
    en="{name} is {role} already; these roles exclude each other, make another account",
    zh="系统管理员、安全操作员、安全审计员角色互斥，请另建账户",
)
OWN_ACCOUNT = reason("own-account", en="nobody gives orders about the own account", zh="不得对本人账户进行该操作")
LAST_OF_ROLE = reason("last-of-role", en="this is the last {role}", zh="该角色仅余此账户，不得停用或删除")
UNKNOWN_RULE = reason("unknown-rule", en="expected rule one of {known}", zh="rule 应为 {known} 之一")
RULE_NO_JSON = reason("rule-no-json", en="expected value as JSON: a number or a list", zh="value 应为 JSON 数值或列表")
RULE_NO_ADDRESSES = reason(
    "rule-no-addresses", en="expected addresses, ranges a-b or networks a/n", zh="应为地址、地址范围或网段"
)
IDLE_TOO_LONG = reason("idle-too-long", en="no request for too long", zh="长时间无操作")
LONGEST_SESSION = reason("longest-session", en="longest time of a session", zh="达到会话最长时间")
TOO_MANY_SESSIONS = reason("too-many-sessions", en="too many sessions", zh="会话过多")
