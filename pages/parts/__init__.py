"""What the pages are made of; each page itself is a file one folder up."""
