"""Who may do what just now, and how many must agree: holders and staff alike."""
