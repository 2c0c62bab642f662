"""Shared by all tests: property tests draw the same cases in every run, so that a failure can be repeated."""

from hypothesis import settings

# derandomize: the cases follow from the test's source; no deadline: the first call of a kernel compiles it.
settings.register_profile("repository", derandomize=True, deadline=None, database=None)
settings.load_profile("repository")
