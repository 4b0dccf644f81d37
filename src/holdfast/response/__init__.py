"""The only room that acts: watch, desk, executor, reconciler."""
