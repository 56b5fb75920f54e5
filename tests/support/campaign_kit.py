"""What a laboratory has for a campaign of tests: its papers, the item's profile, an order, a parity of an hour."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

from house import ROOT
from suite_kit import REFERENCE

from bench.history import Began, Phase, Recorder
from bench.journal import LOCAL

PAPERS = ROOT / "fixtures" / "laboratory"
ITEM = {"serial": "SN-000123", "firmware": "0.1.0", "firmware_hash": "sha256:5f70bf18a086007016e948b04aed3b82103a36be"}


def profile_of_the_item(folder: Path, document: str = "cpcif") -> Path:
    """The reference terminal with a serial number, of one short draft."""
    text = REFERENCE.read_text("utf-8").replace('documents = ["isc-2", "csmt", "cpcif"]', f'documents = ["{document}"]')
    told = "\n".join(f'{key} = "{words}"' for key, words in ITEM.items())
    made = folder / "item.toml"
    made.write_text(text.replace('model = "reference"\n', f'model = "reference"\n{told}\n'), "utf-8")
    return made


def order() -> str:
    """The example's order, issued today, for this item."""
    text = (PAPERS / "job.toml").read_text("utf-8")
    text = text.replace("issued = 2026-11-30", f"issued = {datetime.now(LOCAL).date()}")
    return "\n".join(
        f'firmware_hash = "{ITEM["firmware_hash"]}"' if line.startswith("firmware_hash") else line
        for line in text.splitlines()
    )


def parity_of(campaign: Path, *, minutes: int = 0, item: dict[str, str] | None = None, **more: object) -> Path:
    """A parity of the campaign's item and bench; with `minutes` beside it the record of its real half.

    It stands for the hour of real time that no test can spend.
    """
    begun = json.loads((campaign / "campaign.jsonl").read_text("utf-8").splitlines()[0])[1]
    row = {"case": "x/y", "likeness": "same"}
    told = {"format": "carbonbench-parity/1", "rig": "process", "same": True, "rows": [row], "commit": begun["commit"]}
    told |= {
        "run": f"p{minutes}",
        "terminal": begun["item"]["name"],
        "counts": {"differs": 0, "stated limit": 1, "same": 8},
    } | more
    folder = campaign.parent / f"parity-{minutes}-{len(more)}"
    folder.mkdir(exist_ok=True)
    (folder / "parity.json").write_text(json.dumps(told), "utf-8")
    if minutes:
        real = folder / "process" / "cases" / "x" / "y" / "1"
        real.mkdir(parents=True)
        began = Began(
            t=0,
            case="x/y",
            seed=1,
            commit=begun["commit"],
            terminal="t",
            rig="process",
            points=(),
            meters=(),
            centres=(),
            item=begun["item"] if item is None else item,
        )
        recorder = Recorder()
        recorder(began)
        recorder(Phase(t=minutes * 60_000_000, name="over"))
        recorder.save(real / "record.jsonl")
    return folder / "parity.json"
