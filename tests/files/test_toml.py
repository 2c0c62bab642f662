"""TOML with limits: hostile texts are refused quickly, and faults carry their line."""

import time

import pytest

from photonics.errors import InputError
from photonics.files.toml import load, loads


def refusal(text):
    start = time.perf_counter()
    with pytest.raises(InputError) as error:
        loads(text, "x.toml")
    assert time.perf_counter() - start < 5.0
    (problem,) = error.value.problems
    assert len(str(problem)) < 400
    str(problem).encode("utf-8")
    return problem


def test_a_document_is_read(tmp_path):
    path = tmp_path / "a.toml"
    path.write_text('[a]\nb = "1 dB"\n')
    document = load(path)
    assert document.data == {"a": {"b": "1 dB"}}
    assert document.name == "a.toml"
    assert document.where(("a", "b")) == f"{path}:2"
    assert document.at("a").data == {"b": "1 dB"}
    assert document.at("a").line_of(("b",)) == 2
    assert document.at("a").line_of(("missing",)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "a = " + "[" * 100_000,
        "a = " + "[" * 100_000 + "]" * 100_000,
        "a = " + "{b=" * 100_000,
        "a = " + "[" * 33 + "]" * 33,
        "[" * 100_000,
    ],
)
def test_nested_brackets(text):
    problem = refusal(text)
    assert "nested" in problem.read and problem.where == "x.toml:1"


def test_brackets_in_strings_and_comments_do_not_nest():
    text = "\n".join(
        [
            f'a = "{"[" * 500}"',
            f"b = '{'{' * 500}'",
            f'c = """{"[" * 500}\n{"{" * 500}"""',
            f"d = '''{'[' * 500}'''",
            f"# {'[' * 500}",
            'e = "\\"[[[["',
            'f = """""[[""[\\"""[[["""',
            "g = [[[1]]]",
        ]
    )
    assert loads(text).data["g"] == [[[1]]]


@pytest.mark.parametrize(
    "text",
    [
        ".".join("a" * 100_000) + " = 1",
        "[" + ".".join("a" * 100_000) + "]",
        "x = {" + ".".join("a" * 100_000) + " = 1}",
        " . ".join(['"a"'] * 100_000) + " = 1",
    ],
)
def test_dotted_keys(text):
    assert "parts" in refusal(text).read


def test_prose_has_dots():
    text = f'about = "{"e.g. " * 100}" # {"..." * 100}\nb = 1\n'
    assert loads(text).data["b"] == 1


def test_many_keys():
    assert "100000 keys" in refusal("\n".join(f"k{i} = {i}" for i in range(100_000))).read
    assert "keys" in refusal("\n".join(f"[t{i}]" for i in range(100_000))).read
    assert "keys" in refusal("\n".join("[[t]]" for i in range(100_000))).read
    assert len(loads("\n".join(f"k{i} = {i}" for i in range(10_000))).data) == 10_000


@pytest.mark.parametrize("digits", [4301, 100_000])
def test_many_digits(digits):
    problem = refusal(f"a = 1\nb = {'9' * digits}\nc = 1")
    assert problem.where == "x.toml:2" and "digits" in problem.read


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a = 1\nb =\nc = 3", 2),
        ("a = 1\nb = 'x\nc = 3", 2),
        ("a = 1\n\n[b\nc = 3", 3),
        ("a = 1\n= 2", 2),
        ('a = 1\nb = """x\ny', 2),
        ("a = 1\nb = [1,\n2\n", 2),
        ("a = 1\nb = 2021-13-45\n", 2),
        ("a = 1\nb = tru\n", 2),
        ("a = 1\nb = 1 2\n", 2),
        ('a = "\\ud800"', 1),
        ('a = "\\q"', 1),
        ("a\x01 = 1", 1),
        ("\udc80 = 1", 1),
    ],
)
def test_syntax_names_the_line(text, line):
    problem = refusal(text)
    assert problem.where == f"x.toml:{line}"
    assert "not TOML" in problem.read


@pytest.mark.parametrize(
    ("text", "line", "key", "first"),
    [
        ("a = 1\nb = 2\na = 3", 3, "a", 1),
        ("[t]\na = 1\n[u]\na = 1\n[t]\nb = 1", 5, "t", 1),
        ("[t]\na = 1\n'a' = 2", 3, "t.a", 2),
        ("t = { a = 1, b = 2, a = 3 }", 1, "t.a", 1),
        ("[[p]]\na = 1\n[[p]]\na = 1\nb = 1\na = 2", 6, "p[1].a", 4),
        ("a.b = 1\na.c = 2\na.b = 3", 3, "a.b", 1),
        ("a = '''\n\n'''\na = '''\n\n'''", 4, "a", 1),
    ],
)
def test_a_key_twice_names_both_lines(text, line, key, first):
    problem = refusal(text)
    assert problem.where == f"x.toml:{line}"
    assert problem.key == key
    assert problem.read == "a key given twice"
    assert f"line {first}" in problem.allowed


@pytest.mark.parametrize(
    "text",
    [
        "a = 1\na.b = 2",
        "[a]\nb = 1\n[a.b]\nc = 1",
        "a = [1]\n[[a]]\nb = 1",
        "[[a]]\n[a]\nb = 1",
        "[a.b]\n[[a.b]]",
    ],
)
def test_a_value_that_would_be_a_table_too(text):
    assert refusal(text).where.startswith("x.toml:")


def test_long_flat_arrays_are_no_danger():
    text = "a = [" + "1," * 200_000 + "]"
    start = time.perf_counter()
    assert len(loads(text).data["a"]) == 200_000
    assert time.perf_counter() - start < 5.0


def test_unterminated_strings_stay_linear():
    start = time.perf_counter()
    for piece in ('"""x\\"', "'''x ", '"', "'", '""', '\\"""', "#", '"\\'):
        with pytest.raises(InputError):
            loads("a = " + piece * (200_000 // len(piece)))
    assert time.perf_counter() - start < 10.0
