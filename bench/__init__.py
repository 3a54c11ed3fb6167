"""What `make bench` measures. Numbers to look at and to compare; no test waits for a stopwatch."""
