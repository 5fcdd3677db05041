"""What only the page Data is made of."""
