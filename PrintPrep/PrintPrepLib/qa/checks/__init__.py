"""What is measured means for the print: one file of checks a subject, all of them in ``record``."""
