"""One module per actor's file: each looks at the world, forgets some of it, dirties the rest and writes it down."""
