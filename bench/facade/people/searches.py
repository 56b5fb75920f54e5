"""Secrets of people looked for where they must not be: in what functions answer, and in captures.

Leaves files to the rigs, and what a secret looks like to `bench.facade.secrets`.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from bench.captures import CapturesError
from bench.dut.access import NOBODY
from bench.dut.access.visit import Session
from bench.facade.people.desk import TROUBLES, Visitor, trouble
from bench.facade.secrets import forms_of, search
from bench.facade.secrets_carried import carried
from bench.history import people as told_of
from bench.history.observation import Nothing
from bench.history.people import CarriedRow, DoorQuery

_LEAST_SECRET = 6


def long_enough(secret: str) -> bool:
    """Whether a secret found somewhere is no chance find."""
    return len(secret) >= _LEAST_SECRET


class Searches:
    """What people have typed or were given, and where it is found."""

    def __init__(self, people: Visitor) -> None:
        self._people = people
        self._watches_wires = False
        self.secrets: dict[str, list[bytes]] = {}
        """Passwords, tokens, secrets of codes, by name, in the forms that they are looked for in."""

    def hold(self, name: str, text: str) -> None:
        """Keep a secret to look for."""
        if long_enough(text):
            held = self.secrets.setdefault(name, [])
            held += [form for form in forms_of(text) if form not in held]

    async def search_answers(self, session: Session) -> None:
        """Put into the history which secrets the answers hold that only show something, as the session gets them."""
        role = NOBODY if session.account is None else session.account.role
        asked = self._people.now_us()
        places: dict[str, bytes | None] = {}
        for each in self._people.access.functions:
            call = each.calls.get(session.door)
            if call is None or role not in each.may or each.effect is not None or each.events or each.ends:
                continue
            if call.method == "GET" and session.door in each.doors:
                try:
                    answer = await self._people.visits.make(session, call)
                except TROUBLES:
                    places[f"{role} {each.name}"] = None
                else:
                    places[f"{role} {each.name}"] = answer.octets
        rows = search(places, self.secrets)
        self._people.tell(told_of.SECRETS_SHOWN, asked, DoorQuery(door=session.door), rows)

    def watch_wires(self) -> None:
        """Have the captures searched for the secrets when the case is through."""
        self._watches_wires = True

    def search_captures(self, files: Mapping[str, Path]) -> None:
        """Put into the history which secrets the capture of each segment holds, door by door, where a case asked."""
        if not self._watches_wires or not files:
            return
        asked = self._people.now_us()
        doors: dict[tuple[str, int], tuple[str, bool]] = {}
        for name in self._people.access.doors:
            place = self._people.visits.place(name)
            doors.setdefault((place.host, place.port), (name, place.secured))
        rows: list[CarriedRow] = []
        problem = ""
        for segment, path in files.items():
            try:
                rows += carried(segment, path, doors, self.secrets)
            except (OSError, CapturesError) as error:
                problem = trouble(error)
        self._people.tell(told_of.SECRETS_CARRIED, asked, Nothing(), rows, problem)
