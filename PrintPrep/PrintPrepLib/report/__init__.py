"""The record and the comparison as pages: HTML, charts, pictures."""
