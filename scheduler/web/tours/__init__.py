"""Pages of campaigns' tours: what one is wanted for, how far it is, its days on the map and as a table."""
