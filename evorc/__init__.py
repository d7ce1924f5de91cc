"""evorc: neuroevolution and reservoir computing."""
