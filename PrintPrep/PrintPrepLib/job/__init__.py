"""The one road from a volume and a segment to model, checks and record.

Command line, console, panel and batches all take it: ``model`` makes the surface, ``record``
measures and judges it, ``run`` leads one input to its results folder.
"""
