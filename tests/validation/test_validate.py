"""The case reader and its verdicts; the committed cases pass; the malformed, unknown and perturbed do not."""

import json
from pathlib import Path

import pytest

import photonics as ph

DATA = Path(__file__).parents[1] / "data"
PUBLISHED = "published_links.json"  # another schema: test_published.py
FILES = sorted(f for f in DATA.glob("*.json") if f.name != PUBLISHED)


def test_the_committed_cases_pass():
    assert len(FILES) >= 3
    found = ph.validate(*FILES)
    assert found.failed == 0 and found.passed >= 13
    document = json.loads(json.dumps(found.as_dict(), allow_nan=False))
    assert {"id", "kind", "quantity", "expected", "got", "tolerance", "passed"} <= set(document["cases"][0])


@pytest.mark.parametrize("file", FILES, ids=lambda f: f.name)
def test_a_wrong_expectation_fails(file, tmp_path):
    """Every expected number, moved beyond its tolerance, turns its case red: the judge is awake."""
    data = json.loads(file.read_text())
    for case in data["cases"]:
        for quantity, value in case["expected"].items():
            case["expected"][quantity] = value + 1 if isinstance(value, int) else value * 1.3
    path = tmp_path / "wrong.json"
    path.write_text(json.dumps(data))
    found = ph.validate(path)
    assert found.passed == 0 and all(not c.passed for c in found.cases)


def write(tmp_path, **changes):
    case = {
        "id": "x", "kind": "fec", "inputs": {"code": "kp4", "pre_fec_ber": 2.4e-4}, "expected": {"codeword_error_ratio": 8.15e-13},
        "tolerance": {"codeword_error_ratio": {"rel": 0.01}}, "source": "s", "confidence": "derived",
    }
    case.update(changes)
    path = tmp_path / "case.json"
    path.write_text(json.dumps({"schema": 1, "about": "", "cases": [case]}))
    return path


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"kind": "teleport"}, "known kinds"),
        ({"kind": "circuit"}, "not built"),
        ({"inputs": {"code": "kp4", "pre_fec_ber": 1e-4, "bursts": 3}}, "bursts"),
        ({"inputs": {"code": "kp4"}}, "pre_fec_ber"),
        ({"inputs": {"code": "kp4", "pre_fec_ber": 2.0}}, "0.5"),
        ({"inputs": {"code": "kp4", "pre_fec_ber": "small"}}, "small"),
        ({"inputs": {"code": "kp4+hamming128", "pre_fec_ber": 1e-3}}, "only kp4"),
        ({"expected": {"latency": 1.0}, "tolerance": {"latency": "exact"}}, "not computed"),
    ],
)
def test_what_is_not_modelled_is_unsupported_and_says_why(tmp_path, changes, why):
    found = ph.validate(write(tmp_path, **changes))
    (result,) = found.cases
    assert result.status == "unsupported" and found.failed == 1
    assert why in result.why


@pytest.mark.parametrize(
    ("expected", "tolerance", "passed"),
    [
        (8.15e-13, {"rel": 0.01}, True), (9.0e-13, {"rel": 0.01}, False), (9.0e-13, {"decades": 0.1}, True), (9.0e-13, {"decades": 0.01}, False),
        (8.15e-13, {"abs": 1e-14}, True), (8.15e-13, "exact", False),
    ],
)
def test_tolerances(tmp_path, expected, tolerance, passed):
    path = write(tmp_path, expected={"codeword_error_ratio": expected}, tolerance={"codeword_error_ratio": tolerance})
    assert ph.validate(path).cases[0].passed is passed


@pytest.mark.parametrize(
    "text",
    [
        "", "[]", "{", '{"schema": 2, "cases": []}', '{"schema": 1, "cases": []}', '{"schema": 1, "cases": [3]}', '{"schema": 1, "cases": [{"id": "a"}]}',
        '{"schema": 1, "schema": 1, "cases": []}', '{"schema": 1, "cases": NaN}', "\x00\x01", "[" * 100000,
    ],
)
def test_malformed_files_are_bad_input(tmp_path, text):
    path = tmp_path / "bad.json"
    path.write_text(text)
    with pytest.raises(ph.InputError):
        ph.validate(path)


def test_bad_tolerance_names_its_line(tmp_path):
    path = write(tmp_path, tolerance={"codeword_error_ratio": {"rel": -1}})
    with pytest.raises(ph.InputError) as caught:
        ph.validate(path)
    assert caught.value.problems[0].where.endswith(":1") and "tolerance" in caught.value.problems[0].key


def test_a_choice_that_leaves_nothing_is_bad_input(tmp_path):
    with pytest.raises(ph.InputError):
        ph.validate(FILES[0], id="nothing*")
