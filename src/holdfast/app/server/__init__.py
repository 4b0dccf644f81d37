"""How does a platform ask and tell Holdfast over HTTP? The guard, events, and what people look at."""
