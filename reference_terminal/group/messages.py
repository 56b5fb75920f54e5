"""What a master tells of its slaves: the messages of its log entries by code.

Leaves when they are told to the door and to what takes records.
"""

from __future__ import annotations

from reference_terminal.model.messages import event

STRANGER = event(
    "slave-refused",
    en="somebody at {peer} who reports as slave {name} was refused: {reason}",
    zh="拒绝 {peer} 以从终端 {name} 名义的上报：{reason}",
)
PEER_REFUSED = event("slave-peer-refused", en="connection refused: {reason}", zh="拒绝连接：{reason}")
LATE_RECORDS = event(
    "slave-late-records",
    en="{count} records of periods from {since} to {until} came afterwards or revised",
    zh="补收或修订 {since} 至 {until} 时段的记录 {count} 条",
)
