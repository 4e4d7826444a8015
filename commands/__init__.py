"""The commands of `policydesk`, a module a group. Each parses, calls one function, prints and sets the exit status."""
