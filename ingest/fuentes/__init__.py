"""Sources: one file each, found by the catalogue."""
