# pyright: reportPrivateUsage=false
"""Defects of the HJ 212 frames: checksum, length, fields, splitting, identity, and reading what a centre sends."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace

from conformance.defects import Patch, defect
from reference_terminal.hj212 import crc
from reference_terminal.hj212 import frame as frames
from reference_terminal.hj212 import message as messages
from reference_terminal.hj212.frame import Decoder, Frame, Refused
from reference_terminal.hj212.message import Message
from reference_terminal.hj212.qn import QnSource
from reference_terminal.model.times import stamp_ms
from reference_terminal.uplink.hj212 import link as links
from reference_terminal.uplink.hj212 import packets
from reference_terminal.uplink.hj212.link import CentreLink

_CLAUSE = ("isc-2/7.2.4k",)


# The frame


@defect(
    "modbus-crc",
    en="frames carry the Modbus CRC instead of the one of annex A",
    zh="报文使用 Modbus CRC 而非附录 A 的 CRC",
    clauses=_CLAUSE,
)
def modbus_crc(patch: Patch) -> None:
    """Polynomial and start value agree, the shift does not (F2)."""

    def of(data: bytes) -> int:
        register = 0xFFFF
        for octet in data:
            register ^= octet
            for _ in range(8):
                register = (register >> 1) ^ (0xA001 if register & 1 else 0)
        return register

    patch(crc, "of", of)


def _framed(patch: Patch, encode: Callable[[bytes], bytes]) -> None:
    """Put another way of framing in the place of the terminal's."""
    patch(frames, "encode", encode)


@defect(
    "crc-without-leading-zeros",
    en="the checksum loses its leading zeros",
    zh="CRC 缺少前导零",
    clauses=_CLAUSE,
)
def crc_without_leading_zeros(patch: Patch) -> None:
    """880 for 0880: one frame in sixteen is refused (F1)."""
    _framed(patch, lambda data: b"##%04d%s%X\r\n" % (len(data), data, crc.of(data)))


@defect(
    "length-counts-the-head",
    en="the length counts the head of the frame too",
    zh="长度字段多计包头 6 字节",
    clauses=_CLAUSE,
)
def length_counts_the_head(patch: Patch) -> None:
    """LEN too large by the six octets of ## and itself (F4)."""
    _framed(patch, lambda data: b"##%04d%s%s\r\n" % (len(data) + 6, data, crc.text(data)))


@defect(
    "length-without-leading-zeros",
    en="the length has as many digits as it needs instead of four",
    zh="长度字段不足 4 位",
    clauses=_CLAUSE,
)
def length_without_leading_zeros(patch: Patch) -> None:
    """##81QN= for ##0081QN= (F5)."""
    _framed(patch, lambda data: b"##%d%s%s\r\n" % (len(data), data, crc.text(data)))


@defect(
    "frames-end-with-lf",
    en="frames end with LF alone",
    zh="包尾仅有换行符",
    clauses=_CLAUSE,
)
def frames_end_with_lf(patch: Patch) -> None:
    """A stream opened in text mode, or a logger of another school (F14)."""
    _framed(patch, lambda data: b"##%04d%s%s\n" % (len(data), data, crc.text(data)))


@defect(
    "flag-after-cp",
    en="Flag stands behind CP",
    zh="Flag 位于 CP 之后",
    clauses=_CLAUSE,
)
def flag_after_cp(patch: Patch) -> None:
    """The order of the fields taken for free (F9)."""

    def encode(message: Message) -> bytes:
        flag = b"Flag=%d" % (message.flag or 0)
        return sound(message).replace(flag + b";", b"", 1) + b";" + flag

    sound = patch(messages, "encode", encode)


@defect(
    "flag-of-2005",
    en="Flag names the edition of 2005",
    zh="Flag 标明为 2005 版",
    clauses=_CLAUSE,
)
def flag_of_2005(patch: Patch) -> None:
    """Firmware of the older edition with the newer fields: the version bits stay 0."""
    patch(links, "UPLOAD_FLAG", 1)
    patch(links, "SPLIT_FLAG", 3)


@defect(
    "part-before-count",
    en="the number of a part stands before the number of parts",
    zh="PNO 位于 PNUM 之前",
    clauses=_CLAUSE,
)
def part_before_count(patch: Patch) -> None:
    """PNO and PNUM in the order of the alphabet (F15)."""

    def encode(message: Message) -> bytes:
        count, part = b"PNUM=%d" % (message.pnum or 0), b"PNO=%d" % (message.pno or 0)
        return sound(message).replace(count + b";" + part, part + b";" + count)

    sound = patch(messages, "encode", encode)


@defect(
    "times-with-milliseconds",
    en="DataTime has milliseconds",
    zh="数据时间含毫秒（17 位）",
    clauses=_CLAUSE,
)
def times_with_milliseconds(patch: Patch) -> None:
    """The form of QN used for DataTime as well (F8)."""

    def long(record_start_s: int, record_end_s: int) -> str:
        return stamp_ms(record_start_s * 1000)

    patch(packets, "period_stamp", long)


@defect(
    "numbers-with-exponent",
    en="large numbers are sent with an exponent",
    zh="数值以科学计数法上传",
    clauses=_CLAUSE,
)
def numbers_with_exponent(patch: Patch) -> None:
    """The default form of a printf %e (F19)."""

    def encode(message: Message) -> bytes:
        shown: list[str] = []
        for item in message.cp.split(";"):
            pairs = [pair.partition("=") for pair in item.split(",")]
            shown.append(",".join(f"{name}={_scientific(name, value)}" for name, _, value in pairs))
        return sound(replace(message, cp=";".join(shown)) if "=" in message.cp else message)

    sound = patch(messages, "encode", encode)


def _scientific(name: str, value: str) -> str:
    return f"{value}E+00" if name.endswith(("-Cou", "-Avg", "-Min", "-Max", "-Rtd")) else value


@defect(
    "never-splits",
    en="long data go out in one frame beyond every limit, each value with its sampling time",
    zh="超长数据不分包，且每值附采样时间",
    clauses=_CLAUSE,
)
def never_splits(patch: Patch) -> None:
    """Splitting was left for later; on the vendor's desk three meters never needed it."""

    def whole(first: str, items: list[str], room: int = 0) -> list[str]:
        at = first.partition("=")[2]
        return [messages.assemble(first, [f"{item},{item.partition('-')[0]}-SampleTime={at}" for item in items])]

    patch(messages, "split", whole)


# Answers


@defect(
    "answers-answers",
    en="every acknowledgement of the centre is itself answered",
    zh="对中心的应答再次应答",
    clauses=_CLAUSE,
)
def answers_answers(patch: Patch) -> None:
    """Whatever comes in is answered, bit A or not."""

    def sort(self: CentreLink, message: Message) -> None:
        sound(self, message)
        if message.cn == "9014":
            self.send(self.answer_to(message, "9013", ""))

    sound = patch(CentreLink, "_sort", sort)


@defect(
    "answers-want-answers",
    en="answers are sent with the bit that asks for an answer",
    zh="应答帧要求对方再应答",
    clauses=_CLAUSE,
)
def answers_want_answers(patch: Patch) -> None:
    """One constant Flag=5 for everything."""
    patch(messages, "ANSWER_FLAG", messages.UPLOAD_FLAG)


# Identity


def _uploads(patch: Patch, change: Callable[[Message], Message]) -> None:
    """Change every upload of the terminal before it is framed."""

    def message(self: CentreLink, cn: str, cp: str, qn: str, part: tuple[int, int] | None = None) -> Message:
        return change(sound(self, cn, cp, qn, part))

    sound = patch(CentreLink, "message", message)


def _first_for_all(patch: Patch, field: str) -> None:
    """Give every upload, to whichever centre, this field of the first upload of all."""
    first: list[str] = []

    def change(message: Message) -> Message:
        first.append(getattr(message, field))
        return replace(message, **{field: first[0]})

    _uploads(patch, change)


@defect(
    "one-number-for-all-centres",
    en="the device number set for the first centre is used towards all",
    zh="对所有中心使用第一个中心的设备标识",
    clauses=_CLAUSE,
)
def one_number_for_all_centres(patch: Patch) -> None:
    """One identity per device, though each centre assigns its own."""
    _first_for_all(patch, "mn")


@defect(
    "one-password-for-all-centres",
    en="the password set for the first centre is used towards all",
    zh="对所有中心使用第一个中心的访问密码",
    clauses=_CLAUSE,
)
def one_password_for_all_centres(patch: Patch) -> None:
    """One field for the password in the settings, though each centre sets its own (1072)."""
    _first_for_all(patch, "pw")


@defect(
    "password-of-the-factory",
    en="uploads carry the factory's password whatever was set",
    zh="始终使用出厂密码",
    clauses=_CLAUSE,
)
def password_of_the_factory(patch: Patch) -> None:
    """The set password is used to check commands only (F17)."""
    _uploads(patch, lambda message: replace(message, pw="000000"))


@defect(
    "system-code-of-another-trade",
    en="uploads carry the system code of surface water monitoring",
    zh="系统编码误用 21（地表水）",
    clauses=_CLAUSE,
)
def system_code_of_another_trade(patch: Patch) -> None:
    """The code of the product the firmware was taken from."""
    _uploads(patch, lambda message: replace(message, st="21"))


@defect(
    "qn-of-whole-seconds",
    en="a QN has whole seconds, so that messages of one second share it",
    zh="请求编码只到秒，同秒报文重号",
    clauses=_CLAUSE,
)
def qn_of_whole_seconds(patch: Patch) -> None:
    """A clock that gives no milliseconds, filled up with zeros."""

    def coarse(self: QnSource) -> str:
        return sound(self)[:-3] + "000"

    sound = patch(QnSource, "next", coarse)


# Splitting


def _parts(link: CentreLink, first: str, items: list[str]) -> list[str]:
    """The parts that the terminal makes of a packet for this centre."""
    return messages.split(first, items, messages.cp_room(link.config.st, link.settings.pw, link.config.mn))


def _sends_parts(
    patch: Patch, number: Callable[[int], int], cp: Callable[[int, str], str], *, one_qn: bool = False
) -> None:
    """Split as the terminal does, but number the parts, shape their content or take their QN otherwise."""

    async def upload(self: CentreLink, cn: str, first: str, items: list[str], pending: object = None) -> bool:
        parts = _parts(self, first, items)
        qn = self.new_qn()
        for place, text in enumerate(parts, 1):
            part = None if len(parts) == 1 else (len(parts), number(place))
            own = qn if one_qn or place == 1 else self.new_qn()
            if not await self.exchange(self.message(cn, cp(place, text), own, part)):
                return False
        return True

    patch(CentreLink, "upload", upload)


@defect(
    "parts-counted-from-zero",
    en="the parts of a split packet are numbered from 0",
    zh="分包序号从 0 开始",
    clauses=_CLAUSE,
)
def parts_counted_from_zero(patch: Patch) -> None:
    """An index of the program put on the wire."""
    _sends_parts(patch, lambda place: place - 1, lambda place, text: text)


@defect(
    "only-first-part-stamped",
    en="only the first part of a split packet has the time of the data",
    zh="仅首个分包含数据时间",
    clauses=_CLAUSE,
)
def only_first_part_stamped(patch: Patch) -> None:
    """The text is cut where it is full instead of being made into packets of their own."""
    _sends_parts(patch, lambda place: place, lambda place, text: text if place == 1 else text.partition(";")[2])


@defect(
    "parts-share-a-qn",
    en="all parts of a split packet share one QN",
    zh="各分包共用一个请求编码",
    clauses=_CLAUSE,
)
def parts_share_a_qn(patch: Patch) -> None:
    """The QN is taken for the name of the packet, so that an acknowledgement fits any part."""
    _sends_parts(patch, lambda place: place, lambda place, text: text, one_qn=True)


@defect(
    "parts-all-at-once",
    en="all parts go out at once, acknowledgements are awaited afterwards",
    zh="各分包不等应答一次发出",
    clauses=_CLAUSE,
)
def parts_all_at_once(patch: Patch) -> None:
    """Speed first: the parts are written in a row and the answers counted."""

    async def upload(self: CentreLink, cn: str, first: str, items: list[str], pending: object = None) -> bool:
        parts = _parts(self, first, items)
        many = len(parts) > 1
        exchanges = [
            self._loop.create_task(
                self.exchange(self.message(cn, text, self.new_qn(), (len(parts), place) if many else None))
            )
            for place, text in enumerate(parts, 1)
        ]
        return all(await asyncio.gather(*exchanges))

    patch(CentreLink, "upload", upload)


@defect(
    "first-part-only",
    en="a split packet counts as delivered once its first part is acknowledged; the rest is never sent",
    zh="首个分包得到应答即视为整包送达",
    clauses=_CLAUSE,
)
def first_part_only(patch: Patch) -> None:
    """The loop over the parts returns from within."""

    async def upload(self: CentreLink, cn: str, first: str, items: list[str], pending: object = None) -> bool:
        parts = _parts(self, first, items)
        part = (len(parts), 1) if len(parts) > 1 else None
        return await self.exchange(self.message(cn, parts[0], self.new_qn(), part))

    patch(CentreLink, "upload", upload)


# Reading


@defect(
    "one-read-one-frame",
    en="what one read brings is taken for exactly one frame",
    zh="将每次读取的字节视为恰好一帧",
    clauses=_CLAUSE,
)
def one_read_one_frame(patch: Patch) -> None:
    """A stream taken for datagrams: glued frames lose all but the first, single octets are thrown away (F13)."""

    def feed(self: Decoder, data: bytes) -> list[Frame | Refused]:
        Decoder.__init__(self, self._limit)
        return sound(self, data)[:1]

    sound = patch(Decoder, "feed", feed)


@defect(
    "frame-must-come-first",
    en="a frame is looked for only where the last one ended",
    zh="仅在上一帧结束处查找下一帧包头",
    clauses=_CLAUSE,
)
def frame_must_come_first(patch: Patch) -> None:
    """A single stray octet before the head loses the frame (F13)."""

    def feed(self: Decoder, data: bytes) -> list[Frame | Refused]:
        if not self._buffer and not data.startswith(b"##0"):
            return [Refused("no frame", len(data))] if len(data) > 1 else sound(self, data)
        return sound(self, data)

    sound = patch(Decoder, "feed", feed)


@defect(
    "crc-in-capitals-only",
    en="a checksum in small letters is refused",
    zh="不接受小写 CRC",
    clauses=_CLAUSE,
)
def crc_in_capitals_only(patch: Patch) -> None:
    """Texts are compared instead of numbers."""

    def same(self: Decoder, right: bytes, text: bytes) -> bool:
        return text == right

    patch(Decoder, "crc_matches", same)


@defect(
    "length-is-trusted",
    en="a frame is waited for to its last announced octet, however long",
    zh="完全信任长度字段，一直等待到收齐",
    clauses=_CLAUSE,
)
def length_is_trusted(patch: Patch) -> None:
    """One wrong length swallows every frame after it (NC3)."""

    def none(self: Decoder, at: int) -> int:
        return -1

    patch(Decoder, "_whole_frame_after", none)


@defect(
    "places-behind-junk-forgotten",
    en="how far octets were looked through is kept when they are dropped: frames behind the next junk are overlooked",
    zh="丢弃垃圾字节后未更新已查找位置，其后残帧之后的完整帧被漏掉",
    clauses=_CLAUSE,
)
def places_behind_junk_forgotten(patch: Patch) -> None:
    """The place was counted in a buffer that is not there any more."""

    def feed(self: Decoder, data: bytes) -> list[Frame | Refused]:
        gone = self._gone
        found = own(self, data)
        self._gone = gone
        return found

    own = patch(Decoder, "feed", feed)


@defect(
    "crc-not-checked",
    en="commands are carried out whatever their checksum says",
    zh="不校验 CRC 即执行命令",
    clauses=_CLAUSE,
)
def crc_not_checked(patch: Patch) -> None:
    """TCP is thought to be safe enough."""

    def any_text(self: Decoder, right: bytes, text: bytes) -> bool:
        return True

    patch(Decoder, "crc_matches", any_text)


@defect(
    "limit-one-too-many",
    en="a data segment may have one octet more than the limit",
    zh="数据段上限多算 1 字节",
    clauses=_CLAUSE,
)
def limit_one_too_many(patch: Patch) -> None:
    """Greater was written where greater or equal was meant."""
    whole = messages.cp_room
    # It leaves room for numbers of four digits, of which one is needed.
    patch(messages, "cp_room", lambda st, pw, mn: whole(st, pw, mn) + 6 + 1)


@defect(
    "item-at-the-limit-dropped",
    en="the item that would end exactly at the limit is in neither part",
    zh="恰在上限处结束的数据项在两个分包中均缺失",
    clauses=_CLAUSE,
)
def item_at_the_limit_dropped(patch: Patch) -> None:
    """Less in one comparison, greater in the other."""
    whole = messages.split

    def split(first: str, items: list[str], room: int = 0) -> list[str]:
        kept: list[str] = []
        used = len(first.encode())
        for item in items:
            size = len(item.encode()) + 1
            if used + size == room:
                continue
            used = used + size if used + size < room else len(first.encode()) + size
            kept.append(item)
        return whole(first, kept, room)

    patch(messages, "split", split)
