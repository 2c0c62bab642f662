"""Benchmarks of the kernels against what a competent author writes without them; run by ``run.py``, no part of the package."""
