"""Write side: from incoming CSVs to the lake and the next generation."""
