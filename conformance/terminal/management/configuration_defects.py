# pyright: reportPrivateUsage=false
"""Defects in configuration from afar and from a file: believed and not done, done by halves, lost, not told.

Leaves packages as such to `management` and centres set at the terminal to `dynamic_centres`.
"""

# The management room is broken where it keeps its own state.
# pyright: reportPrivateUsage=false

from __future__ import annotations

import base64
import dataclasses
import json
from typing import Any

from conformance.defects import Patch, defect
from conformance.defects.seams import hides_events
from reference_terminal.assembly import Terminal
from reference_terminal.management import backup
from reference_terminal.management.configuration import Configuration
from reference_terminal.management.installer import Installer, Outcome
from reference_terminal.management.packages import Package, PackageRefused
from reference_terminal.platform import Platform
from reference_terminal.security.vault import Vault
from reference_terminal.settings import overlay
from reference_terminal.settings.centres import CentreConfig
from reference_terminal.settings.config import Config
from reference_terminal.settings.overlay import Overlay
from reference_terminal.web.errors import HttpError
from reference_terminal.web.packages import PackageApi
from reference_terminal.web.server import Request

_ADDRESS = ("isc-2/8.3c",)
_ITEMS = ("isc-2/8.3d",)
_CHECKED = ("isc-2/7.4.1.4(3)b",)
_MADE = ("isc-2/7.4.1.4(4)a",)
_RESTORED = ("isc-2/7.4.1.4(4)b",)


def _only_noted(patch: Patch, kind: str, *, on_site: bool) -> None:
    """Packages of a kind that come one way are told as done and kept nowhere."""

    def keep(self: Installer, package: Package, source: str) -> Outcome:
        if package.kind == kind and source.startswith("file by ") == on_site:
            return Outcome("done", "")
        return own(self, package, source)

    own = patch(Installer, "_keep", keep)


@defect(
    "configurations-kept-as-they-came",
    en="what a package configures is kept in the clear as it came, keys and passwords of centres with it",
    zh="配置软件包内容（含中心的密钥和口令）以明文留存",
    clauses=("isc-2/7.4.1.4(2)a", "isc-2/7.4.1.4(2)b"),
)
def configurations_kept_as_they_came(patch: Patch) -> None:
    """To be able to show later what was asked."""
    patch(Installer, "_as_kept", lambda self, package: package.content)  # pyright: ignore[reportUnknownLambdaType]


@defect(
    "changed-addresses-lie-open",
    en="the address that a package gave a centre is kept in the clear, its password with it",
    zh="软件包更改的中心地址及口令以明文保存",
    clauses=("isc-2/7.4.1.4(2)a", "isc-2/7.4.1.4(2)b"),
)
def changed_addresses_lie_open(patch: Patch) -> None:
    """An address is no secret."""
    patch(overlay, "ADDRESSES", overlay.Scope("centre address"))


@defect(
    "issued-factors-only-noted",
    en="factors that are issued are acknowledged and kept nowhere",
    zh="下发的因子仅回执，未保存",
    clauses=("isc-2/8.3a", "isc-2/8.3f"),
)
def issued_factors_only_noted(patch: Patch) -> None:
    """They are typed in on site."""
    _only_noted(patch, "factors", on_site=False)


@defect(
    "factors-from-files-only-noted",
    en="factors that are handed over on site are acknowledged and kept nowhere",
    zh="现场导入的因子仅回执，未保存",
    clauses=("isc-2/8.3b",),
)
def factors_from_files_only_noted(patch: Patch) -> None:
    """They come over the network."""
    _only_noted(patch, "factors", on_site=True)


@defect(
    "address-only-noted",
    en="another upload address is acknowledged and not used",
    zh="远程修改的上传地址仅回执，未使用",
    clauses=_ADDRESS,
)
def address_only_noted(patch: Patch) -> None:
    """It waits for the service engineer."""
    patch(overlay, "moved", lambda centre, given: centre)  # pyright: ignore[reportUnknownLambdaType]


@defect(
    "formulas-only-noted",
    en="formulas from afar are acknowledged and kept nowhere",
    zh="远程下发的公式仅回执，未保存",
    clauses=("isc-2/8.3e",),
)
def formulas_only_noted(patch: Patch) -> None:
    """The formula is part of the program."""
    _notes_only(patch, "method")


@defect(
    "factors-only-noted",
    en="emission factors from afar are acknowledged and kept nowhere",
    zh="远程下发的排放因子仅回执，未保存",
    clauses=("isc-2/8.3f",),
)
def factors_only_noted(patch: Patch) -> None:
    """Factors change once a year, by hand."""
    _notes_only(patch, "factors")


def _notes_only(patch: Patch, kind: str) -> None:
    def keep(self: Installer, package: Package, source: str) -> Outcome:
        return Outcome("done", "") if package.kind == kind else own(self, package, source)

    own = patch(Installer, "_keep", keep)


@defect(
    "backlog-stays-behind",
    en="with another upload address the queue begins anew",
    zh="修改上传地址后丢弃积压",
    clauses=_ADDRESS,
)
def backlog_stays_behind(patch: Patch) -> None:
    """What was meant for the old address is nobody's."""

    def set_(self: Configuration, body: dict[str, Any], issuer: str, put: bool) -> str:
        for centre in body.get("centres", []) if put else ():
            self._overlay._store.write("DELETE FROM outbox WHERE centre=?", (centre["id"],))
        return own(self, body, issuer, put)

    own = patch(Configuration, "set", set_)


@defect(
    "items-acquired-all-the-same",
    en="a data item that was taken out is acquired and sent all the same",
    zh="停用的数据项仍继续采集上传",
    clauses=_ITEMS,
)
def items_acquired_all_the_same(patch: Patch) -> None:
    """More data cannot be wrong."""
    patch(overlay, "without", lambda meters, off: meters)  # pyright: ignore[reportUnknownLambdaType]


@defect(
    "items-until-the-next-start",
    en="which data items are acquired is forgotten without power",
    zh="采集数据项配置断电丢失",
    clauses=_ITEMS,
)
def items_until_the_next_start(patch: Patch) -> None:
    """It is kept where power keeps it."""
    cold: list[bool] = []

    def init(self: Terminal, config: Config, platform: Platform) -> None:
        cold.append(True)
        made(self, config, platform)

    def with_items(self: Overlay, config: Config) -> Config:
        if cold:
            cold.clear()
            self._store.write("DELETE FROM setting WHERE scope='acquired'", ())
            self._store.flush()
        return own(self, config)

    made = patch(Terminal, "__init__", init)
    own = patch(Overlay, "with_items", with_items)


@defect(
    "items-never-come-back",
    en="a data item that was taken out is never acquired again",
    zh="停用的数据项无法重新启用",
    clauses=("csmt/11.4b-3", *_ITEMS),
)
def items_never_come_back(patch: Patch) -> None:
    """Out is out."""

    def items(self: Configuration, rows: list[dict[str, Any]], issuer: str, steps: list[Any]) -> None:
        own(self, [row for row in rows if row.get("acquired") != "yes"], issuer, steps)

    own = patch(Configuration, "_items", items)


@defect(
    "centres-from-afar-only-noted",
    en="a centre added from afar is acknowledged and not served",
    zh="远程新增的中心仅回执，未上传",
    clauses=("isc-2/7.2.4(3)d",),
)
def centres_from_afar_only_noted(patch: Patch) -> None:
    """Centres are set on site."""
    patch(Overlay, "add_centre", lambda self, name, text: None)  # pyright: ignore[reportUnknownLambdaType]


@defect(
    "removal-from-afar-only-noted",
    en="a centre removed from afar is served all the same",
    zh="远程删除的中心仅回执，仍继续上传",
    clauses=("isc-2/7.2.4(3)d",),
)
def removal_from_afar_only_noted(patch: Patch) -> None:
    """Once a customer, always a customer."""
    patch(Overlay, "remove_centre", lambda self, name: None)  # pyright: ignore[reportUnknownLambdaType]


@defect(
    "one-certificate-for-all-from-afar",
    en="a centre added from afar is shown the certificate that another centre is shown",
    zh="远程新增的中心沿用其他中心的证书",
    clauses=("isc-2/7.2.4(3)c",),
)
def one_certificate_for_all_from_afar(patch: Patch) -> None:
    """The channel's settings are taken from what was there first."""

    def read(text: str, config: Config) -> CentreConfig:
        centre = own(text, config)
        first = next(each for each in config.centres if each.channel.kind == "mtls")
        return dataclasses.replace(centre, channel=first.channel) if centre.channel.kind == "gm-tls13" else centre

    own = patch(overlay, "centre_from", read)


@defect(
    "configuration-without-issuer",
    en="the log does not say who configured from afar",
    zh="日志不记录远程配置的签发者",
    clauses=_ADDRESS,
)
def configuration_without_issuer(patch: Patch) -> None:
    """It was the system."""

    def set_(self: Configuration, body: dict[str, Any], issuer: str, put: bool) -> str:
        return own(self, body, "system", put)

    own = patch(Configuration, "set", set_)


@defect(
    "wrong-configuration-acknowledged",
    en="a configuration that cannot be used is acknowledged",
    zh="不检查配置内容即回执",
    clauses=_CHECKED,
)
def wrong_configuration_acknowledged(patch: Patch) -> None:
    """What is signed is right."""

    def set_(self: Configuration, body: dict[str, Any], issuer: str, put: bool) -> str:
        wrong = own(self, body, issuer, put)
        return "" if wrong else wrong

    own = patch(Configuration, "set", set_)


@defect(
    "refused-configuration-takes-effect-in-part",
    en="of a refused configuration the sound part takes effect",
    zh="被拒绝的配置部分生效",
    clauses=_CHECKED,
)
def refused_configuration_takes_effect_in_part(patch: Patch) -> None:
    """What can be done is done."""

    def take(self: Installer, octets: bytes, source: str) -> Outcome:
        outcome = own(self, octets, source)
        if outcome.result == "refused":
            found = json.loads(octets)
            body = json.loads(base64.b64decode(found["content"])).get("configuration", {})
            for name in body.get("removed", []):
                Overlay(self._store, None).remove_centre(name)
            self._store.flush()
            self.restart()
        return outcome

    own = patch(Installer, "take", take)


@defect(
    "no-backup-of-the-configuration",
    en="the configuration cannot be backed up",
    zh="配置不能备份",
    clauses=_MADE,
)
def no_backup_of_the_configuration(patch: Patch) -> None:
    """The address is there, and nothing behind it."""

    def back_up(self: PackageApi, query: dict[str, str], request: Request) -> Any:
        raise HttpError(501, "not in this version", "本版本不支持")

    patch(PackageApi, "back_up", back_up)


@defect(
    "restoration-only-acknowledged",
    en="restoring a configuration is acknowledged and not done",
    zh="恢复配置仅回执，未执行",
    clauses=_RESTORED,
)
def restoration_only_acknowledged(patch: Patch) -> None:
    """The file was read, after all."""
    patch(backup, "restore", lambda store, rows: None)  # pyright: ignore[reportUnknownLambdaType]


@defect(
    "altered-backup-restored",
    en="a backup that was altered or is not whole is restored as far as it can be read",
    zh="恢复被改动或不完整的备份文件",
    clauses=(*_RESTORED, *_CHECKED),
)
def altered_backup_restored(patch: Patch) -> None:
    """Better some configuration than none."""

    def read(octets: bytes, vault: Vault | None) -> list[backup.Row]:
        try:
            return own(octets, vault)
        except PackageRefused:
            try:
                return [tuple(row) for row in json.loads(octets)["settings"]]
            except ValueError:
                return []

    own = patch(backup, "read", read)


@defect(
    "backup-leaves-no-trace",
    en="backup and restoration of the configuration are not in the log",
    zh="配置备份和恢复不记入日志",
    clauses=(*_MADE, *_RESTORED),
)
def backup_leaves_no_trace(patch: Patch) -> None:
    """Nobody asked for it."""
    hides_events(patch, lambda kind, en: kind in ("backup", "restore"))
