"""An HTTPS/JSON platform in the manner of the national energy platform (docs/WIRE.md section 3).

Leaves HTTP and the ways to answer wrongly to `http`. Registers terminals, tells versions and configuration, takes daily
and monthly sets; keeps a record by (deviceId, dataCode, statType, statDate) and every differing content as a version.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Unpack

from simulators.centres.base import Item
from simulators.centres.http import JsonCentre, Record, Reply, Request, Wiring
from simulators.centres.json_text import DECIMAL, Number, objects_of, text_of
from simulators.stamps import from_stamp
from simulators.trust import oracle

FAULTS: dict[str, tuple[str, str]] = {
    "json-invalid": ("the body is not a JSON object", "请求体不是 JSON 对象"),
    "path-unknown": ("there is no such path", "路径不存在"),
    "method": ("the method is not POST", "应使用 POST"),
    "region": ("region is not 6 digits", "region 应为 6 位数字"),
    "enterprise-code": ("enterpriseCode is not 18 letters and digits", "enterpriseCode 应为 18 位"),
    "enterprise-unknown": ("the enterprise is not that of this platform's terminal", "企业不符"),
    "terminal-code": ("terminalCode is missing", "缺少 terminalCode"),
    "device-unknown": ("the deviceId was never given out", "deviceId 未注册"),
    "device-mismatch": ("device and enterprise do not match", "序列号与企业统一社会信用代码不符"),
    "data-missing": ("data is no list of objects", "缺少 data 数组"),
    "data-empty": ("data is empty", "data 为空"),
    "data-over-500": ("data has more than 500 entries", "data 超过 500 条"),
    "attribute-missing": ("an attribute of an entry is missing", "缺少属性"),
    "attribute-unknown": ("an entry has an unknown attribute", "含未知属性"),
    "plain": ("the values are in the clear though a key was given", "未加密"),
    "undecryptable": ("a value cannot be deciphered", "解密失败！"),
    "data-code": ("a dataCode is not of the form 04-01-0000-040200-30", "dataCode 格式错误"),
    "data-code-unknown": ("a dataCode is not one of this terminal's", "dataCode 未配置"),
    "data-value": ("a dataValue is no decimal number", "dataValue 不是十进制数"),
    "data-value-text": ("a dataValue is a text instead of a number", "dataValue 应为数值"),
    "stat-type": ("a statType is not 0, 1 or 2", "statType 无效"),
    "stat-date": ("a statDate is not YYYY-MM-DD HH:mm:ss", "statDate 格式错误"),
    "stat-date-grid": ("a statDate does not begin its period", "statDate 不是周期起点"),
    "stat-date-future": ("a statDate lies in a period that is not over", "statDate 周期未结束"),
    "upload-date": ("an uploadDate is not YYYY-MM-DD HH:mm:ss", "uploadDate 格式错误"),
    "upload-date-12-hours": ("an uploadDate is 12 hours off: a clock of 12 hours", "uploadDate 使用了 12 小时制"),
    "upload-date-zone": ("an uploadDate is whole hours off: another zone", "uploadDate 时区错误"),
    "input-type": ("an inputType is not 1 to 5", "inputType 无效"),
    "scope": ("a scope is not 1 to 4", "scope 无效"),
    "valid": ("valid is not a boolean", "valid 应为布尔值"),
    "revision": ("a revision is not a whole number from 1", "revision 无效"),
}
"""Name of every deviation of a request: what it means, in English and Chinese."""

FATAL = frozenset(
    {
        "json-invalid",
        "path-unknown",
        "method",
        "region",
        "enterprise-code",
        "enterprise-unknown",
        "device-unknown",
        "device-mismatch",
        "data-missing",
        "data-over-500",
        "attribute-missing",
        "plain",
        "undecryptable",
        "data-code",
        "data-value",
        "stat-type",
        "stat-date",
        "valid",
    }
)
"""Deviations for which a body is refused as a whole; the others are noted."""

ATTRIBUTES = (
    "dataCode",
    "dataValue",
    "inputType",
    "statType",
    "statDate",
    "uploadDate",
    "scope",
    "valid",
)
ITEM_ATTRIBUTES = frozenset(
    ("dataCode", "name", "statType", "inputType", "scope", "unit", "dataValueMin", "dataValueMax")
)
"""Of an entry of collectItemConfig (docs/WIRE.md section 3): all of them; what a product adds is not looked at."""
DATA_CODE = re.compile(r"\d{2}-\d{2}-\d{4}-\d{6}-\d{2}")
KINDS = {"0": "minute", "1": "day", "2": "month"}
"""statType to the class of records; 0 are quarter-hours."""
MOST_ENTRIES = 500
QUARTER_US = 900_000_000
_DAY_US = 86_400_000_000
_STAMP = re.compile(r"(\d{4})-(\d{2})-(\d{2}) (\d{2}):(\d{2}):(\d{2})")
_SEALED = re.compile(r"([0-9a-fA-F]{32})+")
_HOUR_US = 3_600_000_000


@dataclass(frozen=True)
class Terms:
    """What the platform tells at registration; a new value counts from the next registration."""

    device_id: str
    upload_time: str
    secret: str
    data_port: int
    registration: int = 1
    dictionary: int = 1


def _stamp(text: object) -> str:
    """YYYYMMDDhhmmss of a date of the profile; empty if it is none."""
    match = _STAMP.fullmatch(text) if isinstance(text, str) and not isinstance(text, Number) else None
    if match is None:
        return ""
    found = "".join(match.groups())
    try:
        from_stamp(found)
    except ValueError:
        return ""
    return found


class NationalCentre(JsonCentre):
    """The platform for one terminal.

    `items` maps dataCode to the point; `upload_time` is HH:mm:ss; `encrypted` gives out a secretKey. `data_port` is
    where all URLs but the registration's lie (the same port by default).
    """

    def __init__(
        self,
        name: str,
        host: str,
        port: int,
        *,
        region: str,
        enterprise: str,
        terminal: str,
        items: Mapping[str, Item],
        upload_time: str = "01:38:00",
        encrypted: bool = False,
        valid_means_valid: bool = True,
        data_port: int = 0,
        **wiring: Unpack[Wiring],
    ) -> None:
        more = (data_port,) if data_port and data_port != port else ()
        super().__init__(name, host, port, **wiring, more_ports=more)
        self.region = region
        self.enterprise = enterprise
        self.terminal = terminal
        self.items = dict(items)
        self.valid_means_valid = valid_means_valid
        self.configuration: tuple[dict[str, object], ...] = ()
        secret = f"{self._chance.getrandbits(128):032x}" if encrypted else ""
        self._terms = Terms(f"{self._chance.getrandbits(128):032x}", upload_time, secret, data_port or port)
        self._given: Terms | None = None
        self._listed: dict[str, tuple[str, ...]] = {}

    # What a case may do besides the switches.

    @property
    def device_id(self) -> str:
        """The deviceId this platform gives its terminal."""
        return self._terms.device_id

    @property
    def secret_key(self) -> str:
        """The key it gives out, hex; empty if it gives none."""
        return self._terms.secret

    @property
    def keys_given_out(self) -> dict[str, str]:
        """The secretKey, if it gives one."""
        return {"secretKey": self.secret_key} if self.secret_key else {}

    @property
    def registered(self) -> bool:
        """Whether the terminal has registered."""
        return self._given is not None

    def set_upload_time(self, text: str) -> None:
        """Another daily window (HH:mm:ss), told by a new registration version."""
        self._change(dataclasses.replace(self._terms, upload_time=text), f"upload time {text}")

    def rotate_key(self) -> None:
        """Another secretKey. What comes under the old one cannot be deciphered any more."""
        secret = f"{self._chance.getrandbits(128):032x}"
        self._change(dataclasses.replace(self._terms, secret=secret), "another key")
        if self._given is not None:
            self._given = dataclasses.replace(self._given, secret=secret)

    def move(self, port: int) -> None:
        """The URLs lie on another of the platform's ports from the next registration on."""
        self._change(dataclasses.replace(self._terms, data_port=port), f"port {port}")

    def forget(self) -> None:
        """Forget the registration: every operation but registering is answered with code 2."""
        self._given = None
        self.tell({"registration": "forgotten"})

    def list_items(self, listed: Mapping[str, Sequence[str]]) -> None:
        """Another configuration: dataCode to its statTypes ("0", "1", "2"); told by a new dictionary version."""
        self._listed = {code: tuple(kinds) for code, kinds in listed.items()}
        self._terms = dataclasses.replace(self._terms, dictionary=self._terms.dictionary + 1)
        self.tell({"dictionary": str(self._terms.dictionary)})

    def add_items(self, items: Mapping[str, Item]) -> None:
        """Further items by dataCode; told by a new dictionary version."""
        self.items |= items
        self._terms = dataclasses.replace(self._terms, dictionary=self._terms.dictionary + 1)
        self.tell({"dictionary": str(self._terms.dictionary)})

    def _change(self, changed: Terms, told: str) -> None:
        self._terms = dataclasses.replace(changed, registration=changed.registration + 1)
        self.tell({"registration": f"{self._terms.registration}: {told}"})

    # Operations.

    def handle(self, request: Request, body: dict[str, object]) -> Reply:
        """Register, version check, configuration up and down, data."""
        operations: dict[str, Callable[[Request, dict[str, object]], Reply]] = {
            "/enterprise/register": self._register,
            "/versionCheck": self._versions,
            "/uploadConfigData": self._configured,
            "/downloadConfigData": self._configuration,
            "/uploadEnergyData": self._data,
        }
        path = request.path.partition("?")[0]
        operation = operations.get(path)
        if operation is None:
            # As seen in the field: JSON without responseCode.
            body404: dict[str, object] = {"status": 404, "error": "Not Found", "path": path}
            return Reply("unknown", body404, 404, faults=("path-unknown",), refused="no such path")
        if request.method != "POST":
            return self._refused(path.rpartition("/")[2], ["method"])
        return operation(request, body)

    def _refused(self, operation: str, faults: Sequence[str], mn: str = "", code: str = "1") -> Reply:
        english, chinese = FAULTS[next((each for each in faults if each in FATAL), faults[0])]
        body: dict[str, object] = {"responseCode": code, "responseMessage": f"{chinese} / {english}"}
        return Reply(operation, body, mn=mn, faults=tuple(dict.fromkeys(faults)), refused=", ".join(faults))

    def _good(self, operation: str, mn: str, more: dict[str, object], faults: Sequence[str] = ()) -> Reply:
        body: dict[str, object] = {"responseCode": "0", "responseMessage": "RECEIVE SUCCESS", **more}
        return Reply(operation, body, mn=mn, faults=tuple(dict.fromkeys(faults)))

    def _register(self, request: Request, body: dict[str, object]) -> Reply:
        faults: list[str] = []
        if not re.fullmatch(r"\d{6}", text_of(body, "region")):
            faults.append("region")
        if not re.fullmatch(r"[0-9A-Z]{18}", text_of(body, "enterpriseCode")):
            faults.append("enterprise-code")
        elif text_of(body, "enterpriseCode") != self.enterprise or text_of(body, "region") != self.region:
            faults.append("enterprise-unknown")
        if text_of(body, "terminalCode") != self.terminal:
            faults.append("terminal-code")
        if FATAL.intersection(faults):
            return self._refused("register", faults)
        terms = self._given = self._terms
        base = f"{'https' if self.secure else 'http'}://{self.host}:{terms.data_port}"
        more: dict[str, object] = {
            "deviceId": terms.device_id,
            "loadDicVersionURL": f"{base}/versionCheck",
            "centerDataURL": f"{base}/uploadEnergyData",
            "centerInfoURL": f"{base}/uploadConfigData",
            "centerInfoDownloadURL": f"{base}/downloadConfigData",
            "uploadTime": terms.upload_time,
        }
        if terms.secret:
            more["secretKey"] = terms.secret
        return self._good("register", terms.device_id, more, faults)

    def _device(self, operation: str, body: dict[str, object], *, enterprise: bool = True) -> Reply | None:
        """The refusal of a device that is not registered or not this enterprise's; None if all is well."""
        mn = text_of(body, "deviceId")
        if self._given is None or mn != self._given.device_id:
            return self._refused(operation, ["device-unknown"], mn, code="2")
        if enterprise and text_of(body, "enterpriseCode") != self.enterprise:
            return self._refused(operation, ["device-mismatch"], mn)
        return None

    def _versions(self, request: Request, body: dict[str, object]) -> Reply:
        refused = self._device("versionCheck", body, enterprise=False)
        if refused:
            return refused
        terms = self._terms
        more: dict[str, object] = {"regVersion": str(terms.registration), "dicVersion": str(terms.dictionary)}
        return self._good("versionCheck", terms.device_id, more)

    def _configured(self, request: Request, body: dict[str, object]) -> Reply:
        refused = self._device("uploadConfigData", body)
        if refused:
            return refused
        entries = objects_of(body, "collectItemConfig")
        if entries is None:
            return self._refused("uploadConfigData", ["data-missing"], self.device_id)
        if any(not each.keys() >= ITEM_ATTRIBUTES for each in entries):
            return self._refused("uploadConfigData", ["attribute-missing"], self.device_id)
        unknown = [each for each in entries if text_of(each, "dataCode") not in self.items]
        self.configuration = tuple(entries)
        return self._good("uploadConfigData", self.device_id, {}, ["data-code-unknown"] if unknown else [])

    def _configuration(self, request: Request, body: dict[str, object]) -> Reply:
        refused = self._device("downloadConfigData", body)
        if refused:
            return refused
        entries: list[object] = [
            {
                "dataCode": code,
                "name": item.name,
                "statType": Number(kind),
                "inputType": Number("4"),
                "scope": Number("1"),
                "unit": item.unit,
                "dataValueMin": Number(item.low) if item.low else "",
                "dataValueMax": Number(item.high) if item.high else "",
            }
            for code, item in self.items.items()
            for kind in self._listed.get(code, () if self._listed else tuple(KINDS))
        ]
        more: dict[str, object] = {
            "dicVersion": str(self._terms.dictionary),
            "validMeansValid": self.valid_means_valid,
            "collectItemConfig": entries,
        }
        return self._good("downloadConfigData", self.device_id, more)

    def _data(self, request: Request, body: dict[str, object]) -> Reply:
        refused = self._device("uploadEnergyData", body)
        if refused:
            return refused
        entries = objects_of(body, "data")
        if entries is None:
            return self._refused("uploadEnergyData", ["data-missing"], self.device_id)
        faults: list[str] = [] if entries else ["data-empty"]
        if len(entries) > MOST_ENTRIES:
            faults.append("data-over-500")
        records = [record for entry in entries if (record := self._entry(entry, faults)) is not None]
        if FATAL.intersection(faults):
            return self._refused("uploadEnergyData", faults, self.device_id)
        reply = self._good("uploadEnergyData", self.device_id, {}, faults)
        reply.data = True
        reply.records = records
        return reply

    def _entry(self, entry: dict[str, object], faults: list[str]) -> Record | None:
        missing = [name for name in ATTRIBUTES if name not in entry]
        if missing:
            faults.append("attribute-missing")
            return None
        if any(name not in ATTRIBUTES and name != "revision" for name in entry):
            faults.append("attribute-unknown")
        secret = self._given.secret if self._given else ""
        if secret:
            opened = self._decipher(entry, bytes.fromhex(secret), faults)
            if opened is None:
                return None
            entry = opened
        return self._read(entry, faults)

    def _decipher(self, entry: dict[str, object], key: bytes, faults: list[str]) -> dict[str, object] | None:
        """The entry in the clear; None with a fault if a value is no ciphertext under the key."""
        found: dict[str, object] = {}
        for name, value in entry.items():
            if not isinstance(value, str) or not _SEALED.fullmatch(value):
                faults.append("plain")
                return None
            try:
                plain = oracle.unpad(oracle.sm4_ecb(key, bytes.fromhex(value), decrypting=True)).decode()
            except (oracle.OracleError, ValueError):
                faults.append("undecryptable")
                return None
            if name in ("dataValue", "inputType", "statType", "scope", "revision"):
                found[name] = Number(plain)
            elif name == "valid":
                found[name] = {"true": True, "false": False}.get(plain, plain)
            else:
                found[name] = plain
        return found

    def _read(self, entry: dict[str, object], faults: list[str]) -> Record | None:
        before = len(faults)
        code = text_of(entry, "dataCode")
        if not DATA_CODE.fullmatch(code):
            faults.append("data-code")
        elif code not in self.items:
            faults.append("data-code-unknown")
        value = entry["dataValue"]
        if not isinstance(value, str) or not DECIMAL.fullmatch(value):
            faults.append("data-value")
        elif not isinstance(value, Number):
            faults.append("data-value-text")
        kind = KINDS.get(str(entry["statType"]), "")
        if not kind or isinstance(entry["statType"], bool):
            faults.append("stat-type")
        stamp = _stamp(entry["statDate"])
        if not stamp:
            faults.append("stat-date")
        elif kind:
            self._check_period(kind, stamp, faults)
        self._check_sending(entry["uploadDate"], faults)
        if str(entry["inputType"]) not in ("1", "2", "3", "4", "5"):
            faults.append("input-type")
        if str(entry["scope"]) not in ("1", "2", "3", "4"):
            faults.append("scope")
        valid = entry["valid"]
        if not isinstance(valid, bool):
            faults.append("valid")
        revision = entry.get("revision", Number("0"))
        number = int(str(revision)) if re.fullmatch(r"\d{1,6}", str(revision)) else -1
        if number < 0 or ("revision" in entry and number == 0):
            faults.append("revision")
        if FATAL.intersection(faults[before:]):
            return None
        item = self.items.get(code)
        good = valid is self.valid_means_valid
        by_hand = str(entry["inputType"]) == "5"
        return Record(
            (self.device_id, kind, code, stamp),
            {item.field if item else "Value": str(value)} if good else {},
            ("S" if by_hand else "N") if good else "invalid",
            max(number, 0),
        )

    def _check_period(self, kind: str, stamp: str, faults: list[str]) -> None:
        start = from_stamp(stamp)
        grid = {
            "minute": start % QUARTER_US == 0,
            "day": stamp.endswith("000000"),
            "month": stamp.endswith("01000000"),
        }
        if not grid[kind]:
            faults.append("stat-date-grid")
        length = {"minute": QUARTER_US, "day": _DAY_US, "month": 28 * _DAY_US}[kind]
        if start + length > self._clock.now_us() + 60_000_000:
            faults.append("stat-date-future")

    def _check_sending(self, text: object, faults: list[str]) -> None:
        stamp = _stamp(text)
        if not stamp:
            faults.append("upload-date")
            return
        off = abs(from_stamp(stamp) - self._clock.now_us())
        if abs(off - 12 * _HOUR_US) < 600_000_000:
            faults.append("upload-date-12-hours")
        elif off > 1_800_000_000 and min(off % _HOUR_US, _HOUR_US - off % _HOUR_US) < 120_000_000:
            faults.append("upload-date-zone")


def national_code(code: str) -> str:
    """The dataCode of a code such as k01001: unit and kind of its number in the energy's place; others stay."""
    match = re.fullmatch(r"[a-z](\d{2})(\d{3})", code)
    return f"04-01-00{match[1]}-040{match[2]}-30" if match else code
