"""Figures told from more than the establishments of a year, one small module each."""
