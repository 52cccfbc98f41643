"""The economic observatory of a comuna: one register of its businesses, and what is computed from it."""
