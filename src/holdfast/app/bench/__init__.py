"""How good is it: benchmarks that anybody can run, as programs."""
