"""`python -m observatorio.cli`: the same as the command `observatorio`."""

from observatorio.cli import main

main()
