"""What a platform publishes in words and pictures, and its message board (ISC-1 5.1.8).

Leaves figures that are made public to `disclosure`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal

import msgspec

from simulators.platform.core import EVERYBODY, PEOPLE, Desk, Thing, analysis, kind, matching, ref, seam
from simulators.platform.core.objects import Version


class Article(Thing, frozen=True, kw_only=True):
    """What is published; only `published` ones are shown to whom has not to do with making them."""

    category: Literal["regulation", "news", "standard", "training"]
    title: str
    body: str
    picture: Annotated[str, matching(r"(data:image/(png|jpeg|svg\+xml);base64,[A-Za-z0-9+/=]+)?", "a data URL")] = ""
    state: Literal["draft", "published", "withdrawn"] = "draft"


class Message(Thing, frozen=True, kw_only=True):
    """On the board: `answers` names the message that it answers; an enterprise's people write in its name."""

    enterprise: Annotated[str, ref("enterprise")] = ""
    subject: str
    body: str
    answers: Annotated[str, ref("message")] = ""

    def flaws(self) -> Iterator[tuple[str, str, str]]:
        """Something must be said."""
        if not self.body.strip():
            yield "body", "is empty", "内容为空"


EDITORS = ("administrator", "operator", "government")
WRITERS = tuple(role for role in PEOPLE if role != "auditor")

KINDS = (
    kind("article", Article, en="articles", zh="图文信息", tenant="park", read=EDITORS, write=EDITORS),
    kind(
        "message",
        Message,
        en="messages",
        zh="留言",
        tenant="public",
        read=PEOPLE,
        write=WRITERS,
        remove=("administrator", "operator"),
    ),
)


class OfCategory(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One category, or all of them."""

    category: Literal["", "regulation", "news", "standard", "training"] = ""


@seam
def out(article: Article) -> bool:
    """Whether everybody may see an article."""
    return article.state == "published"


@seam
def face(article: Article) -> dict[str, Any]:
    """What everybody sees of it."""
    return {
        "article": article.id,
        "category": article.category,
        "title": article.title,
        "body": article.body,
        "picture": article.picture,
    }


@analysis("publications", en="published articles", zh="已发布的图文信息", roles=EVERYBODY)
def publications(desk: Desk, asked: OfCategory) -> list[dict[str, Any]]:
    """The published articles, newest first."""
    articles = [each for each in desk.as_system().objects(Article) if out(each)]
    return [face(each) for each in reversed(articles) if asked.category in ("", each.category)]


@analysis("board", en="message board", zh="留言板")
def board(desk: Desk) -> list[dict[str, Any]]:
    """The messages, oldest first, by whom and when the log of versions has it."""
    rows: list[dict[str, Any]] = []
    for each in desk.objects(Message):
        made = [version for version in desk.versions(Message, each.id) if version.what == "created"]
        rows.append(said(each, made[-1]))
    return rows


@seam
def said(message: Message, made: Version) -> dict[str, Any]:
    """A message with who wrote it when."""
    return {
        "message": message.id,
        "subject": message.subject,
        "body": message.body,
        "answers": message.answers,
        "writer": made.by,
        "written": made.at,
    }
