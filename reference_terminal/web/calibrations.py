"""The local interface to calibrations of what measures in a stack: entered by hand, told with what follows from them.

Leaves when an instrument was out of control to `processing.calibrations`.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from reference_terminal.model.messages import Text
from reference_terminal.model.times import iso
from reference_terminal.processing import calibrations, messages
from reference_terminal.processing.recalculation import StoreBusy
from reference_terminal.settings.accounting import SourceConfig
from reference_terminal.settings.reader import did_you_mean
from reference_terminal.web import refusals
from reference_terminal.web.accounting import AccountingApi, check_words
from reference_terminal.web.entry import is_decimal
from reference_terminal.web.parameters import FOREVER_S, check_stretch, instant
from reference_terminal.web.parameters import shown as quoted
from reference_terminal.web.router import Addresses, Right, route

_FIELDS = ("source", "at", "zero", "span", "author", "reason")


class CalibrationsApi(Addresses):
    """Calibrations of stacks."""

    def __init__(self, accounting: AccountingApi) -> None:
        self._accounting = accounting
        self._terminal = accounting.terminal

    def _source(self, name: str) -> SourceConfig:
        """The source of this id. Raises HttpError for one whose calibrations say nothing."""
        every = self._accounting.emissions_of().config.sources
        found = next((each for each in every if each.id == name), None)
        if found is None:
            hint = did_you_mean(name[:60], [each.id for each in every])
            raise refusals.NO_SOURCE(got=quoted(name), hint=hint, known=", ".join(each.id for each in every))
        if not found.stack.out_zero:
            raise refusals.NOT_CALIBRATED(source=found.id)
        return found

    @route("POST", "stack-calibration", right=Right.ENTER, body=_FIELDS)
    async def enter(self, fields: dict[str, str]) -> Any:
        """A calibration that somebody enters: what was measured around it is worked out again."""
        terminal = self._terminal
        with self._accounting.refusal_logged(fields["source"], fields):
            check_words(fields)
            source = self._source(fields["source"])
            at_s, now_s = instant(fields, "at", 0), terminal.clock.now_s()
            if at_s > now_s:
                raise refusals.CALIBRATION_TO_COME(at=iso(at_s), now=iso(now_s))
            for key in ("zero", "span"):
                if not is_decimal(fields[key]) or abs(Decimal(fields[key])) > 100:
                    raise refusals.NO_DRIFT(key=key, got=quoted(fields[key]))
        author, reason = fields["author"].strip(), fields["reason"].strip()
        entered = calibrations.Calibration(at_s, Decimal(fields["zero"]), Decimal(fields["span"]))
        cause = entered.cause(source.stack)
        outcome = Text("out of control", "失控") if cause else Text("passed", "合格")

        def gather() -> None:
            row = (source.id, at_s, fields["zero"], fields["span"], author, reason, terminal.clock.now_ms())
            terminal.store.write(calibrations.ADD, row)
            drift = {"zero": fields["zero"], "span": fields["span"]}
            said = {"at": iso(at_s), "author": author, "reason": reason, **drift}
            terminal.journal.event(messages.STACK_CALIBRATED, source.id, **said, outcome=outcome)

        if not terminal.store.attempt(gather):
            raise refusals.NOT_RECORDED()
        connection = terminal.store.connection
        older = calibrations.before(connection, source.id, at_s)
        newer = calibrations.since(connection, source.id, at_s + 1)
        assert terminal.recalculation is not None
        try:
            changed = await terminal.recalculation.redo_stack(
                0 if older is None else older.at_s, now_s + 1 if newer is None else newer.at_s + 60, source.id
            )
        except StoreBusy:
            raise refusals.NOT_RECORDED() from None
        return {"recorded": fields, "passed": not cause, "cause": cause, "changed": changed}

    @route("GET", "stack-calibrations", right=Right.READ, query=("source", "from", "to"), check=check_stretch)
    def every(self, query: dict[str, str]) -> Any:
        """The calibrations of a stack, and which were not passed."""
        source = self._source(query.get("source", ""))
        stretch = instant(query, "from", 0), instant(query, "to", FOREVER_S)
        found = calibrations.between(self._terminal.store.connection, source.id, *stretch)
        rows = [
            {
                "at": iso(each.at_s),
                "zero": str(each.zero),
                "span": str(each.span),
                "passed": not each.cause(source.stack),
                "cause": each.cause(source.stack),
                "author": each.author,
                "reason": each.reason,
            }
            for each in found
        ]
        return {"source": source.id, "calibrations": rows}
