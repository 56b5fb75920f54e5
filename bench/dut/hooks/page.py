"""At the product's pages, by the steps of a person in a real browser. Leaves the browser to `bench.dut.access.browser`.

Every question has a window of its own, so that its steps begin with logging in where the pages ask for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

from bench.dut import sentences
from bench.dut.access import DOES, Step
from bench.dut.access.expressions import cells
from bench.dut.hooks import Question, Way
from simulators.settings import Flaw
from simulators.values import matching


class Page(Way, frozen=True, kw_only=True):
    """`page` with the steps (as `page` of a call in [access]) and `base`, the address that they begin from."""

    chooses = ("page",)
    templates = ("base",)

    page: tuple[Step, ...]
    base: Annotated[str, matching(r"(?s:.+)", *sentences.BASE_OF_STEPS)]

    def flaws(self) -> Iterator[Flaw]:
        """There is a step, and each does one thing."""
        if not self.page or any(len(step.does) != 1 for step in self.page):
            yield sentences.ONE_ACTION(does=DOES).at("page")

    async def fetch(self, question: Question) -> Any:
        """What the page has after the steps: `text`, `html`, `cells` of its tables, `read`, `path`, `status`.

        Raises LookupError where a step names what is not there.
        """
        # Only a question at a page pays for a browser.
        from bench.dut.access.browser import Browsers

        browsers = Browsers()
        try:
            answer, _ = await browsers.visit(self, question.fill(self.base), {}, self.page, question.fill)
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


WAY = Page
