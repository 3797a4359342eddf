"""One header in, values out: tags, image plane, functional groups, pixel layout, raw elements.

A header is a file read with pydicom or an entry of Slicer's DICOM database.
"""
