"""Speed, memory and detection figures; `make bench` runs them and writes the page that documents them."""
