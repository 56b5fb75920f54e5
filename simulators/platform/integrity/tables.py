"""The chain of seals: one block for whatever one transaction took."""

from __future__ import annotations

from sqlalchemy import BigInteger, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from simulators.platform.core.tables import Base


class BlockRow(Base):
    """`body` is a JSON list of [what, whose, span, at, code]; `first` and `last` are the instants within.

    `seal` goes over the body and the seal of the block before.
    """

    __tablename__ = "blocks"
    number: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    at: Mapped[int] = mapped_column(BigInteger)
    first: Mapped[int] = mapped_column(BigInteger, index=True)
    last: Mapped[int] = mapped_column(BigInteger, index=True)
    body: Mapped[str] = mapped_column(Text)
    seal: Mapped[str] = mapped_column(String(64))
