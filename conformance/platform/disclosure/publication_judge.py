"""Articles and messages: what everybody sees of them, and how people are answered (ISC-1 5.1.8).

Leaves figures that are made public to `disclosed_judge`.
"""

from __future__ import annotations

from collections.abc import Iterator

from bench.case import Check, criterion
from bench.dut.platform.vocabulary.public import ARTICLE, BOARD, CATEGORIES, MESSAGE, PUBLICATIONS, PublicationsRow
from bench.history import History, Observed
from conformance.common.platforms.answers import answers, done
from conformance.common.platforms.figures import kept, lines

PUBLISHED = criterion(
    "articles-published",
    en="once published, articles of every category are shown to everybody with their words and picture",
    zh="各类图文信息发布后公众无需登录即可查看，文字与图片完整",
    unit="articles",
)
UNPUBLISHED_HIDDEN = criterion(
    "articles-hidden",
    en="drafts and withdrawn articles are not shown",
    zh="草稿和已撤回的信息不对外显示",
    unit="articles",
)
ANSWERED = criterion(
    "messages-answered",
    en="messages and their answers are read by those concerned, with writer, time and what they answer",
    zh="留言可被受理方查看，答复可被留言人查看，并标明留言人、时间及所答复的留言",
    unit="messages",
)
_FIELDS = ("category", "title", "body", "picture")


def article_findings(history: History) -> Iterator[Check]:
    """Every look of the public at what is published."""
    seen = done(answers(history, PUBLICATIONS, by="public"))
    lacking: list[str] = []
    shown: list[str] = []
    categories: set[str] = set()
    hidden = 0
    for event in seen:
        rows = {row.title: row for row in event.rows}
        category = event.query.category
        for key, fields in kept(history, ARTICLE.name, before=event).items():
            if fields["state"] != "published":
                hidden += 1
                shown += [f"{key} ({fields['state']}) is shown"] if fields["title"] in rows else []
            elif category in ("", fields["category"]):
                categories.add(fields["category"])
                lacking += [f"{key}: {told}"] if (told := _unlike(fields, rows.get(fields["title"]))) else []
    yield PUBLISHED.none(lines(lacking), categories == set(CATEGORIES))
    yield UNPUBLISHED_HIDDEN.none(lines(shown), hidden and any(event.rows for event in seen))


def _unlike(fields: dict[str, str], row: PublicationsRow | None) -> str:
    if row is None:
        return "it is not shown"
    return next((f"its {name} is another" for name in _FIELDS if getattr(row, name) != fields.get(name, "")), "")


def message_finding(history: History) -> Check:
    """Whoever looked saw every message that there was, by whom and when, and what it answers."""
    looks = done(answers(history, BOARD))
    wrong: list[str] = []
    readers: set[str] = set()
    for event in looks:
        rows = {row.message: row for row in event.rows}
        for made in _made(history, event.event):
            key = made.rows[0]["object"]
            row = rows.get(key)
            if made.query["by"] != event.query.by:
                readers.add(event.query.by)
            if row is None:
                wrong.append(f"{key}: {event.query.by} does not see it")
                continue
            if row.body != made.query["body"] or row.answers != made.query.get("answers", ""):
                wrong.append(f"{key}: another text, or it answers another message")
            if not row.writer:
                wrong.append(f"{key}: nobody wrote it")
            if not made.asked <= int(row.written or 0) <= made.t:
                wrong.append(f"{key}: written at {row.written}, it was made between {made.asked} and {made.t}")
    writers = {made.query["by"] for made in _made(history)}
    answered = any(made.query.get("answers") for made in _made(history))
    return ANSWERED.none(lines(wrong), len(readers) > 1 and len(writers) > 1 and answered)


def _made(history: History, before: Observed | None = None) -> list[Observed]:
    """Messages that were taken (before an event)."""
    found: list[Observed] = []
    for event in history.of(Observed):
        if event is before:
            break
        if event.what == f"create {MESSAGE.name}" and event.outcome == "done" and event.rows:
            found.append(event)
    return found
