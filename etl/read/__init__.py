"""From bytes to fates: what a file is, how its text is read, what each line becomes."""
