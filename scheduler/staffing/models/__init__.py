"""What the database itself holds of a crew: laws on tables of other rooms; none of its own."""
