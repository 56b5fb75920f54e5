"""What management tells: the messages of its log entries by code.

Leaves when they are told to the modules of this room.
"""

from __future__ import annotations

from reference_terminal.model.messages import event

CENTRE_ADDED = event(
    "centre-added-remotely",
    kind="setting",
    en="{issuer}: centre added from afar, {protocol} at {host}:{port}",
    zh="{issuer}：远程新增数据中心（{protocol}，{host}:{port}）",
)
CENTRE_REMOVED = event(
    "centre-removed-remotely",
    kind="setting",
    en="{issuer}: centre removed from afar",
    zh="{issuer}：远程删除数据中心",
)
ADDRESS_CHANGED = event(
    "upload-address-changed",
    kind="setting",
    en="{issuer}: upload address {old} changed to {new}",
    zh="{issuer}：上传地址由 {old} 远程改为 {new}",
)
ITEM_SET = event(
    "item-acquisition-set",
    kind="setting",
    en="{issuer}: acquired: {acquired}",
    zh="{issuer}：远程设置采集数据项（{acquired}）",
)
ACCOUNTING_SET = event(
    "accounting-set",
    kind="setting",
    en="{issuer}: another accounting; it counts with the restart that follows",
    zh="{issuer}：核算设置已更改，重启后生效",
)
APPLICATION_ENDS = event("application-stopped", kind="application", en="{version} ends", zh="应用程序 {version} 停止")
APPLICATION_RUNS = event("application-started", kind="application", en="{version} runs", zh="应用程序 {version} 运行")
APPLICATION_DROPPED = event(
    "application-dropped",
    en="{name} {version} does not run here; what was there goes on",
    zh="应用程序 {name} {version} 无法运行，已放弃，原有程序继续",
)
PACKAGE_TAKEN = event(
    "package-taken",
    en="{kind} {name} {version} of {issuer}",
    zh="已接收 {issuer} 的 {kind} {name} {version}",
)
PACKAGE_REFUSED = event("package-refused", en="{reason}", zh="{reason}")
UPGRADED = event("upgraded", en="the program has run for a minute", zh="升级完成，程序已运行一分钟")
UPGRADE_DROPPED = event(
    "upgrade-dropped", en="{reason}; {version} goes on", zh="升级失败（{reason}），已恢复 {version}"
)
UPGRADE_STOPPED = event("upgrade-stopped", en="{version} is given up from afar", zh="升级 {version} 已被远程切断")
DOES_NOT_START = event("upgrade-does-not-start", en="it does not start here", zh="无法启动")
DIED_ON_TRIAL = event("upgrade-died", en="it died {starts} times on trial", zh="试运行中退出 {starts} 次")
