"""The groups of the Lab: what is not on the way of one case."""
