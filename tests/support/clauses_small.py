"""A ledger of five small documents, sound in every respect, that tests change in one place."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from conformance.clauses.gates import Subject, read_subject
from conformance.clauses.hashes import write_hashes
from conformance.clauses.ledger import DOCUMENTS
from conformance.clauses.suite import CaseNote, CheckNote, DefectNote, Words
from conformance.clauses.texts import Texts
from conformance.defects.proof import Proof, write_proof

TEXT = """1 范围
设备应每天上传一次数据。时钟误差小。
a) 设备具备两个接口;
设备宜支持查询
"""


def entry(id: str, at: str | list[str], **changes: Any) -> dict[str, Any]:
    """A requirement as the YAML file holds it."""
    return {
        "id": id,
        "number": "1",
        "kind": "requirement",
        "at": at,
        "modal": "应",
        "strength": "shall",
        "object": "terminal",
        "topic": "delivery",
        "requirement": {"zh": "每日送出一次", "en": "Sends once a day"},
        "disposition": "planned",
        **changes,
    }


def entries(document: str) -> list[dict[str, Any]]:
    """Entries that cover the text."""
    heading = {"kind": "heading", "modal": "", "strength": "none", "object": "document", "disposition": "none"}
    return [
        entry(f"{document}/h1", "1", **heading),
        entry(f"{document}/1a", "2.1", readings=["R-13"], reading_b=_b(), threshold=[_threshold("1")]),
        entry(f"{document}/1b", "2.2", modal="", strength="statement", claim=_claim("clock.small")),
        entry(
            f"{document}/1c",
            "3",
            modal="应 (lead)",
            disposition="inspection",
            reason=_both("看设备", "Look at the device"),
        ),
        entry(f"{document}/1d", ["4"], modal="宜", strength="should"),
    ]


def _threshold(value: str) -> dict[str, str]:
    return {"quantity": "uploads per day", "op": ">=", "value": value, "unit": ""}


def _b() -> dict[str, Any]:
    return {"zh": "另一读法", "en": "Read otherwise", "of": "R-13", "open": _both("无判据", "No check")}


def _both(zh: str, en: str) -> dict[str, str]:
    return {"zh": zh, "en": en}


def _claim(id: str) -> dict[str, str]:
    return {"id": id, "zh": "时钟误差小吗？", "en": "Is the clock error small?"}


@dataclass
class Small:
    """The ledger's folder, its texts and the notes of its cases."""

    folder: Path
    texts: Path
    cases: list[CaseNote] = field(default_factory=list)
    defects: list[DefectNote] = field(default_factory=list)

    def read(self, name: str) -> Any:
        """The content of one file of the ledger."""
        return yaml.safe_load((self.folder / name).read_text("utf-8"))

    def write(self, name: str, content: Any) -> None:
        """Replace one file of the ledger."""
        (self.folder / name).write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), "utf-8")

    def change(self, id: str, **changes: Any) -> None:
        """Change fields of one entry; None removes a field."""
        name = f"{id.partition('/')[0]}.yaml"
        content = self.read(name)
        found = next(item for item in content["entries"] if item["id"] == id)
        found.update(changes)
        for key in [key for key, value in changes.items() if value is None]:
            del found[key]
        self.write(name, content)

    def subject(self, *, with_texts: bool = True) -> Subject:
        """What the gates look at."""
        texts = Texts(self.texts) if with_texts else None
        return read_subject(self.cases, self.defects, texts, "" if with_texts else "no folder of texts", self.folder)


def case(id: str = "delivery/daily", *clauses: str, needs: tuple[str, ...] = (), reading_b_of: str = "") -> CaseNote:
    """A note of a case with one check, which decides all its clauses."""
    title = Words(zh="每日", en="Daily")
    checks = (CheckNote(id="once-a-day", title=title, clauses=clauses, reading_b_of=reading_b_of),)
    return CaseNote(id=id, title=title, clauses=clauses, checks=checks, needs=needs, rigs=("virtual",))


def defect(*clauses: str, cases: tuple[str, ...] = ()) -> DefectNote:
    """A note of a defect."""
    return DefectNote(id="lazy", title=Words(zh="漏传", en="Forgets"), clauses=clauses, cases=cases)


def finding(**changes: Any) -> dict[str, Any]:
    """A finding as the YAML file holds it."""
    return {
        "id": "F-small-01",
        "clauses": ["isc-2/1a"],
        "class": "missing-number",
        "grade": "editorial",
        "finding": _both("没有写时刻", "No time of day is given"),
        "why": _both("各家时刻不同", "Laboratories choose different times"),
        "rewording": _both("写明时刻", "State the time"),
        "raised": "2026-11-21",
        "readings": ["R-13"],
        **changes,
    }


def sound(room: Path) -> Small:
    """Write the sound ledger and its texts."""
    small = Small(room / "clauses", room / "texts")
    (small.folder / "findings").mkdir(parents=True)
    small.texts.mkdir()
    for document in DOCUMENTS:
        (small.texts / f"{document}.txt").write_text(TEXT, "utf-8")
        small.write(
            f"{document}.yaml",
            {
                "document": document,
                "title": _both("小标准", "Small standard"),
                "text": f"{document}.txt",
                "entries": entries(document),
            },
        )
    small.write("findings/small.yaml", [finding()])
    small.write("readings.yaml", {"R-13": _both("上传", "Upload")})
    small.write(
        "claims.yaml",
        {
            "questions": [{"id": "local.small", **_both("本地可读吗？", "Readable?"), "binding": ["csmt/1a"]}],
            "declared": [
                {
                    "id": "points",
                    "unit": "",
                    **_both("测点数", "points"),
                    "least": {"isc-2": {"value": "2", "clause": "isc-2/1a"}},
                },
                {"id": "ports", "unit": "", **_both("接口数", "ports"), "optional": True},
            ],
            "one_of": [],
        },
    )
    small.cases = [case("delivery/daily", "isc-2/1a", "csmt/1a", needs=("clock.small", "local.small"))]
    small.defects = [defect("isc-2/1a", cases=("delivery/daily",))]
    write_proof(Proof(flips={"virtual": {"lazy": {"delivery/daily": ("once-a-day",)}}}), room / "proof.json")
    write_hashes(Texts(small.texts), small.folder)
    return small
