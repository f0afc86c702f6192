"""`rmg mappers`: the mappers of the installed packs."""

from rmg_core.cli.listing import listing_of

command = listing_of("mapper")
