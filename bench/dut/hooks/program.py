"""By a command that prints JSON, for whatever can be scripted. Leaves rows and fields to the profile's expressions."""

from __future__ import annotations

import asyncio
import json
from typing import Annotated, Any

from bench.dut import sentences
from bench.dut.hooks import ANSWER_S, MOST_OCTETS, Question, Way
from simulators.values import words_of


class Program(Way, frozen=True, kw_only=True):
    """`run` with the words of a command line, each a template; `stdin` is what it is given."""

    chooses = ("run",)
    templates = ("run", "stdin")

    run: Annotated[tuple[str, ...], words_of(*sentences.WORDS_TO_ASK)]
    stdin: str = ""

    async def fetch(self, question: Question) -> Any:
        """What it prints; nothing printed is an empty list. It runs in the profile's folder, and not for ever."""
        words = [question.fill(word) for word in self.run]
        given = question.fill(self.stdin).encode()
        try:
            process = await asyncio.create_subprocess_exec(
                *words,
                cwd=question.folder,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
            )
        except OSError as error:
            raise ConnectionError(sentences.COMMAND_NOT_STARTED(reason=error.strerror).after(words[0])) from None
        try:
            out, said = await asyncio.wait_for(process.communicate(given), ANSWER_S)
        except TimeoutError:
            process.kill()
            await process.wait()
            raise TimeoutError(sentences.COMMAND_LATE(answer_s=ANSWER_S).after(words[0])) from None
        if process.returncode:
            last = said.decode("utf-8", "replace").strip().splitlines()[-1:] or ["without a word"]
            raise LookupError(
                sentences.COMMAND_FAILED(returncode=process.returncode, last=last[0][:200]).after(words[0])
            )
        if len(out) > MOST_OCTETS:
            raise LookupError(sentences.COMMAND_LONG(most=MOST_OCTETS >> 20).after(words[0]))
        if not out.strip():
            return []
        try:
            return json.loads(out, parse_float=str, parse_int=str)
        except (ValueError, RecursionError):
            raise ConnectionError(sentences.COMMAND_NO_JSON(out=out[:60]).after(words[0])) from None


WAY = Program
