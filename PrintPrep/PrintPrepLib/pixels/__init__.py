"""Stored pixels to values: decoders, the Elscint codecs, rescaling. Nothing here knows stacks."""
