"""The panel's steps: what the user sees of PrintPrep inside Slicer.

These files may use Qt and Slicer's widgets and hold no computation: they ask the logic,
and show what it answers.
"""
