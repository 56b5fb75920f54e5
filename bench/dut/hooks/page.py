"""At the product's pages, by the steps of a person in a real browser. Leaves the browser to `bench.dut.access.browser`.

Every question has a window of its own, so that its steps begin with logging in where the pages ask for it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, cast

import msgspec

from bench.dut import sentences
from bench.dut.hooks import Question, Way


class Page(Way):
    """`page` with the steps (as `page` of a call in [access]) and `base`, the address that they begin from."""

    chooses = ("page",)
    keys = frozenset(("base",))
    templates = frozenset(("base",))

    def problems(self, asked: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        """Steps are tables with one action each; without a base nobody knows where to begin."""
        from bench.dut.access import DOES, Step

        if not isinstance(asked.get("base"), str):
            yield "base", "the address that the steps begin from, such as http://{{ local.host }}:8080"
        try:
            steps = msgspec.convert(asked["page"], tuple[Step, ...])
        except msgspec.ValidationError as error:
            yield "page", f"a list of steps ({error})"
            return
        if not steps or any(len(step.does) != 1 for step in steps):
            yield "page", f"steps with exactly one of {', '.join(DOES)} each"

    async def fetch(self, asked: Mapping[str, Any], question: Question) -> Any:
        """What the page has after the steps: `text`, `html`, `cells` of its tables, `read`, `path`, `status`.

        Raises LookupError where a step names what is not there.
        """
        # These rooms ask questions themselves, and are loaded by then.
        from bench.dut.access import Step
        from bench.dut.access.browser import Browsers
        from bench.dut.access.expressions import cells

        browsers = Browsers()
        steps = msgspec.convert(asked["page"], tuple[Step, ...])
        try:
            answer, _ = await browsers.visit(self, question.fill(cast("str", asked["base"])), {}, steps, question.fill)
        finally:
            await browsers.close()
        if answer.missing:
            raise LookupError(
                str(
                    sentences.PAGE_LACKS(
                        what=question.what, page=answer.headers.get("location", ""), missing=answer.missing
                    )
                )
            )
        return {
            "text": answer.text,
            "html": answer.html,
            "cells": cells(answer.html),
            "read": answer.json,
            "path": answer.headers.get("location", ""),
            "status": str(answer.status),
        }


WAY = Page()
