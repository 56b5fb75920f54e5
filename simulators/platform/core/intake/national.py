"""JSON in the manner of the national energy platform (docs/WIRE.md section 3): register, versions, items, daily sets.

Leaves HTTP to `serving`, keeping to `taking`. A terminal registers with the region and code of its enterprise and its
own id as `terminalCode`; the deviceId that it is given names it from then on. A body is kept whole or not at all.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import msgspec
from cryptography.hazmat.primitives.ciphers import Cipher, modes
from cryptography.hazmat.primitives.ciphers.algorithms import SM4
from cryptography.hazmat.primitives.padding import PKCS7
from sqlalchemy import select
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from simulators.platform.core.api import answer, json_of
from simulators.platform.core.ground import Ground
from simulators.platform.core.intake.taking import Intake, Terminal, Value
from simulators.platform.core.reckoning import DAY_S, MONTH_S
from simulators.platform.core.sentences import Refused, one_line
from simulators.platform.core.settings import Https
from simulators.platform.core.tables import KeptRow, ObjectRow
from simulators.platform.core.times import from_iso, start_of

MOST_ENTRIES = 500
_SPANS = {"0": (900, "quarter"), "1": (DAY_S, "day"), "2": (MONTH_S, "month")}
_ATTRIBUTES = ("dataCode", "dataValue", "inputType", "statType", "statDate", "uploadDate", "scope", "valid")
_STAMP = re.compile(r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}")
_DECIMAL = re.compile(r"-?\d{1,30}(\.\d{1,30})?")
_WAY = "https"
_INVALID = "D"
"""The data flag that stands for a value told as not valid."""


class _Told(Exception):
    """A refusal: its responseCode and what it says."""

    def __init__(self, code: str, en: str, zh: str) -> None:
        super().__init__(f"{zh} / {en}")
        self.code = code


class National:
    """The addresses for terminals of this kind."""

    def __init__(self, intake: Intake, ground: Ground, settings: Https) -> None:
        self._intake, self._ground, self._settings = intake, ground, settings

    def routes(self) -> list[Route]:
        """All five."""
        operations = {
            "/enterprise/register": self._register,
            "/versionCheck": self._versions,
            "/uploadConfigData": self._told_items,
            "/downloadConfigData": self._items,
            "/uploadEnergyData": self._data,
        }
        return [Route(path, self._wrapped(each), methods=["POST"]) for path, each in operations.items()]

    def _wrapped(self, operation: Any) -> Any:
        async def handle(request: Request) -> Response:
            try:
                more = await operation(request, await json_of(request))
            except _Told as told:
                return answer({"responseCode": told.code, "responseMessage": str(told)})
            except Refused as refused:
                return answer({"responseCode": "1", "responseMessage": f"{refused.zh} / {refused.en}"})
            return answer({"responseCode": "0", "responseMessage": "RECEIVE SUCCESS", **more})

        return handle

    async def _register(self, request: Request, body: Mapping[str, Any]) -> dict[str, Any]:
        code, region, name = (str(body.get(key, "")) for key in ("enterpriseCode", "region", "terminalCode"))
        terminal = self._intake.terminal(name)
        certified = request.scope.get("state", {}).get("certified", "")
        with self._ground.db.begin() as session:
            asked = select(ObjectRow.body).where(ObjectRow.kind == "enterprise")
            owner = session.scalar(asked.where(ObjectRow.id == terminal.enterprise)) if terminal else None
        told: dict[str, Any] = msgspec.json.decode(owner) if owner else {}
        if terminal is None or not code or told.get("code") != code or (certified and certified != name):
            self._intake.known(name, "", certified, _WAY)
            raise _Told("1", "device and enterprise do not match", "序列号与企业统一社会信用代码不符")
        if told.get("region") and told["region"] != region:
            raise _Told("1", "the region is not that of the enterprise", "行政区划代码与企业不符")
        device = self._kept(f"device/{terminal.id}")
        self._keep(f"device-id/{device}", terminal.id)
        base = f"{request.url.scheme}://{request.headers.get('host', request.url.netloc)}"
        more = {"secretKey": self._kept(f"device-key/{terminal.id}")} if self._settings.encrypted else {}
        return {
            "deviceId": device,
            "loadDicVersionURL": f"{base}/versionCheck",
            "centerDataURL": f"{base}/uploadEnergyData",
            "centerInfoURL": f"{base}/uploadConfigData",
            "centerInfoDownloadURL": f"{base}/downloadConfigData",
            "uploadTime": self._settings.upload_time,
            **more,
        }

    def _kept(self, name: str) -> str:
        """128 bits in hex kept under a name, drawn when first asked for."""
        with self._ground.db.begin() as session:
            row = session.get(KeptRow, name)
            if row is None:
                row = KeptRow(name=name, value=f"{self._ground.chance.getrandbits(128):032x}")
                session.add(row)
            return row.value

    def _keep(self, name: str, value: str) -> None:
        with self._ground.db.begin() as session:
            if session.get(KeptRow, name) is None:
                session.add(KeptRow(name=name, value=value))

    def _device(self, body: Mapping[str, Any], request: Request) -> Terminal:
        """The terminal of a deviceId. Raises _Told."""
        device = one_line(str(body.get("deviceId", "")), 64)
        with self._ground.db.begin() as session:
            row = session.get(KeptRow, f"device-id/{device}")
        terminal = self._intake.terminal(row.value) if row is not None else None
        certified = request.scope.get("state", {}).get("certified", "")
        if terminal is None or (certified and certified != terminal.id):
            raise _Told("2", "the device is not known; register again", "设备未注册，请重新注册")
        return terminal

    async def _versions(self, request: Request, body: Mapping[str, Any]) -> dict[str, Any]:
        terminal = self._device(body, request)
        # Another set of points is another dictionary.
        return {"regVersion": "1", "dicVersion": str(len(terminal.points))}

    async def _told_items(self, request: Request, body: Mapping[str, Any]) -> dict[str, Any]:
        terminal = self._device(body, request)
        self._intake.note(terminal, "collectItemConfig", msgspec.json.encode(body).decode())
        return {}

    async def _items(self, request: Request, body: Mapping[str, Any]) -> dict[str, Any]:
        terminal = self._device(body, request)
        entries: list[dict[str, Any]] = []
        with self._ground.db.begin() as session:
            asked = select(ObjectRow.body).where(ObjectRow.kind == "point", ObjectRow.id.in_(terminal.points.values()))
            for row in session.scalars(asked.order_by(ObjectRow.number)):
                told: dict[str, Any] = msgspec.json.decode(row)
                entries += [
                    {
                        "dataCode": told["code"],
                        "name": told["name"] or told["id"],
                        "statType": int(kind),
                        "inputType": 4,
                        "scope": 1,
                        "unit": told["unit"],
                        "dataValueMin": told["low"] or "",
                        "dataValueMax": told["high"] or "",
                    }
                    for kind in _SPANS
                ]
        versions = {"dicVersion": str(len(terminal.points)), "validMeansValid": True}
        return {**versions, "collectItemConfig": entries}

    async def _data(self, request: Request, body: Mapping[str, Any]) -> dict[str, Any]:
        terminal = self._device(body, request)
        rows = body.get("data")
        if not isinstance(rows, list) or not rows:
            raise _Told("1", "data is no list of entries", "缺少 data 数组")
        if len(rows) > MOST_ENTRIES:
            raise _Told("1", f"data has more than {MOST_ENTRIES} entries", f"data 超过 {MOST_ENTRIES} 条")
        key = bytes.fromhex(self._kept(f"device-key/{terminal.id}")) if self._settings.encrypted else b""
        values = [read(row, key) for row in rows]
        self._intake.check(terminal, values)
        if not await self._intake.taken(terminal, values, _WAY):
            raise _Told("3", "busy, come again", "系统繁忙")
        return self._accepted()

    def _accepted(self) -> dict[str, Any]:
        """What an accepted body is told besides the code."""
        return {}


def read(row: Any, key: bytes) -> Value:
    """A value of a set. Raises _Told."""
    if not isinstance(row, dict) or any(name not in row for name in _ATTRIBUTES):
        raise _Told("1", "an attribute of an entry is missing", "缺少属性")
    told = {name: _opened(value, key) if key else _text(value) for name, value in row.items()}
    if told["statType"] not in _SPANS or not _STAMP.fullmatch(told["statDate"]):
        raise _Told("1", "statType or statDate is wrong", "statType 或 statDate 错误")
    if not _DECIMAL.fullmatch(told["dataValue"]) or told["valid"] not in ("true", "false"):
        raise _Told("1", "dataValue is no number or valid no boolean", "dataValue 或 valid 错误")
    span, period = _SPANS[told["statType"]]
    try:
        at = from_iso(told["statDate"])
    except ValueError:
        raise _Told("1", "statDate is no date", "statDate 不是日期") from None
    if start_of(period, at) != at:
        raise _Told("1", "statDate does not begin its period", "statDate 不是周期起点")
    if not Value(told["dataCode"], at, span, "").readable:
        raise _Told("1", "dataCode is no word", "dataCode 错误")
    said = {name: told[name] for name in ("inputType", "uploadDate", "scope", "revision") if name in told}
    return Value(told["dataCode"], at, span, told["dataValue"], "N" if told["valid"] == "true" else _INVALID, "", said)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, str | int) else ""


def _opened(value: Any, key: bytes) -> str:
    """A value enciphered by SM4-ECB with PKCS7, lower-case hex. Raises _Told."""
    try:
        opener = Cipher(SM4(key), modes.ECB()).decryptor()
        padded = opener.update(bytes.fromhex(str(value))) + opener.finalize()
        unpadder = PKCS7(128).unpadder()
        return (unpadder.update(padded) + unpadder.finalize()).decode()
    except ValueError:
        raise _Told("1", "a value cannot be deciphered", "解密失败！") from None
