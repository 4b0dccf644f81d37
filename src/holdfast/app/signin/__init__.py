"""How do people show who they are?"""
