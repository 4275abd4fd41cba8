"""Pages of paper: what every PDF of the product is drawn with."""
