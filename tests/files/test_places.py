"""Where keys stand: hand-made nasty documents, and a check against the parser that needs no second table."""

import datetime
import json
import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import photonics.files
from photonics.files.places import JsonPlaces, Lines, TomlPlaces
from photonics.files.toml import loads

NASTY = r'''# [not.a.table]
title = "a # no comment [x]"   # a = 1
"quoted key" = 1
'literal.key' = 2
a.b.c = 3
a . "b" . 'd' = 4
"\u00e4" = 5

[table]   # comment
x = """
y = 1
[no]
"""
y = [ # comment with ] and "
  1,
  "two]",
  # x = 9
  [3, { four = 4, "fi ve" = [5,
     6] }],
]
z = { p = 1, q.r = 2, s = { t = "}" } }

[ table . "sub.table" ]
k = \'\'\'
'' [[x]]
\'\'\'
[[path]]
name = "one"
[path.inner]
v = 1
[[path.list]]
w = 1
[[path.list]]
w = 2

[[path]]
name = "two"
loss = { min = "1 dB", typ = "2 dB",
  max = "3 dB" }
[path.inner]
v = 2
[[path.list]]
w = 3
[a2.b2.c2]
d = 2020-01-01 00:00:00
[a2]
e = 1
f=1
'''.replace("\\'\\'\\'", "'''")

# TOML 1.0 has no newline in an inline table, which the text above has: later parsers read it, tomllib of
# Python 3.11 does not.
NASTY_10 = NASTY.replace('typ = "2 dB",\n  max', 'typ = "2 dB", max')


@pytest.mark.parametrize(
    ("keys", "line"),
    [
        (("title",), 2),
        (("quoted key",), 3),
        (("literal.key",), 4),
        (("a",), 5),
        (("a", "b"), 5),
        (("a", "b", "c"), 5),
        (("a", "b", "d"), 6),
        (("ä",), 7),
        (("table",), 9),
        (("table", "x"), 10),
        (("table", "y"), 14),
        (("table", "y", 0), 15),
        (("table", "y", 1), 16),
        (("table", "y", 2), 18),
        (("table", "y", 2, 1, "four"), 18),
        (("table", "y", 2, 1, "fi ve"), 18),
        (("table", "y", 2, 1, "fi ve", 1), 19),
        (("table", "z", "q", "r"), 21),
        (("table", "z", "s", "t"), 21),
        (("table", "sub.table"), 23),
        (("table", "sub.table", "k"), 24),
        (("path",), 27),
        (("path", 0), 27),
        (("path", 0, "name"), 28),
        (("path", 0, "inner"), 29),
        (("path", 0, "inner", "v"), 30),
        (("path", 0, "list", 0, "w"), 32),
        (("path", 0, "list", 1), 33),
        (("path", 0, "list", 1, "w"), 34),
        (("path", 1), 36),
        (("path", 1, "name"), 37),
        (("path", 1, "loss", "max"), 38),
        (("path", 1, "inner", "v"), 40),
        (("path", 1, "list", 0, "w"), 42),
        (("a2", "b2", "c2"), 43),
        (("a2", "b2", "c2", "d"), 44),
        (("a2",), 45),
        (("a2", "e"), 46),
        (("a2", "f"), 47),
        # What is not there gives the nearest table that is.
        (("path", 1, "inner", "missing"), 39),
        (("path", 7, "name"), 27),
        (("missing", "all"), 1),
        ((), 1),
    ],
)
def test_lines_of_a_nasty_document(keys, line):
    document = loads(NASTY_10, "x.toml")
    assert document.line_of(keys) == line


def leaves(data, at=()):
    items = data.items() if isinstance(data, dict) else enumerate(data)
    for key, value in items:
        yield (*at, key), value
        if isinstance(value, dict | list):
            yield from leaves(value, (*at, key))


def agrees(text):
    """Every key of the parsed text has a place, whose value text parses to that very value."""
    document = loads(text)
    places = document.places()
    data_keys = {keys for keys, _ in leaves(document.data)}
    assert set(places) == data_keys
    for keys, value in leaves(document.data):
        place = places[keys]
        written = text[slice(*place.value)]
        if isinstance(value, dict | list) and not written.startswith(("[", "{")) or written.startswith("[["):
            continue
        if isinstance(value, dict) and not written.startswith("{"):
            continue
        assert tomllib.loads(f"v = {written}")["v"] == value, keys
        if isinstance(keys[-1], str):
            assert tomllib.loads(f"{text[slice(*place.key)]} = 0") == {keys[-1]: 0}


def test_nasty_document_agrees_with_the_parser():
    agrees(NASTY_10)
    agrees(NASTY_10.replace("\n", "\r\n"))


DATA = Path(photonics.files.__file__).parents[1] / "catalog" / "data"


@pytest.mark.parametrize("path", sorted(DATA.glob("**/*.toml")), ids=lambda path: path.stem)
def test_shipped_files_agree_with_the_parser(path):
    agrees(path.read_text(encoding="utf-8"))


KEY = st.one_of(
    st.text("abcXYZ09_-", min_size=1, max_size=4),
    st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=5),
)
VALUE = st.recursive(
    st.one_of(
        st.booleans(),
        st.integers(-(2**63), 2**63 - 1),
        st.floats(allow_nan=False, allow_infinity=False),
        st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=12),
        st.dates(datetime.date(1900, 1, 1)),
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEY, inner, max_size=3)),
    max_leaves=6,
)


def written(value, space):
    """A value as TOML text with odd blanks."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return (
            json.dumps(value, ensure_ascii=len(value) % 2 == 0)
            .replace("\x7f", "\\u007f")
            .replace("\\ud", "\\uD")
        )
    if isinstance(value, list):
        return "[" + space + (f',{space}# ] = "\n').join(written(item, space) for item in value) + "\n]"
    if isinstance(value, dict):
        return "{ " + " , ".join(f"{key_written(k)} = {written(v, ' ')}" for k, v in value.items()) + " }"
    return str(value)


def key_written(key):
    return key if key and all(c in "abcXYZ09_-" for c in key) else json.dumps(key, ensure_ascii=False)


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(KEY, VALUE, max_size=4), st.lists(st.dictionaries(KEY, VALUE, max_size=3), max_size=3))
def test_made_up_documents_agree_with_the_parser(head, tables):
    text = "".join(f"{key_written(key)} = {written(value, chr(10))}  # =\n" for key, value in head.items())
    for number, table in enumerate(tables):
        name = "[[elements.sub]]" if number % 2 else f"[section{number}.'a.b']"
        text += f"{name}\n" + "".join(f"{key_written(k)}={written(v, ' ')}\n" for k, v in table.items())
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        # A surrogate pair written as two escapes is no TOML; the strategy need not know.
        return
    agrees(text)


@pytest.mark.parametrize(
    "text", ["", "[", "a", "a =", "a = [", "a = {", '"', "[[a", "a = {b", "= 1", "a.", "[a.]", "\\"]
)
def test_what_is_no_toml_is_measured_as_far_as_it_goes(text):
    TomlPlaces(text)


def test_line_numbers():
    lines = Lines("a\nb\r\n\nc")
    assert [lines.of(at) for at in (0, 1, 2, 4, 5, 6)] == [1, 1, 2, 2, 3, 4]


def test_json_places():
    text = '{\n "a": [1, {"b": "]",\n "c\\"": null}],\n "d": {"e": -1.5e3}\n}'
    places = JsonPlaces(text)
    lines = Lines(text)
    found = {keys: lines.of(place.key[0]) for keys, place in places.places.items()}
    assert found == {
        (): 1,
        ("a",): 2,
        ("a", 0): 2,
        ("a", 1): 2,
        ("a", 1, "b"): 2,
        ("a", 1, 'c"'): 3,
        ("d",): 4,
        ("d", "e"): 4,
    }
    for keys, value in leaves(json.loads(text)):
        assert json.loads(text[slice(*places.places[keys].value)]) == value
