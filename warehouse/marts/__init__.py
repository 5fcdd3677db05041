"""What is computed at load time: one file a mart, portable SQL or Python, with its audits."""
