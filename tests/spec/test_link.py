"""A link is read, merged with parts and bases, and located."""

import pickle

import pytest

import photonics.catalog
from photonics.errors import InputError
from photonics.files.toml import loads
from photonics.spec.link import LaserSpec, LaunchSpec, LinkSpec, PathElement
from photonics.spec.load import parse, parse_cable, parse_cluster, parse_link, parse_switch, schema_kind
from photonics.spec.scalar import Scalar
from tests.spec.samples import LINK, line, link, problems, with_line

HEAD = 'schema = "photonics/link/1"\nbase = "sample"\n'


def base(name):
    if name != "sample":
        raise InputError.of("", "base", f"'{name}'", "a design", ("sample",))
    return loads(LINK, "sample.toml")


def on_base(text, **more):
    return parse_link(loads(HEAD + text, "x.toml"), lookup_base=base, **more)


def base_problems(text, **more):
    return problems(HEAD + text, lookup_base=base, **more)


def test_sample_is_read():
    spec = link()
    assert spec.signal.symbol_rate == Scalar(
        53.125e9, 53.125e9, 53.125e9, "Bd", "x.toml", "stated", dimension="symbol_rate"
    )
    assert int(spec.signal.lanes) == 4
    assert spec.path[0].count == 2 and spec.path[1].count == 1
    assert spec.path[0].loss.high == 0.35 and spec.path[0].loss.source == "sheet"
    assert spec.launch.reflectance is spec.launch.return_loss
    assert spec.launch.solve is False
    assert spec.transmit_path[0].stage == "after_modulator"
    assert spec.electrical == () and spec.lane == () and spec.module.price is None


def test_sides():
    assert LaserSpec.worst_side("power_max") == "low"
    assert LaserSpec.worst_side("rin_avg") == "high"
    assert PathElement.worst_side("zero_dispersion_wavelength") == "either"
    assert LaunchSpec.worst_side("return_loss") == "low"
    with pytest.raises(KeyError):
        LaserSpec.worst_side("kind")


def test_frozen():
    with pytest.raises(ValueError, match="frozen"):
        link().name = "other"


def test_units_in_keys():
    text = with_line('length = "500 m"', "length_km = 0.5")
    text = with_line('tdecq = "1.8 dB"', "tdecq_db = 1.8", text)
    text = with_line('oma_outer = "2 dBm"', "oma_outer_dbm = 2", text)
    text = with_line('symbol_rate = "53.125 GBd"', "symbol_rate_gbd = 53.125", text)
    text = with_line('noise_density = "16 pA/sqrt(Hz)"', "noise_density_pa_rthz = 16", text)
    text = with_line('tia_energy = "1 pJ/bit"', "tia_energy_pj_per_bit = 1", text)
    text = with_line('temperature = "50 degC"', "temperature_c = 50", text)
    text = with_line('rin_avg = "-150 dB/Hz"', "rin_avg_db_hz = -150", text)
    text = with_line(
        'attenuation = "0.4 dB/km"', "attenuation_db_km = { min = 0.4, typ = 0.4, max = 0.4 }", text
    )
    assert link(text) == link()


def test_round_trip():
    spec = link()
    document = spec.as_document()
    assert document["schema"] == "photonics/link/1"
    assert document["launch"]["oma_outer"] == {"value": "2 dBm", "source": "x.toml", "confidence": "stated"}
    assert parse(document) == spec


@pytest.mark.parametrize("name", ["1.6T-2xDR4", "aec-1.6t", "pod-1024", "switch-102t-64x1.6T"])
def test_round_trip_of_what_is_shipped(name):
    spec = photonics.catalog.load(name)
    again = parse(spec.as_document())
    assert list(again.scalars()) == list(spec.scalars())
    assert again.as_document() == spec.as_document()


def test_the_four_kinds_have_their_readers():
    for name, reader in (
        ("1.6T-2xDR4", parse_link),
        ("aec-1.6t", parse_cable),
        ("pod-1024", parse_cluster),
        ("switch-102t-64x1.6T", parse_switch),
    ):
        document = photonics.catalog.find(name)
        more = {"lookup_part": photonics.catalog.lookup_part}
        assert reader(document, **more) == parse(document, **more)
        others = {parse_link, parse_cable, parse_cluster, parse_switch} - {reader}
        for other in others:
            with pytest.raises(InputError, match="schema"):
                other(document)


def test_schema_kind():
    assert schema_kind({"schema": "photonics/switch/1"}) == "switch"
    for data, key in (({}, "schema"), ({"schema": "photonics/lnik/1"}, "schema"), ({"schema": 1}, "schema")):
        with pytest.raises(InputError) as error:
            schema_kind(data, "here")
        assert error.value.problems[0].key == key and error.value.problems[0].where == "here"
        assert "photonics/link/1" in error.value.problems[0].allowed
    with pytest.raises(InputError, match="nearest: photonics/link/1"):
        schema_kind({"schema": "photonics/lnik/1"})
    with pytest.raises(InputError, match="shema"):
        schema_kind(loads('shema = "photonics/link/1"', "x.toml"))


# ---------------------------------------------------------------- bases


def test_a_base_alone_is_the_base():
    spec = on_base("")
    assert spec.name == "sample" and spec.base == "sample"
    assert spec.signal.lanes.source == "sample.toml"


def test_own_keys_win_and_keep_their_own_source():
    spec = on_base('name = "mine"\n[launch]\ntdecq = "2 dB"\n[fec]\ninterleave = 4\n')
    assert spec.name == "mine"
    assert (spec.launch.tdecq.typ, spec.launch.tdecq.source) == (2.0, "x.toml")
    assert (spec.launch.sndr.typ, spec.launch.sndr.source) == (30.0, "sample.toml")
    assert int(spec.fec.interleave) == 4 and spec.fec.code == "kp4"


def test_one_side_of_an_alternative_drops_the_other():
    spec = on_base(
        '[laser]\nrin_oma = "-145 dB/Hz"\n[launch]\nsolve = true\nmargin_target = "1 dB"\n[[path]]\nname = "a"\nkind = "splice"\nloss = "0 dB"'
    )
    assert spec.laser.rin_avg is None and spec.laser.rin_oma.typ == -145.0
    assert spec.launch.oma_outer is None and spec.launch.solve
    assert len(spec.path) == 1
    spec = on_base('[modulator]\nkind = "mzm"\nv_pi = "6 V"\ndrive_swing = "3 V"')
    assert spec.modulator.extinction_ratio is None


def test_fibre_table_lies_over_every_fibre():
    spec = on_base("[fibre]\nlength_km = 2\n")
    assert spec.path[1].length.typ == 2000.0 and spec.path[1].attenuation.typ == 0.4
    assert spec.path[0] == on_base("").path[0]
    spec = on_base('[fibre]\nloss = "0.3 dB"\n')
    assert spec.path[1].attenuation is None and spec.path[1].length.typ == 500.0
    (problem,) = base_problems("[fibre]\nlenght = '2 km'\n")
    assert (problem.where, problem.key, problem.nearest[0]) == ("x.toml:4", "fibre.lenght", "length")
    (problem,) = base_problems("fibre = 3")
    assert problem.key == "fibre"
    (problem,) = base_problems(
        '[fibre]\nlength = "1 m"\n[[path]]\nname = "a"\nkind = "splice"\nloss = "0 dB"'
    )
    assert "kind fibre" in problem.allowed


def test_a_base_that_is_not_there():
    (problem,) = problems(HEAD.replace("sample", "smaple"), lookup_base=base)
    assert (problem.where, problem.key, problem.nearest) == ("x.toml:2", "base", ("sample",))
    (problem,) = problems(HEAD)
    assert "no catalog" in problem.allowed


def test_other_faults_are_told_beside_a_base_that_is_not_there():
    found = problems(HEAD.replace("sample", "smaple") + '[launch]\ntdecq = "1"\nfoo = 1', lookup_base=base)
    assert [problem.where for problem in found] == ["x.toml:2", "x.toml:4", "x.toml:5"]


def test_bases_chain_and_must_end():
    def chain(name):
        texts = {
            "a": 'base = "b"\n[launch]\ntdecq = "2 dB"',
            "b": 'base = "sample"\n[launch]\ntdecq = "3 dB"\nsndr = "31 dB"',
        }
        if name in texts:
            return loads(f'schema = "photonics/link/1"\n{texts[name]}', f"{name}.toml")
        return base(name)

    spec = parse_link({"schema": "photonics/link/1", "base": "a"}, lookup_base=chain)
    assert (spec.launch.tdecq.typ, spec.launch.sndr.typ, spec.launch.tdecq.source) == (2.0, 31.0, "a.toml")

    def circle(name):
        return {"schema": "photonics/link/1", "base": "b" if name == "a" else "a"}

    with pytest.raises(InputError, match="comes back to itself"):
        parse_link({"schema": "photonics/link/1", "base": "a"}, lookup_base=circle)

    def endless(name):
        return {"schema": "photonics/link/1", "base": name + "x"}

    with pytest.raises(InputError, match="comes back to itself"):
        parse_link({"schema": "photonics/link/1", "base": "a"}, lookup_base=endless)

    with pytest.raises(InputError, match="a base that is a link"):
        parse_link(
            {"schema": "photonics/link/1", "base": "a"},
            lookup_base=lambda name: {"schema": "photonics/cable/1"},
        )


def test_faults_of_a_base_name_its_file():
    def broken(name):
        return loads(with_line('tdecq = "1.8 dB"', 'tdecq = "1.8"'), "sample.toml")

    (problem,) = problems(HEAD, lookup_base=broken)
    assert problem.where == f"sample.toml:{line(LINK, 'tdecq = ')}"
    assert problem.key == "launch.tdecq"
    # Overridden, it is no fault any more.
    assert parse_link(loads(HEAD + '[launch]\ntdecq = "1 dB"'), lookup_base=broken).launch.tdecq.typ == 1.0


# ---------------------------------------------------------------- parts

PARTS = {
    "good": '[laser]\npower_max = { value = "9 dBm", source = "sheet", confidence = "seen" }\nthreshold_current = "9 mA"\n',
    "bad": 'about = "x"\n[laser]\npower_max = "9 dB"\nthreshhold_current = "9 mA"\n',
    "fibre": '[path]\nkind = "fibre"\nattenuation = "0.3 dB/km"\n',
}


def part(name):
    if name not in PARTS:
        raise InputError.of("", "part", f"'{name}'", "a part", ("good",))
    return loads(PARTS[name], f"parts/{name}.toml")


def test_a_part_lies_under_its_table():
    text = with_line('power_max = "10 dBm"\n', 'part = "good"\n')
    spec = link(text, lookup_part=part)
    assert spec.laser.part == "good"
    assert (spec.laser.power_max.typ, spec.laser.power_max.source, spec.laser.power_max.confidence) == (
        9.0,
        "sheet",
        "seen",
    )
    assert (spec.laser.threshold_current.typ, spec.laser.threshold_current.source) == (12e-3, "x.toml")


def test_parts_serve_elements_of_a_path():
    spec = link(with_line('attenuation = "0.4 dB/km"\n', 'part = "fibre"\n'), lookup_part=part)
    assert (spec.path[1].attenuation.typ, spec.path[1].attenuation.source) == (0.3, "fibre.toml")


def test_a_new_part_replaces_the_old_part_but_not_what_was_written_beside_it():
    def bases(name):
        return loads(with_line('power_max = "10 dBm"\n', 'part = "old"\n'), "sample.toml")

    def parts(name):
        if name == "old":
            return {"laser": {"power_max": "8 dBm", "tec_leak": "0.3 W"}}
        return {"laser": {"power_max": "7 dBm"}}

    spec = parse_link(loads(HEAD, "x.toml"), lookup_base=bases, lookup_part=parts)
    assert (spec.laser.power_max.typ, spec.laser.power_max.source) == (8.0, "old")
    spec = parse_link(loads(HEAD + '[laser]\npart = "new"', "x.toml"), lookup_base=bases, lookup_part=parts)
    assert spec.laser.power_max.typ == 7.0
    assert spec.laser.threshold_current.typ == 12e-3


def test_faults_of_a_part_name_its_file():
    text = with_line('power_max = "10 dBm"\n', 'part = "bad"\n')
    text = with_line('threshold_current = "12 mA"\n', "", text)
    found = problems(text, lookup_part=part)
    assert [(p.where, p.key) for p in found] == [
        ("parts/bad.toml:3", "laser.power_max"),
        ("parts/bad.toml:4", "laser.threshhold_current"),
    ]


def test_faults_of_a_part_without_lines_name_the_line_of_part():
    text = with_line('power_max = "10 dBm"\n', 'part = "dict"\n')
    (problem,) = problems(text, lookup_part=lambda name: {"laser": {"power_max": "9 dB"}})
    assert (problem.where, problem.key) == (f"x.toml:{line(text, 'part = ')}", "laser.power_max")


def test_a_part_that_is_not_there():
    text = with_line('power_max = "10 dBm"\n', 'part = "god"\n')
    (problem,) = problems(text, lookup_part=part)
    assert (problem.where, problem.key, problem.nearest) == (
        f"x.toml:{line(text, 'part = ')}",
        "laser.part",
        ("good",),
    )


def test_a_part_for_something_else():
    text = with_line('power_max = "10 dBm"\n', 'part = "fibre"\n')
    (problem,) = problems(text, lookup_part=part)
    assert problem.key == "laser.part" and "a part for path" in problem.read


# ---------------------------------------------------------------- lanes

LANES = """
[[lane]]
index = 2
[lane.laser]
power_max = "8 dBm"
[lane.signal]
wavelength = "1320 nm"
[lane.launch]
solve = true
margin_target = "0.5 dB"
[[lane]]
index = 3
[[lane.path]]
name = "short"
kind = "splice"
loss = "0.1 dB"
"""


def test_lanes_have_whole_sections_of_their_own():
    spec = link(LINK + LANES)
    lane = spec.for_lane(2)
    assert lane.laser.power_max.typ == 8.0 and lane.laser.threshold_current == spec.laser.threshold_current
    assert lane.signal.wavelength.typ == 1320.0 and lane.signal.lanes == spec.signal.lanes
    assert lane.launch.solve and lane.launch.oma_outer is None
    assert lane.path == spec.path
    assert [element.name for element in spec.for_lane(3).path] == ["short"]
    assert spec.for_lane(0) is spec
    assert isinstance(lane, LinkSpec)
    for index in (-1, 4):
        with pytest.raises(IndexError):
            spec.for_lane(index)
    assert parse(spec.as_document()) == spec


def test_a_fault_that_lanes_inherit_is_told_once():
    text = with_line('series_resistance = "5 ohm"', 'series_resistance = "5"') + LANES
    (problem,) = problems(text)
    assert (
        problem.where == f"x.toml:{line(text, 'series_resistance')}"
        and problem.key == "laser.series_resistance"
    )
    (problem,) = problems(with_line('series_resistance = "5 ohm"\n', "") + LANES)
    assert problem.key == "laser.series_resistance" and problem.read == "nothing"
    (problem,) = problems(with_line('rin_avg = "-150 dB/Hz"\n', "") + LANES)
    assert problem.key == "laser"


def test_faults_of_lanes():
    def keys(text):
        return [problem.key for problem in problems(LINK + text)]

    assert keys("[[lane]]\nindex = 4") == ["lane[0].index"]
    assert keys("[[lane]]\nindex = 1\n[[lane]]\nindex = 1") == ["lane[1].index"]
    assert keys("[[lane]]\nindex = -1") == ["lane[0].index"]
    assert keys("[[lane]]\nindex = true") == ["lane[0].index"]
    assert keys("[[lane]]\n[lane.laser]") == ["lane[0].index"]
    assert keys("[[lane]]\nindex = 1\n[lane.signal]\nlanes = 3") == ["lane[0].signal.lanes"]
    assert keys("[[lane]]\nindex = 9\n[lane.laser]\nkind = 'cx'") == ["lane[0].index", "lane[0].laser.kind"]
    assert sorted(keys("[[lane]]\nindex = 1\n[lane.modulator]\nkind = 'mzm'")) == [
        "lane[0].modulator",
        "lane[0].modulator",
        "modulator.extinction_ratio",
    ]


def test_specs_travel_to_other_processes_and_serve_as_keys():
    spec = photonics.catalog.load("1.6T-2xDR4")
    again = pickle.loads(pickle.dumps(spec))
    assert again == spec and hash(again) == hash(spec)
    assert {spec: 1}[again] == 1
