"""What only the laboratory may say: `lab.toml` (itself, equipment, persons) and `job.toml` (customer, item, tests).

Nothing here has a value of its own: what the laboratory did not write is empty, `None` where "none" is an answer of its
own. Leaves reading to `reading` and what must be there to `demands`. Clause numbers are those of ISO/IEC 17025:2017.
"""

from __future__ import annotations

from datetime import date

import msgspec

from reports.issue.reading import Said

TESTS, REVIEWS, AUTHORISES, INTERPRETS = "tests", "reviews", "authorises", "interprets"
DUTIES = (TESTS, REVIEWS, AUTHORISES, INTERPRETS)
HOST, CLOCK, SUPPLY, SERIAL, NETWORK, ENVIRONMENT = "host", "clock", "supply", "serial", "network", "environment"
USES = (HOST, CLOCK, SUPPLY, SERIAL, NETWORK, ENVIRONMENT)


class Accreditation(msgspec.Struct, frozen=True, kw_only=True):
    """A mark that the laboratory may set on a report: CMA, CNAS, ilac-MRA; its number, and what its scope says."""

    mark: str = ""
    number: str = ""
    scope: Said = ""


class Laboratory(msgspec.Struct, frozen=True, kw_only=True):
    """7.8.2.1 b: who answers for the report. `notices` are sentences of its own for the page of declarations."""

    name: Said = ""
    address: Said = ""
    contact: Said = ""
    accreditations: tuple[Accreditation, ...] = ()
    notices: tuple[Said, ...] = ()


class Equipment(msgspec.Struct, frozen=True, kw_only=True):
    """6.4, 6.5: one instrument or machine. `used_for` are words of USES.

    `calibrated`, `due`, `certificate` and `traceable_to` belong to what is calibrated; what is not says why not in
    `uncalibrated`, for example that its delay was measured by the bench itself.
    """

    number: str = ""
    name: Said = ""
    model: str = ""
    serial: str = ""
    used_for: tuple[str, ...] = ()
    calibrated: date | None = None
    due: date | None = None
    certificate: str = ""
    traceable_to: Said = ""
    uncalibrated: Said = ""


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """6.2: a person and the duties (words of DUTIES) that the laboratory has authorised them for."""

    name: Said = ""
    function: Said = ""
    may: tuple[str, ...] = ()


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """7.8.2.1 f: a document as the laboratory holds it. `id` is that of the ledger, `sm3` the digest of its file."""

    id: str = ""
    title: Said = ""
    edition: Said = ""
    date: date | None = None
    sm3: str = ""


class Lab(msgspec.Struct, frozen=True, kw_only=True):
    """`lab.toml`."""

    laboratory: Laboratory = Laboratory()
    equipment: tuple[Equipment, ...] = ()
    persons: tuple[Person, ...] = ()
    documents: tuple[Draft, ...] = ()


class Numbering(msgspec.Struct, frozen=True, kw_only=True):
    """7.8.2.1 d, j: number of the report, its language (zh or en), date of issue, kind of the test (检测类别)."""

    number: str = ""
    language: str = ""
    issued: date | None = None
    kind: Said = ""


class Customer(msgspec.Struct, frozen=True, kw_only=True):
    """7.8.2.1 e; `maker` where somebody else makes the item."""

    name: Said = ""
    address: Said = ""
    contact: Said = ""
    maker: Said = ""


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """7.8.2.1 g, h: what was tested. `told_by_customer` are those of these fields that the customer supplied (7.8.2.2).

    `photos` are files (JPEG, PNG) beside `job.toml`.
    """

    name: Said = ""
    vendor: Said = ""
    model: str = ""
    serial: str = ""
    firmware: str = ""
    firmware_hash: str = ""
    quantity: int = 0
    condition: Said = ""
    received: date | None = None
    told_by_customer: tuple[str, ...] | None = None
    photos: tuple[str, ...] = ()


class Tests(msgspec.Struct, frozen=True, kw_only=True):
    """7.8.2.1 c, k, n and 7.8.3.1 e. An empty list of deviations or exclusions is the laboratory's word for none."""

    place: Said = ""
    sampling: Said = ""
    deviations: tuple[Said, ...] | None = None
    additions: tuple[Said, ...] | None = None
    customer_asks: tuple[Said, ...] | None = None
    agreed_rule: str = ""


class Condition(msgspec.Struct, frozen=True, kw_only=True):
    """7.8.3.1 a: a quantity of the environment, the range it kept, and the equipment that told it (by number).

    A text keeps the digits as they were read (23.50).
    """

    quantity: Said = ""
    low: str | int | float = ""
    high: str | int | float = ""
    unit: str = ""
    equipment: str = ""


class Hands(msgspec.Struct, frozen=True, kw_only=True):
    """Names out of `lab.toml`: who tested, reviewed and authorises (7.8.2.1 o)."""

    tested: Said = ""
    reviewed: Said = ""
    authorised: Said = ""


class External(msgspec.Struct, frozen=True, kw_only=True):
    """7.8.2.1 p and R-04: a result of somebody else."""

    clause: str = ""
    laboratory: Said = ""
    accreditation: str = ""
    report: str = ""
    method: Said = ""
    specimen: Said = ""
    result: Said = ""


class Opinion(msgspec.Struct, frozen=True, kw_only=True):
    """7.8.7: an opinion, what it is based on, and who gives it."""

    text: Said = ""
    basis: Said = ""
    by: Said = ""


class Amendment(msgspec.Struct, frozen=True, kw_only=True):
    """7.8.8: why issue `issue` (2 and above) was made; what changed is found by comparing it with the one before."""

    issue: int = 0
    reason: Said = ""


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """`job.toml`. `external` and `opinions` are lists: left out is unsaid, an empty one says none."""

    report: Numbering = Numbering()
    customer: Customer = Customer()
    item: Item = Item()
    tests: Tests = Tests()
    environment: tuple[Condition, ...] = ()
    persons: Hands = Hands()
    external: tuple[External, ...] | None = None
    opinions: tuple[Opinion, ...] | None = None
    amendments: tuple[Amendment, ...] = ()
