"""Is the common cause named rightly? Seeded worlds with one true cause, two, or none, among decoys."""
