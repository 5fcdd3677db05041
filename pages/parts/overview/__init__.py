"""What only the page Overview is made of."""
