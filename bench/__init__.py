"""Side-by-side benchmarks: ratios made in one run, with machine and versions printed above them."""
