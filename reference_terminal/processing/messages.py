"""What processing tells: the messages of its log entries and alarms by code.

Leaves when they are told to the modules of this room.
"""

from __future__ import annotations

from reference_terminal.model.messages import Message, alarm, event
from reference_terminal.model.rows import MANUAL_ENTRY
from reference_terminal.processing.counter import REPLACED, RESET, ROLLOVER

GAP = event("gap", en="no data from {since}: {cause}", zh="自 {since} 起无数据：{cause}")
SLAVE_SILENT = alarm(
    "slave-silent",
    en="it has not reported the {span} from {start} in time",
    zh="未按时上报 {start} 起的时段（{span}）",
)
GAP_END = event(
    "gap-end",
    en="data again at {at}; {missed} readings missed since {since}",
    zh="{at} 恢复数据，自 {since} 起缺 {missed} 次",
)
GAP_FILLED = event(
    "gap-filled",
    en="{count} estimates ({method}) from {since} to {until}",
    zh="{since} 至 {until} 插补 {count} 个估计值（{method}）",
)
GAP_NOT_FILLED = event(
    "gap-not-filled",
    en="from {since} to {until}: no base for an estimate",
    zh="{since} 至 {until}：无插补依据",
)
LATE_DATA = event(
    "late-data",
    en="{count} readings of {since} to {until} came afterwards",
    zh="补收 {since} 至 {until} 的读数 {count} 个",
)
MANUAL = event(
    "manual-entry",
    kind=MANUAL_ENTRY,
    en="{author} enters {value} for the {span} from {start} in place of {old}: {reason} ({verdict})",
    zh="{author} 录入 {start} 起时段（{span}）值 {value}，原值 {old}：{reason}",
)
INVALID_READING = event("invalid-reading", en="{value} at {at} is out of range", zh="{at} 读数 {value} 超出量程")
STANDBY_RELEASED = event(
    "standby-released",
    en="it replies again, {standby} is not read any more",
    zh="恢复应答，停读备用设备 {standby}",
)
REPLACEMENT_ENTERED = event(
    "replacement-entered",
    en="at {at}: old meter ends at {final_old}, new one starts at {initial_new}",
    zh="{at}：旧表止码 {final_old}，新表起码 {initial_new}",
)
REPLACEMENT_CONTRADICTED = event(
    "replacement-contradicted",
    en="readings do not agree with the replacement at {at}; it is not used",
    zh="读数与 {at} 的换表登记不符，不予采用",
)
REPLACEMENT_NOT_RECORDED = event(
    "replacement-not-recorded", en="replacement of {point} not recorded", zh="{point} 的换表未登记"
)
COUNTER_STEPS: dict[str, Message] = {
    ROLLOVER: event(
        "counter-rollover",
        kind=ROLLOVER,
        en="counter rolled over: {old} to {new} at {at}",
        zh="计数器翻转：{at} 由 {old} 变为 {new}",
    ),
    RESET: event(
        "counter-reset",
        kind=RESET,
        en="counter fell without cause, no increment: {old} to {new} at {at}",
        zh="计数器异常回落，不计增量：{at} 由 {old} 变为 {new}",
    ),
    REPLACED: event(
        "meter-replaced",
        kind=REPLACED,
        en="meter was replaced: {old} to {new} at {at}",
        zh="表计更换：{at} 由 {old} 变为 {new}",
    ),
}
"""By what has happened to a counter."""

METER_SILENT = alarm("meter-silent", en="no answer: {cause}", zh="无应答：{cause}")
OUT_OF_RANGE = alarm("out-of-range", en="{value}", zh="{value}")
STANDBY_IN_USE = alarm(
    "standby-in-use",
    en="no valid reply for {silent_s:.1f} s, {standby} is read in its place",
    zh="{silent_s:.1f} 秒无有效应答，改读备用设备 {standby}",
)
SIGNAL_FAILED = alarm("signal-failed", en="{cause}", zh="{cause}")

EMISSION_LIMIT = alarm(
    "emission-above-limit", en="{value} {unit}, above {limit}", zh="排放量 {value} {unit}，超过 {limit}"
)
VERSION_TAKEN = event(
    "accounting-version",
    en="{author}: {what} counts from {since} on ({origin}): {reason}",
    zh="{author}：{what} 自 {since} 起生效（{origin}）：{reason}",
)
VERSION_REFUSED = event(
    "accounting-version-refused", en="{author}: {what} was refused: {reason}", zh="{author}：{what} 未采用：{reason}"
)
INPUT_REFUSED = event(
    "accounting-input-refused",
    en="{what}, given by {author}, was refused: {reason}",
    zh="{author} 提交的 {what} 未采用：{reason}",
)
RECALCULATED = event(
    "recalculated",
    en="{author} had {since} to {until} worked out again, {count} values changed: {reason}",
    zh="{author} 重新核算 {since} 至 {until}，{count} 个值有变：{reason}",
)
ACTIVITY_ENTERED = event(
    "activity-entered",
    en="{author} enters {input} = {value} {unit} from {since} to {until} in place of {old}: {reason}",
    zh="{author} 录入 {since} 至 {until} 的 {input} = {value} {unit}，原值 {old}：{reason}",
)
STACK_CALIBRATED = event(
    "stack-calibrated",
    en="{author} enters a calibration of {at}, drift of zero {zero} % and span {span} %, {outcome}: {reason}",
    zh="{author} 录入 {at} 的校准，零点漂移 {zero} %，量程漂移 {span} %，{outcome}：{reason}",
)
RESULT_TAKEN = event(
    "accounting-result",
    en="{author} sends back the account of {since} to {until}",
    zh="{author} 回传 {since} 至 {until} 的核算结果",
)
