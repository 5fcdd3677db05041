"""What only the page Store uptime is made of."""
