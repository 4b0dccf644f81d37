"""How is the staff gate asked, and looked after, over HTTP? One module for each thing that people do there."""
