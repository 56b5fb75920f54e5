"""Rows of Word and Excel files, as the bench reads them; what is none is one sentence."""

from __future__ import annotations

import io
import zipfile

import docx
import openpyxl
import pytest

from bench.dut.documents import DocumentError, rows_of


def test_rows_of_both_forms_are_alike() -> None:
    word, sheets = docx.Document(), openpyxl.Workbook()
    word.add_paragraph("总量 / Total")
    table = word.add_table(rows=1, cols=2)
    table.rows[0].cells[0].text, table.rows[0].cells[1].text = "coal", "12.50"
    sheet = sheets.active
    assert sheet is not None
    for row in (["总量 / Total"], ["coal", "12.50"]):
        sheet.append(row)
    for document in (word, sheets):
        out = io.BytesIO()
        document.save(out)
        assert rows_of(out.getvalue()) == ["总量 / Total", "coal\t12.50"]


def test_what_is_no_document_is_told() -> None:
    empty = io.BytesIO()
    with zipfile.ZipFile(empty, "w") as archive:
        archive.writestr("a", "b")
    entity = io.BytesIO()
    with zipfile.ZipFile(entity, "w") as archive:
        archive.writestr("word/document.xml", '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>')
    for octets in (b"", b"%PDF-1.7", empty.getvalue(), entity.getvalue()):
        with pytest.raises(DocumentError, match="neither a Word nor an Excel file"):
            rows_of(octets)
