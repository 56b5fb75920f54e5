"""What operation tells: the messages of its log entries and alarms by code.

Leaves when they are told to the modules of this room and to the assembly.
"""

from __future__ import annotations

from reference_terminal.model.messages import alarm, event

START = event(
    "start",
    en="terminal starts: {meters} meters, {points} points, {centres} centres",
    zh="终端启动：{meters} 台表计，{points} 个监测点，{centres} 个数据中心",
)
STOP = event("stop", en="terminal stops", zh="终端停止")
MODULE_RESTARTED = event("module-restarted", kind="module", en="started anew", zh="模块已重新启动")
KEY_SEALED = event("key-sealed", en="the key file lay open and was sealed", zh="密钥文件原为明文，已加密")
CLOCK_STEP = event("clock-step", en="clock went from {before} to {after}", zh="时钟由 {before} 变为 {after}")
CLOCK_KEPT = event(
    "time-source-found",
    kind="time source",
    en="the clock is kept by this server",
    zh="时钟由该服务器校准",
)
QUEUE_OVERFLOW = event(
    "queue-overflow",
    en="{count} undelivered periods from {first} to {last} given up",
    zh="放弃未送达时段 {count} 个，自 {first} 至 {last}",
)
STORE_OVERFLOW = event(
    "store-overflow",
    en="the store is full: delivered data before {before} are overwritten",
    zh="存储已满，覆盖 {before} 之前已送达的数据",
)
STORE_FAILS = event(
    "store-fails",
    en="store: cannot write: {reason}; tried again until it works",
    zh="存储写入失败（{reason}），将持续重试",
)
TASK_FAILED = event(
    "task-failed",
    en="a fault that was not foreseen: {error}; begun anew after {pause_s} s, everything else goes on",
    zh="出现未预见的故障（{error}），{pause_s} 秒后重新启动，其他部分不受影响",
)
POLL_FAILED = event(
    "poll-failed",
    en="a fault that was not foreseen: {error}; while it lasts nothing is taken from this meter",
    zh="出现未预见的故障（{error}），故障期间不采用该表计的数据",
)
NOT_KEPT = event(
    "not-kept",
    en="{count} entries of a batch cannot be written and were left out: {error}",
    zh="一批数据中有 {count} 项无法写入，已略去（{error}）",
)
IN_THE_CLEAR = event(
    "centre-in-the-clear",
    en="centre {centre}: records travel in the clear; give it certificates (channel mtls or gm-tls13)",
    zh="数据中心 {centre} 未加密传输，请配置证书（channel 设为 mtls 或 gm-tls13）",
)
OFF_GRID = event(
    "periods-not-made",
    en="meter {meter}: polled every {period_s} s, periods off this grid are not made",
    zh="表计 {meter} 每 {period_s} 秒采集一次，不生成与之不符的时段数据",
)
TASK_FAILING = alarm(
    "task-failing",
    en="a part of the terminal failed and was begun anew; see the log",
    zh="终端的一个部分出现故障并已重新启动，详见日志",
)
QUEUE_FILLING = alarm("queue-filling", en="buffer {percent} % used", zh="缓存已用 {percent} %")
STORE_FILLING = alarm("store-filling", en="{percent} % used", zh="已用 {percent} %")
STORE_DAMAGED = alarm(
    "store-damaged",
    en="the database is damaged and was left aside; data go to {path}",
    zh="数据库已损坏，保留原文件，数据写入 {path}",
)
SETTING_ALTERED = alarm(
    "stored-setting-altered",
    en="what is stored was altered and is not used; set it anew",
    zh="存储内容被篡改，不予使用，请重新设置",
)
SETTING_UNUSABLE = alarm(
    "stored-setting-unusable",
    en="what is stored cannot be used and is left out; set it anew",
    zh="存储内容无法使用，已略去，请重新设置",
)
TIME_SOURCE_LOST = alarm(
    "time-source-lost",
    en="{count} questions without a usable answer, the last: {reason}; the clock runs free",
    zh="连续 {count} 次无有效应答（{reason}），时钟自由运行",
)
ROUNDS_SET = event(
    "inspection-plan-set",
    en="{author}: rounds of inspection every {before} min, from now on {after} min (0: none)",
    zh="{author}：巡检间隔由 {before} min 改为 {after} min（0 为不巡检）",
)
ROUND = event("inspection-round", en="a round of inspection: {count} things are wrong", zh="巡检一次：异常 {count} 项")
