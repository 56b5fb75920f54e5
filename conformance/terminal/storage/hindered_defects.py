# pyright: reportPrivateUsage=false
"""Defects of a store that refuses or is damaged: batches dropped, never tried again, begun anew, nothing said."""

from __future__ import annotations

import apsw

from conformance.defects import Patch, defect
from reference_terminal.assembly import Terminal
from reference_terminal.storage.store import Store


@defect(
    "refused-batch-dropped",
    en="what a store refuses to write is dropped, and nobody is told",
    zh="存储拒绝写入的批次被丢弃，且不作登记",
    clauses=("isc-2/7.3.1c",),
)
def refused_batch_dropped(patch: Patch) -> None:
    """The error is caught where the batch is; the next one begins empty."""

    def commit(self: Store) -> None:
        try:
            whole(self)
        except apsw.ReadOnlyError:
            del self._readings[:], self._records[:], self._steps[:]

    whole = patch(Store, "commit", commit)


@defect(
    "refusal-is-for-good",
    en="once its store has refused, the terminal writes nothing until somebody restarts it",
    zh="存储拒绝写入一次后，直至人工重启前不再写入",
    clauses=("isc-2/7.2.3e",),
)
def refusal_is_for_good(patch: Patch) -> None:
    """Careful: who has failed once is read-only."""
    refused: list[bool] = []

    def commit(self: Store) -> None:
        if refused:
            raise apsw.ReadOnlyError("the store has been set read-only")
        try:
            whole(self)
        except apsw.ReadOnlyError:
            refused.append(True)
            raise

    whole = patch(Store, "commit", commit)


@defect(
    "store-begun-anew-after-refusal",
    en="after its store has refused, the terminal clears the records that it holds",
    zh="存储恢复写入后清除原有记录",
    clauses=("isc-2/7.2.3e",),
)
def store_begun_anew_after_refusal(patch: Patch) -> None:
    """Who knows what is in it: better to begin again."""

    def flush(self: Store) -> bool:
        failed = self._failures
        done = whole(self)
        if done and failed:
            self.connection.execute("DELETE FROM record")
        return done

    whole = patch(Store, "flush", flush)


@defect(
    "damage-not-told",
    en="a damaged store is put aside without a word",
    zh="存储损坏时不告知，径自另建",
    clauses=("isc-2/7.2.3e",),
)
def damage_not_told(patch: Patch) -> None:
    """It works again, so why worry anybody."""

    def announce(self: Terminal) -> None:
        self.store.replaced_damaged = False
        whole(self)

    whole = patch(Terminal, "_announce", announce)


@defect(
    "damaged-store-not-replaced",
    en="after a start with a damaged store nothing is kept or sent any more",
    zh="存储损坏后启动，不再保存、不再上传",
    clauses=("isc-2/7.2.3e",),
)
def damaged_store_not_replaced(patch: Patch) -> None:
    """What cannot be opened cannot be written; the meters are asked all the same."""

    def commit(self: Store) -> None:
        if not self.replaced_damaged:
            whole(self)

    whole = patch(Store, "commit", commit)
