"""What developers run: catalogues of translations, made-up data. Nothing here is part of the running product."""
