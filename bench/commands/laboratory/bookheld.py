"""The book of a campaign held against the certificates and the register of the laboratory that signs it.

Leaves the chain of its own lines to `bench.campaign.book`, and what was joined to `joinable`.
"""

from __future__ import annotations

from bench.campaign.book import BOOK, Book
from bench.commands.laboratory import sentences
from bench.evidence.keys import proves
from bench.evidence.lab import Lab
from bench.evidence.register import BookGrew, Register


def begun_chain(book: Book) -> str:
    """What a campaign is known by: the chain of its first line."""
    return book.lines[0].chain


def book_otherwise(book: Book, seal: Lab) -> list[str]:
    """What certificate and register of a laboratory that signs say against the book of a campaign."""
    path = book.folder / BOOK
    found = [
        sentences.NOT_LABORATORY().after(f"{path}, line {line.number}")
        for line in book.lines
        if seal.certificates
        and not any(
            proves(der, bytes.fromhex(line.chain), signature)
            for der in seal.certificates
            for signature in line.signatures
        )
    ]
    if seal.register is None or not seal.signers:
        return found
    register = Register(seal.register)
    found += register.problems(seal.certificates)
    first = begun_chain(book)
    grown = [each.entry for each in register.lines() if isinstance(each.entry, BookGrew) and each.entry.book == first]
    if not grown:
        found.append(sentences.NOT_IN_REGISTER(register=seal.register).after(path))
    found += [
        sentences.LINES_GONE(lines=each.lines, at=each.at).after(path)
        for each in grown
        if each.lines > len(book.lines) or book.lines[each.lines - 1].chain != each.head
    ][:1]
    return found
