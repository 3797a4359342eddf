"""The mesh formats, reading and writing side by side: STL, OBJ, PLY, 3MF."""
