"""Made-up data for every dataset: one module a dataset, its SQL beside it, no state, no clock."""
