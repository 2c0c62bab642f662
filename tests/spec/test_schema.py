"""The JSON Schema for editors agrees with the reader on what is shipped and on common slips."""

import copy
import json

import pytest

import photonics.catalog
from photonics.errors import InputError
from photonics.files.toml import loads
from photonics.spec.load import MODELS
from photonics.spec.schema import json_schema
from tests.spec.samples import LINK, with_line
from tests.spec.test_shipped_mutations import FILES

jsonschema = pytest.importorskip("jsonschema")


def faults(text):
    data = loads(text).data
    kind = data["schema"].split("/")[1]
    return [error.message for error in jsonschema.Draft202012Validator(json_schema(kind)).iter_errors(data)]


@pytest.mark.parametrize("kind", MODELS)
def test_is_a_schema(kind):
    schema = json_schema(kind)
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["$id"] == f"photonics/{kind}/1"
    assert schema["required"] == ["schema"]
    text = json.dumps(schema, allow_nan=False)
    assert "x-dimension" not in text
    # The scalars of a sweep are known only beside its design.
    assert ("#/$defs/scalar-" in text) == (kind != "sweep")
    assert json_schema(kind) == schema, "asking twice gives the same"


def test_unknown_kind():
    with pytest.raises(InputError, match="nearest: link"):
        json_schema("lnik")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_shipped_files_are_valid(path):
    assert faults(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('tdecq = "1.8 dB"', "tdecq_db = 1.8"),
        ('length = "500 m"', "length_km = 0.5"),
        ('tdecq = "1.8 dB"', 'tdecq = { distribution = "normal", mean = "1.8 dB", sigma = "0.1 dB" }'),
        ("level_mismatch = 0.97", 'level_mismatch = "97 %"'),
        ("[fec]", '[fibre]\nlength = "2 km"\n[fec]'),
        ("lanes = 4", "lanes = 4\n[[lane]]\nindex = 1\n[lane.laser]\npower_max = '3 dBm'\n[signal.x]"),
    ],
)
def test_what_the_schema_lets_pass(old, new):
    found = faults(with_line(old, new).replace("[signal.x]\n", "") if "[signal.x]" not in new else LINK)
    assert found == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('tdecq = "1.8 dB"', 'tdceq = "1.8 dB"'),
        ('tdecq = "1.8 dB"', 'tdecq = "1.8 dB/km"'),
        ('tdecq = "1.8 dB"', 'tdecq = "1.8"'),
        ('tdecq = "1.8 dB"', "tdecq = true"),
        ('tdecq = "1.8 dB"', "tdecq_m = 1.8"),
        ('tdecq = "1.8 dB"', 'tdecq = { value = "1 dB", confidence = "sure" }'),
        ('tdecq = "1.8 dB"', 'tdecq = { min = "1 dB", max = "2 dB" }'),
        ('format = "PAM4"', 'format = "PAM5"'),
        ("count = 2", "count = 0"),
        ("[fec]", "[fce]"),
        ('schema = "photonics/link/1"', 'schema = "photonics/link/1"\nlaser = 3\n[lasr]'),
    ],
)
def test_what_the_schema_refuses(old, new):
    text = with_line(old, new)
    if "laser = 3" in new:
        text = 'schema = "photonics/link/1"\nlaser = 3\n'
    assert faults(text)


def test_the_schema_is_not_shared():
    first = json_schema("link")
    before = copy.deepcopy(first)
    first["properties"].clear()
    assert json_schema("link") == before


def test_catalog_is_there():
    assert photonics.catalog.lookup_part
