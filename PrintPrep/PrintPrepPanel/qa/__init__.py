"""The parts of the QA step."""
