"""The delivery ledger: what was sent against what is held, each way of going wrong seen."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from bench.load.ledger import Account, Held, held_of, reconcile
from bench.load.plan import Plan, Terminals
from bench.load.sender import Sending
from bench.load.sent import SENT, Sheet, rows_of
from bench.load.truth import SECOND, code_of, mn_of, value_of
from simulators.stamps import stamp

SEED = 3
PERIOD = 29_539_680
PLAN = Plan(name="a", seed=SEED, late_s=60, terminals=Terminals(count=3, points=2, period_s=60))
DUE = (PERIOD + 1) * 60 * SECOND


def sheet_of(*more: tuple[int, int, int], acked: bool = True, attempts: int = 1) -> Sheet:
    """Three terminals with two periods each, all acknowledged in a second."""
    sheet = Sheet()
    for terminal in range(3):
        for period in (PERIOD, PERIOD + 1):
            due = DUE + (period - PERIOD) * 60 * SECOND
            sheet.add(terminal, Sending(period, due, due, due, attempts, True), due + SECOND if acked else 0)
    for terminal, first, count in more:
        sheet.unsent(terminal, first, count)
    return sheet


def truth(terminal: int, period: int, point: int, after_s: int = 1) -> Held:
    """A record as it should be held."""
    at = DUE + (period - PERIOD) * 60 * SECOND + after_s * SECOND
    return Held(terminal, period, point, at, value_of(SEED, terminal, point, period), "N")


def everything() -> list[Held]:
    """What a sound target holds, in no order."""
    return [
        truth(terminal, period, point) for point in (1, 0) for period in (PERIOD + 1, PERIOD) for terminal in range(3)
    ]


def account(
    folder: Path, sheet: Sheet, held: list[Held], *, arrivals: bool = False, dark: Sequence[tuple[int, int]] = ()
) -> Account:
    """The ledger of these books."""
    (folder / SENT).write_bytes(sheet.take())
    return reconcile(PLAN, folder / SENT, held, folder / "sorting", Account(), arrivals=arrivals, dark=dark)


def faults(found: Account) -> dict[str, int]:
    """The counts that are not zero, of what can be wrong."""
    names = ("late", "lost", "doubled", "altered", "invented", "open", "unsent")
    return {name: getattr(found, name) for name in names if getattr(found, name)}


def test_a_sound_target(tmp_path: Path) -> None:
    found = account(tmp_path, sheet_of(), everything())
    assert (found.sent, found.delivered, found.live, found.terminals) == (12, 12, 12, 3)
    assert faults(found) == {}
    assert found.delays.percentile_us(99) == SECOND
    assert not (tmp_path / "sorting").exists()


def test_lost_is_what_was_acknowledged_and_is_not_held(tmp_path: Path) -> None:
    found = account(tmp_path, sheet_of(), everything()[1:])
    assert faults(found) == {"lost": 1}
    assert mn_of(SEED, 0) in found.evidence["lost"][0]
    assert code_of(1) in found.evidence["lost"][0]


def test_open_is_what_nobody_acknowledged(tmp_path: Path) -> None:
    assert faults(account(tmp_path, sheet_of(acked=False), everything()[2:])) == {"open": 2}


def test_altered(tmp_path: Path) -> None:
    held = everything()
    held[3] = held[3]._replace(value="1.00")
    found = account(tmp_path, sheet_of(), held)
    assert faults(found) == {"altered": 1}
    assert "held 1.00, truth" in found.evidence["altered"][0]


def test_the_same_number_in_other_digits_is_not_altered(tmp_path: Path) -> None:
    held = [each._replace(value=f"{each.value}00") for each in everything()]
    assert faults(account(tmp_path, sheet_of(), held)) == {}


def test_doubled_in_a_store_and_in_arrivals(tmp_path: Path) -> None:
    held = [*everything(), everything()[0]]
    assert faults(account(tmp_path, sheet_of(), held)) == {"doubled": 1}
    assert faults(account(tmp_path, sheet_of(), held, arrivals=True)) == {"doubled": 1}
    found = account(tmp_path, sheet_of(attempts=2), held, arrivals=True)
    assert faults(found) == {}, "it was sent twice: a repeat, and lawful"
    assert found.repeats == 1


def test_late_counts_from_the_intended_start(tmp_path: Path) -> None:
    held = everything()
    held[0] = truth(0, PERIOD + 1, 1, after_s=61)
    assert faults(account(tmp_path, sheet_of(), held)) == {"late": 1}


@pytest.mark.parametrize(("dark_s", "late"), [((0, 30), 0), ((-30, 1), 1), ((-30, 2), 0), ((61, 99), 1), ((40, 99), 0)])
def test_time_in_which_nobody_can_send_makes_nothing_late(tmp_path: Path, dark_s: tuple[int, int], late: int) -> None:
    held = everything()
    held[0] = truth(0, PERIOD + 1, 1, after_s=62)
    due = DUE + 60 * SECOND
    dark = [(due + dark_s[0] * SECOND, due + dark_s[1] * SECOND)]
    assert account(tmp_path, sheet_of(), held, dark=dark).late == late


def test_invented_is_what_nobody_sent(tmp_path: Path) -> None:
    held = [*everything(), truth(2, PERIOD + 7, 0), truth(9, PERIOD, 0), truth(1, PERIOD, 5)]
    assert faults(account(tmp_path, sheet_of(), held)) == {"invented": 3}


def test_unsent_is_told_by_the_terminal(tmp_path: Path) -> None:
    assert faults(account(tmp_path, sheet_of((1, PERIOD + 2, 4)), everything())) == {"unsent": 8}


def test_half_a_row_of_a_worker_that_died_is_passed_over(tmp_path: Path) -> None:
    octets = sheet_of().take()
    (tmp_path / SENT).write_bytes(octets[:-5])
    assert len(list(rows_of(tmp_path / SENT))) == 5


def test_the_book_of_a_receiver(tmp_path: Path) -> None:
    begins = stamp(PERIOD * 60 * SECOND)
    lines = [
        f"{DUE}\t{mn_of(SEED, 1)}\tminute\t{code_of(0)}\t{begins}\tN\t12.50",
        f"{DUE}\tFFFFFFFFFFFFFFFFFFFFFFFF\tminute\t{code_of(0)}\t{begins}\tN\t12.50",
        f"{DUE}\t{mn_of(SEED, 1)}\tminute\ta34004\t{begins}\tN\t12.50",
        f"{DUE}\t{mn_of(SEED, 1)}\tminute\t{code_of(0)}\t{begins[:-2]}07\tN\t12.50",
        f"{DUE}\t{mn_of(SEED, 1)}\tmin",
    ]
    path = tmp_path / "held.tsv"
    path.write_text("\n".join(lines))
    found = Account()
    assert list(held_of(path, PLAN, found)) == [Held(1, PERIOD, 0, DUE, "12.50", "N")]
    assert (found.foreign, found.invented) == (2, 1)


def test_only_the_first_few_are_shown() -> None:
    found = Account()
    for number in range(30):
        found.note("lost", str(number))
    assert len(found.evidence["lost"]) == 20
