"""What the steps show, allow and say next: pure functions of facts about scene and parameters.

These files know neither Qt nor Slicer. The panel's files gather the facts, call a function, and
put what it returns into the widgets.
"""
