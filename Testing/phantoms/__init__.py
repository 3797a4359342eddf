"""Analytic phantoms, the acquisitions that show them, and independent measuring.

The truth of PrintPrep's tests. Nothing in here imports PrintPrepLib: a mistake
that both sides share would pass every test.

* ``analytic``: balls, blocks and cylinders, blurred by a Gaussian in closed form.
* ``acquisition``: how a scanner cuts them into slices (tilt, steps, orientation, noise).
* ``dicom``: those slices as a real DICOM CT series on disk.
* ``measure``: what a surface is, measured without the code under test.
* ``painted``: bodies of several materials on a grid, blurred, noisy.
* ``edges``: what is meant in them, where their edges truly lie, and how far a model is from them.
"""
