"""The second profile of dirt: the same city written by other hands, which never saw how the first ones err."""
