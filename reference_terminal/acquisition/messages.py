"""What acquisition tells: the messages of its log entries and alarms by code.

Leaves when they are told to the drivers.
"""

from __future__ import annotations

from reference_terminal.model.messages import alarm, event

GAP_BACKFILLED = event(
    "gap-backfilled",
    en="{count} records of the meter taken in, {first} to {last}",
    zh="{first} 至 {last}，{count} 条表计自身记录补入",
)
GAP_WITHOUT_RECORDS = event(
    "gap-not-backfilled",
    en="{count} instants of which the meter has no record, {first} to {last}",
    zh="{first} 至 {last}，{count} 个时刻表计无记录",
)
RECORDS_UNANSWERED = event(
    "gap-records-unanswered",
    kind="gap not backfilled",
    en="no answer to questions for records",
    zh="读取表计记录无应答",
)
LOAD_WEIGHED = event(
    "load-weighed",
    kind="weighing",
    en="load {number}: gross {gross}, tare {tare}, net {net} {unit}",
    zh="第 {number} 车：毛重 {gross}，皮重 {tare}，净重 {net} {unit}",
)
GROSS_WEIGHED = event("gross-weighed", kind="weighing", en="gross {gross} {unit}", zh="毛重 {gross} {unit}")
TARE_MISSED = event(
    "tare-missed",
    kind="weighing",
    en="gross {gross} {unit}; the truck before it ({lost} {unit}) was never weighed empty",
    zh="毛重 {gross} {unit}；前车（{lost} {unit}）未回皮",
)
MESSAGE_REFUSED = event(
    "message-refused",
    en="{topic}: {error} ({cause}); {count} refused since the start",
    zh="{topic} 的消息被拒收（{cause}），启动以来共 {count} 条",
)
MESSAGES_REFUSED = event(
    "messages-refused",
    kind="message refused",
    en="{row} messages in a row were refused; {count} since the start",
    zh="连续拒收 {row} 条消息，启动以来共 {count} 条",
)
COLLECTOR_UNREACHABLE = alarm("collector-unreachable", en="{reason}", zh="{reason}")
COLLECTOR_REFUSED = alarm("collector-refused", en="{reason}", zh="{reason}")
SYSTEM_REFUSED = alarm("system-refused", en="{reason}", zh="{reason}")

# What reasons are made of.

QUERY_REFUSED = event(
    "query-refused",
    en="the database refuses the query: {answer}; mend query or rights",
    zh="数据库拒绝查询：{answer}，请更正查询语句或权限",
)
