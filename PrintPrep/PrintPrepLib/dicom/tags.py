"""The tags that headers are read by, and which of them each reader asks for."""

from __future__ import annotations

from ..core.phrases import _

IMAGE_TYPE = "0008,0008"
SOP_CLASS_UID = "0008,0016"
SOP_INSTANCE_UID = "0008,0018"
SERIES_TIME = "0008,0031"
CONTENT_TIME = "0008,0033"
MODALITY = "0008,0060"
SERIES_DESCRIPTION = "0008,103E"
PATIENT_NAME = "0010,0010"
PATIENT_ID = "0010,0020"
PATIENT_BIRTH_DATE = "0010,0030"
SLICE_THICKNESS = "0018,0050"
ECHO_NUMBERS = "0018,0086"
SPACING_BETWEEN_SLICES = "0018,0088"
GANTRY_DETECTOR_TILT = "0018,1120"
CONVOLUTION_KERNEL = "0018,1210"
STUDY_INSTANCE_UID = "0020,000D"
SERIES_INSTANCE_UID = "0020,000E"
SERIES_NUMBER = "0020,0011"
ACQUISITION_NUMBER = "0020,0012"
INSTANCE_NUMBER = "0020,0013"
IMAGE_POSITION = "0020,0032"
IMAGE_ORIENTATION = "0020,0037"
FRAME_OF_REFERENCE = "0020,0052"
TEMPORAL_POSITION = "0020,0100"
SLICE_LOCATION = "0020,1041"
DIMENSION_INDEX = "0020,9157"
PHOTOMETRIC = "0028,0004"
NUMBER_OF_FRAMES = "0028,0008"
ROWS = "0028,0010"
COLUMNS = "0028,0011"
PIXEL_SPACING = "0028,0030"
WINDOW_CENTER = "0028,1050"
WINDOW_WIDTH = "0028,1051"

#: What tells the reconstructions and acquisitions apart that a series may mix; ``slice_traits``
#: reads it of the files, a database is asked only where it decides something.
TRAITS = (
    ACQUISITION_NUMBER,
    CONVOLUTION_KERNEL,
    IMAGE_TYPE,
    ECHO_NUMBERS,
    TEMPORAL_POSITION,
    CONTENT_TIME,
    DIMENSION_INDEX,
)
#: What ``slice_header`` and ``series.membership`` read of every file.
SLICE_TAGS = (
    PATIENT_ID,
    STUDY_INSTANCE_UID,
    SERIES_NUMBER,
    FRAME_OF_REFERENCE,
    SOP_INSTANCE_UID,
    SOP_CLASS_UID,
    IMAGE_TYPE,
    NUMBER_OF_FRAMES,
    ROWS,
    COLUMNS,
    PIXEL_SPACING,
    IMAGE_POSITION,
    IMAGE_ORIENTATION,
    PHOTOMETRIC,
    INSTANCE_NUMBER,
    SLICE_THICKNESS,
    SLICE_LOCATION,
)

#: What ``series.membership`` reads only where the others leave it open.
MEMBERSHIP_TAGS = (PATIENT_NAME, PATIENT_BIRTH_DATE, MODALITY, SERIES_DESCRIPTION, SERIES_TIME)

SECONDARY_CAPTURE = "1.2.840.10008.5.1.4.1.1.7"
#: Objects whose frames are slices, each described by functional groups (PS3.3 C.7.6.16).
ENHANCED = {
    "1.2.840.10008.5.1.4.1.1.2.1": _("enhanced multi-frame CT"),
    "1.2.840.10008.5.1.4.1.1.2.2": _("legacy converted enhanced CT"),
    "1.2.840.10008.5.1.4.1.1.4.1": _("enhanced multi-frame MR"),
    "1.2.840.10008.5.1.4.1.1.4.4": _("legacy converted enhanced MR"),
    "1.2.840.10008.5.1.4.1.1.13.1.1": _("X-ray 3D angiographic"),
    "1.2.840.10008.5.1.4.1.1.13.1.2": _("X-ray 3D craniofacial"),
    "1.2.840.10008.5.1.4.1.1.128.1": _("legacy converted enhanced PET"),
    "1.2.840.10008.5.1.4.1.1.130": _("enhanced PET"),
}
