"""An import law by names: which modules, told by patterns, may not import which; for import-linter (pyproject.toml).

Leaves laws between whole rooms to import-linter's own contracts; its wildcards stand for whole names only, and here one
folder holds cases, judges and defects side by side.
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Any

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output


class NamesForbidden(Contract):
    """No module that matches `sources` and not `apart` imports one that matches `forbidden` and not `allowed`.

    Patterns are those of `fnmatch` over dotted names: `*` stands for anything, dots too.
    """

    type_name = "names_forbidden"

    sources = fields.ListField(subfield=fields.StringField())
    apart = fields.ListField(subfield=fields.StringField(), required=False, default=[])
    forbidden = fields.ListField(subfield=fields.StringField())
    allowed = fields.ListField(subfield=fields.StringField(), required=False, default=[])

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        """Every import against the law; a pattern of `sources` that names nothing breaks it too."""
        told: list[str] = [
            f"{pattern} names no module" for pattern in _listed(self.sources) if not _any(pattern, graph)
        ]
        for module in sorted(graph.modules):
            if not _matches(module, self.sources) or _matches(module, self.apart):
                continue
            for imported in sorted(graph.find_modules_directly_imported_by(module)):
                if _matches(imported, self.forbidden) and not _matches(imported, self.allowed):
                    told.append(f"{module} imports {imported}")
        return ContractCheck(kept=not told, metadata={"told": told})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """One line for each import against the law."""
        for line in check.metadata["told"]:
            output.print_error(f"- {line}")


def _listed(patterns: Any) -> list[str]:
    return list(patterns)


def _matches(module: str, patterns: Any) -> bool:
    return any(fnmatchcase(module, pattern) for pattern in _listed(patterns))


def _any(pattern: str, graph: ImportGraph) -> bool:
    return any(fnmatchcase(module, pattern) for module in graph.modules)
