"""Step 4: the surface, and what may be done to it knowing what it costs."""

from __future__ import annotations

from typing import Any

import qt
import slicer
from PrintPrepLib.mrml import models as mrml_models
from PrintPrepLib.mrml import segments as mrml_segments
from PrintPrepLib.mrml.models import mesh_from_model_node
from slicer.i18n import tr as _

from .parameters import Detail, Keep
from .step import Stage, State, Step, bind

PREVIEW_COLOR = (0.35, 0.75, 0.45)
COMPARISON_COLOR = (0.35, 0.55, 0.95)
#: Share of the triangles to remove at most, and the deviation (mm) allowed for it.
_DETAIL = {
    Detail.FULL: None,
    Detail.HIGH: (50.0, 0.05),
    Detail.MEDIUM: (80.0, 0.1),
    Detail.SMALL: (95.0, 0.3),
}


class ModelStep(Step):
    """Done where the chosen segment has a model that is up to date."""

    key = "model"

    def setup(self) -> None:
        ui, panel = self.ui, self.panel
        keep = {
            Keep.ALL: _("all parts"),
            Keep.LARGEST: _("the largest part"),
            Keep.ABOVE_SIZE: _("parts of at least"),
        }
        detail = {
            Detail.FULL: _("full: every triangle"),
            Detail.HIGH: _("high: within 0.05 mm"),
            Detail.MEDIUM: _("medium: within 0.1 mm"),
            Detail.SMALL: _("small file: within 0.3 mm"),
        }
        bind(ui.keepCombo, keep, panel, "keep")
        bind(ui.detailCombo, detail, panel, "detail")
        ui.detailCombo.connect("activated(int)", self._detail_chosen)
        ui.makeModelButton.connect("clicked()", self._make)
        ui.previewButton.connect("clicked()", self._try)
        ui.acceptButton.connect("clicked()", self._accept)
        ui.discardButton.connect("clicked()", self.discard)
        ui.compareButton.connect("clicked()", self._compare)
        ui.modelColorButton.connect("colorChanged(QColor)", self._color_chosen)
        ui.opacitySlider.connect("valueChanged(double)", self._opacity_chosen)

    def node(self) -> Any:
        """The model of the chosen segment, or None."""
        if self.parameters is None:
            return None
        return mrml_models.model_of(self.parameters.segmentation, self.parameters.segmentID)

    def state(self) -> State:
        if not self.panel.segment.voxels() or self.parameters.volume is None:
            return State(
                Stage.BLOCKED, _("needs a segment"), _("The segment is empty: do step 3 first.")
            )
        node = self.node()
        if node is None:
            return State(Stage.NEXT, _("make"), _("Make the model of the segment."))
        if node.GetAttribute(mrml_models.OUTDATED):
            text = _("The segment has changed since the model was made. Make the model again.")
            return State(Stage.NEXT, _("out of date"), text)
        if self.parameters.preview is not None:
            text = _("Accept or discard the changed surface.")
            return State(Stage.NEXT, _("accept?"), text)
        triangles = node.GetPolyData().GetNumberOfPolys()
        text = _("{triangles:,} triangles.").format(triangles=triangles)
        refined = mrml_models.refinement_of(node)
        if refined:
            text += " " + _("The surface was refined; its deviation stands in the record.")
        return State(Stage.DONE, node.GetName(), text)

    def refresh(self, state: State) -> None:
        ui, node, parameters = self.ui, self.node(), self.parameters
        usable = state.stage is not Stage.BLOCKED
        for widget in (ui.makeModelButton, ui.keepCombo, ui.partSizeSpin, ui.detailCombo):
            widget.enabled = usable
        ui.partSizeSpin.visible = parameters.keep is Keep.ABOVE_SIZE
        ui.modelTools.enabled = usable and node is not None
        previewing = parameters.preview is not None
        ui.previewButton.enabled = parameters.smooth or parameters.decimate
        ui.smoothMmSpin.enabled = parameters.smooth
        for widget in (ui.decimatePercentSpin, ui.decimateErrorSpin):
            widget.enabled = parameters.decimate
        for widget in (ui.acceptButton, ui.discardButton):
            widget.visible = previewing
        ui.deviationLabel.text = parameters.deviation
        ui.deviationLabel.visible = bool(parameters.deviation)
        comparing = parameters.comparison is not None
        ui.compareButton.checked = comparing
        ui.compareLabel.text = parameters.comparisonText
        ui.compareLabel.visible = comparing
        display = None if node is None else node.GetDisplayNode()
        if display is not None:
            red, green, blue = (round(255 * value) for value in display.GetColor())
            ui.modelColorButton.color = qt.QColor(red, green, blue)
            ui.opacitySlider.value = display.GetOpacity()

    # What the user does

    def _detail_chosen(self, index: int) -> None:
        chosen = _DETAIL[list(_DETAIL)[index]]
        with slicer.util.NodeModify(self.parameters.parameterNode):
            self.parameters.decimate = chosen is not None
            if chosen is not None:
                self.parameters.decimatePercent, self.parameters.decimateErrorMm = chosen

    def _chosen(self) -> tuple[Any, Any, str, str, float]:
        parameters = self.parameters
        return (
            parameters.volume,
            parameters.segmentation,
            parameters.segmentID,
            parameters.keep.value,
            parameters.partSizeMm3,
        )

    def _make(self) -> None:
        volume, segmentation, segment, keep, size = self._chosen()
        self.discard()
        self._end_comparison()

        def make(progress: Any) -> Any:
            mesh = mrml_segments.segment_model(volume, segmentation, segment, keep, size, progress)
            if keep != "all":
                self.panel.segment.editor.saveStateForUndo()
                mrml_segments.clean_segment(volume, segmentation, segment, keep, size)
            return mrml_models.put_model(mesh, volume, segmentation, segment)

        if self.panel.run(_("Making the model"), make) is not None:
            self.panel.segment.voxels_known()
            self.panel.qa.forget()
            _show_in_3d()

    def _try(self) -> None:
        from PrintPrepLib.core.progress import part
        from PrintPrepLib.mesh.deviation import deviation

        volume, segmentation, segment, keep, size = self._chosen()
        parameters, node = self.parameters, self.node()
        detail = parameters.smoothMm if parameters.smooth else None
        share = parameters.decimatePercent / 100 if parameters.decimate else None
        error = parameters.decimateErrorMm
        self.discard()

        def change(progress: Any) -> Any:
            # From the segment again: what was refined before is no ground to refine.
            true = mrml_segments.segment_model(
                volume, segmentation, segment, keep, size, part(progress, 0.0, 0.3)
            )
            mesh = true
            if detail is not None:
                from PrintPrepLib.mesh.smooth import smooth

                mesh, _found = smooth(mesh, detail, progress=part(progress, 0.3, 0.5))
            if share is not None:
                from PrintPrepLib.mesh.decimate import decimate

                mesh, _found = decimate(mesh, share, error, progress=part(progress, 0.5, 0.8))
            found = deviation(mesh, true, part(progress, 0.8, 1.0))
            name = _("{name} (try)").format(name=node.GetName())
            preview = mrml_models.side_model(mesh, name, PREVIEW_COLOR, node)
            return preview, found, len(true.triangles), len(mesh.triangles)

        done = self.panel.run(_("Changing the surface"), change)
        if done is None:
            return
        preview, found, before, after = done
        mrml_models.set_refinement(preview, mrml_models.refinement(found, detail, share))
        node.SetDisplayVisibility(False)
        with slicer.util.NodeModify(parameters.parameterNode):
            parameters.preview = preview
            parameters.deviation = _(
                "{before:,} → {after:,} triangles. Volume {volume:+.2f} %; distance to the exact "
                "surface: mean {mean:.3f} mm, at most {most:.3f} mm."
            ).format(
                before=before,
                after=after,
                volume=round(found.volume_change_percent, 2) + 0.0,
                mean=found.mean_mm,
                most=found.max_mm,
            )
        self.panel.refresh()

    def _accept(self) -> None:
        parameters = self.parameters
        preview = parameters.preview
        if preview is None:
            return
        refined = mrml_models.refinement_of(preview)
        told = parameters.deviation
        mrml_models.put_model(
            mesh_from_model_node(preview),
            parameters.volume,
            parameters.segmentation,
            parameters.segmentID,
            refined,
        )
        self.discard()
        parameters.deviation = _("Accepted: {told}").format(told=told)
        self.panel.qa.forget()
        self.panel.refresh()

    def discard(self) -> None:
        """Forget the changed surface, and show the model again."""
        parameters = self.parameters
        preview, node = parameters.preview, self.node()
        parameters.preview, parameters.deviation = None, ""
        mrml_models.remove(preview)
        if node is not None:
            node.SetDisplayVisibility(True)
        self.panel.refresh()

    def _compare(self) -> None:
        from PrintPrepLib.core.progress import part, report
        from PrintPrepLib.mesh.deviation import deviation

        parameters, node = self.parameters, self.node()
        if parameters.comparison is not None:
            self._end_comparison()
            return
        segmentation, segment = parameters.segmentation, parameters.segmentID

        def compare(progress: Any) -> Any:
            report(progress, 0.0, _("Making Slicer's surface"))
            mesh = mrml_segments.slicer_surface(segmentation, segment)
            found = deviation(mesh, mesh_from_model_node(node), part(progress, 0.4, 1.0))
            name = _("{name} (Slicer's surface)").format(name=node.GetName())
            return mrml_models.side_model(mesh, name, COMPARISON_COLOR, node), found

        done = self.panel.run(_("Comparing"), compare)
        if done is not None:
            other, found = done
            other.GetDisplayNode().SetOpacity(0.5)
            with slicer.util.NodeModify(parameters.parameterNode):
                parameters.comparison = other
                parameters.comparisonText = _(
                    "Slicer's surface (blue): volume {volume:+.1f} %, {mean:.3f} mm away on "
                    "average, at most {most:.2f} mm."
                ).format(volume=found.volume_change_percent, mean=found.mean_mm, most=found.max_mm)
        self.panel.refresh()

    def _end_comparison(self) -> None:
        other = self.parameters.comparison
        self.parameters.comparison, self.parameters.comparisonText = None, ""
        mrml_models.remove(other)
        self.panel.refresh()

    def _color_chosen(self, color: Any) -> None:
        node = self.node()
        if node is not None and not self.panel.refreshing:
            node.GetDisplayNode().SetColor(*(value / 255 for value in _rgb(color)))

    def _opacity_chosen(self, value: float) -> None:
        node = self.node()
        if node is not None and not self.panel.refreshing:
            node.GetDisplayNode().SetOpacity(value)


def _rgb(color: Any) -> tuple[int, int, int]:
    return color.red(), color.green(), color.blue()


def _show_in_3d() -> None:
    """Bring the model into the 3D view, where there is one."""
    if slicer.app.layoutManager() is not None:
        slicer.util.resetThreeDViews()
