"""The web pages: pure rendering, the chat page, the policy page, and the guard of the public mount."""
