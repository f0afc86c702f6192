"""`rmg models`: what the installed packs can ask."""

from rmg_core.cli.listing import listing_of

command = listing_of("model")
