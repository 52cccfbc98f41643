"""Figures that depend on where things lie: neighbours, Moran's I, Getis-Ord G* and industrial districts."""
