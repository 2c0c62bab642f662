"""The chain behind a statistical eye: what each kind of response takes, in what order, and whose equaliser decides."""

from pathlib import Path

import pytest

from photonics.files.toml import loads
from photonics.spec.base import slots_of
from photonics.spec.link import ChainSpec, EqualizerSpec, ResponseSpec
from photonics.spec.load import parse_link
from photonics.spec.response import SIDES, TAKES
from tests.spec.mutate import mutations
from tests.spec.samples import LINK, line, link, problems, with_line

CHAIN = """
[[chain.response]]
name = "driver"
side = "transmit"
kind = "pole2"
bandwidth = { min = "60 GHz", typ = "65 GHz", max = "70 GHz", source = "sheet", confidence = "seen" }
quality = 0.7

[[chain.response]]
name = "diode"
side = "photodiode"
kind = "photodiode"
rc_bandwidth_ghz = 70

[[chain.response]]
name = "output line"
side = "receive"
kind = "trace"
length = "20 mm"
impedance = "92.5 ohm"
skin_loss = "5.95e-4 sqrt(ns)/mm"
dielectric_loss = "2.6e-5 ns/mm"
delay = "5.79 ps/mm"
source_resistance = "100 ohm"

[[chain.response]]
name = "host package"
side = "receive"
kind = "package"
input_capacitance = "110 fF"
inductance = "140 pH"
output_capacitance = "30 fF"
reversed = true
load_resistance = "92.5 ohm"

[chain.equalizer]
ffe_pre = 3
ffe_samples_per_symbol = 1
dfe_taps = 1
dfe_limit = 0.85
mlse_memory = 0

[chain.jitter]
random = "94 fs"
dual_dirac = "0 fs"
offset = "50 fs"

[[chain.aggressor]]
name = "next lane"
coupling_loss = "35 dB"
corner = "30 GHz"
count = 2
"""
DSP = with_line('driver_supply = "3.3 V"', 'ffe_taps = 21\ndsp_tap_energy = "0.04 pJ/bit"\ndriver_supply = "3.3 V"')
WHOLE = DSP + CHAIN
LINEAR = with_line('retiming = "both"', 'retiming = "none"', with_line("ffe_pre = 3", "ffe_pre = 3\nhost_taps = 24", WHOLE))

# A right value of every key that a kind may take.
VALUES = {
    "bandwidth": "'40 GHz'", "quality": "0.7", "roll_off": "0.2", "input_capacitance": "'40 fF'", "inductance": "'130 pH'",
    "output_capacitance": "'30 fF'", "reversed": "true", "length": "'20 mm'", "loss": "'5 dB'", "impedance": "'90 ohm'",
    "skin_loss": "'0.05 dB/(mm sqrt(GHz))'", "dielectric_loss": "'0.002 dB/(cm GHz)'", "delay": "'6 ps/mm'", "dc_loss": "'4 dB/m'",
    "source_resistance": "'100 ohm'", "load_resistance": "'100 ohm'", "capacitance": "'60 fF'", "series_resistance": "'8 ohm'",
    "termination": "'50 ohm'", "electrode_length": "'8 mm'", "index_mismatch": "0.02", "photon_lifetime": "'2 ps'",
    "quality_factor": "2900", "detuning": "'40 GHz'", "intrinsic_share": "0.5", "rc_bandwidth": "'60 GHz'",
    "transit_bandwidth": "'90 GHz'", "noise_corner": "'60 GHz'", "dc_gain": "'-6 dB'", "low_frequency_gain": "'-1 dB'",
    "zero": "'42.5 GHz'", "pole_1": "'42.5 GHz'", "pole_2": "'106.25 GHz'", "low_frequency_pole": "'1.3 GHz'",
    "file": "'a.s4p'", "ports": "[1, 3, 2, 4]", "folder": "'here'", "beyond": "'trend'",
    "phase": "'minimum'",
}  # fmt: skip


def one(kind, keys, side=None):
    """A chain of one response with those keys."""
    written = "\n".join(f"{key} = {VALUES[key]}" for key in keys)
    head = f'\n[[chain.response]]\nname = "it"\nside = "{side or TAKES[kind].sides[0]}"\nkind = "{kind}"\n{written}\n'
    return DSP + head + CHAIN[CHAIN.index("[chain.equalizer]") :]


def whole(kind):
    """All keys of a kind at once, but for the second of two that exclude each other."""
    return [key for key in (*TAKES[kind].needed, *TAKES[kind].more) if key not in ("loss", "quality_factor", "phase")]


def test_a_chain_is_read():
    chain = link(WHOLE).chain
    assert [(r.name, r.side, r.electrical) for r in chain.response] == [
        ("driver", "transmit", False), ("diode", "photodiode", False), ("output line", "receive", True), ("host package", "receive", True),
    ]  # fmt: skip
    assert chain.response[0].bandwidth.low == 60e9 and chain.response[0].bandwidth.source == "sheet"
    assert chain.response[1].rc_bandwidth.typ == 70e9
    # 1 sqrt(ns)/mm is 1 neper per mm and root gigahertz.
    assert chain.response[2].skin_loss.typ == pytest.approx(5.95e-4 * 86.8588963806504, rel=1e-12)
    assert chain.response[2].delay.typ == pytest.approx(5.79e-9, rel=1e-12)
    assert chain.response[3].reversed
    assert chain.jitter.random.typ == pytest.approx(94e-15)
    assert (chain.aggressor[0].name, chain.aggressor[0].count) == ("next lane", 2)
    assert link(WHOLE).ffe_taps == 21 and link(LINEAR).ffe_taps == 24
    assert link().chain is None and link().ffe_taps is None


def test_a_chain_is_written_and_read_back():
    spec = link(WHOLE)
    assert parse_link(spec.as_document()) == spec
    paths = {keys for keys, _, _ in spec.scalars() if keys[0] == "chain"}
    assert ("chain", "response", 0, "bandwidth") in paths and ("chain", "equalizer", "ffe_pre") in paths
    assert ("chain", "jitter", "random") in paths and ("chain", "aggressor", 0, "coupling_loss") in paths


@pytest.mark.parametrize("kind", TAKES)
def test_every_kind_takes_its_keys(kind):
    spec = link(one(kind, whole(kind))).chain.response[0]
    assert spec.kind == kind
    assert all(spec.given(key) for key in whole(kind))
    assert parse_link(link(one(kind, whole(kind))).as_document()).chain.response[0] == spec


@pytest.mark.parametrize(("kind", "key"), [(kind, key) for kind, takes in TAKES.items() for key in takes.needed])
def test_a_needed_key_that_is_not_there(kind, key):
    text = one(kind, [name for name in whole(kind) if name != key and not (key == "file" and name == "ports")])
    found = problems(text)
    assert found[0].key == "chain.response[0]" and found[0].where == f"x.toml:{line(text, '[[chain.response]]')}"
    assert f"{key}, which a" in found[0].allowed and len(found) == 1


@pytest.mark.parametrize("kind", TAKES)
def test_a_key_of_another_kind_is_told_what_this_one_takes(kind):
    foreign = [key for key in VALUES if key not in (*TAKES[kind].needed, *TAKES[kind].more)]
    for key in foreign:
        text = one(kind, [*whole(kind), key])
        (problem,) = problems(text)
        assert problem.key == f"chain.response[0].{key}" and problem.read.startswith(f"{key} for a")
        for name in (*TAKES[kind].needed, *TAKES[kind].more):
            assert name in problem.allowed


def test_each_field_belongs_to_a_kind():
    taken = {key for takes in TAKES.values() for key in (*takes.needed, *takes.more)}
    assert taken == set(ResponseSpec.model_fields) - {"part", "name", "side", "kind"} == set(VALUES)
    assert set(slots_of(ResponseSpec).fields["kind"].choices) == set(TAKES)
    assert set(slots_of(ResponseSpec).fields["side"].choices) == set(SIDES)


@pytest.mark.parametrize(
    ("kind", "side"), [(kind, side) for kind, takes in TAKES.items() for side in SIDES if side not in takes.sides]
)
def test_a_device_on_the_wrong_side(kind, side):
    keys = [key for key in whole(kind) if key not in ("source_resistance", "load_resistance") or kind == "eml"]
    text = one(kind, keys, side)
    keys_told = [(problem.key, problem.allowed) for problem in problems(text)]
    assert ("chain.response[0].side", f"{'an' if kind == 'eml' else 'a'} {kind} on the side {' or '.join(TAKES[kind].sides)}") in keys_told


@pytest.mark.parametrize(
    ("old", "new", "key", "words"),
    [
        ('kind = "pole2"', 'kind = "pole3"', "chain.response[0].kind", "pole2"),
        ('kind = "pole2"', "kind = 2", "chain.response[0].kind", "pole2"),
        ('side = "photodiode"', 'side = "optical"', "chain.response[1].side", "photodiode"),
        ("quality = 0.7", "qualty = 0.7", "chain.response[0].qualty", ""),
        ("quality = 0.7", 'quality = "0.7 GHz"', "chain.response[0].quality", "a ratio"),
        ("quality = 0.7", "quality = -0.7", "chain.response[0].quality", "above 0"),
        ('inductance = "140 pH"', 'inductance = "140 fF"', "chain.response[3].inductance", "an inductance"),
        ('input_capacitance = "110 fF"', "input_capacitance = 110", "chain.response[3].input_capacitance", "_ff"),
        ("reversed = true", "reversed = 1", "chain.response[3].reversed", "true or false"),
        ('skin_loss = "5.95e-4 sqrt(ns)/mm"', 'skin_loss = "5.95e-4 ns/mm"', "chain.response[2].skin_loss", "skin effect"),
        ('length = "20 mm"\n', "", "chain.response[2]", "exactly one of length, loss"),
        ('length = "20 mm"', 'length = "20 mm"\nloss = "3 dB"', "chain.response[2].loss", "exactly one of length, loss"),
        ('source_resistance = "100 ohm"\n', "", "chain.response[2]", "source_resistance, which the first"),
        ('load_resistance = "92.5 ohm"\n', "", "chain.response[3]", "load_resistance, which the last"),
        ('load_resistance = "92.5 ohm"', 'load_resistance = "92.5"', "chain.response[3].load_resistance", "a resistance"),
        ('load_resistance = "92.5 ohm"', 'laod_resistance = "92.5 ohm"', "chain.response[3].laod_resistance", ""),
        ('source_resistance = "100 ohm"', 'source_resistance = "100 ohm"\nload_resistance = "9 ohm"', "chain.response[2].load_resistance", "last"),
        ("rc_bandwidth_ghz = 70\n", "", "chain.response[1]", "transit_bandwidth, rc_bandwidth, or both"),
        ('name = "diode"', 'name = "driver"', "chain.response[1].name", "each name once"),
        ("ffe_pre = 3", "ffe_pre = 21", "chain.equalizer.ffe_pre", "fewer than there are taps"),
        ("ffe_pre = 3", "ffe_pre = -1", "chain.equalizer.ffe_pre", "at least 0"),
        ("ffe_pre = 3\n", "", "chain.equalizer.ffe_pre", "a count"),
        ("ffe_pre = 3\n", "ffe_pre = 3\ntransmit_pre = 1\n", "chain.equalizer.transmit_pre", "transmit_taps beside it"),
        ("ffe_pre = 3\n", "ffe_pre = 3\ntransmit_taps = 5\ntransmit_pre = 1\n", "chain.equalizer", "transmit_peaking, which"),
        ("ffe_pre = 3\n", "ffe_pre = 3\ntransmit_taps = 5\ntransmit_pre = 5\ntransmit_peaking = 1.5\n", "chain.equalizer.transmit_pre", "fewer"),
        ("ffe_pre = 3\n", "ffe_pre = 3\ntransmit_taps = 5\ntransmit_pre = 1\ntransmit_peaking = 0.5\n", "chain.equalizer.transmit_peaking", "at least 1"),
        ("ffe_samples_per_symbol = 1", "ffe_samples_per_symbol = 3", "chain.equalizer.ffe_samples_per_symbol", "at most 2"),
        ("dfe_taps = 1", "dfe_taps = 6", "chain.equalizer.dfe_taps", "at most 5"),
        ("mlse_memory = 0", "mlse_memory = 3", "chain.equalizer.mlse_memory", "at most 2"),
        ("mlse_memory = 0", "mlse_memory = 1", "chain.equalizer.mlse_memory", "one of the two"),
        ("ffe_pre = 3", "ffe_pre = 3\nhost_taps = 24", "chain.equalizer.host_taps", "electronics.ffe_taps"),
        ('ffe_taps = 21\ndsp_tap_energy = "0.04 pJ/bit"\n', "", "electronics", "ffe_taps, which a chain behind a DSP needs"),
        ('retiming = "both"', 'retiming = "none"', "chain.equalizer", "host_taps, which a linear"),
        ('random = "94 fs"', 'random = "94 GHz"', "chain.jitter.random", "a time"),
        ('dual_dirac = "0 fs"', 'dual_dirac = "-1 fs"', "chain.jitter.dual_dirac", "at least 0"),
        ('coupling_loss = "35 dB"\n', "", "chain.aggressor[0].coupling_loss", "a loss"),
        ("count = 2\n", "count = 0\n", "chain.aggressor[0].count", "at least 1"),
    ],
)
def test_slips(old, new, key, words):
    text = with_line(old, new, WHOLE) if WHOLE.count(old) == 1 else DSP + with_line(old, new, CHAIN)
    (problem,) = problems(text)
    assert problem.key == key
    assert words in problem.allowed + " ".join(problem.nearest)


def test_sections_that_a_chain_cannot_do_without():
    at = CHAIN.index("[chain.equalizer]"), CHAIN.index("[chain.jitter]"), CHAIN.index("[[chain.aggressor]]")
    for missing, text in (
        ("equalizer", CHAIN[: at[0]] + CHAIN[at[1] :]),
        ("jitter", CHAIN[: at[1]] + CHAIN[at[2] :]),
        ("response", "[chain]\n" + CHAIN[at[0] :]),
    ):
        (problem,) = problems(DSP + text)
        assert problem.key == f"chain.{missing}" and problem.read == "nothing"
    (problem,) = problems(DSP + "[chain]\nresponse = []\n" + CHAIN[at[0] :])
    assert problem.key == "chain.response" and "at least one" in problem.allowed


def test_the_order_in_which_the_signal_meets_them():
    text = with_line('side = "photodiode"\nkind = "photodiode"', 'side = "receive"\nkind = "tia"\nbandwidth = "60 GHz"\nquality = 0.7', WHOLE)
    text = text.replace("rc_bandwidth_ghz = 70\n", "")
    late = '[[chain.response]]\nname = "late"\nside = "{}"\nkind = "pole"\nbandwidth = "60 GHz"\n\n[chain.equalizer]'
    for side in ("transmit", "photodiode"):
        spoilt = with_line("[chain.equalizer]", late.format(side), text)
        (problem,) = problems(spoilt)
        assert problem.key == "chain.response[4].side" and f"{side} behind receive" in problem.read
    assert len(link(with_line("[chain.equalizer]", late.format("receive"), text)).chain.response) == 5


def test_a_row_of_two_ports_ends_where_something_else_stands_between():
    between = '[[chain.response]]\nname = "buffer"\nside = "receive"\nkind = "pole"\nbandwidth = "60 GHz"\n\n'
    text = with_line('[[chain.response]]\nname = "host package"', between + '[[chain.response]]\nname = "host package"', WHOLE)
    assert [(p.key, p.allowed.split(",")[0]) for p in problems(text)] == [
        ("chain.response[2]", "load_resistance"), ("chain.response[4]", "source_resistance"),
    ]  # fmt: skip


def test_a_measured_file_is_beside_the_file_that_names_it(tmp_path):
    def measured(keys, where="designs/mine.toml"):
        head = f'\n[[chain.response]]\nname = "it"\nside = "receive"\nkind = "measured"\n{keys}\n'
        return parse_link(loads(DSP + head + CHAIN[CHAIN.index("[chain.equalizer]") :], where)).chain.response[0]

    csv = measured('file = "data/tia.csv"')
    assert (csv.folder, csv.path, csv.electrical) == ("designs", Path("designs/data/tia.csv"), False)
    assert measured('file = "tia.csv"', "mine.toml").path == Path("tia.csv")
    assert measured('file = "tia.csv"\nfolder = "there"').path == Path("there/tia.csv")
    assert measured(f'file = "{tmp_path / "a.csv"}"').path == tmp_path / "a.csv"
    ends = 'source_resistance = "100 ohm"\nload_resistance = "100 ohm"\n'
    assert measured(ends + 'file = "a.S2P"').electrical
    assert measured(ends + 'file = "a.s4p"\nports = [1, 3, 2, 4]').ports == (1, 3, 2, 4)


@pytest.mark.parametrize(
    ("keys", "key", "words"),
    [
        ("file = 'a.txt'", "file", ".csv, .s2p or .s4p"),
        ("file = 3", "file", "a text"),
        ("file = 'a.s4p'", "", "ports, which a .s4p file needs"),
        ("file = 'a.csv'\nports = [1, 3, 2, 4]", "ports", ".s4p file only"),
        ("file = 'a.csv'\nload_resistance = '50 ohm'", "load_resistance", "two-port only"),
        ("file = 'a.s4p'\nports = [1, 3, 2, 2]", "ports", "[1, 3, 2, 4]"),
        ("file = 'a.csv'\nbeyond = 'end'", "beyond", "zero, trend"),
        ("file = 'a.csv'\nphase = 'linear'", "phase", "minimum"),
        ("file = 'a.s2p'\nphase = 'minimum'", "phase", ".csv file only"),
        ("file = 'a.s4p'\nports = 4", "ports", "[1, 3, 2, 4]"),
        ("file = 'a.s4p'\nports = [1, 3, true, 4]", "ports", "[1, 3, 2, 4]"),
        ("file = 'a.s2p'\nside = 'photodiode'", "side", "or a .csv file"),
    ],
)
def test_slips_of_a_measured_file(keys, key, words):
    side = "" if "side" in keys else 'side = "receive"\n'
    ends = "source_resistance = '50 ohm'\nload_resistance = '50 ohm'\n" if ".s" in keys else ""
    head = f'\n[[chain.response]]\nname = "it"\n{side}kind = "measured"\n{ends}{keys}\n'
    (problem,) = problems(DSP + head + CHAIN[CHAIN.index("[chain.equalizer]") :])
    assert problem.key == f"chain.response[0]{'.' if key else ''}{key}"
    assert words in problem.allowed


@pytest.mark.parametrize("text", [WHOLE, LINEAR, *(one(kind, whole(kind)) for kind in ("ctle", "ring", "eml", "measured"))])
def test_each_slip_in_a_chain_is_one_problem_on_its_line(text):
    tried = 0
    for mutation in mutations(text):
        if mutation.keys[0] in ("chain", "electronics"):
            tried += 1
            assert [problem.where for problem in problems(mutation.text)] == [f"x.toml:{mutation.line}"], mutation
    document = loads(text, "x.toml")
    for keys, place in document.places().items():
        if keys[0] == "chain" and len(keys) > 1 and not isinstance(keys[-1], int) and text[place.key[0]].isalpha():
            at = place.key[0]
            found = problems(text[:at] + text[at] + text[at:])
            assert [problem.where for problem in found] == [f"x.toml:{document.line_of(keys)}"], keys
    assert tried > 80


# ---------------------------------------------------------------- parts and bases


def part(name):
    parts = {
        "whole": "[chain]\n" + CHAIN.replace('name = "driver"\nside', 'name = "driver"\npart = "quick"\nside'),
        "quick": '[response]\nnoise_corner = "1 GHz"\nbandwidth = "99 GHz"\nquality = 0.6\n',
        "driver": '[response]\nkind = "pole2"\nbandwidth = "99 GHz"\nquality = 0.6\n',
    }
    return loads(parts[name], f"parts/{name}.toml")


def test_a_part_brings_a_whole_chain_and_its_own_parts():
    (problem,) = problems(DSP + '[chain]\npart = "whole"\n', lookup_part=part)
    assert (problem.where, problem.key) == ("parts/quick.toml:2", "response.noise_corner")
    text = CHAIN.replace('kind = "pole2"\n', 'part = "driver"\n').replace("quality = 0.7\n", "")
    spec = link(DSP + text, lookup_part=part).chain.response[0]
    assert (spec.kind, spec.bandwidth.typ, spec.quality.typ, spec.quality.source) == ("pole2", 65e9, 0.6, "driver.toml")


def test_one_key_over_a_part_and_another_chain_over_a_base():
    def parts(name):
        return loads("[chain]\n" + CHAIN, "parts/chain.toml") if name == "one" else loads("[chain]\n" + CHAIN.replace("ffe_pre = 3", "ffe_pre = 4"), "two")

    def base(name):
        return loads(DSP + '[chain]\npart = "one"\n[chain.jitter]\nrandom = "80 fs"\n', "sample.toml")

    head = 'schema = "photonics/link/1"\nbase = "sample"\n'
    first = parse_link(loads(head), lookup_part=parts, lookup_base=base).chain
    assert (first.jitter.random.typ, first.equalizer.ffe_pre.typ, first.part) == (80e-15, 3.0, "one")
    second = parse_link(loads(head + '[chain]\npart = "two"\n[chain.jitter]\noffset = "0 s"'), lookup_part=parts, lookup_base=base).chain
    assert (second.jitter.random.typ, second.jitter.offset.typ, second.equalizer.ffe_pre.typ) == (94e-15, 0.0, 4.0)
    # What the user's own file did is told where that file says it.
    (problem,) = problems(head + '[electronics]\nretiming = "none"', lookup_part=parts, lookup_base=base)
    assert (problem.where, problem.key) == ("x.toml:4", "electronics.retiming") and "host_taps" in problem.allowed


def test_made_in_python():
    chain = link(WHOLE).chain
    assert ChainSpec(**{name: getattr(chain, name) for name in ChainSpec.model_fields}) == chain
    with pytest.raises(ValueError, match="what a pole takes: bandwidth"):
        ResponseSpec(name="a", side="transmit", kind="pole", bandwidth="40 GHz", quality=0.7)
    with pytest.raises(ValueError, match="one of the two"):
        EqualizerSpec(ffe_pre=1, ffe_samples_per_symbol=1, dfe_taps=1, mlse_memory=1)
    assert ResponseSpec(name="a", side="transmit", kind="pole", bandwidth_ghz=40).bandwidth.typ == 40e9


def test_which_end_hurts():
    sides = {name: ResponseSpec.worst_side(name) for name, slot in slots_of(ResponseSpec).fields.items() if slot.scalar is not None}
    assert {name for name, side in sides.items() if side == "low"} == {"bandwidth", "rc_bandwidth", "transit_bandwidth", "noise_corner"}
    assert {name for name, side in sides.items() if side == "high"} == {
        "input_capacitance", "output_capacitance", "capacitance", "length", "loss", "skin_loss", "dielectric_loss", "dc_loss",
        "series_resistance", "electrode_length", "index_mismatch", "photon_lifetime", "quality_factor",
    }  # fmt: skip
    assert LINK.count("[chain") == 0
