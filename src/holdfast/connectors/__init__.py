"""One folder for each platform or source we can speak to; the simulated one first."""
