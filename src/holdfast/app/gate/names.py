"""In which headers does the gate tell a tool who asks? They are to come from it alone."""

NAMES = ("X-Holdfast-Person", "X-Holdfast-Session", "X-Holdfast-Decision", "X-Holdfast-Proof")
