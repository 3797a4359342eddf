"""The base classes of scripted modules, as far as Slicer 5.10 and later agree on them."""

from __future__ import annotations

import importlib
import logging
import os
import types
import unittest
from typing import Any


class ScriptedLoadableModule:
    """Fills the module's metadata with defaults and registers its self test."""

    def __init__(self, parent: Any) -> None:
        import qt
        import slicer

        self.parent = parent
        self.moduleName = type(self).__name__
        parent.title = ""
        parent.categories = []
        parent.dependencies = []
        parent.contributors = []
        parent.helpText = ""
        parent.acknowledgementText = ""
        for kind in ("svg", "png"):
            icon = self.resourcePath(f"Icons/{self.moduleName}.{kind}")
            if os.path.isfile(icon):
                parent.icon = qt.QIcon(icon)
                break
        if not hasattr(slicer, "selfTests"):
            slicer.selfTests = {}
        slicer.selfTests[self.moduleName] = self.runTest

    def resourcePath(self, filename: str) -> str:
        return os.path.join(os.path.dirname(self.parent.path), "Resources", filename)

    def runTest(self, msec: int = 100, **kwargs: Any) -> None:
        module = importlib.import_module(type(self).__module__)
        test = getattr(module, f"{self.moduleName}Test", None)
        assert test is not None, f"{self.moduleName}Test is missing"
        case = test()
        case.messageDelay = msec
        case.runTest(**kwargs)


class ScriptedLoadableModuleWidget:
    """Holds the parent widget and its layout."""

    def __init__(self, parent: Any = None) -> None:
        import qt
        import slicer

        self.moduleName = type(self).__name__.removesuffix("Widget")
        self.developerMode = False
        self.parent = parent
        if parent is None:
            self.parent = slicer.qMRMLWidget()
            self.parent.setLayout(qt.QVBoxLayout())
            self.parent.setMRMLScene(slicer.mrmlScene)
        self.layout = self.parent.layout()
        if parent is None:
            self.setup()
            self.parent.show()

    def setup(self) -> None:
        """Nothing: the developer section exists in developer mode only."""

    def cleanup(self) -> None:
        """For subclasses."""

    def onReload(self) -> None:
        """Load the module's file again."""
        import slicer

        slicer.util.reloadScriptedModule(self.moduleName)

    def resourcePath(self, filename: str) -> str:
        import slicer

        folder = os.path.dirname(slicer.util.modulePath(self.moduleName))
        return os.path.join(folder, "Resources", filename)


class ScriptedLoadableModuleLogic:
    """Knows its module's name and parameter node."""

    def __init__(self, parent: Any = None) -> None:
        self.moduleName = type(self).__name__.removesuffix("Logic")
        self.isSingletonParameterNode = True

    def getParameterNode(self) -> Any:
        import slicer

        for index in range(slicer.mrmlScene.GetNumberOfNodesByClass("vtkMRMLScriptedModuleNode")):
            node = slicer.mrmlScene.GetNthNodeByClass(index, "vtkMRMLScriptedModuleNode")
            if node.GetAttribute("ModuleName") == self.moduleName:
                return node
        return slicer.mrmlScene.AddNode(self.createParameterNode())

    def createParameterNode(self) -> Any:
        import slicer

        node = slicer.mrmlScene.CreateNodeByClass("vtkMRMLScriptedModuleNode")
        node.UnRegister(None)
        if self.isSingletonParameterNode:
            node.SetSingletonTag(self.moduleName)
        node.SetAttribute("ModuleName", self.moduleName)
        node.SetName(self.moduleName)
        return node


class ScriptedLoadableModuleTest(unittest.TestCase):
    """Runs every method whose name contains "test", as Slicer does since 5.8."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.messageDelay = 1000

    def delayDisplay(self, message: str, requestedDelay=None, msec=None) -> None:
        logging.info(message)

    def runTest(self) -> None:
        own = (name for name in dir(self) if "test" in name and callable(getattr(self, name)))
        for name in own:
            self.setUp()
            getattr(self, name)()
            self.tearDown()


def make_module() -> types.ModuleType:
    """``slicer.ScriptedLoadableModule``."""
    module = types.ModuleType("slicer.ScriptedLoadableModule")
    classes = (
        ScriptedLoadableModule,
        ScriptedLoadableModuleWidget,
        ScriptedLoadableModuleLogic,
        ScriptedLoadableModuleTest,
    )
    module.__all__ = [item.__name__ for item in classes]
    for item in classes:
        setattr(module, item.__name__, item)
    return module
