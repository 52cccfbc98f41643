"""From facts to the rows of a table: histories, the supplier network, space. What is heavy is imported when asked."""
