"""Wrong words of what a laboratory enters by hand: one sentence in both languages, the right exit, nothing written."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from suite_kit import REFERENCE, in_place

ROOM = {
    "no.toml": "x",
    "lab.toml": '[laboratory]\nname = "L"\n',
    "job.toml": "external = []\n",
    "photo.toml": '[item]\nphotos = ["no.jpg"]\n',
    # An amendment is a second issue: it is an order too.
    "again.toml": '[[amendments]]\nissue = "two"\nreason = "x"\n',
    "twice.toml": '[[amendments]]\nisue = 2\nreason = "x"\n',
    "list.json": "[]",
}
LAB = ("--lab", "lab.toml", "--job", "job.toml")

WRONG = (
    ("issue none", LAB, 4, "none: expected a run folder, found nothing"),
    ("issue empty --lab no.toml --job job.toml", (), 4, "no.toml: not valid TOML"),
    ("issue empty --draft a.odt", LAB, 4, "--draft a.odt: expected a name that ends with .pdf or .docx"),
    ("issue empty --draft none/a.pdf", LAB, 4, "--draft none/a.pdf: expected a file in a folder that exists"),
    ("issue empty --to no.toml", LAB, 4, "--to no.toml: expected a folder, no.toml is a file"),
    ("issue empty --to no.toml/below", LAB, 4, "--to no.toml/below: expected a folder, no.toml is a file"),
    ("issue empty --key k.pem", LAB, 4, "--key goes with --certificate"),
    ("issue empty --template none.docx", LAB, 4, "none.docx: no such template"),
    ("issue empty --lab lab.toml --job photo.toml", (), 4, "item.photos: no.jpg: expected a JPEG or PNG file"),
    ("issue empty --lab lab.toml --job again.toml", (), 4, "amendments[1].issue: expected a whole number"),
    ("issue empty --lab lab.toml --job twice.toml", (), 4, "did you mean 'issue'?"),
    ("issue empty --lab lab.toml --job none.toml", (), 4, "none.toml: the file cannot be read"),
    ("verify none", (), 4, "none: expected a run folder, found nothing"),
    ("verify no.toml", (), 4, "no.toml: expected a run folder, found a file"),
    ("verify empty", (), 4, "empty: this is no run folder, it has no manifest.json"),
    ("rejudge none", (), 4, "none: expected a run folder, found nothing"),
    ("rejudge no.toml", (), 4, "no.toml: expected a run folder, found a file"),
    ("rejudge C", (), 4, "C: this is no run folder, it has no verdicts.json"),
    ("compare none empty", (), 4, "none: expected a run folder"),
    ("compare empty empty", (), 4, "it has no verdicts.json"),
    ("compare no.toml no.toml", (), 4, "expected a run folder, found a file"),
    ("campaign new D", (), 4, "campaign new: needs --profile"),
    ("campaign new no.toml --profile {reference}", (), 3, "no.toml: "),
    ("campaign new C --profile {reference}", (), 4, "C: holds a campaign already"),
    ("campaign status empty", (), 4, "empty: this is no campaign"),
    ("campaign add C", (), 4, "campaign add: needs what is to be joined"),
    ("campaign add C list.json", (), 4, "list.json: expected an object"),
    ("campaign add C no.toml", (), 4, "no.toml: not JSON"),
    ("campaign review C --verdict pass --by L --words w", (), 4, "campaign review: needs one --clause"),
    ("campaign review C --clause x --verdict pass --by L --words w", (), 4, "x: no such entry in the ledger"),
    ("campaign external C --verdict maybe", (), 4, "maybe: expected pass, fail, not applicable"),
    ("campaign leave C run", (), 4, "leave: needs the run's name"),
    ("lab register none.toml", (), 4, "none.toml: the file cannot be read"),
    ("lab register no.toml", (), 4, "no.toml: not valid TOML"),
    ("lab register lab.toml", (), 4, "lab.toml: has no [register]"),
    ("lab abandon lab.toml --run x", (), 4, "lab abandon: needs --run, --why and --by"),
    ("serve --out none", (), 4, "none: expected a folder of runs and campaigns"),
    ("serve --out empty --at here", (), 4, "--at here: expected host:port"),
    ("serve --out empty --lab no.toml", (), 4, "no.toml: not valid TOML"),
    ("serve --out empty --profiles none", (), 4, "--profiles none: expected a folder"),
    ("plan --terminal none.toml", (), 4, "none.toml: the file cannot be read"),
    ("plan --terminal no.toml", (), 4, "no.toml: not valid TOML"),
    ("plan --days 0", (), 4, "--days 0: expected above 0, at most 3650"),
    ("plan --days 1e99", (), 4, "--days 1e+99: expected above 0, at most 3650"),
)


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Files that are not what a command asks for, an empty folder, a campaign."""
    made = tmp_path_factory.mktemp("words")
    (made / "empty").mkdir()
    for name, text in ROOM.items():
        (made / name).write_text(text, "utf-8")
    assert in_place("campaign", "new", "C", "--profile", REFERENCE, cwd=made).code == 0
    return made


@pytest.mark.parametrize(("line", "more", "code", "sentence"), WRONG, ids=[row[0][:40] for row in WRONG])
def test_a_wrong_word_is_one_sentence(room: Path, line: str, more: tuple[str, ...], code: int, sentence: str) -> None:
    before = sorted(os.walk(room))
    told = in_place(*line.format(reference=REFERENCE).split(), *more, cwd=room)
    assert (told.code, told.out, len(told.problems)) == (code, "", 1), told
    assert sentence in told.err and re.search("[\u4e00-\u9fff]", told.err), told.err
    assert sorted(os.walk(room)) == before
