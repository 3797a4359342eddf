"""Step 4: the surface, and what may be done to it knowing what it costs."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import qt
import slicer
from PrintPrepLib.core.phrases import translated
from PrintPrepLib.mrml import belonging as mrml_belonging
from PrintPrepLib.mrml import models as mrml_models
from PrintPrepLib.mrml import segments as mrml_segments
from PrintPrepLib.mrml.models import mesh_from_model_node
from slicer.i18n import tr as _

from .states.choices import DETAILS, KEEPS, LIES, REDUCTIONS, Detail
from .states.model import Lying, ModelFacts, Refining, comparison_told, deviation_told, model_view
from .states.view import View
from .step import Step, bind

PREVIEW_COLOR = (0.35, 0.75, 0.45)
COMPARISON_COLOR = (0.35, 0.55, 0.95)


class ModelStep(Step):
    """Done where the chosen segment has a model that is up to date."""

    key = "model"

    def setup(self) -> None:
        ui, panel = self.ui, self.panel
        bind(ui.keepCombo, KEEPS, panel, "keep")
        bind(ui.surfaceCombo, LIES, panel, "surface")
        ui.detailCombo.addItems([translated(title) for title in DETAILS.values()])
        ui.detailCombo.connect("activated(int)", self._detail_chosen)
        ui.makeModelButton.connect("clicked()", self._make)
        ui.previewButton.connect("clicked()", self._try)
        ui.acceptButton.connect("clicked()", self._accept)
        ui.discardButton.connect("clicked()", self.discard)
        ui.compareButton.connect("clicked()", self._compare)
        ui.modelColorButton.connect("colorChanged(QColor)", self._color_chosen)
        ui.opacitySlider.connect("valueChanged(double)", self._opacity_chosen)

    def node(self) -> Any:
        """The model that was made of the chosen segment and volume, or None."""
        if self.parameters is None:
            return None
        parameters = self.parameters
        node = mrml_models.model_of(parameters.segmentation, parameters.segmentID)
        if node is None or parameters.volume is None:
            return node
        return None if mrml_belonging.model_foreign(node, parameters.volume) else node

    def settle(self) -> None:
        """A changed surface and a comparison go with the model that they stand beside."""
        parameters, node = self.parameters, self.node()
        if mrml_models.beside_another(parameters.preview, node):
            self.discard()
        if mrml_models.beside_another(parameters.comparison, node):
            self._end_comparison()

    def view(self) -> View:
        parameters, node = self.parameters, self.node()
        facts = ModelFacts(
            segment=self.panel.segment.voxels() and parameters.volume is not None,
            previewing=parameters.preview is not None,
            deviation=parameters.deviation,
            comparing=parameters.comparison is not None,
            comparison=parameters.comparisonText,
            keep=parameters.keep,
            refining=self.refining(),
            lying=self.lying(),
            refusal=self.panel.refusal(),
        )
        if node is not None:
            facts = replace(
                facts,
                model=node.GetName(),
                outdated=bool(node.GetAttribute(mrml_models.OUTDATED)),
                triangles=node.GetPolyData().GetNumberOfPolys(),
                refinement=mrml_models.refinement_of(node) or {},
                surface=mrml_models.surface_of(node),
                edge=mrml_models.edge_told(node) or {},
                as_it_is=not mrml_models.is_followed(node),
            )
        return model_view(facts)

    def refresh(self, view: View) -> None:
        super().refresh(view)
        ui, node = self.ui, self.node()
        display = None if node is None else node.GetDisplayNode()
        if display is not None:
            red, green, blue = (round(255 * value) for value in display.GetColor())
            ui.modelColorButton.color = qt.QColor(red, green, blue)
            ui.opacitySlider.value = display.GetOpacity()

    # What the user does

    def _detail_chosen(self, index: int) -> None:
        detail = list(DETAILS)[index]
        limits = REDUCTIONS.get(detail)
        with slicer.util.NodeModify(self.parameters.parameterNode):
            self.parameters.decimate = detail is not Detail.FULL
            if limits is not None:
                self.parameters.decimatePercent, self.parameters.decimateErrorMm = limits
        if detail is Detail.OWN:
            self.more.checked = True

    def refining(self) -> Refining:
        """What is chosen for the next model."""
        parameters = self.parameters
        return Refining(
            parameters.smoothMm if parameters.smooth else None,
            parameters.decimatePercent / 100 if parameters.decimate else None,
            parameters.decimateErrorMm,
        )

    def lying(self) -> Lying:
        """Where the surface of the next model lies."""
        parameters = self.parameters
        chosen = parameters.segmentation, parameters.segmentID
        if mrml_segments.segment_of(*chosen) is None:
            return Lying(parameters.surface)
        return Lying(
            parameters.surface,
            mrml_segments.surface_taken(*chosen) == "threshold",
            mrml_segments.threshold_of(*chosen) is not None,
            parameters.follow,
        )

    def _chosen(self) -> tuple[Any, Any, str, str, float]:
        self.panel.segment.follow()
        parameters = self.parameters
        return (
            parameters.volume,
            parameters.segmentation,
            parameters.segmentID,
            parameters.keep.value,
            parameters.partSizeMm3,
        )

    def _make(self) -> None:
        """Make the model as it is chosen, and check it shortly."""
        from PrintPrepLib.core.progress import part

        volume, segmentation, segment, keep, size = self._chosen()
        refining, lying = self.refining(), self.lying()

        def make(progress: Any) -> Any:
            _true, made, found = self._surface(refining, lying, part(progress, 0.0, 0.9))
            shown = mrml_models.for_display(made.mesh, part(progress, 0.9, 0.95))
            if keep != "all":
                # The last chance to cancel: behind it everything is done.
                self.panel.segment.editor.saveStateForUndo()
                rest = part(progress, 0.95, 1.0)
                mrml_segments.clean_segment(volume, segmentation, segment, keep, size, rest)
            done = None if found is None else _refinement(found, refining)
            chosen = volume, segmentation, segment
            node = mrml_models.put_model(made.mesh, *chosen, done, shown)
            mrml_models.remember_surface(node, made, not lying.as_it_is)
            return node

        if self.panel.run(_("Making the model"), make) is not None:
            self._put_away()
            self._end_comparison()
            self.panel.segment.voxels_known()
            self.panel.qa.forget()
            _show_in_3d()
            self.panel.qa.check_shortly()

    def _surface(self, refining: Refining, lying: Lying, progress: Any) -> tuple[Any, Any, Any]:
        """The exact surface of the segment, the refined one, and how far that is off, or None."""
        from PrintPrepLib.core.progress import part
        from PrintPrepLib.mesh.refine import refine

        # From the segment each time: what was refined before is no ground to refine.
        chosen, share = self._chosen(), 0.3 if refining.any else 1.0
        true = mrml_segments.segment_model(
            *chosen, lying.taken.value, not lying.as_it_is, part(progress, 0.0, share)
        )
        if not refining.any:
            return true, true, None
        limits = refining.smoothing_mm, refining.reduction, refining.farthest_mm
        mesh, found = refine(true.mesh, *limits, progress=part(progress, share, 1.0))
        return true, true.refined(mesh), found

    def _try(self) -> None:
        from PrintPrepLib.core.progress import part

        parameters, node, refining = self.parameters, self.node(), self.refining()
        lying = self.lying()

        def change(progress: Any) -> Any:
            true, made, found = self._surface(refining, lying, part(progress, 0.0, 0.95))
            shown = mrml_models.for_display(made.mesh, part(progress, 0.95, 1.0))
            name = _("{name} (try)").format(name=node.GetName())
            preview = mrml_models.side_model(shown, name, PREVIEW_COLOR, node)
            mrml_models.set_refinement(preview, _refinement(found, refining))
            mrml_models.remember_surface(preview, made, not lying.as_it_is)
            return preview, found, len(true.mesh.triangles), len(made.mesh.triangles)

        done = self.panel.run(_("Changing the surface"), change)
        if done is None:
            return
        self.discard()
        preview, found, before, after = done
        node.SetDisplayVisibility(False)
        with slicer.util.NodeModify(parameters.parameterNode):
            parameters.preview = preview
            parameters.deviation = deviation_told(
                before, after, found.volume_change_percent, found.mean_mm, found.max_mm
            ).said
        self.panel.refresh()

    def _accept(self) -> None:
        parameters = self.parameters
        preview = parameters.preview
        if preview is None:
            return
        refined = mrml_models.refinement_of(preview)
        told = parameters.deviation
        node = mrml_models.put_model(
            mesh_from_model_node(preview),
            parameters.volume,
            parameters.segmentation,
            parameters.segmentID,
            refined,
            preview.GetPolyData(),
        )
        mrml_models.take_surface(node, preview)
        self._put_away()
        parameters.deviation = _("Accepted: {told}").format(told=told)
        self.panel.qa.forget()
        self.panel.qa.check_shortly()

    def discard(self) -> None:
        """Forget the changed surface, and show the model again."""
        self._put_away()
        self.panel.refresh()

    def _put_away(self) -> None:
        parameters = self.parameters
        preview, node = parameters.preview, self.node()
        if preview is not None:
            node = mrml_models.beside(preview) or node
        parameters.preview, parameters.deviation = None, ""
        mrml_models.remove(preview)
        if node is not None:
            node.SetDisplayVisibility(True)

    def _compare(self) -> None:
        from PrintPrepLib.core.progress import part
        from PrintPrepLib.mesh.deviation import deviation

        parameters, node = self.parameters, self.node()
        if parameters.comparison is not None:
            self._end_comparison()
            return
        segmentation, segment = parameters.segmentation, parameters.segmentID

        def compare(progress: Any) -> Any:
            mesh = mrml_segments.slicer_surface(segmentation, segment, part(progress, 0.0, 0.4))
            found = deviation(mesh, mesh_from_model_node(node), part(progress, 0.4, 0.95))
            shown = mrml_models.for_display(mesh, part(progress, 0.95, 1.0))
            name = _("{name} (Slicer's surface)").format(name=node.GetName())
            return mrml_models.side_model(shown, name, COMPARISON_COLOR, node), found

        done = self.panel.run(_("Comparing"), compare)
        if done is not None:
            other, found = done
            other.GetDisplayNode().SetOpacity(0.5)
            with slicer.util.NodeModify(parameters.parameterNode):
                parameters.comparison = other
                parameters.comparisonText = comparison_told(
                    found.volume_change_percent, found.mean_mm, found.max_mm
                ).said
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


def _refinement(found: Any, refining: Refining) -> dict[str, Any]:
    limits = refining.smoothing_mm, refining.reduction, refining.farthest_mm
    return mrml_models.refinement(found, *limits)


def _rgb(color: Any) -> tuple[int, int, int]:
    return color.red(), color.green(), color.blue()


def _show_in_3d() -> None:
    """Bring the model into the 3D view, where there is one."""
    if slicer.app.layoutManager() is not None:
        slicer.util.resetThreeDViews()
