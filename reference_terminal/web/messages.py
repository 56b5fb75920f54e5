"""What the local interface tells: the messages of its log entries and alarms by code.

Leaves when they are told to the addresses.
"""

from __future__ import annotations

from reference_terminal.model.messages import alarm, event

REQUEST_FAILED = event(
    "local-request-failed",
    en="local interface: {method} {target!r} failed: {error}",
    zh="本地接口请求 {method} {target!r} 失败：{error}",
)
CENTRE_ADDED = event(
    "centre-added",
    kind="setting",
    en="{author}: centre added, {protocol} at {host}:{port}",
    zh="{author}：新增数据中心（{protocol}，{host}:{port}）",
)
METERS_ADDED = event(
    "meter-added", kind="setting", en="{author}: added with {points} points", zh="{author}：新增表计，{points} 个监测点"
)
METERS_REMOVED = event("meter-removed", kind="setting", en="{author}: removed", zh="{author}：删除新增的表计")
CENTRE_REMOVED = event(
    "centre-removed",
    kind="setting",
    en="{author}: centre removed, {pending} undelivered periods given up",
    zh="{author}：删除数据中心，放弃未送达时段 {pending} 个",
)
CERTIFICATE_RENEWED = event(
    "certificate-renewed",
    kind="setting",
    en="{author}: certificate renewed, serial {serial}",
    zh="{author}：更换终端证书，序列号 {serial}",
)
POLLING_PERIOD_SET = event(
    "polling-period-set",
    kind="setting",
    en="{author}: polling period {before} s to {after} s",
    zh="{author}：采集周期由 {before} 秒设为 {after} 秒",
)
UPLOAD_TIME_SET = event(
    "upload-time-set",
    kind="setting",
    en="{author}: upload time {before} to {after}",
    zh="{author}：上传时间由 {before} 设为 {after}",
)
UPLOAD_ORDERED = event("manual-upload", en="{author}: sends what waits", zh="{author}：立即上传")
BACKFILL_ORDERED = event(
    "manual-backfill",
    en="{author}: {count} {span} periods from {first} to {last}: {reason}",
    zh="{author}：人工补传 {first} 至 {last} 的时段（{span}）{count} 个：{reason}",
)
CONFIGURATION_BACKED_UP = event(
    "configuration-backup",
    kind="backup",
    en="{author}: configuration backed up, {count} settings",
    zh="{author}：备份配置，共 {count} 项",
)
CONFIGURATION_RESTORED = event(
    "configuration-restore",
    kind="restore",
    en="{author}: configuration restored, {count} settings",
    zh="{author}：恢复配置，共 {count} 项",
)
CONFIGURATION_RESTORE_REFUSED = event(
    "configuration-restore-refused", kind="restore refused", en="{author}: {reason}", zh="{author}：{reason}"
)
ARCHIVE_MADE = event(
    "archive-export",
    kind="backup",
    en="a set of {octets} octets was made",
    zh="已生成备份，{octets} 字节",
)
ARCHIVE_TAKEN = event(
    "archive-import",
    kind="restore",
    en="{author} brings a set of {rows} rows, SM3 {digest}",
    zh="{author} 导入备份，共 {rows} 行，SM3 {digest}",
)
ARCHIVE_REFUSED = event(
    "archive-import-refused", kind="restore refused", en="{author}: {reason}", zh="{author}：{reason}"
)
VERIFIED = event(
    "fingerprints-verified",
    kind="verified",
    en="{count} records agree with their fingerprints",
    zh="{count} 条记录与指纹一致",
)
RECORDS_ALTERED = alarm(
    "records-altered",
    en="{altered} of {count} records do not agree with their fingerprints",
    zh="{count} 条记录中 {altered} 条与指纹不符",
)
PEER_REFUSED = event(
    "management-peer-refused",
    en="maintenance from afar refused: {reason}",
    zh="拒绝远程维护连接：{reason}",
)
MANAGEMENT_SET = event(
    "management-interface-set",
    kind="setting",
    en="{author}: maintenance from afar {state}",
    zh="{author}：远程维护接口{state}",
)
ACCOUNTING_SET = event(
    "accounting-set-locally",
    kind="setting",
    en="{author} sets another accounting, which counts with the restart that follows: {reason}",
    zh="{author} 更改核算设置，重启后生效：{reason}",
)
