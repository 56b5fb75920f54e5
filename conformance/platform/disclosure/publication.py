"""Articles for everybody, and the message board (ISC-1 5.1.8)."""

from __future__ import annotations

from collections.abc import Iterator

from bench.case import AnyOf, Finding
from bench.dut.platform.vocabulary.public import ARTICLE, BOARD, CATEGORIES, MESSAGE, PUBLICATIONS
from bench.facade.bench import Bench
from bench.history import History
from conformance.platform import OBJECTS, PlatformCase, works
from conformance.platform.disclosure import publication_judge

_PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
"""A picture of one pixel (PNG)."""


class PublishesAndAnswers(PlatformCase):
    """Articles are seen by everybody once published and no longer once withdrawn; messages are read and answered."""

    zh = "政策法规、新闻、标准、培训等图文信息可在线发布与撤回，留言可查看、答复。"
    checks = {
        publication_judge.PUBLISHED: ("isc-1/5.1.8a",),
        publication_judge.UNPUBLISHED_HIDDEN: ("isc-1/5.1.8a",),
        publication_judge.ANSWERED: ("isc-1/5.1.8b",),
    }
    needs = (OBJECTS, AnyOf("platform.gov-publication", "platform.gov-message-board"))
    scenario = works.SCENARIO

    async def drive(self, bench: Bench) -> None:
        chance = works.chance_of(bench, "publication")
        await works.set_up(bench, chance, ())
        editor = await bench.platform.login("operator-of-park")
        public = await bench.platform.login("public")
        picture = f"data:image/png;base64,{_PIXEL}"
        keys: list[str] = []
        for category in CATEGORIES:
            number = chance.randint(10_000, 99_999)
            keys.append(
                await editor.create(
                    ARTICLE,
                    id=f"article-{category}",
                    category=category,
                    title=f"{category} {number}",
                    body=f"正文 {number}：“双碳”通知 <b>&amp;</b> text",
                    picture=picture,
                    state="draft",
                )
            )
        await public.ask(PUBLICATIONS)
        for key in keys:
            await editor.change(ARTICLE, key, state="published")
        await public.ask(PUBLICATIONS)
        for category in CATEGORIES:
            await public.ask(PUBLICATIONS, category=category)
        await editor.change(ARTICLE, keys[1], state="withdrawn")
        await public.ask(PUBLICATIONS)
        clerk = await bench.platform.login("clerk-a")
        number = chance.randint(10_000, 99_999)
        asked = await clerk.create(MESSAGE, id="question", subject="When", body=f"When is report {number} due?")
        await bench.clock.sleep(minutes=3)
        government = await bench.platform.login("government")
        await government.ask(BOARD)
        await government.create(MESSAGE, id="answer", subject="Re", body=f"Report {number}: 31 March", answers=asked)
        await bench.clock.sleep(minutes=2)
        await clerk.ask(BOARD)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from publication_judge.article_findings(history)
        yield publication_judge.message_finding(history)
