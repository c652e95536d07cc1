"""Buttons, lamp and buzzer."""
