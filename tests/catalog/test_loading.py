"""Loading by name and by path: what is found, and what the errors say."""

from pathlib import Path

import pytest

from photonics import catalog
from photonics.errors import InputError
from photonics.files.toml import Document
from photonics.spec import CableSpec, ClusterSpec, LinkSpec, SwitchSpec

MODELS = {"link": LinkSpec, "cable": CableSpec, "switch": SwitchSpec, "cluster": ClusterSpec}
DESIGN = "1.6T-2xDR4"


def names(*kinds):
    return [entry.name for entry in catalog.list() if entry.kind in kinds]


def problems_of(call, *arguments):
    with pytest.raises(InputError) as caught:
        call(*arguments)
    assert caught.value.exit_code == 3
    return caught.value.problems


def derived(tmp_path, *lines, base=DESIGN):
    """A file that starts from a catalogue design and changes some of it."""
    path = tmp_path / "mine.toml"
    head = [f'base = "{base}"'] if base else []
    path.write_text("\n".join(['schema = "photonics/link/1"', *head, *lines]) + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize("name", names(*MODELS))
def test_everything_shipped_loads_and_nothing_in_it_is_odd(name):
    warnings = []
    spec = catalog.load(name, warnings)
    kind = catalog.show(name).kind
    assert type(spec) is MODELS[kind]
    assert spec.name == name
    assert warnings == []
    typed = getattr(catalog, f"load_{kind}")
    assert typed(name) == spec


def test_designs_name_their_clause():
    for name in names("link"):
        phy = catalog.phy(catalog.load_link(name).phy)
        assert catalog.load_link(name).signal.symbol_rate.typ == pytest.approx(phy.number("baud") * 1e9)


def test_a_value_of_a_part_keeps_its_source():
    laser = catalog.load_link(DESIGN).laser.rin_avg
    assert laser.typ == -150.0
    row = next(row for row in catalog.show("laser-eml-200g").rows if row.key == "laser.rin_avg")
    assert (laser.source, laser.confidence) == (row.source, row.confidence)


def test_a_file_by_path(tmp_path):
    path = derived(tmp_path, 'name = "mine"', "[fibre]", "length_m = 100")
    spec = catalog.load_link(path)
    assert spec.name == "mine"
    assert next(e for e in spec.path if e.kind == "fibre").length.typ == 100.0
    assert catalog.load(str(path)) == spec


def test_the_text_of_a_design_is_a_starter(tmp_path):
    text = catalog.design_text(DESIGN)
    assert text.startswith("#") and 'part = "laser-eml-200g"' in text
    path = tmp_path / "copy.toml"
    path.write_text(text, encoding="utf-8")
    assert catalog.load_link(path).laser == catalog.load_link(DESIGN).laser
    (problem,) = problems_of(catalog.design_text, "1.6T-2xDR5")
    assert DESIGN in problem.nearest


def test_a_name_wins_over_a_file_of_that_name(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path(DESIGN).write_text(derived(tmp_path, 'name = "the file"').read_text(encoding="utf-8"), encoding="utf-8")
    assert catalog.load_link(DESIGN).name == DESIGN
    assert catalog.load_link(f"./{DESIGN}").name == "the file"
    Path("another").write_text(Path(DESIGN).read_text(encoding="utf-8"), encoding="utf-8")
    assert catalog.load_link("another").name == "the file"


def test_an_unknown_name_names_the_nearest():
    (problem,) = problems_of(catalog.load, "1.6T-2xDR5")
    assert "1.6T-2xDR5" in problem.read and DESIGN in problem.nearest


def test_a_missing_file_names_its_neighbours(tmp_path):
    path = derived(tmp_path)
    (problem,) = problems_of(catalog.load, tmp_path / "mien.toml")
    assert problem.read == "no such file"
    assert problem.nearest == (str(path),)
    (problem,) = problems_of(catalog.load, "nowhere/1.6T-2xDR4.toml")
    assert DESIGN in problem.nearest


@pytest.mark.parametrize("name", ["", "a\0b", "\ud800", "x" * 5000, "a\0b.toml", "\ud800.toml", "x" * 5000 + ".toml"])
def test_a_name_that_no_file_can_have(name):
    (problem,) = problems_of(catalog.load, name)
    str(problem).encode("ascii", "backslashreplace")


def test_a_folder_is_no_design(tmp_path):
    (problem,) = problems_of(catalog.load, tmp_path)
    assert "directory" in problem.read


@pytest.mark.parametrize(("name", "kind"), [("800GBASE-DR4", "PHY"), ("laser-eml-200g", "part"), ("latency", "group of facts")])
def test_an_entry_that_is_no_design(name, kind):
    (problem,) = problems_of(catalog.load, name)
    assert f"which is a {kind} of the catalog" in problem.read


def test_the_wrong_kind():
    (problem,) = problems_of(catalog.load_cluster, DESIGN)
    assert problem.key == "schema" and "photonics/cluster/1" in problem.allowed
    assert problem.where.startswith("catalog/designs/1.6T-2xDR4.toml:")
    (problem,) = problems_of(catalog.load_link, "dac-1.6t")
    assert "photonics/link/1" in problem.allowed


@pytest.mark.parametrize("schema", ['schema = "photonics/lnik/1"', 'schema = "photonics/link/2"', "schema = 1", ""])
def test_an_unknown_schema(tmp_path, schema):
    path = tmp_path / "x.toml"
    path.write_text(f'{schema}\nname = "x"\n', encoding="utf-8")
    (problem,) = problems_of(catalog.load, path)
    assert problem.key == "schema" and "photonics/link/1" in problem.allowed


def test_all_faults_at_once_with_their_lines(tmp_path):
    path = derived(tmp_path, 'phy = "800GBASE-DR5"', "[laser]", 'part = "laser-eml-200"', 'pwer_max = "10 dBm"')
    problems = {problem.key: problem for problem in problems_of(catalog.load_link, path)}
    assert problems["phy"].where == f"{path}:3"
    assert problems["phy"].nearest[0] == "800GBASE-DR4" or "800GBASE-DR4" in problems["phy"].nearest
    assert problems["laser.part"].where == f"{path}:5"
    assert "laser-eml-200g" in problems["laser.part"].nearest
    assert problems["laser.pwer_max"].where == f"{path}:6"


def test_an_unknown_base(tmp_path):
    (problem,) = problems_of(catalog.load_link, derived(tmp_path, base="1.6T-2xDR5"))
    assert (problem.where, problem.key) == (f"{tmp_path / 'mine.toml'}:2", "base")
    assert DESIGN in problem.nearest


def test_unknown_names_in_a_cluster(tmp_path):
    text = catalog.design_text("pod-1024")
    text = text.replace('switch = "switch-102t-64x1.6T"', 'switch = "switch-102t"').replace('"aec-1.6t"', '"aec-1.6"')
    text = text.replace('links = ["1.6T-2xDR4"]', 'links = ["./my-link.toml"]')
    path = tmp_path / "pod.toml"
    path.write_text(text, encoding="utf-8")
    problems = {problem.key: problem for problem in problems_of(catalog.load_cluster, path)}
    assert set(problems) == {"switch", "options[0].links[1]"}
    assert problems["options[0].links[1]"].nearest[0] == "aec-1.6t"


def test_lookups_give_documents():
    part = catalog.lookup_part("laser-eml-200g")
    assert isinstance(part, Document)
    assert part.where(("laser", "rin_avg")).startswith("catalog/parts/laser-eml-200g.toml:")
    assert catalog.lookup_base(DESIGN).data["name"] == DESIGN
    (problem,) = problems_of(catalog.lookup_part, "laser-eml-200")
    assert "laser-eml-200g" in problem.nearest
    problems_of(catalog.lookup_base, "laser-eml-200g")


def test_no_place_of_this_machine_in_messages_and_values():
    here = str(Path(catalog.__file__).parent)
    (problem,) = problems_of(catalog.load_cluster, DESIGN)
    assert here not in str(problem)
    assert all(here not in row.source for entry in catalog.list() for row in entry.rows)
