"""An afternoon at the support desk: the staff gate at work, in a minute, on this machine."""
