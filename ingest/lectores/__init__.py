"""Readers: any file that an office sends, as batches of text with the row numbers that a person sees."""

from ingest.lectores.apertura import abrir

__all__ = ["abrir"]
