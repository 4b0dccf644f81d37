"""Which requests may a proxy let through to a tool that stands behind it?"""
