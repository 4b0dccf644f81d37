"""How well are takeover campaigns found? Replays of real posts with injected campaigns, and the figures they give."""
