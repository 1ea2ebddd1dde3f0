"""Trained models: how well what they say of hidden data is right."""
