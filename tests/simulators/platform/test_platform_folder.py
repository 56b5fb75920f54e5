"""Files beside the database: made for nobody else, put in the place of others, read back; the key of seals is one."""

from __future__ import annotations

from pathlib import Path

from reference_platform_kit import furnish, standing
from virtually import virtually

from simulators.platform.core.folder import Folder


def test_a_file_is_for_nobody_else_and_takes_anothers_place(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    assert folder.read("key") is None
    folder.write("key", b"old")
    folder.write("new", b"first")
    folder.write("new", b"second")
    folder.sync("new")
    folder.rename("new", "key")
    folder.sync_names()
    assert folder.read("key") == b"second" and folder.read("new") is None
    assert (tmp_path / "key").stat().st_mode & 0o777 == 0o600


def test_the_key_of_the_seals_stands_beside_the_database_and_is_kept(tmp_path: Path) -> None:
    async def main() -> None:
        async with standing(tmp_path) as platform:
            furnish(platform.desk())
        key = (tmp_path / "seal.key").read_bytes()
        assert len(key) == 32
        async with standing(tmp_path) as platform:
            rows = list(platform.desk().ask("verify", from_=0, to=1))
            assert rows[0]["compared"] and len(rows) == 1
        assert (tmp_path / "seal.key").read_bytes() == key

    virtually(main())
