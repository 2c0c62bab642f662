"""JSON with the same discipline as TOML."""

import pytest

from photonics.errors import InputError
from photonics.files.json import load_json, loads_json


def refusal(text):
    with pytest.raises(InputError) as error:
        loads_json(text, "x.json")
    (problem,) = error.value.problems
    assert len(str(problem)) < 400
    return problem


def test_a_document_is_read(tmp_path):
    path = tmp_path / "a.json"
    path.write_text('{"schema": 1,\n "cases": [{"id": "a"},\n {"id": "b"}]}')
    document = load_json(path)
    assert document.data["cases"][1] == {"id": "b"}
    assert document.where(("cases", 1, "id")) == f"{path}:3"
    assert document.at("cases", 1).where(("id",)) == f"{path}:3"


@pytest.mark.parametrize(
    ("text", "line", "read"),
    [
        ('{"a": 1,\n "b": }', 2, "not JSON"),
        ('{"a": 1,\n "b": 2', 2, "not JSON"),
        ('{"a": 1}\n{}', 2, "not JSON"),
        ('{"a": 1,\n "b": NaN}', 2, "NaN"),
        ('{"a": "NaN",\n "b": -Infinity}', 2, "-Infinity"),
        ('{"a": 1,\n "b": 2,\n "a": 3}', 3, "twice"),
        ('[{"a": 1},\n {"a": {"c": 1,\n "c": 2}}]', 3, "twice"),
        ("[" * 100_000, 1, "nested"),
        ("[" * 100_000 + "]" * 100_000, 1, "nested"),
        ('{"a":' * 40 + "1" + "}" * 40, 1, "nested"),
        ("[1,\n" + "9" * 100_000 + "]", 2, "digits"),
        ("{'a': 1}", 1, "not JSON"),
        ('{"a": 1} // comment', 1, "not JSON"),
    ],
)
def test_what_is_refused(text, line, read):
    problem = refusal(text)
    assert problem.where == f"x.json:{line}"
    assert read in problem.read


def test_brackets_in_strings_do_not_nest():
    assert loads_json('{"a": "' + "[" * 100 + '"}').data["a"] == "[" * 100


def test_a_number_too_large_is_left_to_the_reader_of_the_case():
    # 1e400 is JSON, and Python reads it as infinity: whoever takes it as a quantity refuses it.
    assert loads_json('{"a": 1e400}').data["a"] == float("inf")
