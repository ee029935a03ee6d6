"""`python -m salesapp`: the command, where its script is not in the way of things."""

from salesapp.cli import main

main(prog_name="salesapp")
