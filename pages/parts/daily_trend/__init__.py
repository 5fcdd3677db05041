"""What only the page Daily trend is made of."""
