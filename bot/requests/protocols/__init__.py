"""Machine-to-machine forms of a request: settings, wire forms, signatures and the status that comes back."""
