"""Packets protected above the channel: what the terminal sends is sound, what is forged has no effect (R-32).

Leaves what can be read on the way to `secrecy`, and the clock to `clock_steps`. The bench has opened every packet with
a library of its own; the record holds what it found.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from bench.case import Check, criterion
from bench.history import Commanded, History, Received, Sent, Stored
from bench.history.marks import Plain
from conformance.common.times import local

PACKETS_PROTECTED = criterion(
    "packets-protected",
    en="every packet is enciphered and signed as agreed, and an independent library opens it",
    zh="每个报文均按约定加密签名，独立实现可解密验签",
    unit="packets",
    reading_b_of="R-32/tlcp",
)
NONCES_NEVER_TWICE = criterion(
    "nonces-never-twice", en="no nonce is used twice with a key", zh="同一密钥下随机数不重复", unit="nonces"
)
FORGED_COMMANDS_UNANSWERED = criterion(
    "forged-commands-unanswered",
    en="a forged command is neither carried out nor answered",
    zh="伪造的命令不执行、不应答",
    unit="commands",
)
REPLAY_UNANSWERED = criterion(
    "replay-unanswered",
    en="a command that is sent again after another one is not answered",
    zh="重放的命令不予应答",
    unit="answers",
)
FORGED_NOT_BELIEVED = criterion(
    "forged-{0}-not-believed",
    en="an acknowledgement that is forged ({0}) counts as none",
    zh="伪造的应答（{0}）不被采信",
    unit="records",
)


_NONCE = re.compile(r"KeyId=([0-9A-Fa-f]{8});Iv=([A-Za-z0-9_-]+);")
GENUINE = Plain("genuine")
"""The centre protects its packets as agreed."""
FORGED = {
    forgery: Plain(forgery)
    for forgery in ("plain", "altered", "wrong-tag", "wrong-signature", "foreign-signer", "wrong-key")
}
"""The centre protects its packets in this wrong way."""
REPLAY = Plain("replay")
"""A packet that the terminal has heard before is sent again."""
REPLAYED = "replayed"


def protected_findings(history: History, centre: str) -> Iterator[Check]:
    """Every packet opens and carries a valid signature; no nonce is used twice with a key, restarts included.

    Under reading B only TLCP counts, which a protected payload is not.
    """
    packets = [event for event in history.of(Received) if event.centre == centre]
    wrong = [
        f"{local(event.t)} CN={event.cn} QN={event.qn}: {', '.join(faults)}"
        for event in packets
        if (faults := [fault for fault in event.faults if fault.startswith("payload-")])
    ]
    yield PACKETS_PROTECTED.none_among(packets, wrong, evidence=wrong[:10], has_b=bool(packets), reading_b=False)
    first: dict[tuple[str, str], str] = {}
    again: list[str] = []
    for event in packets:
        found = _NONCE.search(event.frame)
        if found is None:
            continue
        shown = f"{local(event.t)} CN={event.cn} QN={event.qn}"
        before = first.setdefault((found[1], found[2]), shown)
        if before is not shown:
            again.append(f"{shown}: nonce {found[2]} was used at {before}")
    yield NONCES_NEVER_TWICE.decide(
        not again if len(first) > 1 else False if again else None, measured=len(again), limit=0, evidence=again[:10]
    )


def forgery_findings(history: History, centre: str, forgeries: Sequence[str]) -> Iterator[Check]:
    """Per forgery: a record that had no other acknowledgement is sent again once the centre is itself again.

    Open where nothing was acknowledged by a forgery.
    """
    acknowledged = {event.qn for event in history.of(Sent) if event.centre == centre and event.cn == "9014"}
    stored = [event for event in history.of(Stored) if event.centre == centre and not event.asked]
    for forgery in forgeries:
        stretch = FORGED[forgery].first(history)
        forged = [
            event for event in history.of(Sent) if event.centre == centre and event.spoiled == f"payload-{forgery}"
        ]
        numbers = {event.qn for event in forged} - acknowledged
        owed = {(event.kind, event.code, event.stamp): event for event in stored if event.qn in numbers}
        believed: list[str] = []
        if stretch is not None:
            came = {(event.kind, event.code, event.stamp) for event in stored if event.t >= stretch.until}
            believed = [
                f"{local(event.t)} {event.kind} {event.code} {event.stamp} QN={event.qn}: never sent again"
                for key, event in owed.items()
                if key not in came
            ]
        yield FORGED_NOT_BELIEVED.of(forgery).none_among(
            owed, believed, evidence=[f"{len(forged)} forged packets / 个伪造报文", *believed[:10]]
        )


def command_findings(history: History, centre: str, forgeries: Sequence[str]) -> Iterator[Check]:
    """A forged request and one that was heard before are not answered at all, as if their check word were wrong.

    Open where genuine ones are not answered either.
    """
    asked = [event for event in history.of(Commanded) if event.centre == centre and event.cn == "1012"]
    stretches = [(name, mark) for name in forgeries for mark in FORGED[name].of(history)]
    forged = [(name, event) for name, mark in stretches for event in asked if mark.t <= event.sent < mark.until]
    answered = [
        f"{local(event.sent)} {name} CN=1012 QN={event.qn}: QnRtn={event.accepted or '-'} ExeRtn={event.result or '-'}"
        for name, event in forged
        if event.accepted or event.result
    ]
    genuine = {event.qn for event in asked if event.accepted or event.result} - {event.qn for _, event in forged}
    yield FORGED_COMMANDS_UNANSWERED.none(answered, forged and genuine, evidence=answered[:10])
    replays = [event for event in history.of(Sent) if event.centre == centre and event.spoiled == REPLAYED]
    numbers = {event.qn: event for event in asked}
    said: list[str] = []
    for replay in replays:
        found = re.search(r"QN=(\d+);", replay.frame)
        original = numbers.get(found[1]) if found else None
        said += [
            f"{local(answer.t)} CN={answer.cn} QN={answer.qn}: answers what was sent again at {local(replay.t)}"
            for answer in history.of(Received)
            if answer.centre == centre and original is not None and answer.qn == original.qn and answer.t > replay.t
        ]
    yield REPLAY_UNANSWERED.none(said, replays and genuine, evidence=said[:10])
