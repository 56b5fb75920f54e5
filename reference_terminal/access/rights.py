"""Rights, and which role has which (ISC-2 7.4.1.2, ruling R-37).

Leaves which right an address asks for to its declaration in the web room. The three roles of security exclude each
other because an account has one role; the parts of no two of them overlap where something is changed.
"""

from __future__ import annotations

from enum import Enum

from reference_terminal.model.seams import seam


class Right(Enum):
    """What somebody may do at the local interface; a role is a set of these (ISC-2 7.4.1.2)."""

    OPEN = "open"
    """Come to the door: log in, change a password with the old one."""
    OWN = "own"
    """See and end the own session."""
    STATE = "state"
    """See the state of the terminal: links, alarms, storage, software, settings without secrets."""
    READ = "read"
    """See values and records."""
    AUDIT = "audit"
    """See, export, verify and clear the log."""
    ENTER = "enter"
    """Put down values and replacements by hand."""
    RELEASE = "release"
    """Check what another has put down, release it or refuse it."""
    OPERATE = "operate"
    """Send, make sets of what is stored, compare fingerprints."""
    RESTORE = "restore"
    """Bring stored data back."""
    CONFIGURE = "configure"
    """Set centres, upload times and polling periods; back the configuration up and restore it."""
    SECURE = "secure"
    """Exchange certificates and keys; set the rules of login and the list of administrators' addresses."""
    UPGRADE = "upgrade"
    """Install and remove software."""
    LOCK = "lock"
    """Lock and release configuring on the spot, from afar (R-41)."""
    PEOPLE = "people"
    """See the accounts and who is logged in."""
    ADMIT = "admit"
    """Make, disable and remove accounts; end sessions."""
    GRANT = "grant"
    """Give roles and first passwords, unlock."""


_EVERYBODY = frozenset({Right.OPEN, Right.OWN, Right.STATE})

RIGHTS: dict[str, frozenset[Right]] = {
    "administrator": _EVERYBODY | {Right.CONFIGURE, Right.UPGRADE, Right.LOCK, Right.PEOPLE, Right.ADMIT},
    "operator": _EVERYBODY | {Right.READ, Right.OPERATE, Right.RESTORE, Right.SECURE, Right.PEOPLE, Right.GRANT},
    "auditor": _EVERYBODY | {Right.AUDIT, Right.PEOPLE},
    "clerk": _EVERYBODY | {Right.READ, Right.ENTER},
    "reviewer": _EVERYBODY | {Right.READ, Right.RELEASE},
    "viewer": _EVERYBODY | {Right.READ},
}
"""What each role may do. An account without a role may do nothing.

Who upgrades sees no measured value (R-40); who is written about in the log neither reads nor clears it (R-37).
"""

CONFIGURING = frozenset({Right.CONFIGURE, Right.SECURE, Right.UPGRADE, Right.RESTORE, Right.ADMIT, Right.GRANT})
"""What is had at the maintenance port alone, where there is one (ISC-2 7.4.1.2(4), R-38)."""


@seam
def may(role: str, right: Right) -> bool:
    """Whether a role has a right."""
    return right in RIGHTS.get(role, ())
