"""From what is asked to a plan and its reasons: data in, data out, no database and no clock."""
