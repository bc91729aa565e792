"""The assistant that admins talk to: with a chat model an agent whose tools read and propose; without one, intents."""
