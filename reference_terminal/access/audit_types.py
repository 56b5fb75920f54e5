"""Types of entries in the audit log by the code of their message, and which of them tell a failure (ruling R-39).

Leaves the sentences to the tables of each room. A code that is not in the table belongs to the running of the terminal.
"""

from __future__ import annotations

from collections.abc import Mapping

RUNNING = "running"

TYPES: dict[str, tuple[str, ...]] = {
    "login": ("login",),
    "login failure": ("login-failed", "login-address-refused"),
    "lock": ("account-locked", "account-unlocked"),
    "session": ("logout", "session-ended"),
    "access": ("access-refused", "management-peer-refused"),
    "account": (
        "account-added",
        "account-delivered",
        "account-disabled",
        "account-enabled",
        "account-removed",
        "password-changed",
        "password-given",
        "second-factor-on",
        "second-factor-off",
        "second-factor-certificate",
    ),
    "role": ("role-given",),
    "configuration": (
        "item-acquisition-set",
        "polling-period-set",
        "meter-added",
        "meter-removed",
        "upload-time-set",
        "parameter-set",
        "login-rule-set",
        "configuration",
        "management-interface-set",
        "terminal-locked",
        "terminal-released",
        "instrument-set",
        "inspection-plan-set",
        "accounting-set",
        "accounting-set-locally",
        "accounting-version",
        "accounting-version-refused",
    ),
    "manual value": (
        "manual-entry",
        "manual-proposed",
        "manual-released",
        "manual-rejected",
        "replacement-entered",
        "replacement-contradicted",
        "replacement-not-recorded",
        "accounting-input-refused",
        "activity-entered",
        "stack-calibrated",
        "accounting-result",
    ),
    "clock": ("clock-step", "clock-set"),
    "start": ("start",),
    "stop": ("stop",),
    "upgrade": (
        "package-taken",
        "package-refused",
        "upgraded",
        "upgrade-dropped",
        "upgrade-stopped",
        "upgrade-does-not-start",
        "upgrade-died",
        "application-stopped",
        "application-started",
        "application-dropped",
        "module-restarted",
    ),
    "backup": ("configuration-backup", "archive-export"),
    "restore": (
        "configuration-restore",
        "configuration-restore-refused",
        "archive-import",
        "archive-import-refused",
    ),
    "export": ("audit-export",),
    "clearing": ("audit-clearing", "audit-clearing-refused", "audit-overflow"),
    "certificate": ("certificate-renewed", "key-sealed"),
    "centre": (
        "centre-added",
        "centre-removed",
        "centre-added-remotely",
        "centre-removed-remotely",
        "upload-address-changed",
        "registered",
    ),
    "reporting": ("centre-connected", "manual-upload", "manual-backfill", "queue-overflow", "packet-refused"),
    "source data": (
        "gap",
        "gap-end",
        "gap-filled",
        "gap-not-filled",
        "gap-backfilled",
        "gap-not-backfilled",
        "late-data",
        "invalid-reading",
        "counter-rollover",
        "counter-reset",
        "meter-replaced",
        "standby-released",
        "message-refused",
        "messages-refused",
        "query-refused",
        "fingerprints-verified",
        "store-overflow",
        "recalculated",
        "load-weighed",
        "gross-weighed",
        "tare-missed",
        "gap-records-unanswered",
    ),
}
"""Each type with the codes of its messages."""

ALARM = "alarm"
NAMES = (*TYPES, "factor", "formula", ALARM, RUNNING)
"""All types: `factor` and `formula` are packages of these kinds, `alarm` is every alarm raised or cleared."""

OWN = (ALARM, "start", "stop", "clock")
"""Types of what the terminal itself does, whoever's request it happens to notice it at."""

_PACKAGES = {
    "factors": "factor",
    "method": "formula",
    "boundary": "configuration",
    "parameters": "configuration",
    "configuration": "configuration",
}

_OF = {code: name for name, codes in TYPES.items() for code in codes}
_FAILURES = (
    "login-failed",
    "login-address-refused",
    "account-locked",
    "access-refused",
    "management-peer-refused",
    "audit-clearing-refused",
    "configuration-restore-refused",
    "archive-import-refused",
    "package-refused",
    "upgrade-dropped",
    "upgrade-stopped",
    "upgrade-does-not-start",
    "upgrade-died",
    "application-dropped",
    "replacement-not-recorded",
    "packet-refused",
    "request-refused",
    "request-repeated",
    "message-refused",
    "messages-refused",
    "query-refused",
    "manual-rejected",
    "accounting-input-refused",
    "accounting-version-refused",
)
SUCCESS, FAILURE = "success", "failure"


def type_of(code: str, kind: str, fields: Mapping[str, object]) -> str:
    """The type of an entry."""
    if kind.startswith("alarm "):
        return ALARM
    if code in ("package-taken", "package-refused"):
        return _PACKAGES.get(str(fields.get("kind", "")), "upgrade")
    return _OF.get(code, RUNNING)


def outcome_of(code: str) -> str:
    """Whether what an entry tells went well."""
    return FAILURE if code in _FAILURES else SUCCESS
