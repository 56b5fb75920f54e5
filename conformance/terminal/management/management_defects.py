# pyright: reportPrivateUsage=false
"""Defects towards the management software: packages believed unseen, kept badly; upgrades that end in ruins.

Leaves channels to `security`.
"""

# The management room is broken where it keeps its own state.
# pyright: reportPrivateUsage=false

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

from conformance.defects import Patch, defect
from conformance.defects.seams import hides_events
from reference_terminal.assembly import Terminal
from reference_terminal.crypto.certificates import Trusted
from reference_terminal.crypto.sm2 import PublicKey
from reference_terminal.management import contents, installer, messages, packages, parameters
from reference_terminal.management.installer import Installer, Outcome
from reference_terminal.management.packages import Package, PackageRefused
from reference_terminal.management.parameters import Parameters
from reference_terminal.model.messages import Text
from reference_terminal.uplink.platforms.management import ManagementLink

_DOWNLOAD = ("csmt/11.4a-3",)
_UPGRADE = ("isc-2/8.4f", "csmt/10.6.4c")
_GATHERED_S = 120


@defect(
    "management-never-asked",
    en="the management software is asked once, at the start",
    zh="仅在启动时查询管理端碳软件",
    clauses=_DOWNLOAD,
)
def management_never_asked(patch: Patch) -> None:
    """What is issued later waits for the next start."""

    def made(self: ManagementLink, *given: Any) -> None:
        own(self, *given)
        self._report_s = 86_400

    own = patch(ManagementLink, "__init__", made)


@defect(
    "mislabelled-package-ends-in-an-error",
    en="a package that holds what is not of its kind ends in an error of the terminal's own, and nothing is told of it",
    zh="内容与种类不符的软件包导致终端内部错误，不回报结果",
    clauses=("isc-2/7.4.1.4(3)b",),
)
def mislabelled_package_ends_in_an_error(patch: Patch) -> None:
    """The words of the refusal are looked up and are not there."""
    forms = {kind: form for kind, form in contents._FORMS.items() if kind not in ("method", "boundary")}
    patch(contents, "_FORMS", forms)


@defect(
    "packages-only-noted",
    en="packages are acknowledged and kept nowhere",
    zh="软件包仅回执，未保存",
    clauses=_DOWNLOAD,
)
def packages_only_noted(patch: Patch) -> None:
    """Done is told before anything is done."""

    def keep(self: Installer, package: Package, source: str) -> Outcome:
        return Outcome("done", "")

    patch(Installer, "_keep", keep)


@defect(
    "parameters-without-effect",
    en="parameters are kept and do not act",
    zh="参数已保存但不生效",
    clauses=("csmt/11.4-6",),
)
def parameters_without_effect(patch: Patch) -> None:
    """They count from the next installation on."""

    def set_(self: Parameters, given: dict[str, str], put: bool) -> str:
        return own(self, given, False)

    own = patch(Parameters, "set", set_)


@defect(
    "narrow-parameters",
    en="parameters of packages have limits of the maker's own: from 60 s on in the place of 30, up to 15 min",
    zh="软件包参数采用厂家自定限值（实时间隔不小于 60 s，分钟间隔不大于 15 min）",
    clauses=("csmt/11.4-6",),
)
def narrow_parameters(patch: Patch) -> None:
    """Faster than once a minute nobody wants to know it."""
    narrow = {"realtime_interval_s": ("realtime_s", 60, 3600), "minute_interval": ("minute_interval", 1, 15)}
    patch(parameters, "_NUMBERS", {**parameters._NUMBERS, **narrow})


@defect(
    "wide-parameters",
    en="numbers of packages are taken whatever they are",
    zh="软件包参数不校验取值范围",
    clauses=("csmt/11.4-6",),
)
def wide_parameters(patch: Patch) -> None:
    """The management software has looked at them."""
    patch(parameters, "_NUMBERS", {name: (key, 0, 99_999) for name, (key, _, _) in parameters._NUMBERS.items()})


@defect(
    "packages-refused-throughout",
    en="every package is refused",
    zh="拒绝一切软件包",
    clauses=_DOWNLOAD,
)
def packages_refused_throughout(patch: Patch) -> None:
    """An anchor of another laboratory."""

    def opened(octets: bytes, trusted: Trusted, now_s: int) -> Package:
        raise PackageRefused(Text("not trusted", "不受信任"))

    patch(installer, "open_package", opened)


def _refused_nowhere(patch: Patch, *passed: str) -> None:
    """Overlook a refusal whose sentence holds one of these words, by taking what the package says of itself."""

    def opened(octets: bytes, trusted: Trusted, now_s: int) -> Package:
        try:
            return own(octets, trusted, now_s)
        except PackageRefused as error:
            if not any(word in error.en for word in passed):
                raise
            return _unseen(octets)

    own = patch(installer, "open_package", opened)


def _unseen(octets: bytes) -> Package:
    import base64
    import json

    try:
        found: dict[str, str] = json.loads(octets)
    except ValueError:
        found = {"kind": "factors", "name": "truncated", "version": "3.0", "content": ""}
    content = base64.b64decode(found["content"]) or _ANY
    return Package(found["kind"], found["name"], found["version"], 0, "", content, found.get("sm3", ""), "anybody")


_ANY = (
    b'{"factors":[{"code":"x","value":"1","unit":"x","gas":"CO2","source":"x","region":"CN","validFrom":"2026-01-01"}]}'
)


@defect(
    "digest-not-looked-at",
    en="the content of a package is not compared with the signed digest",
    zh="不核对软件包摘要",
    clauses=("isc-2/7.4.1.4(1)b",),
)
def digest_not_looked_at(patch: Patch) -> None:
    """The signature is verified over the head alone, and the content is taken as it comes."""

    def check(self: Installer, package: Package) -> None:
        return None

    _refused_nowhere(patch, "digest")
    patch(Installer, "_check", check)


@defect(
    "package-signature-not-verified",
    en="the signature of a package is not verified",
    zh="不验证软件包签名",
    clauses=("isc-2/7.4.1.4(1)b",),
)
def package_signature_not_verified(patch: Patch) -> None:
    """A certificate in the file is taken for proof."""
    patch(PublicKey, "verify", lambda self, message, signature, identity=b"": True)  # pyright: ignore[reportUnknownLambdaType]
    _refused_nowhere(patch, "members are missing")


@defect(
    "package-issuer-not-checked",
    en="the issuer's certificate is not checked",
    zh="不校验签发者证书",
    clauses=("isc-2/7.4.1.4(3)b",),
)
def package_issuer_not_checked(patch: Patch) -> None:
    """It is there to say who it was."""
    patch(packages, "verify_chain", lambda *given: None)  # pyright: ignore[reportUnknownLambdaType]


@defect(
    "older-packages-taken",
    en="a package of an older version replaces the newer one",
    zh="旧版本软件包覆盖新版本",
    clauses=("isc-2/7.4.1.4(3)b",),
)
def older_packages_taken(patch: Patch) -> None:
    """The last one wins."""
    patch(Installer, "_newest", lambda self, package: None)  # pyright: ignore[reportUnknownLambdaType]


@defect(
    "half-a-package-taken",
    en="what can be read of a truncated package is taken",
    zh="接收被截断的软件包",
    clauses=("isc-2/7.4.1.4(3)b",),
)
def half_a_package_taken(patch: Patch) -> None:
    """Better something than nothing."""
    _refused_nowhere(patch, "no JSON object")


@defect(
    "trial-forever",
    en="a program that power was cut under is never tried again",
    zh="升级断电后不再重试",
    clauses=_UPGRADE,
)
def trial_forever(patch: Patch) -> None:
    """One start has to do."""
    patch(installer, "MOST_STARTS", 1)


@defect(
    "anything-runs",
    en="a program is called installed whether it runs or not",
    zh="不验证新程序能否运行",
    clauses=_UPGRADE,
)
def anything_runs(patch: Patch) -> None:
    """The signature was right."""
    patch(installer, "PROGRAM_MARK", b"")

    def begin(self: Installer) -> None:
        return None

    patch(Installer, "begin", begin)


@defect(
    "upgrade-clears-records",
    en="an upgrade begins with an empty database of records",
    zh="升级清空记录",
    clauses=("isc-2/8.4h", "csmt/10.6.4e"),
)
def upgrade_clears_records(patch: Patch) -> None:
    """A new layout, and nobody moved the data."""

    def begin(self: Installer) -> None:
        if self.on_trial:
            self._store.write("DELETE FROM record", ())
        own(self)

    own = patch(Installer, "begin", begin)


@defect(
    "upgrade-ends-the-work",
    en="after an upgrade the terminal waits to be switched off and on",
    zh="升级后须断电重启才恢复工作",
    clauses=_UPGRADE,
)
def upgrade_ends_the_work(patch: Patch) -> None:
    """The restart is asked for and never comes."""

    def soon(self: Terminal) -> None:
        self.pollers.clear()
        self._stopping.set()

    patch(Terminal, "restart_soon", soon)


@defect(
    "reports-with-readings",
    en="the report to the management software carries the latest readings",
    zh="向管理端上报时附带监测数据",
    clauses=("isc-2/8.4j", "csmt/10.6.4g"),
)
def reports_with_readings(patch: Patch) -> None:
    """For the maker's statistics."""

    def in_force(self: Installer) -> list[dict[str, str]]:
        row = self._store.connection.execute(
            "SELECT value FROM record WHERE value IS NOT NULL AND length(value)>=6 ORDER BY start_s DESC LIMIT 1"
        ).fetchone()
        extra = {"kind": "factors", "name": row[0] if row else "none", "version": "1", "valid_from": ""}
        return [*own(self), extra]

    own = patch(Installer, "in_force", in_force)


@defect(
    "packages-count-at-once",
    en="packages count from when they come, whatever day they bear",
    zh="软件包接收即生效，不理会生效时间",
    clauses=_DOWNLOAD,
)
def packages_count_at_once(patch: Patch) -> None:
    """What is there is used."""
    whole = packages.open_package

    def open_package(octets: bytes, trusted: Trusted, now_s: int) -> Package:
        return replace(whole(octets, trusted, now_s), valid_from_s=0)

    patch(installer, "open_package", open_package)


@defect(
    "later-parameters-act-at-once",
    en="parameters that count from later on are listed as waiting, and act at once",
    zh="带未来生效时间的参数显示为待生效，实际立即生效",
    clauses=_DOWNLOAD,
)
def later_parameters_act_at_once(patch: Patch) -> None:
    """The day is for the list."""

    def apply(self: Installer) -> None:
        waiting = "SELECT content, issuer FROM package WHERE kind='parameters' AND applied=0"
        rows = self._store.connection.execute(waiting).fetchall()
        for content, issuer in cast(list[tuple[bytes, str]], rows):
            self._put_in_force("parameters", content, issuer)
        own(self)

    own = patch(Installer, "apply_due", apply)


@defect(
    "days-of-packages-eight-hours-late",
    en="the instant from which a package counts is taken for one of Greenwich",
    zh="软件包生效时间误按格林尼治时间处理，晚八小时生效",
    clauses=_DOWNLOAD,
)
def days_of_packages_eight_hours_late(patch: Patch) -> None:
    """A stamp without a zone is somebody's."""
    whole = packages.open_package

    def open_package(octets: bytes, trusted: Trusted, now_s: int) -> Package:
        found = whole(octets, trusted, now_s)
        return replace(found, valid_from_s=found.valid_from_s + 8 * 3600 if found.valid_from_s else 0)

    patch(installer, "open_package", open_package)


@defect(
    "later-parameters-never-applied",
    en="parameters that count from later on are listed then, and never applied",
    zh="带未来生效时间的参数届时仅列出，从未生效",
    clauses=_DOWNLOAD,
)
def later_parameters_never_applied(patch: Patch) -> None:
    """Nobody looks whether a day has come."""
    patch(Installer, "apply_due", lambda self: None)


@defect(
    "package-refusals-unlogged",
    en="a package that is refused has no entry in the log",
    zh="拒绝软件包不记日志",
    clauses=("isc-2/7.4.1.3(1)d",),
)
def package_refusals_unlogged(patch: Patch) -> None:
    """Nothing was changed by it."""
    patch(Installer, "_tell_refused", lambda self, source, error: None)


@defect(
    "package-refusals-gathered",
    en="packages refused within two minutes of each other have one entry in the log together",
    zh="两分钟内的多次软件包拒绝只记一条日志",
    clauses=("isc-2/7.4.1.3(1)d",),
)
def package_refusals_gathered(patch: Patch) -> None:
    """What a log does that spares itself repetitions, and forgets that each has a sender and a reason of its own."""
    sound, last = Installer._tell_refused, [-_GATHERED_S]

    def tell(self: Installer, source: str, error: PackageRefused) -> None:
        now = self._clock.now_s()
        if now - last[0] >= _GATHERED_S:
            last[0] = now
            sound(self, source, error)

    patch(Installer, "_tell_refused", tell)


@defect(
    "programs-given-up-unlogged",
    en="a program that does not run is given up without an entry in the log",
    zh="放弃无法运行的程序不记日志",
    clauses=("isc-2/7.4.1.3(1)d",),
)
def programs_given_up_unlogged(patch: Patch) -> None:
    """The one before goes on, so that nothing has happened."""
    hides_events(patch, lambda kind, en: kind == messages.UPGRADE_DROPPED.kind)
