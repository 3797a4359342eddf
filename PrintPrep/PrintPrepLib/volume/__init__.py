"""A stack with its voxels to a volume on a regular grid: grid, resampling, residual."""
