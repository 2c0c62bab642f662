"""What a slip of the pen, a wrong idea or a hostile file is told: each fault once, all of them together, each
with its line."""

import time

import pytest

import photonics.catalog
from photonics.errors import InputError, Problem, UnsupportedError, key_text, nearest, shown
from photonics.files.toml import load, loads
from photonics.spec.link import LaserSpec, LinkSpec
from photonics.spec.load import parse, parse_link
from tests.spec.samples import LINK, line, link, problems, with_line


@pytest.mark.parametrize(
    ("old", "new", "key", "read", "allowed"),
    [
        ('tdecq = "1.8 dB"', "tdecq = 1.8", "launch.tdecq", "1.8, which has no unit", "_db"),
        ('tdecq = "1.8 dB"', 'tdecq = "0.35 dB/km"', "launch.tdecq", "an attenuation", "a loss"),
        ('tdecq = "1.8 dB"', 'tdecq_db = "0.35 dB/km"', "launch.tdecq_db", "an attenuation", "a loss"),
        ('oma_outer = "2 dBm"', 'oma_outer = "2 dB"', "launch.oma_outer", "a loss", "a power level"),
        (
            'coupling_loss = "1 dB"',
            'coupling_loss = "-1 dB"',
            "receiver.coupling_loss",
            "'-1 dB'",
            "at least 0 dB",
        ),
        (
            'extinction_ratio = "5 dB"',
            'extinction_ratio = "-1 dB"',
            "modulator.extinction_ratio",
            "-1",
            "above 0 dB",
        ),
        ("lanes = 4", "lanes = 0", "signal.lanes", "0", "at least 1"),
        ("lanes = 4", "lanes = 4.5", "signal.lanes", "4.5", "whole"),
        ("lanes = 4", "lanes = true", "signal.lanes", "true", "a count"),
        ("lanes = 4", 'lanes = "four"', "signal.lanes", "'four'", "a count"),
        ("count = 2", "count = 0", "path[0].count", "0", "at least 1"),
        ("count = 2", "count = 2.0", "path[0].count", "2.0", "whole"),
        ("count = 2", "count = 1_000_000_000_000", "path[0].count", "1000000000000", "whole"),
        ("level_mismatch = 0.97", "level_mismatch = 97", "modulator.level_mismatch", "97", "at most 1"),
        ("adc_enob = 5.5", "adc_enob = nan", "receiver.adc_enob", "nan", "number"),
        ("adc_enob = 5.5", "adc_enob = 1e400", "receiver.adc_enob", "inf", "number"),
        ("adc_enob = 5.5", "adc_enob = 0x" + "f" * 400, "receiver.adc_enob", "bits", "number"),
        ('format = "PAM4"', 'format = "pam4"', "signal.format", "'pam4'", "NRZ, PAM4, PAM6, PAM8"),
        ('format = "PAM4"', "format = 4", "signal.format", "4", "NRZ, PAM4, PAM6, PAM8"),
        ('name = "sample"', 'name = ""', "name", "''", "a text"),
        ('name = "sample"', "name = 3", "name", "3", "a text"),
        ('name = "lens"', "name = 3", "transmit_path[0].name", "3", "a text"),
        ('oma_outer = "2 dBm"', 'oma_outer = "2 dBm"\nsolve = 1', "launch.solve", "1", "true or false"),
        ("[fec]", "[fec]\npart = 'x'", "fec.part", "unknown key", "code, interleave, domains"),
        ("[analysis]", "[analysis]\n'a b' = 1", "analysis.'a b'", "unknown key", "mpi, bound"),
        (
            "[analysis]",
            '[analysis]\n"\\u0007\\u001b[31m" = 1',
            "analysis.'\\x07\\x1b[31m'",
            "unknown key",
            "",
        ),
    ],
)
def test_one_slip_one_problem(old, new, key, read, allowed):
    text = with_line(old, new)
    (problem,) = problems(text)
    assert problem.where == f"x.toml:{line(text, new) + new.count(chr(10))}"
    assert problem.key == key
    assert read in problem.read
    assert allowed in problem.allowed


@pytest.mark.parametrize(
    ("old", "new", "key", "near"),
    [
        ("tdecq =", "tdceq =", "launch.tdceq", "tdecq"),
        ('[[path]]\nname = "panel"', '[[pth]]\nname = "panel"', "pth", "path"),
        ("[receiver]", "[reciever]", "reciever", "receiver"),
        ('phy = "', 'phi = "', "phi", "phy"),
        ("\nlength =", "\nlenght =", "path[1].lenght", "length"),
        ('length = "500 m"', "lenght_m = 500", "path[1].lenght_m", "length"),
        ('format = "PAM4"', 'format = "PAM5"', "signal.format", "PAM4"),
        ('kind = "fibre"', 'kind = "fiber"', "path[1].kind", "fibre"),
        ('bound = "statistical"', 'bound = "statistic"', "analysis.bound", "statistical"),
        ('"10 nA"', '"10 na"', "receiver.dark_current", "nA"),
    ],
)
def test_nearest_names(old, new, key, near):
    (problem,) = problems(with_line(old, new))
    assert problem.key == key
    assert near in problem.nearest


@pytest.mark.parametrize(
    ("old", "new", "key", "words"),
    [
        (
            'rin_avg = "-150 dB/Hz"',
            'rin_avg = "-150 dB/Hz"\nrin_oma = "-150 dB/Hz"',
            "laser.rin_oma",
            "exactly one",
        ),
        ('rin_avg = "-150 dB/Hz"\n', "", "laser", "exactly one of rin_avg, rin_oma"),
        ('temperature = "50 degC"', 'temperature = "50 degC"\nself_heating = "9 K"', "laser.self_heating", "exactly one"),
        ('tec_leak = "0.1 W"\n', "", "laser", "tec_leak, which a cooled laser needs"),
        ('oma_outer = "2 dBm"', 'oma_outer = "2 dBm"\nsolve = true', "launch.solve", "exactly one"),
        ('oma_outer = "2 dBm"', "solve = false", "launch", "exactly one"),
        ('oma_outer = "2 dBm"', "solve = true", "launch", "margin_target, which solve = true needs"),
        (
            'oma_outer = "2 dBm"',
            'oma_outer = "2 dBm"\nmargin_target_db = 1',
            "launch.margin_target_db",
            "solve = true",
        ),
        (
            'attenuation = "0.4 dB/km"',
            'attenuation_db_km = 0.4\nloss = "1 dB"',
            "path[1].attenuation_db_km",
            "exactly one",
        ),
        ('attenuation = "0.4 dB/km"\n', "", "path[1]", "exactly one of loss, attenuation"),
        ('length = "500 m"\n', "", "path[1].attenuation", "length"),
        ('length = "500 m"\nattenuation = "0.4 dB/km"', 'loss = "1 dB"', "path[1]", "length"),
        ('dgd = "0.2 ps"\n', "", "path[1]", "dgd"),
        ('return_loss = "55 dB"', 'return_loss = "55 dB"\ndgd = "1 ps"', "path[0].dgd", "dgd"),
        ('extinction_ratio = "5 dB"\n', "", "modulator", "extinction_ratio"),
        ('extinction_ratio = "5 dB"', 'extinction_ratio = "5 dB"\nv_pi = "6 V"', "modulator.v_pi", "v_pi"),
        ('kind = "joint"', 'kind = "joint"\nways = 2', "transmit_path[0].ways", "ways"),
        ('kind = "joint"', 'kind = "splitter"', "transmit_path[0]", "ways, which a splitter needs"),
        (
            'stage = "after_modulator"\nkind = "joint"',
            'stage = "before_modulator"\nkind = "splitter"\nways = 2',
            "laser.lanes_per_laser",
            "an eml for each lane",
        ),
        ("lanes_per_laser = 1", "lanes_per_laser = 2", "laser.lanes_per_laser", "an eml for each lane"),
        ('kind = "eml"\nlanes_per_laser = 1', 'kind = "cw"\nlanes_per_laser = 4', "laser.lanes_per_laser", "as many ways"),
        ("[electronics]", "[electronics]\nffe_taps = 10", "electronics.ffe_taps", "together"),
        (
            'payload_rate = "400 Gb/s"',
            'payload_rate = "500 Gb/s"',
            "signal.payload_rate",
            "at most lanes x symbol rate",
        ),
        ("domains = 1", "domains = 3", "fec.domains", "a divisor"),
        ("lanes_per_laser = 1", "lanes_per_laser = 3", "laser.lanes_per_laser", "a divisor"),
        ('sndr = "30 dB"\n', "", "launch.sndr", "required"),
        ('kind = "eml"\n', "", "laser.kind", "eml, cw"),
        ('name = "panel"\n', "", "path[0].name", "a text"),
    ],
)
def test_rules_between_fields(old, new, key, words):
    (problem,) = problems(with_line(old, new))
    assert problem.key == key
    assert words in problem.allowed


SPLITTER = """\
[[transmit_path]]
name = "splitter {ways}"
stage = "{stage}"
kind = "splitter"
ways = {ways}
loss = "0.3 dB"

"""


def shared(lanes, *splitters):
    """The sample with a cw laser for so many lanes, and splitters of (ways, stage) before the lens."""
    text = with_line('kind = "eml"\nlanes_per_laser = 1', f'kind = "cw"\nlanes_per_laser = {lanes}')
    made = "".join(SPLITTER.format(ways=ways, stage=f"{stage}_modulator") for ways, stage in splitters)
    return with_line('[[transmit_path]]\nname = "lens"', made + '[[transmit_path]]\nname = "lens"', text)


@pytest.mark.parametrize(
    ("lanes", "splitters"),
    [(1, ()), (2, ((2, "before"),)), (4, ((2, "before"), (2, "before"))), (4, ((4, "before"),)), (1, ((2, "after"),))],
)
def test_a_laser_is_split_over_the_lanes_that_share_it(lanes, splitters):
    assert int(link(shared(lanes, *splitters)).laser.lanes_per_laser) == lanes


@pytest.mark.parametrize(
    ("lanes", "splitters", "ways"),
    [(2, (), "1 way "), (1, ((2, "before"),), "2 ways"), (4, ((2, "before"),), "2 ways"), (2, ((2, "before"), (2, "before")), "4 ways"),
     (2, ((2, "after"),), "1 way ")],
)  # fmt: skip
def test_splitters_that_do_not_fit_the_shared_laser(lanes, splitters, ways):
    text = shared(lanes, *splitters)
    (problem,) = problems(text)
    assert problem.key == "laser.lanes_per_laser"
    assert problem.where == f"x.toml:{line(text, 'lanes_per_laser = ')}"
    assert f"lanes_per_laser = {lanes} (cw)" in problem.read and f"splitters of {ways}" in problem.read
    assert "as many ways" in problem.allowed


def test_splitters_of_a_base_or_a_lane_that_do_not_fit():
    """The key that is told is one of the file at hand, whether it changed the laser or the path."""

    def own(text):
        (problem,) = problems(
            f'schema = "photonics/link/1"\nbase = "split"\n{text}', lookup_base=lambda _: loads(shared(2, (2, "before")), "split.toml")
        )
        return problem.where, problem.key

    assert own('[laser]\nkind = "eml"') == ("x.toml:4", "laser.kind")
    assert own("[laser]\nlanes_per_laser = 4") == ("x.toml:4", "laser.lanes_per_laser")
    assert own('[[transmit_path]]\nname = "a"\nstage = "after_modulator"\nkind = "joint"\nloss = "1 dB"')[1] == "transmit_path"
    assert own(SPLITTER.format(ways=4, stage="before_modulator")) == ("x.toml:7", "transmit_path[0].ways")
    assert own("[[lane]]\nindex = 1\n[lane.laser]\nlanes_per_laser = 4")[1] == "lane[0].laser.lanes_per_laser"
    lane_path = '[[lane]]\nindex = 1\n[[lane.transmit_path]]\nname = "a"\nstage = "after_modulator"\nkind = "joint"\nloss = "1 dB"'
    assert own(lane_path)[1] == "lane[0].transmit_path"
    # A common fault that a lane inherits is told once; an unreadable number of ways is its own fault and no other.
    (problem,) = problems(shared(4, (2, "before")) + '[[lane]]\nindex = 1\n[lane.laser]\npower_max = "9 dBm"\n')
    assert problem.key == "laser.lanes_per_laser"
    (problem,) = problems(shared(2, (2, "before")).replace("ways = 2", 'ways = "two"'))
    assert problem.key == "transmit_path[0].ways" and "a count" in problem.allowed


def test_two_spellings_of_one_quantity():
    text = with_line('length = "500 m"', 'length = "500 m"\nlength_m = 500\nlength_km = 0.5')
    found = problems(text)
    first = line(text, 'length = "500 m"')
    assert [(p.where, p.key) for p in found] == [
        (f"x.toml:{first + 1}", "path[1].length_m"),
        (f"x.toml:{first + 2}", "path[1].length_km"),
    ]
    assert all("one spelling" in p.allowed for p in found)


def test_all_faults_come_together_in_the_order_of_the_file():
    text = with_line("lanes = 4", "lanes = -4")
    text = with_line('tdecq = "1.8 dB"', 'tdecq = "1.8"', text)
    text = with_line('thresholds = "optimal"', 'thresholds = "best"', text)
    text = with_line("interleave = 2", "interleav = 2", text)
    text = with_line('rin_avg = "-150 dB/Hz"', 'rin_avg = "-150 dB/Hz"\nrin_oma = "-150 dB/Hz"', text)
    text = with_line("domains = 1", "domains = 1\nfoo = 1", text)
    found = problems(text)
    assert [p.key for p in found] == [
        "signal.lanes", "laser.rin_oma", "launch.tdecq", "receiver.thresholds", "fec.interleav", "fec.foo",
    ]  # fmt: skip
    lines = [int(p.where.split(":")[1]) for p in found]
    assert lines == sorted(lines)
    with pytest.raises(InputError) as error:
        link(text)
    assert len(str(error.value).splitlines()) == 6


def test_a_rule_between_values_is_checked_beside_other_faults():
    text = with_line("domains = 1", "domains = 3") + "[[lane]]\nindex = 7\n"
    text = with_line('tdecq = "1.8 dB"', 'tdecq = "1.8"', text)
    text = with_line('wavelength = "1311 nm"', 'wavelength = "1311"', text)
    assert [p.key for p in problems(text)] == [
        "signal.wavelength",
        "launch.tdecq",
        "fec.domains",
        "lane[0].index",
    ]


def test_a_rule_names_the_key_of_the_file_that_broke_it():
    def base(name):
        return loads(LINK, "sample.toml")

    text = 'schema = "photonics/link/1"\nbase = "sample"\n[signal]\nlanes = 1\n'
    (problem,) = problems(text, lookup_base=base)
    assert (problem.where, problem.key) == ("x.toml:4", "signal.lanes")
    assert "signal 106.25 Gb/s" in problem.read


@pytest.mark.parametrize(
    "text",
    [
        'laser = 3', "laser = []", "laser = [{}]", 'laser = "eml"', "path = {}", "path = [1]", "path = 'x'", "lane = 1",
        "[[signal]]\na = 1", "[transmit_path]\nname = 'x'", "electrical = [[1]]",
    ],
)  # fmt: skip
def test_a_table_of_the_wrong_shape_is_one_problem(text):
    name = text.strip("[").split()[0].split("]")[0]
    base = 'schema = "photonics/link/1"\nbase = "sample"\n'
    (problem,) = problems(base + text, lookup_base=lambda name: loads(LINK, "sample.toml"))
    assert (problem.where, problem.key) == ("x.toml:3", name)
    assert "table" in problem.allowed


def test_an_empty_design_lacks_everything_once():
    found = problems('schema = "photonics/link/1"')
    assert [p.read for p in found] == ["nothing"] * len(found)
    assert {"name", "phy", "signal", "path", "electronics"} <= {p.key for p in found}
    assert {p.where for p in found} == {"x.toml:1"}


def test_implausible_values_are_warnings():
    warnings = []
    spec = link(with_line('attenuation = "0.4 dB/km"', 'attenuation = "0.4 dB/m"'), warnings=warnings)
    assert spec.path[1].attenuation.typ == 400.0
    (warning,) = warnings
    assert warning.where == f"x.toml:{line(LINK, 'attenuation')}" and warning.key == "path[1].attenuation"
    assert "unusual" in warning.read and "0.1 to 10 dB/km" in warning.allowed


def test_specs_made_in_python_are_checked_too():
    laser = link().laser
    fields = {name: getattr(laser, name) for name in LaserSpec.model_fields}
    assert LaserSpec(**fields) == laser
    assert LaserSpec(**fields | {"power_max": "9 dBm"}).power_max.typ == 9.0
    without = {name: value for name, value in fields.items() if name != "temperature"}
    assert LaserSpec(**without, temperature_c=50.0).temperature.typ == 50.0
    for wrong in ({"power_max": "9 dB"}, {"rin_oma": "-150 dB/Hz"}, {"foo": 1}, {"temperature_c": 50.0}):
        with pytest.raises(ValueError):
            LaserSpec(**fields | wrong)
    with pytest.raises(ValueError, match="divisor"):
        LinkSpec(
            **{n: getattr(link(), n) for n in LinkSpec.model_fields}
            | {"fec": {"code": "kp4", "interleave": 1, "domains": 3}}
        )


# ---------------------------------------------------------------- hostile files


def hostile(path):
    start = time.perf_counter()
    with pytest.raises(InputError) as error:
        parse(
            load(path), lookup_part=photonics.catalog.lookup_part, lookup_base=photonics.catalog.lookup_base
        )
    assert time.perf_counter() - start < 5.0
    assert error.value.exit_code == 3
    assert len(str(error.value)) < 100_000
    for problem in error.value.problems:
        assert str(problem).isprintable()
        assert problem.where.startswith(str(path))
    return error.value.problems


HEAD = b'schema = "photonics/link/1"\n'


@pytest.mark.parametrize(
    "content",
    [
        b"", b"\n", b"\0", b"\x7fELF\x02\x01", b"\xff\xfe" + "a = 1".encode("utf-16-le"), b"\x1f\x8b\x08", b"[", b"=", b"a", b"{}",
        b"schema = 1", b"schema = true", b"schema = []", b"schema = {}", b"[schema]", b"[[schema]]",
        b'schema = "photonics/link/2"', b'schema = "photonics/part/1"', b'schema = ""', b'schema = "' + b"x" * 10_000 + b'"',
        HEAD, HEAD + b"name = nan", HEAD + b"base = 1", HEAD + b"base = ''", HEAD + b"base = [1]",
        HEAD + b"base = '../../../../etc/passwd'", HEAD + b'base = "\\u0000"', HEAD + b"base = '" + b"x" * 100_000 + b"'",
        HEAD + b"'' = 1", HEAD + b"'\xc3\xa4' = 1", HEAD + b'"\\u202e" = 1', HEAD + b'"a\\nb" = "c\\nd"',
        HEAD + b"name = '''\n\n'''", HEAD + b'name = "\\u001b[31m"\nname = 2', HEAD + b"fibre = []",
        HEAD + b"name = " + b"[" * 100_000, HEAD + b"name = " + b"9" * 100_000, HEAD + b"name = '" + b"9" * 100_000 + b"'",
        HEAD + b"\n".join(b"k%d = %d" % (i, i) for i in range(100_000)),
        HEAD + b"\n".join(b"k%d = %d" % (i, i) for i in range(9_000)),
        HEAD + b"[laser]\n" + b"\n".join(b"k%d = %d" % (i, i) for i in range(9_000)),
        HEAD + b"[[lane]]\n" * 9_000, HEAD + b"[[path]]\n" * 9_000, HEAD + b"[[lane]]\n[lane.laser]\n" * 5_000,
        HEAD + b"path = [" + b"1," * 100_000 + b"]",
        HEAD + b'[laser]\npower_max = "1 dB' + b" " * 100_000 + b'"',
        HEAD + b"[laser]\npower_max = {" + b",".join(b"k%d = 1" % i for i in range(9_000)) + b"}",
        HEAD + b"__class__ = 1\n__init__ = 2\nmodel_config = 3\nmodel_fields = 4",
    ],
    ids=lambda content: repr(content[:40]),
)  # fmt: skip
def test_hostile_files(tmp_path, content):
    path = tmp_path / "x.toml"
    path.write_bytes(content)
    assert hostile(path)


def test_hostile_places(tmp_path):
    hostile(tmp_path)
    hostile(tmp_path / "missing.toml")
    with open(tmp_path / "large.toml", "wb") as stream:
        stream.write(HEAD)
        stream.truncate(100 << 20)
    (problem,) = hostile(tmp_path / "large.toml")
    assert str(100 << 20) in problem.read


def test_surrogates_in_data_that_is_no_file():
    data = {
        "schema": "photonics/link/1",
        "name": "\udc80",
        "base": "\udc80",
        "\udc80": 1,
        "laser": {"part": "\udc80"},
    }
    with pytest.raises(InputError) as error:
        parse_link(
            data,
            lookup_part=photonics.catalog.lookup_part,
            lookup_base=photonics.catalog.lookup_base,
            where="\udc80.toml",
        )
    for problem in error.value.problems:
        assert str(problem.at("", problem.key)).isprintable()


def test_keys_that_are_no_texts():
    with pytest.raises(InputError):
        parse_link({"schema": "photonics/link/1", 3: 1, None: 2, ("a",): 3})
    for data in (None, 3, [], "x"):
        with pytest.raises(InputError):
            parse_link(data)


# ---------------------------------------------------------------- the error tree itself


def test_problem_in_words():
    problem = Problem("x.toml:3", "launch.tdecq", "'3'", "a loss", ("dB",))
    assert str(problem) == "x.toml:3: launch.tdecq: read '3'; allowed: a loss; nearest: dB"
    assert str(Problem("", "", "a", "b")) == "read a; allowed: b"
    error = InputError([problem, Problem("", "k", "a", "")])
    assert str(error).splitlines() == [str(problem), "k: read a"]
    assert InputError.of("w", "k", "r", "a", ["n"]).problems == (Problem("w", "k", "r", "a", ("n",)),)
    assert isinstance(UnsupportedError.of("w", "k", "r", "a"), UnsupportedError)


def test_words_for_values():
    assert shown("a\nb\x07\udc80") == r"'a\nb\x07\udc80'"
    assert len(shown("x" * 10_000)) < 80
    assert shown(10**400) == "an integer of 1329 bits"
    assert (shown(True), shown({}), shown([1, 2]), shown(1.5)) == ("true", "a table", "a list of 2", "1.5")
    assert key_text(("path", 1, "loss")) == "path[1].loss"
    assert key_text(("a b", "c-d", "")) == "'a b'.c-d.''"
    assert nearest("LOS", ["loss", "length"]) == ("loss",)
    assert nearest("x" * 10_000, ["loss"]) == ()


def test_a_drive_beyond_v_pi_is_refused_on_its_line():
    old = 'kind = "eam"\ninsertion_loss = "0 dB"\nextinction_ratio = "5 dB"\n'
    text = with_line(old, 'kind = "mzm"\ninsertion_loss = "0 dB"\nv_pi = "3 V"\ndrive_swing = "3.2 V"\n')
    with pytest.raises(InputError) as caught:
        parse_link(loads(text, "x.toml"))
    (problem,) = caught.value.problems
    assert problem.key == "modulator.drive_swing" and problem.where == f"x.toml:{line(text, 'drive_swing')}"
    assert "3.2 V" in problem.read and "v_pi" in problem.allowed
