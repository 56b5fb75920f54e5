"""A small sound ledger with its texts, which every broken example starts from, and the real one."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path

import pytest
from clauses_small import Small, sound

from conformance.clauses.gates import Outcome, read_subject, run_gates
from conformance.clauses.suite import case_classes, defect_notes, note_of
from conformance.clauses.texts import TextsAbsent, find_texts


@pytest.fixture(scope="session")
def cache_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache folder that lives as long as the session."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(autouse=True)
def own_cache(cache_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing the tests parse is remembered beyond them."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(cache_home))


@pytest.fixture
def small(tmp_path: Path) -> Small:
    """The small sound ledger, written to a folder."""
    return sound(tmp_path)


@pytest.fixture(scope="session")
def real_outcomes() -> dict[str, Outcome]:
    """What the gates find in the real ledger; says loudly which could not look."""
    texts, why = None, ""
    try:
        texts = find_texts()
    except TextsAbsent as error:
        why = str(error)
    cases = [note_of(case) for case in case_classes().values()]
    subject = read_subject(cases, defect_notes(), texts, why)
    outcomes = {outcome.gate: outcome for outcome in run_gates(subject)}
    blind = [outcome.gate for outcome in outcomes.values() if outcome.not_checked]
    if blind:
        warnings.warn(f"{len(blind)} gates NOT CHECKED ({', '.join(blind)}): {why}", stacklevel=1)
    return outcomes


@pytest.fixture
def judged(small: Small) -> Callable[[], dict[str, Outcome]]:
    """Runs the gates over the small ledger as it stands now."""

    def run() -> dict[str, Outcome]:
        return {outcome.gate: outcome for outcome in run_gates(small.subject())}

    return run
