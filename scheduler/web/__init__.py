"""The web floor: pages and forms. It translates HTTP to one service call and back."""
