"""What a link answers at many points: output columns and statuses."""

from photonics_kernels import answers

from photonics.results.evaluator import OutputInfo

UNDECIDED, NO_EYE, WRAPS = 8, 9, 10
STATUSES = {
    answers.NO_ROOT_FLOOR: "error floor above the limit: no received power meets it",
    answers.NO_ROOT_BELOW: "limit met at the lowest power tried (-60 dBm): no root",
    answers.NOT_CONVERGED: "the search for the sensitivity did not converge",
    answers.BAND_CLOSED: "dispersion or DGD closes the band: no linear equaliser restores it",
    answers.EYE_CLOSED: "the multipath bound closes the eye",
    answers.IMPOSSIBLE: "no such point: a drive beyond V_pi, no noise at all, or a ratio out of range",
    answers.NO_LAUNCH: "no launch power: neither the clause nor the error ratio sets one",
    UNDECIDED: "undecided: the design says that an engine not built yet decides it, or its PHY has no limit",
    NO_EYE: "no eye: no equaliser solves it, strong cursors leave gaps that noise does not fill, or jitter is far larger than the eye",
    WRAPS: "the response is longer than the eye's window of 1024 symbols: the eye's number is that of a response that wraps around",
}
OUTPUTS = {
    info.name: info
    for info in (
        OutputInfo("margin_db", "dB", "received OMA over the sensitivity, worst lane (physics)", 1),
        OutputInfo(
            "meets_limit", "1", "1 where every lane's error ratio at the received power meets its limit (margin_db >= 0), else 0; "
            "much cheaper than the margin", 1,
        ),
        OutputInfo("pre_fec_ber", "1", "bit error ratio before the decoder, worst lane, mean over beat states", -1),
        OutputInfo("log10_ber", "1", "its decimal logarithm", -1),
        OutputInfo("rx_oma_dbm", "dBm", "outer OMA at TP3, weakest lane", 1),
        OutputInfo("sensitivity_oma_dbm", "dBm", "outer OMA at TP3 that just meets the limit, worst lane", -1),
        OutputInfo("optical_loss_db", "dB", "TP2 to TP3, highest of the lanes", -1),
        OutputInfo("launch_oma_dbm", "dBm", "outer OMA at TP2 after the guards, weakest lane", 1),
        OutputInfo("margin_spec_db", "dB", "launch less loss, MPI allocation and what a compliant receiver must accept (clause)", 1),
        OutputInfo("overload_room_db", "dB", "overload limit over the average power received at this point", 1),
        OutputInfo("laser_room_db", "dB", "the laser's limit over what it is asked for; negative: short", 1),
        OutputInfo("power_w", "W", "module, one end, at its supply pins", -1),
        OutputInfo("energy_pj_per_bit", "pJ/bit", "module power over payload rate, one end", -1),
        OutputInfo("price_usd", "USD", "module price as the design gives it", -1),
        OutputInfo("latency_ns", "ns", "one way: fibre, module DSPs, KP4", -1),
        OutputInfo(
            "eye_log10_ber", "1", "decimal logarithm of the bit error ratio by the statistical eye at the received power, its equaliser solved "
            "at this point, worst lane, mean over beat states; some 0.2 ms a point", -1,
        ),
        OutputInfo("eye_pre_fec_ber", "1", "that bit error ratio", -1),
        OutputInfo("eye_margin_db", "dB", "received OMA over the eye's sensitivity, worst lane; some ten times the cost of its error ratio", 1),
        OutputInfo("eye_sensitivity_oma_dbm", "dBm", "outer OMA at TP3 at which the eye, fibre included, just meets the limit, worst lane", -1),
    )
}
