"""Volume files: a file to voxels and their place, one file a format, reading beside writing."""
