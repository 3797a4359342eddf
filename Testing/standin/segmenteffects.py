"""Effects of the Segment Editor: Threshold and Islands at work, the others by name."""

from __future__ import annotations

from typing import Any

import numpy as np
import slicer
import vtk
from PySide6 import QtWidgets
from vtk.util.numpy_support import numpy_to_vtk, vtk_to_numpy

from .ctknumbers import ctkRangeWidget
from .pythonqt import wrap
from .strict import StandInGap, StrictObject

#: The effects of a Slicer without extensions, in its order.
EFFECT_NAMES = (
    *("Threshold", "Paint", "Draw", "Erase", "Level tracing", "Grow from seeds"),
    *("Fill between slices", "Margin", "Hollow", "Smoothing", "Scissors", "Islands"),
    *("Logical operators", "Mask volume"),
)


class EffectBase(StrictObject, table="segment editor effect Threshold"):
    """What all effects share. Parameters are attributes of the segment editor node."""

    def __init__(self, name: str, owner: Any) -> None:
        self._own_name, self._owner = name, owner
        self._frame = QtWidgets.QWidget(owner)
        self._frame.setLayout(QtWidgets.QFormLayout())
        self._frame.layout().setContentsMargins(0, 0, 0, 0)
        self._frame.hide()
        self._defaults: dict[str, str] = {}
        self._scripted: Any = None

    @property
    def name(self) -> str:
        return self._own_name

    @property
    def title(self) -> str:
        return self._own_name

    @property
    def perSegment(self) -> bool:
        return True

    def parameterSetNode(self) -> Any:
        return self._owner.mrmlSegmentEditorNode()

    def scene(self) -> Any:
        return self._owner.mrmlScene()

    def optionsFrame(self) -> Any:
        return wrap(self._frame)

    def active(self) -> bool:
        return self._owner.activeEffect() is self

    def activate(self) -> None:
        """For subclasses."""

    def deactivate(self) -> None:
        """For subclasses."""

    def setParameterDefault(self, name: str, value: Any) -> None:
        self._defaults[name] = _text(value)

    def setParameter(self, name: str, value: Any) -> None:
        node = self.parameterSetNode()
        if node is None:
            return
        node.SetAttribute(f"{self._own_name}.{name}", _text(value))
        self.updateGUIFromMRML()

    def setCommonParameter(self, name: str, value: Any) -> None:
        self.parameterSetNode().SetAttribute(name, _text(value))

    def parameterDefined(self, name: str) -> bool:
        node = self.parameterSetNode()
        return node is not None and node.GetAttribute(f"{self._own_name}.{name}") is not None

    def parameter(self, name: str) -> str:
        node = self.parameterSetNode()
        for key in (f"{self._own_name}.{name}", name):
            value = node.GetAttribute(key) if node is not None else None
            if value is not None:
                return value
        return self._defaults.get(name, "")

    def doubleParameter(self, name: str) -> float:
        return float(self.parameter(name) or 0.0)

    def integerParameter(self, name: str) -> int:
        return int(float(self.parameter(name) or 0))

    def updateGUIFromMRML(self) -> None:
        """For subclasses."""

    def saveStateForUndo(self) -> None:
        self._owner.saveStateForUndo()

    def selectEffect(self, name: str) -> None:
        self._owner.setActiveEffectByName(name)

    def confirmCurrentSegmentVisible(self) -> int:
        return 2

    def sourceVolumeImageData(self) -> Any:
        logic = self._owner._logic
        logic.UpdateAlignedSourceVolume()
        return logic.GetAlignedSourceVolume()

    def selectedSegmentLabelmap(self) -> Any:
        logic = self._owner._logic
        logic.UpdateSelectedSegmentLabelmap()
        return logic.GetSelectedSegmentLabelmap()

    def defaultModifierLabelmap(self) -> Any:
        logic = self._owner._logic
        logic.ResetModifierLabelmapToDefault()
        return logic.GetModifierLabelmap()

    def modifySelectedSegmentByLabelmap(self, labelmap: Any, mode: Any, *more: Any) -> None:
        self._owner._modify(labelmap, mode)

    def self(self) -> Any:
        return self._scripted

    def _set_values(self, values: np.ndarray, mode: str, unmasked: bool = False) -> None:
        """Write a mask [k,j,i] on the reference geometry into the current segment."""
        labelmap = self.defaultModifierLabelmap()
        scalars = numpy_to_vtk(values.astype(np.uint8).ravel(), deep=True)
        labelmap.GetPointData().SetScalars(scalars)
        logic_class = slicer.vtkSlicerSegmentEditorLogic
        self._owner._modify(labelmap, getattr(logic_class, f"ModificationMode{mode}"), unmasked)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(int(value))
    return f"{value:.12g}" if isinstance(value, float) else str(value)


class Scissors(EffectBase, table="segment editor effect Scissors"):
    """Only its parameters: a test edits the segment's voxels itself."""

    def __getattribute__(self, name: str) -> Any:
        if name == "self":
            raise AttributeError("Scissors is written in C++ and has no self()")
        return super().__getattribute__(name)


class _Scripted(StrictObject):
    """The Python side of an effect: what ``effect.self()`` gives."""

    def __init__(self, effect: EffectBase) -> None:
        self._effect = effect
        self._parts: dict[str, Any] = {}

    def __getattr__(self, name: str) -> Any:
        parts = self.__dict__.get("_parts", {})
        if name in parts:
            return parts[name]
        return super().__getattr__(name)


class ThresholdSide(_Scripted, table="segment editor effect Threshold .self()"):
    """Slider, apply, and the intensity mask."""

    def __init__(self, effect: EffectBase) -> None:
        super().__init__(effect)
        slider = ctkRangeWidget(effect._frame)
        slider.setDecimals(2)
        mask = QtWidgets.QPushButton("Use for masking")
        apply = QtWidgets.QPushButton("Apply")
        effect._frame.layout().addRow("Threshold range:", slider)
        effect._frame.layout().addRow(mask)
        effect._frame.layout().addRow(apply)
        slider.valuesChanged.connect(self._on_slider)
        mask.clicked.connect(lambda: self.onUseForPaint())
        apply.clicked.connect(lambda: self.onApply())
        self._slider, self._updating = slider, False
        self._parts = {
            "thresholdSlider": wrap(slider),
            "useForPaintButton": wrap(mask),
            "applyButton": wrap(apply),
            "scriptedEffect": effect,
        }

    def _on_slider(self, low: float, high: float) -> None:
        if not self._updating:
            self._effect.setParameter("MinimumThreshold", low)
            self._effect.setParameter("MaximumThreshold", high)

    def activate(self) -> None:
        image = self._effect.sourceVolumeImageData()
        if image is None:
            return
        low, high = image.GetScalarRange()
        self._updating = True
        self._slider.setRange(low, high)
        self._slider._set_step((high - low) / 1000.0)
        self._updating = False
        effect = self._effect
        if effect.doubleParameter("MinimumThreshold") == effect.doubleParameter("MaximumThreshold"):
            effect.setParameter("MinimumThreshold", low + 0.25 * (high - low))
            effect.setParameter("MaximumThreshold", high)
        self.updateGUIFromMRML()

    def deactivate(self) -> None:
        """The preview would vanish here."""

    def updateGUIFromMRML(self) -> None:
        if self._updating:
            return
        self._updating = True
        self._slider.setValues(
            self._effect.doubleParameter("MinimumThreshold"),
            self._effect.doubleParameter("MaximumThreshold"),
        )
        self._updating = False

    def onUseForPaint(self) -> None:
        node = self._effect.parameterSetNode()
        node.SourceVolumeIntensityMaskOn()
        node.SetSourceVolumeIntensityMaskRange(
            self._effect.doubleParameter("MinimumThreshold"),
            self._effect.doubleParameter("MaximumThreshold"),
        )
        self._effect.selectEffect("Paint")

    def onApply(self) -> None:
        effect = self._effect
        image = effect.sourceVolumeImageData()
        values = vtk_to_numpy(image.GetPointData().GetScalars())
        low = effect.doubleParameter("MinimumThreshold")
        high = effect.doubleParameter("MaximumThreshold")
        effect.saveStateForUndo()
        effect._set_values((values >= low) & (values <= high), "Set")
        effect.selectEffect("")


class IslandsSide(_Scripted, table="segment editor effect Islands .self()"):
    """Keep the largest island, and remove small ones."""

    def __init__(self, effect: EffectBase) -> None:
        super().__init__(effect)
        apply = QtWidgets.QPushButton("Apply")
        size = QtWidgets.QSpinBox()
        size.setRange(0, 1000000000)
        size.setValue(1000)
        effect._frame.layout().addRow("Minimum size:", size)
        effect._frame.layout().addRow(apply)
        apply.clicked.connect(lambda: self.onApply())
        size.valueChanged.connect(lambda value: effect.setParameter("MinimumSize", value))
        self._parts = {
            "applyButton": wrap(apply),
            "minimumSizeSpinBox": wrap(size),
            "scriptedEffect": effect,
        }

    def updateGUIFromMRML(self) -> None:
        """The operation has no widget here."""

    def onApply(self) -> None:
        effect = self._effect
        operation = effect.parameter("Operation")
        if operation not in ("KEEP_LARGEST_ISLAND", "REMOVE_SMALL_ISLANDS"):
            raise StandInGap(f"the operation {operation} of Islands is not imitated")
        labelmap = effect.selectedSegmentLabelmap()
        filled = slicer.vtkOrientedImageData()
        filled.DeepCopy(effect.defaultModifierLabelmap())
        slicer.vtkOrientedImageDataResample.ModifyImage(
            filled, labelmap, slicer.vtkOrientedImageDataResample.OPERATION_MAXIMUM
        )
        cast = vtk.vtkImageCast()
        cast.SetInputData(filled)
        cast.SetOutputScalarTypeToInt()
        cast.Update()
        image = cast.GetOutput()
        # Islands of zeros are not counted; each island of ones gets its number.
        math = slicer.vtkITK.vtkITKIslandMath()
        math.SetInputData(image)
        math.SetFullyConnected(False)
        math.SetMinimumSize(1)
        math.Update()
        numbers = vtk_to_numpy(math.GetOutput().GetPointData().GetScalars())
        sizes = np.bincount(numbers)
        sizes[0] = 0
        if operation == "KEEP_LARGEST_ISLAND":
            kept = sizes == sizes.max()
            kept[np.flatnonzero(kept)[1:]] = False
        else:
            kept = sizes >= effect.integerParameter("MinimumSize")
        kept[0] = False
        effect.saveStateForUndo()
        effect._set_values(kept[numbers], "Set", unmasked=True)


class Scripted(EffectBase, table="segment editor effect Threshold"):
    """An effect written in Python, with its other side."""

    def __init__(self, name: str, owner: Any) -> None:
        super().__init__(name, owner)
        if name == "Threshold":
            self.setParameterDefault("MinimumThreshold", 0.0)
            self.setParameterDefault("MaximumThreshold", 0.0)
            self.setParameterDefault("AutoThresholdMethod", "OTSU")
            self.setParameterDefault("AutoThresholdMode", "SET_LOWER_MAX")
            self._scripted = ThresholdSide(self)
        elif name == "Islands":
            self.setParameterDefault("Operation", "KEEP_LARGEST_ISLAND")
            self.setParameterDefault("MinimumSize", 1000)
            self._scripted = IslandsSide(self)

    def activate(self) -> None:
        if isinstance(self._scripted, ThresholdSide):
            self._scripted.activate()

    def updateGUIFromMRML(self) -> None:
        if self._scripted is not None:
            self._scripted.updateGUIFromMRML()


def make_effects(owner: Any) -> dict[str, EffectBase]:
    """All effects, for one editor widget."""
    return {
        name: Scissors(name, owner) if name == "Scissors" else Scripted(name, owner)
        for name in EFFECT_NAMES
    }
