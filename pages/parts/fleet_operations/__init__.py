"""What only the page Fleet operations is made of."""
