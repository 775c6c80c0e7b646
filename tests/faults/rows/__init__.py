"""One function a row of the proof: it makes its own hub, does the harm, and returns figures beside their targets."""
