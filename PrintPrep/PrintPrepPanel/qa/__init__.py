"""The groups of the QA step."""
