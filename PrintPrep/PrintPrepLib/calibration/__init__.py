"""Objects of known size in the images: their fit, the scale, and the store of results."""
