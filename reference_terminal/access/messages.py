"""What the access room tells: the messages of its log entries and alarms by code.

Leaves when they are told to the modules of this room.
"""

from __future__ import annotations

from reference_terminal.model.messages import alarm, event

LOGIN = event("login", en="logged in as {role} by {way}", zh="登录成功，角色 {role}，方式 {way}")
LOGIN_FAILED = event("login-failed", en="login refused: {reason}", zh="登录失败：{reason}")
ACCOUNT_LOCKED = event(
    "account-locked",
    en="locked for {seconds} s after {count} failures",
    zh="连续失败 {count} 次，锁定 {seconds} 秒",
)
ADDRESS_REFUSED = event(
    "login-address-refused",
    en="an administrator's login from {origin}, which is not listed",
    zh="管理员登录地址 {origin} 不在允许范围内",
)
LOGOUT = event("logout", en="logged out", zh="退出登录")
SESSION_ENDED = event("session-ended", en="session ended: {reason}", zh="会话结束：{reason}")
ACCESS_REFUSED = event(
    "access-refused",
    en="{method} {path} refused: {reason}{more}",
    zh="拒绝访问 {method} {path}：{reason}{more}",
)
PASSWORD_CHANGED = event("password-changed", en="password changed by its owner", zh="本人修改口令")
PASSWORD_GIVEN = event("password-given", en="{author} gives a first password", zh="{author}：设置初始口令")
ACCOUNT_ADDED = event("account-added", en="{author}: account made", zh="{author}：新建账户")
ACCOUNT_DELIVERED = event("account-delivered", en="delivered as {role}", zh="预置账户，角色 {role}")
ACCOUNT_DISABLED = event("account-disabled", en="{author}: account disabled", zh="{author}：停用账户")
ACCOUNT_ENABLED = event("account-enabled", en="{author}: account enabled", zh="{author}：启用账户")
ACCOUNT_REMOVED = event("account-removed", en="{author}: account removed", zh="{author}：删除账户")
ACCOUNT_UNLOCKED = event("account-unlocked", en="{author}: account unlocked", zh="{author}：解锁账户")
ROLE_GIVEN = event("role-given", en="{author}: role {before} to {after}", zh="{author}：角色由 {before} 改为 {after}")
RULE_SET = event("login-rule-set", en="{author}: {before} to {after}", zh="{author}：由 {before} 改为 {after}")
SECOND_FACTOR_ON = event("second-factor-on", en="a one-time code is asked for", zh="启用动态口令")
CERTIFICATE_BOUND = event(
    "second-factor-certificate",
    en="{author}: logs in with the certificate of {certificate} alone",
    zh="{author}：登录须出示 {certificate} 的证书",
)
SECOND_FACTOR_OFF = event("second-factor-off", en="{author}: no second factor any more", zh="{author}：停用第二因素")
AUDIT_EXPORTED = event(
    "audit-export", en="{author}: {count} entries of the log exported", zh="{author}：导出审计日志 {count} 条"
)
AUDIT_CLEARED = event(
    "audit-clearing",
    en="{author}: entries {first} to {last} before {before} cleared, {count} of them",
    zh="{author}：清除 {before} 之前的审计日志第 {first} 至 {last} 条，共 {count} 条",
)
AUDIT_CLEARING_REFUSED = event(
    "audit-clearing-refused",
    en="{author}: clearing before {before} refused: younger than {days} days",
    zh="{author}：拒绝清除 {before} 之前的审计日志：未满 {days} 天",
)
AUDIT_OVERFLOW = event(
    "audit-overflow",
    en="the log is full: {count} oldest entries, {first} to {last}, all older than {days} days, were removed",
    zh="审计日志已满，删除超过 {days} 天的最早记录第 {first} 至 {last} 条，共 {count} 条",
)
AUDIT_FILLING = alarm("audit-filling", en="the log is {percent} % full", zh="审计日志已用 {percent} %")
AUDIT_ALTERED = alarm(
    "audit-altered",
    en="the log was altered behind the terminal's back: {what}",
    zh="审计日志被改动：{what}",
)
ACCOUNT_ALTERED = alarm(
    "account-altered",
    en="what is stored of the account was altered; it is not used",
    zh="存储的账户信息被改动，停止使用",
)
MANUAL_PROPOSED = event(
    "manual-proposed",
    en="{author} proposes {value} for the period from {start}: {reason}",
    zh="{author} 填报自 {start} 起时段的数值 {value}，待审核：{reason}",
)
MANUAL_RELEASED = event(
    "manual-released",
    en="{author} releases {value} of {by} for the period from {start}: {reason}",
    zh="{author} 审核通过 {by} 填报的自 {start} 起时段的数值 {value}：{reason}",
)
MANUAL_REJECTED = event(
    "manual-rejected",
    en="{author} rejects {value} of {by} for the period from {start}: {reason}",
    zh="{author} 驳回 {by} 填报的自 {start} 起时段的数值 {value}：{reason}",
)
TERMINAL_LOCKED = event(
    "terminal-locked", en="{author}: configuring on the spot locked from afar", zh="{author}：远程锁定本地配置"
)
TERMINAL_RELEASED = event(
    "terminal-released", en="{author}: configuring on the spot released from afar", zh="{author}：远程解除本地配置锁定"
)
INSTRUMENT_SET = event("instrument-set", en="{author}: {before} to {after}", zh="{author}：由 {before} 改为 {after}")
