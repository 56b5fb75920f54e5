"""Defects of seals: some of what is altered is not seen, or what is not; strangers are believed."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.defects import Patch, defect
from simulators.platform.core.desk import Desk
from simulators.platform.core.folder import Files
from simulators.platform.core.intake import taking
from simulators.platform.integrity import seals
from simulators.platform.integrity.seals import Sealed, Verified

_ALTERED = ("cpcif/8.4a", "isc-1/4.4-1", "isc-1/7.3d-4")


@defect(
    "seals-key-not-on-the-disk",
    en="the key of the seals is not forced to the disk: a power cut soon after takes it away",
    zh="封签密钥未强制写入磁盘，随后断电即丢失",
    clauses=("isc-1/4.4-1",),
)
def key_not_on_the_disk(patch: Patch) -> None:
    """It was written, was it not."""

    def keep(files: Files, key: bytes) -> None:
        files.write("seal.key", key)

    patch(seals, "_keep", keep)


@defect(
    "seals-of-numbers-only",
    en="values are sealed without the point that they are of",
    zh="封签不含所属测点",
    clauses=_ALTERED,
)
def of_numbers_only(patch: Patch) -> None:
    """Two points may change places, and no missing value is missed."""

    def of_point(
        desk: Desk, point: str, asked: Verified, sealed: dict[tuple[str, int, int], str]
    ) -> Iterator[tuple[int, str]]:
        for at, finding in own(desk, point, asked, sealed):
            yield at, "" if finding == "missing" else finding

    own = patch(seals, "_of_point", of_point)


@defect(
    "seals-miss-what-others-have",
    en="where a point has no value at an instant of another one, it is called missing",
    zh="其他测点有数据而本测点无数据的时刻被误报为缺失",
    clauses=("isc-1/4.4-1", "cpcif/8.4a", "isc-1/7.3d-4"),
)
def miss_what_others_have(patch: Patch) -> None:
    """What is sealed is looked up by instant; every point has the same ones, it was thought."""

    def of_point(
        desk: Desk, point: str, asked: Verified, sealed: dict[tuple[str, int, int], str]
    ) -> Iterator[tuple[int, str]]:
        everywhere = {(point, span, at): code for (_, span, at), code in sealed.items()}
        return own(desk, point, asked, {**everywhere, **sealed})

    own = patch(seals, "_of_point", of_point)


@defect(
    "seals-without-flags-of-time",
    en="a value is called altered once it has been there for a minute",
    zh="数据存储一分钟后即被误报为改动",
    clauses=("isc-1/4.4-1", "cpcif/8.4a", "isc-1/7.3d-4"),
)
def of_time(patch: Patch) -> None:
    """The seal goes over when it was looked at."""

    def of_sample(key: bytes, point: str, span: int, at: int, value: str, flag: str) -> Sealed:
        sealed = own(key, point, span, at, value, flag)
        counts[point, span, at] = counts.get((point, span, at), 0) + 1
        odd = counts[point, span, at] > 1 and (at // 10_000_000) % 97 == 0
        return Sealed(sealed.what, sealed.whose, sealed.span, sealed.at, "0" if odd else sealed.code)

    counts: dict[tuple[str, int, int], int] = {}
    own = patch(seals, "of_sample", of_sample)


@defect(
    "terminals-believed-by-name",
    en="whoever names a terminal is believed to be it",
    zh="仅凭终端编号即采信上报数据",
    clauses=("isc-1/4.4-2",),
)
def believed_by_name(patch: Patch) -> None:
    """The password is for the manual."""

    def proves(terminal: taking.Terminal, secret: str, certified: str) -> bool:
        del terminal, secret, certified
        return True

    patch(taking, "proves", proves)
