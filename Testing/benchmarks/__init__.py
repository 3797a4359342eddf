"""The numbers that PrintPrep has to reach, measured beside other programs in one run.

``python Testing/benchmarks/run.py`` prints the table; names pick single benchmarks.
Speeds are ratios within the run, never seconds against a remembered figure.
"""
