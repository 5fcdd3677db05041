"""What only the page Top devices is made of."""
