"""How does the gate stand before a tool that knows nothing of it?"""
