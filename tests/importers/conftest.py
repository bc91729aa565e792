"""Reading is measured by the benchmarks: on a busy machine no test of a format fails for being slow."""

from hypothesis import settings

settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")
