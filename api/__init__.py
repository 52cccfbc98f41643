"""HTTP only: parameters in, rows out."""

from importlib.metadata import version

VERSION: str = version("observatorio-economico")
"""The version of the program that answers."""
