"""Legacies: what people promised us by will. Discreet: few may look, and each look is written to the trail."""
