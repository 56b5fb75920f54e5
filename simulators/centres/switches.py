"""How a centre behaves and misbehaves, as data.

Leaves to others: doing it (`hj212`). Every switch has the sound behaviour as default.
"""

from __future__ import annotations

from typing import Literal, TypeVar

import msgspec

from simulators.centres.channel import Clients
from simulators.centres.hj212.payload import Spoil
from simulators.trust.authority import Choice


class Switches(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Switches of an HJ 212 centre.

    - `ack`: how an upload is answered: `always`; `never`; `wrong-qn`, `wrong-cn`, `wrong-mn` (a 9014, or what should be
      one, for another message, command or device); `twice`; `negative` (9011 with QnRtn `negative_code`, not stored);
      `close` (stored, then the connection closes without an answer); `half` (half of the 9014, then the connection
      closes); `garbage` (other octets in its place); `wrong-crc` (a 9014 whose check word is wrong).
    - `ack_after_s`: the answer leaves so many seconds later.
    - `ack_share`: share of uploads answered at all, by chance. `ack_from_copy`: the nth arrival of a packet (same CN,
      DataTime and PNO) is the first one answered.
    - `ack_when`: `after` or `before` the record is persisted. `persist`: false loses what was answered.
    - `refused_cn`: uploads with this command code are answered as `negative` says, whatever `ack` says.
    - `crc_error`: a wrong check word gets `silent`, `qnrtn-9` (9011) or `close`.
    - `identity`: a wrong PW, MN or ST gets `answer` (9011 with 3, 4, 5), `silent`, or `accept`.
    - `accept`: new connections are taken (`accept`), refused (`refuse`: nobody listens) or closed at once (`close`).
    - `close_between_parts`: so many times the connection closes after the answer to a part that is not the last.
    - `sending`: how frames leave: `whole`; `octets` (one by one); `glued` (two frames at once); `lf-only`;
      `junk-hash` (a `#` before each frame); `junk-head` (`##zz` before each frame).
    - `crc_case`: `upper` or `lower`. `qn_digits`: 17, or 13 as some hosts do. `comma_range`: BeginTime and EndTime are
      joined by a comma as in example C.23 of the standard.
    - `reading`: `normal`; `slow` (a pause of `reading_pause_s` after every piece); `stopped`.
    - `half_close`: the centre ends its sending direction, so that it goes on reading but can answer nothing.
    - `calibrate`: a 1013 is followed by 1012, off true time by `calibrate_offset_s`. `init`: the start-up sequence of
      6.7 runs on every new connection, its last step turning the device state on if `device_state`.
    - `heartbeat`: 9015 (edition 2025) and 9021 (vendors) stay unanswered (`silent`) or get 9013 (`answer`).
    - `certificate`: what is shown in handshakes from the next connection on (`trust.authority.Choice`). `clients`:
      whether a client's certificate is asked for: as the channel says, `none`, `request`, `require`.
    - `payload`: how packets are protected under the payload profile; all but `sound` must be refused.
    - `strict`: every deviation from the standard makes a packet unusable, not only those nobody can live with.
    """

    ack: Literal[
        "always",
        "never",
        "wrong-qn",
        "wrong-cn",
        "wrong-mn",
        "twice",
        "negative",
        "close",
        "half",
        "garbage",
        "wrong-crc",
    ] = "always"
    ack_after_s: float = 0
    ack_share: float = 1
    ack_from_copy: int = 1
    ack_when: Literal["after", "before"] = "after"
    persist: bool = True
    negative_code: int = 2
    refused_cn: str = ""
    crc_error: Literal["silent", "qnrtn-9", "close"] = "silent"
    identity: Literal["answer", "silent", "accept"] = "answer"
    accept: Literal["accept", "refuse", "close"] = "accept"
    close_between_parts: int = 0
    sending: Literal["whole", "octets", "glued", "lf-only", "junk-hash", "junk-head"] = "whole"
    crc_case: Literal["upper", "lower"] = "upper"
    qn_digits: Literal[17, 13] = 17
    comma_range: bool = False
    reading: Literal["normal", "slow", "stopped"] = "normal"
    reading_pause_s: float = 1
    half_close: bool = False
    calibrate: bool = True
    calibrate_offset_s: float = 0
    init: bool = False
    device_state: bool = False
    heartbeat: Literal["silent", "answer"] = "silent"
    strict: bool = False
    certificate: Choice = "good"
    clients: Clients = "as-channel"
    payload: Spoil = "sound"

    @property
    def ordinary(self) -> bool:
        """Whether frames leave whole, at once and in the usual form."""
        return self.sending == "whole" and self.crc_case == "upper" and not self.comma_range


class SwitchError(ValueError):
    """A switch that does not exist or does not take this value; the text says which and what it takes."""


S = TypeVar("S", bound=msgspec.Struct)


def changed(before: S, changes: dict[str, object]) -> S:
    """The switches of any kind of centre with some changed. Raises SwitchError."""
    names = type(before).__struct_fields__
    for name in changes:
        if name not in names:
            raise SwitchError(f"a centre has no switch {name!r}; it has {', '.join(names)}")
    try:
        return msgspec.convert({**msgspec.structs.asdict(before), **changes}, type(before))
    except msgspec.ValidationError as error:
        raise SwitchError(f"a switch cannot take this value: {error}") from None
