"""docs/METHODS.md says what the judges reckon with: whoever brings a product reads formulas and defaults there."""

from __future__ import annotations

import subprocess
import sys

from house import ROOT

from conformance.common.carbon.methods import METHODS


def test_the_page_is_that_of_the_tool() -> None:
    told = subprocess.run([sys.executable, ROOT / "tools" / "methods"], capture_output=True, check=True, text=True)
    assert (ROOT / "docs" / "METHODS.md").read_text("utf-8") == told.stdout, "tools/methods --write"


def test_every_method_with_its_terms_stands_there() -> None:
    page = (ROOT / "docs" / "METHODS.md").read_text("utf-8")
    for method in METHODS.values():
        assert f"| `{method.id}` |" in page
        assert all(f"`{term}`" in page for term in method.terms)
