"""Defects of articles and messages: pictures lost, drafts shown, answers that answer nothing."""

from __future__ import annotations

from typing import Any

from conformance.defects import Patch, defect
from simulators.platform import messages
from simulators.platform.core.objects import Version
from simulators.platform.messages import Article, Message


@defect(
    "articles-without-pictures",
    en="articles are shown without their pictures",
    zh="发布的信息缺少图片",
    clauses=("isc-1/5.1.8a",),
)
def without_pictures(patch: Patch) -> None:
    """Words are enough."""

    def face(article: Article) -> dict[str, Any]:
        return own(article) | {"picture": ""}

    own = patch(messages, "face", face)


@defect(
    "articles-stay-published",
    en="a withdrawn article goes on being shown",
    zh="撤回的信息仍对外显示",
    clauses=("isc-1/5.1.8a",),
)
def stay_published(patch: Patch) -> None:
    """What is out is out."""

    def out(article: Article) -> bool:
        return article.state != "draft"

    patch(messages, "out", out)


@defect(
    "messages-without-reference",
    en="the board does not say which message an answer is to",
    zh="留言板不显示答复对应的留言",
    clauses=("isc-1/5.1.8b",),
)
def without_reference(patch: Patch) -> None:
    """One below the other."""

    def said(message: Message, made: Version) -> dict[str, Any]:
        return own(message, made) | {"answers": ""}

    own = patch(messages, "said", said)
