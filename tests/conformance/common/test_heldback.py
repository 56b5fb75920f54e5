"""Repetitions over a path that was cut: what a transport held back is excused, what the terminal sends again is not."""

from __future__ import annotations

from hand_made import World, altered

from bench.history import Connected, LinkRule, Received, Stored
from conformance.common.delivery import reconcile
from conformance.common.times import SECOND

OLD, NEW = 1, 2
PATIENCE_US = 10 * SECOND


def duplicates(
    first: tuple[int, int], again: tuple[int, int], *, new_opened: int, cut: bool = True, old_opened: int = -600
) -> int:
    """How many needless repeats the judge sees.

    A path is cut until instant 0; a record comes at `first` and once more at `again`, each connection and second. All
    times are seconds from the end of the cut, five minutes after the record was due.
    """
    world = World(hours=2)
    record = world.records()[2]
    back = record.t + 300 * SECOND

    def copy(conn: int, at: int, number: int) -> Stored:
        stored = altered(record, t=back + at * SECOND, qn=f"{record.qn[:-3]}90{number}", copies=number)
        world.extra.append(Received(t=stored.t, centre="A", conn=conn, frame="", qn=stored.qn))
        return stored

    if cut:
        world.extra += [
            LinkRule(t=back - 400 * SECOND, link="uplink", rule="cut", state="on"),
            LinkRule(t=back, link="uplink", rule="cut", state="off"),
        ]
    world.extra += [
        Connected(t=back + old_opened * SECOND, at="A", conn=OLD, peer="", state="opened"),
        Connected(t=back + new_opened * SECOND, at="A", conn=NEW, peer="", state="opened"),
    ]
    copies = [copy(*first, 1), copy(*again, 2)]
    others = [each for each in world.records() if each != record and each.t > back + 200 * SECOND]
    ledger = reconcile(world.history(lambda _: sorted([*copies, *others], key=lambda each: each.t)), "A")
    return len(ledger.duplicated)


def test_a_copy_that_the_old_connection_brings_late_is_excused() -> None:
    assert duplicates((NEW, 10), (OLD, 50), new_opened=5) == 0


def test_a_new_copy_is_excused_while_the_old_connection_was_already_given_up() -> None:
    assert duplicates((OLD, 50), (NEW, 53), new_opened=5) == 0


def test_copies_that_waited_together_are_excused() -> None:
    assert duplicates((OLD, 50), (OLD, 51), new_opened=900) == 0


def test_a_copy_over_a_connection_opened_after_the_answer_is_needless() -> None:
    assert duplicates((OLD, 50), (NEW, 65), new_opened=60) == 1


def test_a_copy_over_the_same_connection_after_the_answer_is_needless() -> None:
    assert duplicates((OLD, 50), (OLD, 65), new_opened=900) == 1


def test_nothing_is_held_back_where_nothing_was_cut() -> None:
    assert duplicates((NEW, 10), (OLD, 50), new_opened=5, cut=False) == 1


def test_no_transport_waits_for_three_minutes() -> None:
    assert duplicates((NEW, 20), (OLD, 190), new_opened=5) == 1


def test_a_connection_opened_after_the_cut_holds_nothing_back() -> None:
    assert duplicates((NEW, 20), (OLD, 50), new_opened=5, old_opened=3) == 1
