"""Ways out: one module a courier."""
