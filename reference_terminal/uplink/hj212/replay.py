"""Requests that come a second time under the payload profile (docs/WIRE.md section 2).

Leaves carrying out requests to `commands`. Whoever has listened can send a protected request again, octet for octet:
it is the number that tells, and it must outlast a restart.
"""

from __future__ import annotations

from reference_terminal.storage.store import Store

_SETTING = "newest_request"


class RequestNumbers:
    """The newest QN that each centre has used for a request."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._heard: dict[str, tuple[str, str]] = {}

    def is_fresh(self, centre: str, cn: str, qn: str) -> bool:
        """Whether a request may be carried out: newer than all before it, or the one just heard, sent again.

        A fresh number is durable before this returns; a store that cannot be written leaves the request undone.
        """
        if self._heard.get(centre) == (cn, qn):
            return True
        newest = self._store.setting(f"centre/{centre}", _SETTING) or ""
        # Times of the same form are in order as text; another form (13 digits) cannot be compared and is not taken.
        if newest and (len(qn) != len(newest) or qn <= newest):
            return False
        self._store.keep_setting(f"centre/{centre}", _SETTING, qn)
        if not self._store.flush():
            return False
        self._heard[centre] = (cn, qn)
        return True
