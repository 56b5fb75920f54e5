"""Addresses that a page points at."""

from __future__ import annotations

import pytest

from bench.facade.links import HeldList, held_forms, links_of, lists_of, rows_of, searches_of

BASE = "http://10.1.0.2:8443/pages/live"


@pytest.mark.parametrize(
    ("page", "found"),
    (
        ('<a href="/own">x</a><a href="own?a=1#b">y</a>', ["/own", "/pages/own?a=1"]),
        ('<a href="http://10.1.0.2:8443">x</a><a href="https://10.1.0.2:8443/own">y</a>', ["/"]),
        ('<a href="mailto:a@b">x</a><a href="//elsewhere/x">y</a><a href="http://[bad">z</a><a>w</a>', []),
        ('<link href="/s.css"><script src="app.js"></script><img src="/i.png">', ["/s.css", "/pages/app.js", "/i.png"]),
        ('<a href="/file" download>x</a><form action="/reset"><input></form>', []),
        ("<a href='/own'><a href='/own#there'>", ["/own"]),
    ),
)
def test_addresses_of_the_same_host_are_found_once(page: str, found: list[str]) -> None:
    assert links_of(page, BASE) == found


def test_a_form_is_known_by_its_path_and_its_hidden_fields() -> None:
    page = (
        '<form method="post" action="/form"><input type="hidden" name="_to" value="add">'
        '<input type="hidden" name="proof" value="p1"><textarea name="settings"></textarea></form>'
        '<input name="outside"><form action="/search"><input name="q"></form>'
        '<form method="POST" action="http://other/form"><input name="x"></form>'
    )
    (form,) = held_forms(page, "http://host:1/network?lang=en")
    assert form.path == "/form" and form.fields == {"_to": "add", "proof": "p1", "settings": None}
    assert form.is_for("/form", {"_to": "add", "proof": "{{ session.proof }}", "author": "x"})
    assert not form.is_for("/form", {"_to": "remove"}) and not form.is_for("/other", {"_to": "add"})


def test_searches_lead_where_a_browser_would_go() -> None:
    page = """
    <form action="/log"><input name="from"><select name="outcome"><option value="">any<option value="no" selected>no
    </select><input type="checkbox" name="all"><button name="go">Go</button></form>
    <form method="post"><input name="x"></form><form><input name="name" required></form>
    """
    assert searches_of(page, "http://h/people") == ["/log?from=&outcome=no"]


def test_a_list_is_sent_by_the_text_of_its_option_and_must_be_chosen_where_that_is_required() -> None:
    page = """
    <form action="/by-text"><select name="kind"><option> all
    of them<option>one</select><input name="off" disabled></form>
    <form action="/chosen"><select name="meter" required><option value="">choose</option></select></form>
    <form action="/written"><input name="a"><textarea name="why" required></textarea></form>
    """
    assert searches_of(page, "http://h/") == ["/by-text?kind=all+of+them"]


def test_lists_are_told_with_their_other_choices() -> None:
    page = """
    <form action="/log"><input name="from"><select name="outcome"><option value="">any</option><option value="no">not
    <b>done</b></option><option value="yes">done</option></select></form>
    """
    (held,) = lists_of(page, "http://h/people")
    choices = (("no", "not done", "/log?from=&outcome=no"), ("yes", "done", "/log?from=&outcome=yes"))
    assert held == HeldList("outcome", "/log?from=&outcome=", choices)


def test_rows_of_tables_are_told_by_the_words_of_their_cells() -> None:
    page = """
    <table><caption>Log</caption><tr><th>At<th>Who</tr>
    <tr><td>08:00 <span>UTC</span></td> between <td>anna</td></tr><tr></tr></table><p>after</p>
    """
    assert rows_of(page) == [("At", "Who"), ("08:00 UTC", "anna")]
