"""What KP4 leaves of independent bit errors, in logarithms."""

import math

from photonics_kernels import fec as kernels

from photonics.results import FecResult

from .limits import KP4_BITS, log_codeword

LN10 = math.log(10.0)
SLOT_BITS = 84 * 8  # a 64-octet frame with preamble and gap


def after_code(code: str, pre_fec_ber: float, interleave: int) -> FecResult:
    """Error ratios after ``kp4`` or ``none``; ``fec`` is its public face."""
    log_ber = math.log(pre_fec_ber) if pre_fec_ber > 0.0 else -math.inf
    symbol = float(kernels.log_rs_symbol_error_ratio(log_ber, KP4_BITS))
    if code == "none":
        # Without a code every wrong bit stays: a frame slot is lost with any of its bits.
        frame = float(kernels.log_rs_symbol_error_ratio(log_ber, SLOT_BITS))
        return FecResult(code, pre_fec_ber, interleave, symbol / LN10, symbol / LN10, frame / LN10)
    codeword = log_codeword(log_ber)
    frame = float(kernels.log_frame_loss_ratio(codeword, interleave))
    return FecResult(code, pre_fec_ber, interleave, symbol / LN10, codeword / LN10, frame / LN10)
