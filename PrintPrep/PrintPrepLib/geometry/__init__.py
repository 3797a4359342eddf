"""Slices to stacks, and where they stand: grouping, regularity, tilt, gaps, fans, findings.

Headers only: no pixel is read here.
"""
