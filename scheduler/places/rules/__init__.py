"""Pure rules of places: how far, how long a drive, whether a day is a school day, when a class has which lesson."""
