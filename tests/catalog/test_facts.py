"""Facts beside the PHYs: what is there, how it is found, and the arithmetic behind what was derived."""

import math

import pytest

from photonics import catalog
from photonics.catalog import entries, facts, phys
from photonics.catalog.facts import fact_names, group, group_abouts
from photonics.catalog.sources import DATA, collection, heads, shipped
from photonics.errors import InputError

GROUPS = {
    "fec-limits": 30, "inner-fec": 20, "pcs-and-precoding": 9, "pam4-error-model": 8,
    "latency": 30, "economics": 12, "lease-contracts": 15, "gpu-power": 12, "prices": 25,
    "reliability": 25, "lpo-field-2026": 20,
    "modules-400g-800g": 25, "modules-1.6t": 38, "module-power-share": 12,
    "cpo": 34, "optical-io": 45, "switches": 12,
    "measured-transmitters": 15, "measured-400g-per-lane": 10, "tdecq-metric": 6, "linear-200g-published": 7, "measured-engines": 15,
    "lasers": 25, "eml": 14, "silicon-modulators": 28, "lithium-niobate-modulators": 12, "drivers-and-converters": 15,
    "photodiodes": 25, "tias": 35, "noise-bandwidths": 8,
    "fibre": 20, "accumulated-dispersion": 14, "connectors": 20, "power-relations": 4, "multipath-checks": 18, "gepbud-model": 7,
    "poet-interposer": 13, "poet-products": 12, "waveguides": 12, "couplers": 15, "multiplexers": 15, "electrical-joints": 7,
    "serdes": 11, "cei-classes": 25,
    "copper-cables": 35, "copper-budgets": 24, "twinax-model": 9, "copper-reach-200g": 45,
    "electrical-lines": 55, "com-receiver-dj": 40, "com-receivers-before": 45,
}  # fmt: skip


def number(name: str) -> float:
    return float(catalog.fact(name))


def values(name: str) -> tuple:
    return catalog.fact(name).value


# ---------------------------------------------------------------- what is there, and how it is found


def test_the_shelf_is_filled():
    assert set(GROUPS) <= set(group_abouts())
    for name, least in GROUPS.items():
        assert len(group(name).facts) >= least, name
        assert group(name).name == name and group(name).about == group_abouts()[name]
    assert len(catalog.fact_names()) >= 1130


def test_names_that_other_rooms_use():
    for name in ("fibre_delay", "kp4_latency_800g", "module_dsp_latency", "lease_value", "laser_fit", "pmd_ber_share"):
        assert catalog.fact(name).key == name


@pytest.mark.parametrize("stem", ["phys", "facts", "sources"])
def test_files_stay_readable(stem):
    for file in collection(stem):
        assert len((DATA / file).read_text(encoding="utf-8").splitlines()) <= 400, file


def test_heads_and_keys_are_those_of_the_whole_files():
    # Both are read off the text for speed: they must see what the parser sees.
    for stem, table in (("phys", "phy"), ("facts", "group")):
        for file in collection(stem):
            whole = {
                name: {k: v for k, v in raw.items() if k not in ("values", "absent")}
                for name, raw in shipped(file)[table].items()
            }
            assert heads(file)[table] == whole
    parsed = [member.key for name in group_abouts() for member in group(name).facts]
    assert sorted(parsed) == sorted(fact_names())


def test_listing_parses_no_table_and_a_fact_only_its_file():
    for cached in (shipped, facts._groups, facts._facts, phys._phys, entries._entries):
        cached.cache_clear()
    catalog.list()
    assert shipped.cache_info().currsize == 0
    catalog.fact("fibre_delay")
    assert shipped.cache_info().currsize == 1
    catalog.phy("800GBASE-DR4")
    assert shipped.cache_info().currsize == 2


def test_what_is_not_public_says_so():
    absent = dict(group("poet-interposer").absent)
    assert len(absent) >= 12
    assert "No value" in str(catalog.show("poet-interposer")) and "poet_yield" in str(catalog.show("poet-interposer"))
    assert catalog.show("lasers").as_dict()["absent"]["vcsel_rin"]
    with pytest.raises(InputError, match="a fact without a value.*not public"):
        catalog.fact("poet_waveguide_loss")


def test_conflicts_stand_on_both_sides():
    pairs = set()
    for name in group_abouts():
        members = {member.key: member for member in group(name).facts}
        for member in members.values():
            for other in member.conflicts_with:
                assert member.key in members[other].conflicts_with
                pairs.add(frozenset((member.key, other)))
    assert len(pairs) >= 30
    for pair in (
        ("dr8_1t6_lpo_early", "dr8_1t6_lpo_nokia"),
        ("si_mzm_bandwidth", "si_mzm_bandwidth_2026"),
        ("cei_224g_vsr_length", "cei_224g_vsr_length_book"),
        ("bailly_power", "bailly_power_slides"),
        ("aec_fit", "aec_mtbf_vendor"),
        ("dac_30awg_length_max", "dac_30awg_length_max_2"),
        ("module_dsp_latency_book", "module_dsp_latency"),
    ):
        assert frozenset(pair) in pairs


def test_no_range_is_turned_round():
    for name in fact_names():
        entry = catalog.fact(name)
        if entry.low is not None:
            assert entry.low < entry.high, name


# ---------------------------------------------------------------- codes


def test_kp4():
    assert catalog.fact("kp4_n").value - catalog.fact("kp4_k").value == 2 * catalog.fact("kp4_t").value
    bits = catalog.fact("kp4_n").value * catalog.fact("kp4_symbol_bits").value
    assert catalog.fact("kp4_codeword_bits").value == bits


def test_shares_of_the_error_budget_add_up():
    auis = 2 * (float(catalog.fact("aui_c2c_ber")) + float(catalog.fact("aui_c2m_ber")))
    assert float(catalog.fact("ber_added_for_test")) == pytest.approx(auis)
    # 2.921e-4 and 2.28e-4 are printed with different precision.
    assert float(catalog.fact("pmd_ber_share")) + auis == pytest.approx(float(catalog.fact("total_ber")), abs=2e-7)
    total = float(catalog.fact("pmd_ber_share_100g")) + 4 * float(catalog.fact("aui_ber_100g"))
    assert total == pytest.approx(float(catalog.fact("total_ber_100g")))
    assert catalog.phy("1.6TBASE-DR8").number("pre_fec_ber_max") == float(catalog.fact("pmd_ber_share"))


def log_codeword_error_ratio(ber: float) -> float:
    """RS(544,514) under independent errors, by the binomial sum."""
    symbol = -math.expm1(10 * math.log1p(-ber))
    terms = [
        math.lgamma(545) - math.lgamma(i + 1) - math.lgamma(545 - i) + i * math.log(symbol) + (544 - i) * math.log1p(-symbol)
        for i in range(16, 200)
    ]
    return max(terms) + math.log(sum(math.exp(term - max(terms)) for term in terms))


def test_frame_loss_and_codeword_limits_are_what_the_code_gives():
    ratio = math.exp(log_codeword_error_ratio(float(catalog.fact("total_ber"))))
    assert ratio == pytest.approx(float(catalog.fact("codeword_error_ratio_max")), rel=0.01)
    word = math.exp(log_codeword_error_ratio(float(catalog.fact("pmd_ber_share_100g"))))
    for ways in (1, 2, 4):
        frames = ways * 640 / 84
        loss = -math.expm1(ways * math.log1p(-word)) * (1 + frames) / frames
        assert loss == pytest.approx(float(catalog.fact(f"frame_loss_ratio_{ways}way")), rel=0.03)


def test_latencies():
    cycles = 3 + 3 + 31
    for name, rate_gbps in (("kp4_latency_800g", 850), ("kp4_latency_1t6_floor", 1700)):
        assert float(catalog.fact(name)) == pytest.approx(cycles + 4 * 5440 / rate_gbps, abs=0.5)
    dsp = catalog.fact("module_dsp_latency")
    assert (dsp.low, dsp.high, dsp.value, dsp.middle) == (100.0, 160.0, None, 130.0)
    assert float(catalog.fact("module_lpo_latency")) == 5
    assert float(catalog.fact("fibre_delay")) == pytest.approx(1.467 / 0.299792458, abs=0.01)
    with pytest.raises(InputError, match="100 to 160 ns"):
        float(dsp)


def test_money():
    lease = catalog.fact("lease_value")
    per_mw_year = [3.5e9 / 12 / 200, 2.0e9 / 12 / 120, 8.7e9 / 12 / 500]
    assert lease.low == pytest.approx(min(per_mw_year), rel=0.002)
    assert lease.high == pytest.approx(max(per_mw_year), rel=0.002)
    assert lease.value == pytest.approx(per_mw_year[2])
    assert lease.low <= lease.value <= lease.high
    assert float(catalog.fact("electricity_price")) == 0.078


def test_failure_rates_from_counts():
    assert float(catalog.fact("module_return_rate_lpo")) == pytest.approx(7 / 2.58e7 * 1e9, rel=0.01)
    assert float(catalog.fact("module_return_rate_retimed")) == pytest.approx(209 / 8.35e8 * 1e9, rel=0.01)
    assert float(catalog.fact("link_flap_rate_lpo")) == pytest.approx(178 / 2.58e7 * 1e9, rel=0.01)
    assert float(catalog.fact("link_flap_rate_retimed")) == pytest.approx(13746 / 8.35e8 * 1e9, rel=0.01)
    assert float(catalog.fact("network_interruption_rate")) == pytest.approx(35 / (16384 * 54 * 24) * 1e9, rel=0.001)
    aec, dsp = catalog.fact("aec_fit"), catalog.fact("dsp_fit")
    assert (aec.low, aec.high) == (2 * dsp.low, 2 * dsp.high)


def test_an_unknown_fact_names_the_nearest():
    with pytest.raises(InputError, match="fibre_delay"):
        catalog.fact("fiber_delay")

# ---------------------------------------------------------------- arithmetic behind derived facts


@pytest.mark.parametrize(
    ("energy", "power", "rate_gbps"),
    [
        ("dr4_400g_energy", "dr4_400g_power", 400),
        ("dr8_800g_energy_max", "dr8_800g_power_max", 800),
        ("dr8_1t6_energy", "dr8_1t6_power", 1600),
        ("dr8_1t6_energy_line", "dr8_1t6_power", 1700),
        ("dr8_1t6_energy_max_nvidia", "dr8_1t6_power_max_nvidia", 1600),
        ("cpo_nvidia_energy", "cpo_nvidia_power", 1600),
        ("bailly_energy", "bailly_power", 800),
        ("retimer_mixed_signal_energy", "retimer_mixed_signal_power", 8 * 112),
    ],
)
def test_energy_is_power_over_rate(energy, power, rate_gbps):
    assert number(energy) == pytest.approx(number(power) / rate_gbps * 1000, abs=0.06)


def test_the_split_of_a_module_adds_up():
    parts = [number(f"module_25w_{name}") for name in ("serdes", "converters", "core", "rest")]
    assert sum(parts) == pytest.approx(25, abs=0.05)
    shares = [number(f"dsp_{name}_share") for name in ("serdes", "converter", "core")]
    assert sum(shares) == pytest.approx(1)
    for part, share in zip(parts, shares, strict=False):
        assert part == pytest.approx(25 * number("dsp_share_lumentum") * share, abs=0.06)


def test_the_ladders_of_module_power_go_down():
    for source in ("nvidia", "source", "credo", "hyperlight"):
        steps = [f"dr8_1t6_{step}_{source}" for step in ("retimed", "lro", "lpo", "npo", "cpo")]
        powers = [catalog.fact(name).middle for name in steps if name in fact_names()]
        assert len(powers) >= 2 and powers == sorted(powers, reverse=True)


def test_what_a_switch_saves():
    saved = number("switch_64x800g_lpo_saving")
    modules = 64 * (number("dr8_800g_power_cisco") - number("lpo_800g_power_cisco"))
    assert saved - modules == 188  # as the note says, unexplained
    assert (number("q3450_power_pluggable") - number("q3450_power")) * 1000 / 72 == pytest.approx(42, abs=0.5)


def test_leases_and_the_worth_of_a_megawatt():
    for name in ("2024_06", "option3", "2024_10", "2025"):
        rate = number(f"lease_{name}_revenue") / number(f"lease_{name}_load") / number("lease_term")
        assert number(f"lease_{name}_rate") == pytest.approx(rate, rel=1e-6)
    assert number("freed_mw_lease") == number("lease_value")
    assert number("freed_mw_energy") == pytest.approx(1200 * 8760 * number("electricity_price"))
    assert number("freed_mw_gpus") == math.floor(1000 / number("gpu_power_gb200"))
    assert number("gpu_power_h100_all_in") == number("cluster_100k_grid") * 1000 / 100_000
    assert number("pue_design_ratio") == pytest.approx(number("muskogee_grid") / number("muskogee_load"), abs=0.005)


def test_shares_of_the_network():
    for tiers, share in ((2, 0.62), (3, 0.60), (4, 0.56)):
        network, total = number(f"gb300_{tiers}tier_network"), number(f"gb300_{tiers}tier_total")
        assert number(f"gb300_{tiers}tier_transceivers") / network == pytest.approx(share, abs=0.005)
        assert network / total == pytest.approx(number(f"gb300_{tiers}tier_network_share"), abs=0.0015)
        assert total - network == pytest.approx(4.627e6, rel=1e-4)  # the same computers under each network


def test_noise_of_amplifiers():
    charge = 1.602176634e-19
    rms = number("tia_28nm_shi_noise_rms") * 1e-6
    assert number("tia_28nm_shi_noise") == pytest.approx(rms / math.sqrt(1.05 * 37e9) * 1e12, abs=0.05)
    assert number("receiver_noise_rms") == pytest.approx(17e-6 * math.sqrt(63.9e9), abs=0.005)
    assert number("shot_noise_0dbm") == pytest.approx(math.sqrt(2 * charge * 0.8e-3) * 1e12, abs=0.05)


def test_penalty_of_intensity_noise():
    for name, rin, baud_gbd, x in (
        ("rin_penalty_100g", -136, 53.125, 3.414),
        ("rin_penalty_200g", -139, 106.25, 3.414),
        ("rin_penalty_50g", -132, 26.5625, 3.414),
        ("rin_penalty_200g_inner", -139, 113.4375, 2.489),
    ):
        band = number("noise_bandwidth_bt4") * baud_gbd * 0.5e9
        penalty = -5 * math.log10(1 - (3 * x) ** 2 * 10 ** (rin / 10) * band)
        assert number(name) == pytest.approx(penalty, abs=6e-4)


def tail(x: float) -> float:
    return 0.5 * math.erfc(x / math.sqrt(2))


def test_error_ratios_of_pam4():
    for name, ber in (
        ("1e6", 1e-6), ("228em6", 2.28e-4), ("240em6", 2.4e-4), ("292em6", 2.92e-4), ("480em5", 4.8e-3), ("485em5", 4.85e-3),
    ):  # fmt: skip
        x = number(f"pam4_x_{name}")
        assert (3 * tail(x) + 2 * tail(3 * x) - tail(5 * x)) / 4 == pytest.approx(ber, rel=1e-4)
    assert number("sensitivity_cost_100g_to_200g") == pytest.approx(5 * math.log10(2), abs=5e-4)


def test_levels_and_factors_of_multipath():
    for i, er_db in enumerate(values("average_over_oma_er")):
        er = 10 ** (er_db / 10)
        average = 10 * math.log10((er + 1) / (er - 1) / 2)
        assert values("average_over_oma")[i] == pytest.approx(average, abs=6e-4)
        assert values("top_level_over_oma")[i] == pytest.approx(er / (er - 1), abs=6e-5)
    for i, er_db in enumerate(values("mpi_factor_er")):
        low = 10 ** (-er_db / 10)
        roots = [math.sqrt(low + (1 - low) * k / 3) for k in range(4)]
        assert values("mpi_factor_statistical")[i] == pytest.approx(sum(roots) / 4, abs=6e-5)
        assert values("mpi_factor_improved")[i] == pytest.approx((1 + roots[2]) / 2, abs=6e-5)


def test_dispersion_and_fading():
    for name, nm, zero, km in (
        ("dr_pos", 1317.5, 1300, 0.5), ("dr_neg", 1304.5, 1324, 0.5), ("2km_pos", 1317.5, 1300, 2), ("2km_neg", 1304.5, 1324, 2),
        ("lr1_pos", 1317.5, 1300, 10), ("lr1_neg", 1304.5, 1324, 10), ("fr4_pos", 1337.5, 1300, 2), ("fr4_neg", 1264.5, 1324, 2),
        ("fr4_500_pos", 1337.5, 1300, 0.5), ("fr4_500_neg", 1264.5, 1324, 0.5),
        ("lr4_pos", 1310.19, 1300, 10), ("lr4_neg", 1294.53, 1324, 10), ("oci_pos", 1335, 1300, 0.5), ("oci_neg", 1308, 1324, 0.5),
    ):  # fmt: skip
        formula = km * number("dispersion_slope_max") / 4 * nm * (1 - (zero / nm) ** 4)
        assert number(f"dispersion_{name}") == pytest.approx(formula, abs=6e-3)
    for name, ps_per_nm, loss_db in (("fr4_pos", 6.6, 0.50), ("fr4_neg", 11.7, 1.6), ("dr", 0.8, 0.007)):
        phase = math.pi * 1310e-9**2 * ps_per_nm * 1e-3 * 53e9**2 / 299792458
        assert -20 * math.log10(math.cos(phase)) == pytest.approx(loss_db, abs=0.03)
        assert number(f"fading_{name}") == loss_db


def loss_per_mm(gamma0: float, a1: float, a2: float, f_ghz: float) -> float:
    return 20 / math.log(10) * (gamma0 + a1 * math.sqrt(f_ghz) + a2 * f_ghz)


def test_lines_and_twinax():
    for letter in "ab":
        loss = loss_per_mm(
            number("pkg_dj_gamma0"), number(f"pkg_dj_{letter}_a1"), number(f"pkg_dj_{letter}_a2"), 53.125
        )
        assert number(f"pkg_dj_{letter}_loss") == pytest.approx(loss, abs=5e-4)
    assert number("host_dj_loss") == pytest.approx(
        loss_per_mm(0, number("host_dj_a1"), number("host_dj_a2"), 53.125), abs=5e-5
    )
    for name, f_ghz in (("12g89", 12.89), ("26g56", 26.56), ("53g125", 53.125)):
        model = [1000 * loss_per_mm(0, a1, number("twinax_a2"), f_ghz) for a1 in values("twinax_a1")]
        assert values(f"twinax_loss_{name}") == pytest.approx(model, abs=0.015)


def test_reach_falls_with_gauge_and_grows_with_sequence_detection():
    for pair in ("hl_hl", "hl_hn", "hn_hn", "hh_hl", "hh_hn"):
        known = [g for g in (26, 28, 30, 32) if f"reach_{pair}_{g}awg_dfe" in fact_names()]
        reaches = [number(f"reach_{pair}_{g}awg_dfe") for g in known]
        assert len(known) >= 3 and reaches == sorted(reaches, reverse=True)
        for gauge in known:
            assert number(f"reach_{pair}_{gauge}awg_mlsd") >= number(f"reach_{pair}_{gauge}awg_dfe")


def test_other_derived_facts():
    er = 10 ** (number("nokia_lpo_er") / 10)
    oma = number("nokia_lpo_average") + 10 * math.log10(2 * (er - 1) / (er + 1))
    assert number("nokia_lpo_oma") == pytest.approx(oma, abs=0.005)
    assert number("st_phase_shifter_vpi_length") == pytest.approx(1.8 * 180 / number("st_phase_shift") / 10, abs=0.05)
    assert number("m1000_areal_density") == number("m1000_bandwidth") / number("m1000_area")
    assert number("inner_rate_ratio") == pytest.approx(128 / 120 * 1089 / 1088, abs=1e-7)
    assert number("baud_with_inner") / number("baud_without_inner") == pytest.approx(number("inner_rate_ratio"))
    assert number("kp4_rate_overhead") == pytest.approx(number("kp4_n") / number("kp4_k"), abs=1e-6)
    assert number("clock_jitter_001ui") == pytest.approx(0.01 / 106.25e9 * 1e15, abs=0.2)
    assert number("gpu_power_gb200") == pytest.approx(1200 / 576, abs=0.005)
