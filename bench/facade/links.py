"""What a page holds: addresses on the same host (links, styles, scripts, pictures), forms, and rows of tables.

Leaves asking for them to `people`. What a form would post is read, and never sent; a search (a form by GET) is an
address.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urldefrag, urlencode, urljoin, urlsplit

_HELD = {"a": "href", "link": "href", "script": "src", "img": "src", "iframe": "src"}
_CHOICES = 8
"""So many choices of a list are tried."""
_BUTTONS = ("submit", "button", "image", "reset")


class _Held(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what an element points at."""
        given = dict(attrs)
        if (text := given.get(_HELD.get(tag, ""))) and "download" not in given:
            self.found.append(text.strip())


def links_of(page: str, base: str) -> list[str]:
    """Where a page at `base` (an absolute address) points on its host: path and query, each once, in its order."""
    reader = _Held()
    reader.feed(page)
    return joined(reader.found, base)


def joined(texts: Iterable[str], base: str) -> list[str]:
    """These addresses as they are asked for on the host of `base`; those elsewhere are left out."""
    own = urlsplit(base)
    found: dict[str, None] = {}
    for text in texts:
        try:
            made = urlsplit(urldefrag(urljoin(base, text)).url)
        except ValueError:
            continue
        if (made.scheme, made.netloc) == (own.scheme, own.netloc):
            found[(made.path or "/") + (f"?{made.query}" if made.query else "")] = None
    return list(found)


@dataclass(frozen=True)
class HeldList:
    """A list of a search form: its name, the address that the form leads to untouched, and its other choices."""

    name: str
    stands: str
    choices: tuple[tuple[str, str, str], ...]
    """Of each that has a value: the value, its text, and the address with it chosen."""


@dataclass
class HeldForm:
    """A form of a page: the path it is sent to, and its fields, those that are hidden with their value, others None."""

    path: str
    fields: dict[str, str | None] = field(default_factory=dict[str, str | None])

    def is_for(self, path: str, sent: Mapping[str, str]) -> bool:
        """Whether it is where these fields come from: the same path, and no hidden field of another value.

        Fields that are templates (`{{`) may have any value.
        """
        fixed = {name: text for name, text in sent.items() if "{{" not in text}
        hidden = [name for name in fixed if self.fields.get(name) is not None]
        return self.path == path and all(self.fields[name] == fixed[name] for name in hidden)


class _Forms(HTMLParser):
    def __init__(self, base: str) -> None:
        super().__init__()
        self.found: list[HeldForm] = []
        self._base = base
        self._open: HeldForm | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a form that is posted, and what stands in it."""
        given = dict(attrs)
        if tag == "form":
            there = joined([given.get("action") or ""], self._base)
            posted = (given.get("method") or "get").lower() == "post"
            self._open = HeldForm(there[0].partition("?")[0]) if there and posted else None
            self.found += [] if self._open is None else [self._open]
        elif self._open is not None and tag in ("input", "select", "textarea", "button") and given.get("name"):
            hidden = tag == "input" and (given.get("type") or "").lower() == "hidden"
            self._open.fields[given["name"] or ""] = (given.get("value") or "") if hidden else None

    def handle_endtag(self, tag: str) -> None:
        """A form ends."""
        if tag == "form":
            self._open = None


def _is_sent(given: Mapping[str, str]) -> bool:
    """Whether an input goes with its form when nobody touches it."""
    kind = given.get("type", "")
    return kind not in _BUTTONS and (kind not in ("checkbox", "radio") or "checked" in given)


class _Searches(HTMLParser):
    """Forms by GET as a browser would send them untouched; one that lacks what it requires is left out."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.lists: list[HeldList] = []
        self._choices: dict[str, list[list[str]]] = {}
        """Of each list value and text of its choices."""
        self._action = ""
        self._fields: dict[str, str] | None = None
        self._select = ""
        self._untold = ""
        self._required: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a form, its fields and the option that stands chosen."""
        given = {name: text or "" for name, text in attrs}
        if tag == "form" and given.get("method", "get").lower() == "get":
            self._action, self._fields, self._required = given.get("action", ""), {}, set()
            self._choices = {}
        elif self._fields is None or "disabled" in given:
            return
        elif tag == "option" and self._select:
            self._choices.setdefault(self._select, []).append([given.get("value", ""), ""])
            if self._select not in self._fields or "selected" in given:
                self._fields[self._select] = given.get("value", "")
                self._untold = "" if "value" in given else self._select
        elif tag == "select":
            self._select = given.get("name", "")
        elif tag == "input" and given.get("name") and _is_sent(given):
            self._fields[given["name"]] = given.get("value", "")
        if "required" in given and given.get("name"):
            self._required.add(given["name"])

    def handle_data(self, data: str) -> None:
        """The text of an option; one without a value of its own is sent by it."""
        if self._select in self._choices:
            self._choices[self._select][-1][1] += data
        if self._fields is not None and self._untold:
            self._fields[self._untold] = " ".join(data.split())
            self._untold = ""

    def handle_endtag(self, tag: str) -> None:
        """A form or a list of choices ends."""
        if tag == "select":
            self._select = ""
        elif tag == "form" and self._fields is not None:
            if self._fields and all(self._fields.get(name) for name in self._required):
                self.found.append(self._sent(self._fields))
                self.lists += [self._list(name, told, self._fields) for name, told in self._choices.items()]
            self._fields = None

    def _list(self, name: str, told: list[list[str]], fields: Mapping[str, str]) -> HeldList:
        others = [(each, " ".join(text.split())) for each, text in told if each and each != fields[name]]
        choices = [(each, text, self._sent({**fields, name: each})) for each, text in others[:_CHOICES]]
        return HeldList(name, self._sent(fields), tuple(choices))

    def _sent(self, fields: Mapping[str, str]) -> str:
        return f"{self._action.partition('?')[0]}?{urlencode(fields)}"


def searches_of(page: str, base: str) -> list[str]:
    """The addresses that the search forms of a page at `base` lead to as they stand."""
    reader = _Searches()
    reader.feed(page)
    return joined(reader.found, base)


def lists_of(page: str, base: str) -> list[HeldList]:
    """The lists of the search forms of a page at `base`, the first few of their choices that are told by a value."""
    reader = _Searches()
    reader.feed(page)
    found: list[HeldList] = []
    for each in reader.lists:
        choices = [(value, text, there) for value, text, made in each.choices for there in joined([made], base)]
        found += [HeldList(each.name, stands, tuple(choices)) for stands in joined([each.stands], base)]
    return found


class _Rows(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[list[str]] = []
        self._in_cell = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A row or a cell begins."""
        if tag == "tr":
            self.found.append([])
        if tag in ("td", "th") and self.found:
            self.found[-1].append("")
        self._in_cell = tag in ("td", "th") or (self._in_cell and tag not in ("tr", "table"))

    def handle_endtag(self, tag: str) -> None:
        """A cell ends, or what it stands in."""
        self._in_cell = self._in_cell and tag not in ("td", "th", "tr", "table")

    def handle_data(self, data: str) -> None:
        """The words of a cell."""
        if self._in_cell and self.found and self.found[-1]:
            self.found[-1][-1] += f" {data}"


def rows_of(page: str) -> list[tuple[str, ...]]:
    """The rows of the tables of a page: the words of each cell."""
    reader = _Rows()
    reader.feed(page)
    return [tuple(" ".join(cell.split()) for cell in row) for row in reader.found if row]


def held_forms(page: str, base: str) -> list[HeldForm]:
    """The forms of a page at `base` (an absolute address) that are posted to its own host, in its order."""
    reader = _Forms(base)
    reader.feed(page)
    return reader.found
