"""What only the page Online fleet is made of."""
