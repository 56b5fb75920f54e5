"""The clause ledger: every sentence of the five documents with its number, strength, disposition and our own words.

Leaves the documents' texts to `texts`, the gates to `gates` and the questions to the owner to `ics`. A ledger file that
cannot be used is refused with every one of its problems.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from inspect import cleandoc
from pathlib import Path
from typing import Any, Literal, get_args

import msgspec

from conformance.clauses.cache import remembered

FOLDER = Path(__file__).parent
DOCUMENTS = ("isc-1", "isc-2", "ssea", "csmt", "cpcif")

Kind = Literal[
    "requirement",
    "definition",
    "introduction",
    "scope",
    "reference",
    "heading",
    "note",
    "front-matter",
    "informative",
]
Strength = Literal["shall", "should", "may", "statement", "none"]
Object = Literal[
    "terminal",
    "platform",
    "collector",
    "gateway",
    "management-software",
    "organisation",
    "meter",
    "system",
    "document",
]
Disposition = Literal[
    "automated",
    "planned",
    "operator",
    "inspection",
    "laboratory",
    "organisational",
    "untestable",
    "none",
]
Topic = Literal[
    "boundary",
    "acquisition",
    "interfaces",
    "protocols",
    "accuracy",
    "processing",
    "accounting",
    "storage",
    "delivery",
    "schedule",
    "centres",
    "security-identity",
    "security-access",
    "audit",
    "crypto",
    "integrity",
    "configuration",
    "maintenance",
    "upgrade",
    "monitoring",
    "alarms",
    "display",
    "reports",
    "hardware",
    "environment",
    "performance",
    "clock",
    "quality",
    "organisation",
    "platform-functions",
    "architecture",
    "terminology",
]
Relation = Literal[">=", "<=", "=", ">", "<"]

KINDS: tuple[str, ...] = get_args(Kind)
STRENGTHS: tuple[str, ...] = get_args(Strength)
OBJECTS: tuple[str, ...] = get_args(Object)
DISPOSITIONS: tuple[str, ...] = get_args(Disposition)
TOPICS: tuple[str, ...] = get_args(Topic)


class Words(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One sentence in Chinese and English, our own words."""

    zh: str
    en: str

    def __str__(self) -> str:
        return f"{self.en} / {self.zh}"


class Threshold(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A number of a requirement as data; `value` is decimal text or a word, as printed."""

    quantity: str
    op: Relation
    value: str
    unit: str


class Question(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One question of the capability statement (ICS); the same id decides every entry that carries it.

    `condition` marks a question about a condition that the clause itself writes (R-03 (3)): a no makes its entries not
    applicable. Any other question asks for a capability, and a no to it fails what says shall.
    """

    id: str
    zh: str
    en: str
    condition: bool = False


class ReadingB(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Reading B of an entry in our words, and what is known under it.

    `of` is its ruling, with a word after a slash where that has several (R-32/https); empty where the words are the
    draft's own. `carries` says which verdict under A holds under B too: a pass where B asks less, a fail where it asks
    more, both where B does not concern what is decided. Checks that answer under `of` say the rest; where none did,
    reading B was not evaluated, and `open` says why (`reports.readings`).
    """

    zh: str
    en: str
    of: str = ""
    carries: Literal["pass", "fail", "both", "none"] = "none"
    open: Words | None = None

    @property
    def ruling(self) -> str:
        """The ruling's id without the part after the slash."""
        return self.of.partition("/")[0]


class InPart(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the cases of an entry decide of it and what they leave open; `by` says who decides the rest (R-06)."""

    decided: Words
    open: Words
    by: Literal["planned", "operator", "inspection", "laboratory"]


class Entry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One atomic requirement, or one line that asks for nothing, as written in the ledger file.

    `at` names lines of the text file or sentences of a line (`374`, `374.2`, `10-80`); `hash` is the SM3 of the named
    text, written by the tool. `strength` follows R-02, `object` R-01. `disposition` never says automated in a file:
    that is derived from the cases. `in_part` stands where these decide less than the requirement asks.
    """

    id: str
    number: str
    kind: Kind
    at: str | tuple[str, ...]
    modal: str
    strength: Strength
    object: Object
    topic: Topic
    requirement: Words
    disposition: Disposition
    in_part: InPart | None = None
    hash: str = ""
    threshold: tuple[Threshold, ...] = ()
    reason: Words | None = None
    prompt: Words | None = None
    readings: tuple[str, ...] = ()
    reading_b: ReadingB | None = None
    claim: Question | None = None

    @property
    def document(self) -> str:
        """Short name of the document, for example isc-2."""
        return self.id.partition("/")[0]

    @property
    def places(self) -> tuple[str, ...]:
        """The addresses of `at`, always as a tuple."""
        return (self.at,) if isinstance(self.at, str) else self.at


class Document(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One ledger file: the document's short name, our title of it, the name of its text file, and its entries."""

    document: str
    title: Words
    text: str
    entries: tuple[Entry, ...]


class LedgerError(Exception):
    """A ledger that cannot be used; `problems` holds one sentence for each thing wrong."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = list(problems)
        super().__init__("\n".join(self.problems))


@dataclass(frozen=True)
class Ledger:
    """The documents in the order of DOCUMENTS."""

    documents: tuple[Document, ...]

    @cached_property
    def entries(self) -> tuple[Entry, ...]:
        """All entries, document by document, in reading order."""
        return tuple(entry for document in self.documents for entry in document.entries)

    @cached_property
    def by_id(self) -> dict[str, Entry]:
        """Entries by id, in reading order."""
        return {entry.id: entry for entry in self.entries}

    @cached_property
    def questions(self) -> dict[str, Question]:
        """Questions of the capability statement by id, in the order of their first entry."""
        found: dict[str, Question] = {}
        for entry in self.entries:
            if entry.claim:
                found.setdefault(entry.claim.id, entry.claim)
        return found

    @cached_property
    def conditions(self) -> frozenset[str]:
        """The questions that ask for a condition written in the clause, not for a capability (R-03)."""
        return frozenset(name for name, question in self.questions.items() if question.condition)

    @cached_property
    def deciding(self) -> dict[str, tuple[Entry, ...]]:
        """For each question the entries it decides."""
        found: dict[str, list[Entry]] = {question: [] for question in self.questions}
        for entry in self.entries:
            if entry.claim:
                found[entry.claim.id].append(entry)
        return {question: tuple(entries) for question, entries in found.items()}

    def document(self, name: str) -> Document:
        """The document of that short name. Raises KeyError."""
        return {document.document: document for document in self.documents}[name]


@lru_cache(maxsize=4)
def load_ledger(folder: Path = FOLDER) -> Ledger:
    """Read the five ledger files of a folder. Raises LedgerError with every problem of all files.

    What was parsed is remembered in the user's cache folder, under a digest of the files' content.
    """
    paths = [folder / f"{name}.yaml" for name in DOCUMENTS]
    return Ledger(remembered("ledger", [*paths, Path(__file__)], lambda: parse(paths), tuple[Document, ...]))


def parse(paths: Iterable[Path]) -> tuple[Document, ...]:
    """Parse ledger files, nothing remembered. Raises LedgerError with every problem of all of them."""
    problems: list[str] = []
    documents = tuple(found for path in paths if (found := _read(path, problems)))
    seen: dict[str, str] = {}
    for document in documents:
        for entry in document.entries:
            if entry.id in seen:
                problems.append(f"{document.document}.yaml: {entry.id}: expected a unique id, also in {seen[entry.id]}")
            seen[entry.id] = f"{document.document}.yaml"
    if problems:
        raise LedgerError(problems)
    return documents


def load_yaml(path: Path) -> Any:
    """The content of a YAML file. Raises LedgerError with file, line and what stands there."""
    import yaml  # slow to import, and not needed where the parsed ledger is remembered

    try:
        return yaml.load(path.read_bytes(), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except OSError as error:
        raise LedgerError([f"{path.name}: cannot be read: {error.strerror}"]) from None
    except yaml.MarkedYAMLError as error:
        line = f" line {error.problem_mark.line + 1}" if error.problem_mark else ""
        raise LedgerError([f"{path.name}:{line} expected YAML: {error.problem}"]) from None
    except yaml.YAMLError as error:
        raise LedgerError([f"{path.name}: expected YAML in UTF-8: {error}"]) from None


def _read(path: Path, problems: list[str]) -> Document | None:
    try:
        raw = load_yaml(path)
    except LedgerError as error:
        problems += error.problems
        return None
    try:
        document = msgspec.convert(raw, Document)
    except msgspec.ValidationError as error:
        told = list(_entry_problems(path.name, raw))
        problems += told or [f"{path.name}: {error}"]
        return None
    if document.document != path.stem:
        problems.append(f"{path.name}: document: expected {path.stem}, found {document.document}")
    return document


def _entry_problems(name: str, raw: Any) -> Iterator[str]:
    entries = raw.get("entries") if isinstance(raw, dict) else None
    for number, entry in enumerate(entries if isinstance(entries, list) else []):
        try:
            msgspec.convert(entry, Entry)
        except msgspec.ValidationError as error:
            known = entry.get("id") if isinstance(entry, dict) else None
            yield f"{name}: {known or f'entry {number + 1}'}: {error}"


def json_schema() -> str:
    """The JSON Schema of a ledger file; schema.json beside this module holds it for editors and other tools."""
    schema = msgspec.json.schema(Document)
    for shape in (schema, *schema["$defs"].values()):
        if "description" in shape:
            # Before 3.13 a docstring keeps the indentation it has in the source.
            shape["description"] = cleandoc(shape["description"])
    return msgspec.json.format(msgspec.json.encode(schema, order="sorted"), indent=2).decode() + "\n"
