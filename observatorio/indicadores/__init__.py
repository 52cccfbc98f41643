"""Indicators: one small definition each, one engine that computes them, and what of them is published."""
