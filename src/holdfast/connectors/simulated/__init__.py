"""A made-up platform for drills, and the campaigns it can be made to suffer."""
