"""Failures and flaps of a cluster per day, from the rates of its modules."""

import pytest

import photonics as ph


def test_failures_and_flaps_per_day():
    """FIT are failures in 1e9 hours; a day has 24, a link two ends."""
    module = ph.load("1.6T-2xDR4").module
    option = next(o for o in ph.compare("pod-1024").options if o.name == "retimed pluggables")
    ends = 2 * option.links
    assert ends == 4096
    for found, rate in ((option.hard_failures, module.failure_rate), (option.flaps, module.flap_rate)):
        per_day = [ends * fit * 24 / 1e9 for fit in (rate.typ, rate.low, rate.high)]
        assert [found.typ, found.low, found.high] == pytest.approx(per_day, rel=1e-12)
