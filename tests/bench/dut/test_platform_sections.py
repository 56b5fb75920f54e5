"""Sections [functions] and [connection] of a platform's profile: everything wrong is a sentence that says where."""

from __future__ import annotations

from typing import Any

import pytest

from bench.dut.access import Access
from bench.dut.platform import analysis_call, intakes, object_call, read

LIST = {"get": "/x", "rows": "answer.json.rows"}
OWN = {"list": LIST, "fields": {"value": "ef"}, "words": {"region": {"CN-13": "Hebei"}}}


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (5, "functions: expected a table, got 5"),
        ({"objets": {}}, "functions.objets: unknown key; did you mean 'objects'?"),
        ({"door": 5}, "functions.door: expected text in quotes, got 5"),
        ({"door": "api"}, "functions.door: there is no door 'api'"),
        ({"pages": "web"}, "functions.pages: there is no door 'web'"),
        ({"rights": {"list *": "administrator"}}, "functions.rights.list *: expected a list of texts"),
        ({"objects": 5}, "functions.objects: expected a table, got 5"),
        ({"objects": {"factr": {}}}, "functions.objects.factr: nothing is called so; did you mean 'factor'?"),
        ({"objects": {"factor": 5}}, "functions.objects.factor: expected a table"),
        ({"objects": {"factor": {"lst": LIST}}}, "functions.objects.factor.lst: unknown key; did you mean 'list'?"),
        ({"objects": {"factor": {"list": "x"}}}, "functions.objects.factor.list: expected a request such as"),
        ({"objects": {"factor": {"list": True}}}, "functions.objects.factor.list: expected a request such as"),
        ({"objects": {"factor": {"list": {"gt": "/x"}}}}, "functions.objects.factor.list.gt: unknown key"),
        (
            {"objects": {"factor": {"list": {"get": 5}}}},
            "functions.objects.factor.list.get: expected text in quotes",
        ),
        ({"objects": {"factor": {"list": {"rows": "a"}}}}, "functions.objects.factor.list: expected one of get, post"),
        (
            {"objects": {"factor": {"list": {"get": "/x"}}}},
            "functions.objects.factor.list.rows: expected an expression",
        ),
        ({"objects": {"*": {"list": {**LIST, "rows": "answer."}}}}, "functions.objects.*.list.rows: "),
        ({"objects": {"*": {"remove": {"delete": "/{{ key"}}}}, "functions.objects.*.remove.delete: "),
        (
            {"objects": {"*": {"create": {"post": "/{{ kind | upcase }}"}}}},
            "functions.objects.*.create.post: No filter named 'upcase'",
        ),
        (
            {"objects": {"*": {"create": {"post": "/x", "json": {"all": ["{{ fields | lists }}"]}}}}},
            "functions.objects.*.create.json.all[0]: No filter named 'lists'",
        ),
        (
            {"analyses": {"*": {"ask": {**LIST, "headers": {"X": "{{ query is nothing }}"}}}}},
            "functions.analyses.*.ask.headers.X: No test named 'nothing'",
        ),
        ({"objects": {"factor": {"fields": {"valu": "ef"}}}}, "functions.objects.factor.fields.valu: "),
        (
            {"objects": {"factor": {"fields": {"value": "row[", "unit": "u"}}}},
            "functions.objects.factor.fields.value: ",
        ),
        ({"objects": {"factor": {"fields": "value"}}}, "functions.objects.factor.fields: "),
        ({"objects": {"factor": {"words": {"valu": {"a": "b"}}}}}, "functions.objects.factor.words.valu: "),
        (
            {"analyses": {"rankin": {"ask": LIST}}},
            "functions.analyses.rankin: nothing is called so; did you mean 'ranking'?",
        ),
        ({"analyses": {"ranking": {"ask": {"get": "/x"}}}}, "functions.analyses.ranking.ask.rows: "),
        ({"analyses": {"ranking": {"fields": {"plase": "x"}}}}, "functions.analyses.ranking.fields.plase: "),
        ({"analyses": {"ranking": {"ask": LIST}}}, "functions: expected section [access]"),
    ],
)
def test_what_is_wrong_with_functions_says_where(given: Any, told: str) -> None:
    problems: list[str] = []
    assert read(given, None, problems) is None
    assert any(each.startswith(told) for each in problems), problems
    assert all(" / " in each or "expected" in each for each in problems)
    assert not any("\n" in each for each in problems)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"hj212": 5}, "connection.hj212: "),
        ({"hj212": {"port": 0}}, "connection.hj212.port: expected 1 to 65535, got 0"),
        ({"hj212": {"port": 70_000}}, "connection.hj212.port: expected 1 to 65535"),
        ({"hj212": {"port": "x"}}, "connection.hj212.port: expected a whole number"),
        ({"http": {"port": 80, "most": 0}}, "connection.http.most: expected a number not below 1, got 0"),
        ({"mqtt": {"port": 80, "form": {"post": "/x"}}}, "connection.mqtt.form: only over HTTP"),
        ({"http": {"port": 80, "form": {"text": "x"}}}, "connection.http.form: expected one of get, post"),
        ({"http": {"port": 80, "form": {"post": "/{{ x"}}}, "connection.http.form.post: "),
        (
            {"http": {"port": 80, "form": {"post": "/x", "json": {"v": "={{ record.value | dec }}"}}}},
            "connection.http.form.json.v: No filter named 'dec'",
        ),
    ],
)
def test_what_is_wrong_with_the_ways_in_says_where(given: Any, told: str) -> None:
    problems: list[str] = []
    intakes(given, problems)
    assert any(each.startswith(told) for each in problems), problems


def test_a_kind_of_its_own_goes_before_the_rest_and_what_there_is_none_of_is_none() -> None:
    problems: list[str] = []
    told = {"objects": {"*": {"list": LIST, "remove": {"delete": "/x"}}, "factor": {**OWN, "remove": False}}}
    read(told, None, problems)
    assert problems == [
        "functions: expected section [access], with the doors and accounts they are called through"
        " / 缺少 [access] 一节，应含调用所经的通道和账户"
    ]
    assert read({}, None, problems) is None and len(problems) == 1

    made = read(told, Access(doors={}, accounts={}, functions=()), problems)
    assert made is not None and len(problems) == 1
    own, other = object_call(made, "remove", "factor"), object_call(made, "remove", "park")
    assert (
        own.request is None and dict(own.fields) == {"value": "ef"} and dict(own.words["region"]) == {"CN-13": "Hebei"}
    )
    assert other.request is not None and other.request.target == "/x" and not other.fields
    assert object_call(made, "import", "park").request is None
    assert analysis_call(made, "ranking").request is None
