"""Statistics of a run: tidy frames with units in their column names."""
