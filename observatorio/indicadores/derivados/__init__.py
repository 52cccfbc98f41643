"""Figures made from those of another indicator: one module each, with one `DERIVADO`."""
