"""PrintPrep's library: from DICOM slices to a printable model of true size.

Everything here but ``mrml`` and the commands of ``cli`` that call it is plain
Python on numpy, vtk and pydicom, and never imports ``slicer``, ``qt`` or ``ctk``.
Coordinates are DICOM patient coordinates (LPS) in millimetres unless a name
says otherwise; voxel arrays are indexed ``[k, j, i]``.
"""

__version__ = "0.1.0"
