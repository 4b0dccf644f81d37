"""How well are abused staff accesses told from honest support work?"""
