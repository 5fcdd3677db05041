"""Customers' files as they are sent: received, inspected, delivered, and what became of them."""
