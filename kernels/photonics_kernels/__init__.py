"""Numba kernels of the photonics toolkit: one module per physical stage.

Arguments are SI, linear and either float64 arrays or a handful of scalars; nothing here is in dB unless its name says so.
Every kernel can be called from a bare interpreter with numbers, and runs unchanged as plain Python when the environment
variable ``NUMBA_DISABLE_JIT`` is 1 (that is how the perturbation study runs).  A kernel that can fail returns a status
beside its value.  This package imports ``math``, ``numpy`` and ``numba`` and nothing of the design layer above it.
"""
