"""What the product ships: municipalities, districts, school calendars, example hosts. See SOURCES.md."""
