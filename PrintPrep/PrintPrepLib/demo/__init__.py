"""The demonstration: a generated acquisition whose sizes are known."""
