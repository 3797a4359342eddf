"""Step 3: the segment, with Slicer's own Segment Editor inside the panel."""

from __future__ import annotations

from functools import partial
from typing import Any

import qt
import slicer
import vtk
from PrintPrepLib.core.phrases import Phrase, translated
from PrintPrepLib.mrml import belonging as mrml_belonging
from PrintPrepLib.mrml import models as mrml_models
from PrintPrepLib.mrml import segments as mrml_segments
from PrintPrepLib.mrml import volumes as mrml_volumes
from PrintPrepLib.mrml.segments import new_segmentation, threshold_of
from PrintPrepLib.mrml.volumes import provenance_of, voxels_of
from slicer.i18n import tr as _

from .states.segment import (
    PRESET_BUTTON,
    SegmentFacts,
    half_contrast_told,
    limits_told,
    segment_view,
)
from .states.view import Text, View, said
from .step import Step

EDITOR_TAG = "PrintPrep"
_SET_UP = "PrintPrep.SetUp"
EFFECTS = (
    *("Threshold", "Paint", "Draw", "Erase", "Scissors", "Islands"),
    *("Margin", "Hollow", "Smoothing", "Logical operators"),
)
_PRESETS_A_ROW = 3


class SegmentStep(Step):
    """Done where the chosen segment has voxels. Presets only set the effect's range.

    A segment bears the name of the range that filled it, until the user gives it another one.
    """

    key = "segment"

    def setup(self) -> None:
        from PrintPrepLib.surface.threshold import presets

        ui = self.ui
        self._observed: Any = None
        self._stamps: dict[str, Any] = {}
        #: ID of the volume that the step was shown for last.
        self._volume = ""
        self.presets: dict[str, Any] = {}
        self._titles = {name: Phrase(preset.title) for name, preset in presets().items()}
        grid = ui.presetsFrame.layout()
        for index, (name, preset) in enumerate(presets().items()):
            button = qt.QPushButton(translated(preset.title))
            button.objectName = f"{PRESET_BUTTON}{name}"
            setattr(ui, button.objectName, button)
            button.checkable = True
            button.toolTip = _preset_tip(preset)
            button.connect("clicked()", lambda name=name: self.use_preset(name))
            grid.addWidget(button, index // _PRESETS_A_ROW, index % _PRESETS_A_ROW)
            self.presets[name] = button
        last = len(self.presets)
        grid.addWidget(ui.automaticButton, last // _PRESETS_A_ROW, last % _PRESETS_A_ROW)
        ui.automaticButton.connect("clicked()", self._automatic)
        ui.halfContrastButton.connect("clicked()", self._half_contrast)
        ui.applyThresholdButton.connect("clicked()", self.apply)
        self.editor = slicer.qMRMLSegmentEditorWidget()
        self.editor.maximumNumberOfUndoStates = 10
        self.editor.sourceVolumeNodeSelectorVisible = False
        self.editor.switchToSegmentationsButtonVisible = False
        self.editor.setEffectNameOrder(list(EFFECTS))
        self.editor.unorderedEffectsVisible = False
        self.editor.connect(
            "segmentationNodeChanged(vtkMRMLSegmentationNode*)", self._segmentation_chosen
        )
        # Its texts and the names of segmentations do not set the width of the panel.
        self.editor.setSizePolicy(qt.QSizePolicy.Ignored, qt.QSizePolicy.Preferred)
        ui.editorFrame.layout().addWidget(self.editor)
        ui.segmentEditor = self.editor

    def scene_changed(self) -> None:
        self.editor.setMRMLScene(slicer.mrmlScene)

    def enter(self) -> None:
        node, modified = self._editor_node(), vtk.vtkCommand.ModifiedEvent
        self.editor.setMRMLSegmentEditorNode(node)
        # The widget's own signal tells of clicks in its table only, not of a segment added.
        if not self.panel.hasObserver(node, modified, self._editor_modified):
            self.panel.addObserver(node, modified, self._editor_modified)
        self.editor.setupViewObservations()
        self.editor.updateWidgetFromMRML()
        if self.parameters.segmentation is not None:
            self._show(self.parameters.segmentation, self.parameters.segmentID)

    def clean_up(self) -> None:
        """Leave nothing behind that still listens to the editor's state."""
        self.editor.setMRMLSegmentEditorNode(None)
        self.editor.deleteLater()

    def exit(self) -> None:
        self.editor.setActiveEffect(None)
        self.editor.removeViewObservations()
        node, modified = self.editor.mrmlSegmentEditorNode(), vtk.vtkCommand.ModifiedEvent
        if node is not None and self.panel.hasObserver(node, modified, self._editor_modified):
            self.panel.removeObserver(node, modified, self._editor_modified)
        self._observe(None)

    def _editor_node(self) -> Any:
        """The panel's own editor state, apart from that of the Segment Editor module."""
        node = slicer.mrmlScene.GetSingletonNode(EDITOR_TAG, "vtkMRMLSegmentEditorNode")
        if node is None:
            node = slicer.mrmlScene.CreateNodeByClass("vtkMRMLSegmentEditorNode")
            node.UnRegister(None)
            node.SetSingletonTag(EDITOR_TAG)
            node = slicer.mrmlScene.AddNode(node)
        if node.GetAttribute(_SET_UP) is None:
            # Segments are parts of their own: one may overlap another. Closing the scene keeps
            # the node but resets it.
            node.SetOverwriteMode(node.OverwriteNone)
            node.SetAttribute(_SET_UP, "1")
        return node

    # What is chosen

    def _segmentation_chosen(self, node: Any) -> None:
        if self.parameters is not None and not self.panel.refreshing:
            self.parameters.segmentation = node
            self._observe(node)
            self.panel.refresh_soon()

    def _editor_modified(self, caller: Any, event: Any) -> None:
        segment_id = caller.GetSelectedSegmentID() or ""
        if self.parameters is None or self.panel.refreshing:
            return
        if segment_id != self.parameters.segmentID:
            self.parameters.segmentID = segment_id
            self.panel.refresh_soon()

    def _observe(self, node: Any) -> None:
        """Watch the segments: what the threshold fills gets its range as a tag."""
        if self._observed is not None:
            for event, method in self._events.items():
                self.panel.removeObserver(self._observed, event, method)
        self._observed = None if node is None else node.GetSegmentation()
        self._stamps = {}
        if self._observed is not None:
            self._stamps = mrml_segments.label_stamps(node)
            for event, method in self._events.items():
                self.panel.addObserver(self._observed, event, method)

    @property
    def _events(self) -> dict[int, Any]:
        events = slicer.vtkSegmentation
        return {
            events.SourceRepresentationModified: self._voxels_modified,
            events.SegmentModified: self._segment_modified,
            events.SegmentRemoved: self._segment_removed,
        }

    @vtk.calldata_type(vtk.VTK_STRING)
    def _voxels_modified(self, caller: Any, event: Any, segment_id: str | None = None) -> None:
        if self.parameters is None or self.panel.work.running:
            return
        if caller.GetSegment(segment_id or "") is None:
            # The event also comes without a segment, or with something else than its name.
            segment_id = None
        effect = self.editor.activeEffect()
        if effect is not None and effect.name == "Threshold":
            filled = segment_id or self.editor.currentSegmentID()
            self._tag(filled, effect)
            self._rename(filled)
        self._outdated(segment_id)

    @vtk.calldata_type(vtk.VTK_STRING)
    def _segment_modified(self, caller: Any, event: Any, segment_id: str | None = None) -> None:
        """Undo and redo tell this, and so does a new colour: only new voxels count."""
        if self.parameters is None or self.panel.work.running:
            return
        now = mrml_segments.label_stamps(self.parameters.segmentation)
        if segment_id and now.get(segment_id) != self._stamps.get(segment_id):
            self._outdated(segment_id)
        self.panel.refresh_soon()

    def _segment_removed(self, caller: Any, event: Any) -> None:
        self.panel.refresh_soon()

    def _outdated(self, segment_id: str | None) -> None:
        self._stamps = mrml_segments.label_stamps(self.parameters.segmentation)
        mrml_models.mark_outdated(self.parameters.segmentation, segment_id)
        self.panel.refresh_soon()

    def voxels_known(self) -> None:
        """The model was made of the voxels as they are now."""
        self._stamps = mrml_segments.label_stamps(self.parameters.segmentation)

    def _tag(self, segment_id: str, effect: Any) -> None:
        """Keep the effect's range with the segment that it has just filled."""
        volume, segmentation = self.parameters.volume, self.parameters.segmentation
        if volume is not None and segmentation is not None:
            low, high = _range_of(effect)
            by_user = self.parameters.rangeSet != _range_text(low, high)
            mrml_segments.tag_threshold(volume, segmentation, segment_id, low, high, by_user)

    def _rename(self, segment_id: str) -> None:
        """Give what a preset or an automatic range has just filled its name."""
        segment = mrml_segments.segment_of(self.parameters.segmentation, segment_id)
        # What the user fills with a range of his own is his to name.
        if segment_id != self.parameters.rangeSegment or segment is None:
            return
        if self._is_unnamed(segment):
            segment.SetName(self.parameters.rangeName)

    # State

    def settle(self) -> None:
        """With another volume comes its own segmentation, with another segment the shown one."""
        parameters = self.parameters
        volume, segmentation = parameters.volume, parameters.segmentation
        chosen = "" if volume is None else volume.GetID()
        before, self._volume = self._volume, chosen
        if volume is not None and chosen != before:
            if before:
                parameters.preset = parameters.halfContrast = ""
            if segmentation is None or self.foreign():
                self._show(*mrml_belonging.segment_for(volume))
        self.follow()
        if volume is not None and parameters.segmentation is not None and not self.foreign():
            mrml_belonging.remember_made_of(parameters.segmentation, volume)

    def follow(self) -> None:
        """The segment that the editor shows is the chosen one, however it got there."""
        parameters, editor = self.parameters, self.editor
        if editor.mrmlSegmentEditorNode() is None or parameters.segmentation is None:
            return
        if parameters.segmentation is editor.segmentationNode():
            shown = editor.currentSegmentID() or ""
            if shown != parameters.segmentID:
                parameters.segmentID = shown

    def foreign(self) -> Text:
        """Why the chosen segment is not the chosen volume's, and what to do; "" where it is."""
        parameters = self.parameters
        if parameters.volume is None or parameters.segmentation is None:
            return ""
        told = mrml_belonging.told_foreign(
            parameters.volume, parameters.segmentation, parameters.segmentID
        )
        return told or ""

    def view(self) -> View:
        parameters, volume = self.parameters, self.parameters.volume
        presets = {"presets": self._titles, "preset": parameters.preset}
        if volume is None:
            return segment_view(SegmentFacts(**presets, half_contrast=parameters.halfContrast))
        facts = SegmentFacts(
            volume=True,
            regular=not mrml_volumes.geometry_of(volume)["problem"],
            hounsfield=mrml_volumes.has_hounsfield_units(volume),
            segment=self._segment().GetName() if self.voxels() else None,
            foreign=self.foreign(),
            threshold=self._threshold_effect() is not None,
            half_contrast=parameters.halfContrast,
            **presets,
        )
        return segment_view(facts)

    def _segment(self) -> Any:
        return mrml_segments.segment_of(self.parameters.segmentation, self.parameters.segmentID)

    def voxels(self) -> bool:
        """Whether the chosen segment has any; it may be another volume's."""
        if self._segment() is None:
            return False
        return mrml_segments.segment_has_voxels(
            self.parameters.segmentation, self.parameters.segmentID
        )

    def refresh(self, view: View) -> None:
        super().refresh(view)
        volume = self.parameters.volume
        if self.parameters.segmentation is not self.editor.segmentationNode():
            self._show(self.parameters.segmentation, self.parameters.segmentID)
        self._set_source(volume)

    # What the user does

    def use_preset(self, name: str) -> None:
        """Set the Threshold effect to a preset's range; the segment waits for Apply."""
        from PrintPrepLib.surface.threshold import preset

        chosen = preset(name)
        self.parameters.preset = name
        self.set_range(chosen.low, chosen.high, translated(chosen.title))
        self.panel.refresh()

    def _automatic(self) -> None:
        volume = self.parameters.volume
        low = self.panel.run(
            _("Finding a threshold"),
            lambda progress: self._automatic_threshold(volume, progress),
        )
        if low is not None:
            self.parameters.preset = ""
            self.set_range(low, None, _("Object"))
            self.panel.refresh()

    def _automatic_threshold(self, volume: Any, progress: Any) -> float:
        from PrintPrepLib.core.progress import meanwhile
        from PrintPrepLib.surface.threshold import automatic_threshold

        background = provenance_of(volume).get("volume", {}).get("background")
        find = partial(automatic_threshold, voxels_of(volume), background)
        return meanwhile(progress, 0.0, _("Finding a threshold"), find)

    def _half_contrast(self) -> None:
        volume, effect = self.parameters.volume, self._threshold_effect()

        def measure(progress: Any) -> Any:
            if effect is None:
                low, high = self._guess(progress), mrml_volumes.value_range(volume)[1]
            else:
                low, high = _range_of(effect)
            return low, mrml_volumes.measure_half_contrast(volume, low, high, progress)

        done = self.panel.run(_("Measuring half contrast"), measure)
        if done is None:
            return
        low, found = done
        self.parameters.preset = ""
        self.parameters.halfContrast = half_contrast_told(
            found.threshold, found.object_value, found.background_value, found.shift_mm
        ).said
        name = self.parameters.rangeName or _("Object")
        if found.object_value >= found.background_value:
            self.set_range(found.threshold, None, name)
        else:
            self.set_range(low, found.threshold, name)
        if self._threshold_effect() is None:
            self.panel.show_message(
                _("The Threshold effect is not available for this segmentation.")
            )
        self.panel.refresh()

    def _guess(self, progress: Any) -> float:
        known = None
        if self._segment() is not None:
            known = threshold_of(self.parameters.segmentation, self.parameters.segmentID)
        return known[0] if known else self._automatic_threshold(self.parameters.volume, progress)

    def set_range(self, low: float, high: float | None, name: str) -> None:
        """Activate the Threshold effect with a range, in a segment that is made if need be.

        :param name: of what the range fills, unless the user has given the segment another one.
        """
        volume = self.parameters.volume
        self.follow()
        segmentation = self.parameters.segmentation
        if segmentation is None or self.foreign():
            segmentation = new_segmentation(volume)
        segment_id = self.parameters.segmentID
        segment = segmentation.GetSegmentation().GetSegment(segment_id)
        if segment is None:
            segment_id = mrml_segments.add_segment(segmentation, name)
        elif not self.voxels() and self._is_unnamed(segment):
            segment.SetName(name)
        self.parameters.rangeName, self.parameters.rangeSegment = name, segment_id
        self._show(segmentation, segment_id)
        self.editor.setActiveEffectByName("Threshold")
        effect = self._threshold_effect()
        if effect is None:
            return
        # The panel has an Apply of its own, which is in view.
        effect.self().applyButton.visible = False
        lowest, highest = mrml_volumes.value_range(volume)
        # As text: numbers would be cut to six digits.
        effect.setParameter("MinimumThreshold", repr(float(max(low, lowest))))
        high = highest if high is None else min(high, highest)
        effect.setParameter("MaximumThreshold", repr(float(high)))
        # Another range than this is one that a person has set.
        self.parameters.rangeSet = _range_text(*_range_of(effect))

    def _is_unnamed(self, segment: Any) -> bool:
        """Whether the user has given a segment no name of its own yet."""
        name = segment.GetName()
        given = {said(title) for title in self._titles.values()} | {_("Object")}
        return name.startswith("Segment_") or name in given

    def _show(self, segmentation: Any, segment_id: str) -> None:
        """Bring segmentation, volume and segment into the editor, in the order that it needs."""
        self.editor.setSegmentationNode(segmentation)
        self._set_source(self.parameters.volume)
        if segmentation is not None and segment_id:
            self.editor.setCurrentSegmentID(segment_id)
        self.parameters.segmentation, self.parameters.segmentID = segmentation, segment_id
        self._observe(segmentation)

    def _set_source(self, volume: Any) -> None:
        """Without a segmentation the editor takes no volume, and logs an error."""
        editor = self.editor
        if volume is None or editor.segmentationNode() is None:
            return
        if editor.sourceVolumeNode() is not volume:
            editor.setSourceVolumeNode(volume)

    def _threshold_effect(self) -> Any:
        effect = self.editor.activeEffect()
        return effect if effect is not None and effect.name == "Threshold" else None

    def apply(self) -> None:
        """Fill the segment through the effect, as its own Apply button does."""
        effect = self._threshold_effect()
        if effect is not None and not self.foreign():
            effect.self().onApply()
            self.panel.refresh()


def _range_of(effect: Any) -> tuple[float, float]:
    """The range of the Threshold effect."""
    low, high = (effect.doubleParameter(f"{end}Threshold") for end in ("Minimum", "Maximum"))
    return low, high


def _range_text(low: float, high: float) -> str:
    """What tells one range from another, whatever digits sliders cut off."""
    return f"{low:.5g};{high:.5g}"


def _preset_tip(preset: Any) -> str:
    return f"{limits_told(preset.low, preset.high).said}. {translated(preset.description)}"
