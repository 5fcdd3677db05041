"""What only the page Customers is made of."""
