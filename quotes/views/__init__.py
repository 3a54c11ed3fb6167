"""The pages of offers and quotes, and the client's page."""
