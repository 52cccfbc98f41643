"""Normalisers: raw text in, canonical values out. Pure and vectorised; used by ingest, catastro and search alike."""
