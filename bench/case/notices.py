"""Events of which a terminal's log or alarms are asked, by names of ours; a profile maps the maker's codes to them.

Leaves finding them among what a terminal showed to `conformance.common.notices`. What a terminal calls an event in
words of its own decides nothing (R-46): its code does, and where a profile maps none a person reads the lines.
"""

from __future__ import annotations

from enum import StrEnum

from bench.case.checks import Text


class Notice(StrEnum):
    """One kind of event; the value is its key in section [codes] of a profile."""

    CLOCK_STEPPED = "clock-stepped"
    COUNTER_FELL = "counter-fell"
    GAP_FILLED = "gap-filled"
    METER_RECORDS_TAKEN = "meter-records-taken"
    BUFFER_FILLING = "buffer-filling"
    STORE_FILLING = "store-filling"
    LOG_FILLING = "log-filling"
    DATA_GIVEN_UP = "data-given-up"
    STORE_DAMAGED = "store-damaged"
    SETTING_ALTERED = "setting-altered"
    CERTIFICATE_ALTERED = "certificate-altered"
    CERTIFICATE_ENDING = "certificate-ending"
    CERTIFICATE_REFUSED = "certificate-refused"
    REVOCATION_LIST_MISSING = "revocation-list-missing"
    CERTIFICATE_STATUS_MISSING = "certificate-status-missing"
    CONFIGURATION_BACKED_UP = "configuration-backed-up"
    CONFIGURATION_RESTORED = "configuration-restored"
    LOGGED_IN = "logged-in"
    LOGIN_FAILED = "login-failed"
    ACCOUNT_LOCKED = "account-locked"
    ACCOUNT_CHANGED = "account-changed"
    ROLE_CHANGED = "role-changed"
    CONFIGURATION_CHANGED = "configuration-changed"
    FACTOR_CHANGED = "factor-changed"
    FORMULA_CHANGED = "formula-changed"
    VALUE_ENTERED = "value-entered"
    STARTED = "started"
    STOPPED = "stopped"
    UPGRADED = "upgraded"
    LOG_EXPORTED = "log-exported"
    LOG_CLEARED = "log-cleared"
    CERTIFICATE_CHANGED = "certificate-changed"
    CENTRE_CHANGED = "centre-changed"
    ALARM_RAISED = "alarm-raised"
    SOURCE_LOST = "source-lost"
    DATA_REPORTED = "data-reported"
    ACCESS_REFUSED = "access-refused"
    EMISSION_ABOVE_LIMIT = "emission-above-limit"
    PACKAGE_REFUSED = "package-refused"
    PROGRAM_GIVEN_UP = "program-given-up"
    DATA_OVERWRITTEN = "data-overwritten"
    STRANGER_REFUSED = "stranger-refused"

    @property
    def text(self) -> Text:
        """What happened, in both languages."""
        return _TEXTS[self]


_TEXTS = {
    Notice.CLOCK_STEPPED: Text("the clock was set or stepped (log)", "时钟被调整（日志）"),
    Notice.COUNTER_FELL: Text("a counter fell without rolling over (log)", "计数器非满度回落（日志）"),
    Notice.GAP_FILLED: Text("missing values were estimated (log)", "缺失值以估计值插补（日志）"),
    Notice.METER_RECORDS_TAKEN: Text(
        "a gap was made good from the meter's own records (log)", "以表计自身记录补缺（日志）"
    ),
    Notice.BUFFER_FILLING: Text("the buffer of undelivered data fills (alarm)", "待传缓存将满（告警）"),
    Notice.STORE_FILLING: Text("the store fills (alarm)", "存储将满（告警）"),
    Notice.LOG_FILLING: Text("the audit log fills (alarm)", "审计日志将满（告警）"),
    Notice.DATA_GIVEN_UP: Text("undelivered data were given up (log)", "放弃未送达数据（日志）"),
    Notice.STORE_DAMAGED: Text("the store was found damaged (log or alarm)", "发现存储损坏（日志或告警）"),
    Notice.SETTING_ALTERED: Text("a stored setting was altered (log or alarm)", "所存设置被篡改（日志或告警）"),
    Notice.CERTIFICATE_ALTERED: Text(
        "a stored certificate or key was altered (log or alarm)", "所存证书或私钥被篡改（日志或告警）"
    ),
    Notice.CERTIFICATE_ENDING: Text("a certificate of its own ends soon (alarm)", "自身证书将到期（告警）"),
    Notice.CERTIFICATE_REFUSED: Text(
        "the certificate of a system it reads was refused (log)", "拒绝被采集系统的证书（日志）"
    ),
    Notice.REVOCATION_LIST_MISSING: Text("no revocation list can be had (alarm)", "无法获得吊销列表（告警）"),
    Notice.CERTIFICATE_STATUS_MISSING: Text(
        "the status of a certificate cannot be had (alarm)", "无法获得证书状态（告警）"
    ),
    Notice.CONFIGURATION_BACKED_UP: Text("the configuration was backed up (log)", "配置已备份（日志）"),
    Notice.CONFIGURATION_RESTORED: Text("the configuration was restored (log)", "配置已恢复（日志）"),
    Notice.LOGGED_IN: Text("somebody logged in (log)", "登录成功（日志）"),
    Notice.LOGIN_FAILED: Text("a login was refused (log)", "登录失败（日志）"),
    Notice.ACCOUNT_LOCKED: Text("an account was locked (log)", "账户被锁定（日志）"),
    Notice.ACCOUNT_CHANGED: Text("an account was made, changed or removed (log)", "账户新建、变更或删除（日志）"),
    Notice.ROLE_CHANGED: Text("a role was given (log)", "角色变更（日志）"),
    Notice.CONFIGURATION_CHANGED: Text("a setting was changed (log)", "配置变更（日志）"),
    Notice.FACTOR_CHANGED: Text("an emission factor was changed (log)", "排放因子变更（日志）"),
    Notice.FORMULA_CHANGED: Text("a formula or method was changed (log)", "公式或核算方法变更（日志）"),
    Notice.VALUE_ENTERED: Text("a value was entered by hand (log)", "人工填报（日志）"),
    Notice.STARTED: Text("the terminal started (log)", "终端启动（日志）"),
    Notice.STOPPED: Text("the terminal was stopped (log)", "终端停止（日志）"),
    Notice.UPGRADED: Text("software was upgraded (log)", "软件升级（日志）"),
    Notice.LOG_EXPORTED: Text("the log or data were exported (log)", "导出（日志）"),
    Notice.LOG_CLEARED: Text("a range of the log was cleared (log)", "日志清除（日志）"),
    Notice.CERTIFICATE_CHANGED: Text("a certificate was exchanged (log)", "证书更换（日志）"),
    Notice.CENTRE_CHANGED: Text(
        "a data centre was added, changed or removed (log)", "数据中心新增、变更或删除（日志）"
    ),
    Notice.ALARM_RAISED: Text("an alarm was raised (log)", "告警（日志）"),
    Notice.SOURCE_LOST: Text("a source of data gives nothing, or gives again (log)", "排放源数据中断或恢复（日志）"),
    Notice.DATA_REPORTED: Text(
        "reporting to a centre began, failed or was ordered (log)", "数据上报开始、失败或人工上报（日志）"
    ),
    Notice.ACCESS_REFUSED: Text("a function was refused (log)", "功能访问被拒（日志）"),
    Notice.EMISSION_ABOVE_LIMIT: Text("an emission is above its warning limit (alarm)", "排放量超过预警限值（告警）"),
    Notice.PACKAGE_REFUSED: Text("a package was refused (log)", "拒绝软件包（日志）"),
    Notice.PROGRAM_GIVEN_UP: Text(
        "a program that did not run was given up for the one before (log)", "升级失败，恢复原版本（日志）"
    ),
    Notice.DATA_OVERWRITTEN: Text("delivered data were overwritten (log)", "覆盖已送达数据（日志）"),
    Notice.STRANGER_REFUSED: Text("a terminal that is not known was refused (log)", "拒绝未登记的终端（日志）"),
}
