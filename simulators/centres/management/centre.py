"""The management carbon software (管理端碳软件): receives, and issues signed packages (docs/WIRE.md section 5).

Leaves HTTP to `http` and the packages' form to `packages`. A task is offered until the terminal has told its result, or
until it is stopped: its package is then gone, and its number stands among the stopped ones.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Unpack

from simulators.centres.base import Item
from simulators.centres.http import JsonCentre, Reply, Request, Wiring
from simulators.centres.json_text import objects_of, text_of
from simulators.centres.management.packages import Kind, Wrong, package
from simulators.centres.records import read_records
from simulators.events import Commanded
from simulators.stamps import local
from simulators.trust.authority import Choice, Credential

RESULTS = ("done", "refused", "failed", "stopped")
_RANGE = re.compile(r"bytes=(\d{1,9})-(\d{1,9})?")


@dataclass
class Task:
    """One package to be taken over. `result` is empty until the terminal has told it.

    `served` counts the octets of it that have been answered, `fetched` how often its end was; `whole` is set with the
    first.
    """

    id: str
    kind: Kind
    name: str
    version: str
    octets: bytes
    offered_us: int
    served: int = 0
    fetched: int = 0
    stopped: bool = False
    result: str = ""
    message: str = ""
    whole: asyncio.Event = field(default_factory=asyncio.Event)


Issuer = Callable[[Choice], tuple[Credential, int]]
"""Certificate of the signing side by choice, with its SM2 key as a number."""


class ManagementCentre(JsonCentre):
    """The management software for one terminal."""

    def __init__(
        self,
        name: str,
        host: str,
        port: int,
        *,
        device: str,
        issuer: Issuer,
        items: Mapping[str, Item],
        **wiring: Unpack[Wiring],
    ) -> None:
        super().__init__(name, host, port, **wiring)
        self.device = device
        self.items = dict(items)
        self.tasks: dict[str, Task] = {}
        self.reported: dict[str, object] = {}
        self._issuer = issuer

    # What a case may do besides the switches.

    def package(
        self,
        kind: Kind,
        name: str,
        version: str,
        content: bytes,
        *,
        valid_from: str = "",
        wrong: Wrong = "sound",
        certificate: Choice = "good",
    ) -> bytes:
        """A signed package as a file, for the way without a network."""
        issuer, private = self._issuer(certificate)
        created = f"{local(self._clock.now_us()):%Y-%m-%dT%H:%M:%S}"
        return package(
            issuer,
            private,
            kind,
            name,
            version,
            content,
            created=created,
            valid_from=valid_from,
            chance=self._chance,
            wrong=wrong,
        )

    def issue(
        self,
        kind: Kind,
        name: str,
        version: str,
        content: bytes,
        *,
        valid_from: str = "",
        wrong: Wrong = "sound",
        certificate: Choice = "good",
    ) -> Task:
        """Offer a package from the next report on; `result` of the task says what became of it."""
        octets = self.package(kind, name, version, content, valid_from=valid_from, wrong=wrong, certificate=certificate)
        task = Task(f"t{len(self.tasks) + 1}", kind, name, version, octets, self._clock.now_us())
        self.tasks[task.id] = task
        self.tell({"task": f"{task.id}: {kind} {name} {version}, {wrong}, certificate {certificate}"})
        return task

    def cut_off(self, task: Task) -> None:
        """Have a task given up (切断): no more of its package is handed out, the next report hears of it."""
        task.stopped = True
        self.tell({"stopped": task.id})

    # Operations.

    def handle(self, request: Request, body: dict[str, object]) -> Reply:
        """Report, fetch a package, result, records."""
        path = request.path.partition("?")[0]
        fetched = re.fullmatch(r"/management/package/(t\d+)", path)
        if fetched and request.method == "GET":
            return self._fetch(fetched[1], request.headers.get("range", ""))
        if request.method != "POST":
            return self.refuse("unknown", "the method is not POST", 405)
        if path == "/management/records":
            return self._records(body)
        if path not in ("/management/report", "/management/result"):
            return self.refuse("unknown", "no such path", 404)
        operation = path.rpartition("/")[2]
        mn = text_of(body, "deviceId")
        if mn != self.device:
            refusal = self.refuse(operation, "the deviceId is not that of this terminal", 200)
            refusal.mn = mn
            return refusal
        return self._report(request, body) if operation == "report" else self._result(body)

    def _good(self, operation: str, more: dict[str, object]) -> Reply:
        return Reply(operation, {"responseCode": "0", "responseMessage": "OK", **more}, mn=self.device)

    def _report(self, request: Request, body: dict[str, object]) -> Reply:
        if objects_of(body, "packages") is None or not text_of(body, "version"):
            return self.refuse("report", "expected version and packages", 200)
        self.reported = body
        base = f"{'https' if self.secure else 'http'}://{self.host}:{self.port}"
        tasks: list[object] = [
            {
                "taskId": task.id,
                "kind": task.kind,
                "name": task.name,
                "version": task.version,
                "url": f"{base}/management/package/{task.id}",
            }
            for task in self.tasks.values()
            if not task.result and not task.stopped
        ]
        stopped: list[object] = [task.id for task in self.tasks.values() if task.stopped and not task.result]
        return self._good("report", {"tasks": tasks, "stopped": stopped})

    def _fetch(self, number: str, wanted: str) -> Reply:
        task = self.tasks.get(number)
        if task is None:
            return self.refuse("package", "no such package", 404)
        if task.stopped:
            return Reply("package", {"responseCode": "4", "responseMessage": "已切断 / stopped"}, 410, mn=self.device)
        text, size = task.octets.decode(), len(task.octets)
        found = _RANGE.fullmatch(wanted)
        first = int(found[1]) if found else 0
        if first >= size > 0:
            headers = (("Content-Range", f"bytes */{size}"),)
            return Reply("package", {"responseCode": "1"}, 416, mn=self.device, headers=headers)
        end = min(int(found[2]) + 1, size) if found and found[2] else size
        task.served += end - first
        if end == size:
            task.fetched += 1
            task.whole.set()
            self.tell({"fetched": f"{task.name} {task.version}"})
        headers = (("Content-Range", f"bytes {first}-{end - 1}/{size}"),) if found else ()
        return Reply("package", text[first:end], 206 if found else 200, mn=self.device, headers=headers)

    def _result(self, body: dict[str, object]) -> Reply:
        task = self.tasks.get(text_of(body, "taskId"))
        result = text_of(body, "result")
        if task is None or result not in RESULTS:
            return self.refuse("result", f"expected a taskId and a result of {', '.join(RESULTS)}", 200)
        first = not task.result
        task.result, task.message = result, text_of(body, "message")
        if first:
            self._observe(
                Commanded(
                    t=self._clock.now_us(),
                    centre=self.name,
                    cn=f"issue-{task.kind}",
                    qn=task.id,
                    sent=task.offered_us,
                    accepted=str(task.fetched),
                    result=result,
                    answer={"name": task.name, "version": task.version, "message": task.message},
                )
            )
        return self._good("result", {})

    def _records(self, body: dict[str, object]) -> Reply:
        records, wrong = read_records(body, self.items)
        if wrong:
            return self.refuse("records", wrong, 200)
        return Reply(
            "records",
            {"responseCode": "0", "responseMessage": "OK", "accepted": len(records)},
            mn=text_of(body, "source"),
            data=True,
            records=records,
        )
